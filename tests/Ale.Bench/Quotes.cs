using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace Ale.Bench;

/// <summary>How long a buyer waits for what the way to him costs (SHP-07).</summary>
internal static class Quotes
{
    private const int Count = 4_000, AtOnce = 16;

    public static async Task Measure(PostgresServer server, Results results)
    {
        await using var silo = await BenchSilo.Start(server, readers: false);
        var skus = Enumerable.Range(0, 100).Select(i => $"Q{i}").ToArray();
        await silo.Stock(skus);
        using var http = new HttpClient { BaseAddress = new(silo.Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", silo.Token);
        await Ask(Count); // warms
        var times = await Ask(Count);
        times.Sort();
        results.Check("freight", times.Count == Count ? null : "not every quote was answered");
        var (middle, late) = (times[times.Count / 2], times[times.Count * 99 / 100]);
        results.Take(new($"freight quote of 3 lines over HTTP, {AtOnce} at once", "≤ 100 ms", string.Create(
            CultureInfo.InvariantCulture, $"median {middle:F1} ms, p99 {late:F1} ms, longest {times[^1]:F1} ms"),
            late <= 100));

        async Task<List<double>> Ask(int count)
        {
            var took = new ConcurrentBag<double>();
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, ct) =>
            {
                var lines = string.Join(',', Enumerable.Range(i, 3).Select(n => $"{skus[n % skus.Length]}:2"));
                var started = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync($"/api/freight?city=330100&lines={lines}", ct);
                if (answer.IsSuccessStatusCode) took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            });
            return [.. took];
        }
    }
}

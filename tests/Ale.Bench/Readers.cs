using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Ale.Stock;

namespace Ale.Bench;

/// <summary>Whether projections and reactions keep up with an open loop of events.</summary>
internal static class Readers
{
    private const int EventsASecond = 20_000;

    public static async Task Follow(PostgresServer server, BenchOptions options, Results results)
    {
        await using var silo = await BenchSilo.Start(server, readers: true);
        await new ManySkus(silo).Define();
        await Settle(silo);
        await Offer(silo, "w", EventsASecond / 4, TimeSpan.FromSeconds(options.WarmupSeconds));
        await Settle(silo);
        var delays = new ConcurrentBag<(string Reader, double Ms)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Name == "ale.reader.delay") all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, ms, tags, _) =>
            delays.Add(((string)tags[0].Value!, ms)));
        listener.Start();
        var (sent, seconds) = await Offer(silo, "f", EventsASecond, TimeSpan.FromSeconds(options.Seconds * 2));
        var caughtUp = Stopwatch.StartNew();
        await Settle(silo);
        var after = caughtUp.Elapsed.TotalSeconds;
        var rate = sent / seconds;
        var slowest = delays.GroupBy(d => d.Reader).Select(g => (Reader: g.Key, Ms: g.Max(d => d.Ms)))
            .OrderByDescending(r => r.Ms).First();
        results.Check("readers", await silo.HeldInJournal("f-%") == sent ? null : "not every event is in the journal");
        results.Take(new("readers: 20,000 events a second over 10,000 streams", "lag ≤ 1 s", string.Create(
            CultureInfo.InvariantCulture,
            $"{rate:N0} a second; longest delay {slowest.Ms / 1_000:F1} s ({slowest.Reader}), at the end after {after:F1} s"),
            rate >= EventsASecond * 0.98 && slowest.Ms <= 1_000));
    }

    /// <summary>So many a second, come what may: each has its instant, whether or not those before it are
    /// answered.</summary>
    private static async Task<(long Done, double Seconds)> Offer(BenchSilo silo, string prefix, int aSecond, TimeSpan time)
    {
        var (started, sent, done) = (Stopwatch.StartNew(), 0L, 0L);
        var calls = new List<Task>();
        while (started.Elapsed < time)
        {
            for (var due = (long)(started.Elapsed.TotalSeconds * aSecond); sent < due; sent++) calls.Add(Reserve(sent));
            if (calls.Count > 100_000) calls.RemoveAll(call => call.IsCompletedSuccessfully);
            await Task.Delay(5);
        }

        await Task.WhenAll(calls);
        return (done, started.Elapsed.TotalSeconds);

        async Task Reserve(long i)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i}");
            if ((await silo.Skus.Reserve(ManySkus.Sku(ManySkus.Uniform(i)), new(id, 1))).Value is not null)
                Interlocked.Increment(ref done);
        }
    }

    private static async Task Settle(BenchSilo silo)
    {
        var settled = await silo.Settled(TimeSpan.FromMinutes(5));
        if (!settled.IsSettled)
            throw new InvalidOperationException($"behind: {string.Join(", ", settled.Behind)}, parked {settled.Parked}");
    }
}

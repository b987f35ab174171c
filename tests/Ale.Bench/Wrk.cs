using System.Globalization;
using System.Text.RegularExpressions;

namespace Ale.Bench;

/// <summary>wrk: a closed loop of PUTs, each with an id of its own and the same body.</summary>
internal static partial class Wrk
{
    // What is the same in each request is put together once.
    private const string Script = """
        local threads = 0
        function setup(thread)
          threads = threads + 1
          thread:set("no", threads)
        end
        function init(args)
          count = 0
          head = "PUT " .. args[1] .. args[2] .. no .. "-"
          tail = " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. args[3] ..
            "\r\nContent-Type: application/json\r\nContent-Length: " .. #args[4] .. "\r\n\r\n" .. args[4]
        end
        function request()
          count = count + 1
          return head .. count .. tail
        end
        function done(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("done %d errors %d us %d p50 %d p99 %d\n", summary.requests,
            e.connect + e.read + e.write + e.status + e.timeout, summary.duration, latency:percentile(50),
            latency:percentile(99)))
        end
        """;

    /// <param name="path">Ends before the id.</param>
    /// <param name="prefix">Of the ids.</param>
    public static async Task<Figure> Put(string name, string address, string path, string prefix, string token,
        string body, int connections, TimeSpan time)
    {
        var file = Path.Combine(Path.GetTempPath(), $"ale-bench-{Environment.ProcessId}.lua");
        await File.WriteAllTextAsync(file, Script);
        try
        {
            var busy = Processors.BusyMicros();
            var output = await Tool.Run("wrk", "-t", "2", "-c", $"{connections}", "-d", $"{time.TotalSeconds:F0}s", "-s",
                file, address, "--", path, prefix, token, body);
            busy = Processors.BusyMicros() - busy;
            var match = Done().Match(output);
            if (!match.Success) throw new InvalidOperationException($"wrk: {output}");
            var (done, errors, micros) = (Number(match, 1), Number(match, 2), Number(match, 3));
            return new(name, connections, (done - errors) * 1e6 / micros, Number(match, 4) / 1e3, Number(match, 5) / 1e3,
                done - errors, errors, busy / Math.Max(1, done), double.NaN);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static long Number(Match match, int group) =>
        long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("done ([0-9]+) errors ([0-9]+) us ([0-9]+) p50 ([0-9]+) p99 ([0-9]+)")]
    private static partial Regex Done();
}

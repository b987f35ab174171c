using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Ale.Bench;

/// <summary>Redis 7 that flushes before it answers: a script takes of what there is and stores who has it, by
/// redis-benchmark over the unix socket.</summary>
internal sealed partial class RedisPeer : IAsyncDisposable
{
    // Units of a SKU, or money of a campaign's cap: the same of both.
    private const string Script = """
        local quantity = tonumber(ARGV[2])
        if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 1 end
        local room = tonumber(redis.call('HGET', KEYS[1], 'available'))
        if not room or room < quantity then return 0 end
        redis.call('HINCRBY', KEYS[1], 'available', -quantity)
        redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. '|' .. ARGV[3] .. '|' .. ARGV[4])
        return 1
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("ale-redis-").FullName;
    private Process? _process;
    private string _sha = "";
    private double _rate = 20_000;

    private string Socket => Path.Combine(_folder, "s");

    public static async Task<RedisPeer> Create()
    {
        var peer = new RedisPeer();
        peer._process = Tool.Start(new("redis-server",
        [
            "--port", "0", "--unixsocket", peer.Socket, "--dir", peer._folder, "--save", "", "--appendonly", "yes",
            "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--auto-aof-rewrite-percentage", "0",
            "--io-threads", "1", "--logfile", Path.Combine(peer._folder, "log"),
        ]));
        while (!File.Exists(peer.Socket)) await Task.Delay(20);
        peer._sha = (await peer.Cli("SCRIPT", "LOAD", Script)).Trim();
        await peer.Cli("HSET", "{sku}", "available", "1000000000000");
        return peer;
    }

    /// <summary>A side with so many clients, one request in flight each.</summary>
    public Side Side(params int[] clients) => new("Redis", clients, Run);

    private async Task<Figure> Run(int clients, TimeSpan time)
    {
        // It takes a number of requests, not a time; the last rate tells how many.
        await Cli("DEL", "{sku}:holds");
        var busy = Processors.BusyMicros();
        var count = (long)Math.Max(1_000, _rate * time.TotalSeconds);
        var at = DateTimeOffset.UnixEpoch.AddDays(20_000).ToUnixTimeMilliseconds();
        var output = await Tool.Run("redis-benchmark", "-s", Socket, "-c", $"{clients}", "-n", $"{count}", "-r",
            "1000000000", "-P", "1", "--csv", "EVALSHA", _sha, "2", "{sku}", "{sku}:holds", "r__rand_int__", "1",
            "u__rand_int__", $"{at}");
        busy = Processors.BusyMicros() - busy;
        var match = Row().Match(output);
        if (!match.Success) throw new InvalidOperationException($"redis-benchmark: {output}");
        _rate = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return new("Redis", clients, _rate, double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture),
            double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture), count, 0, busy / count, double.NaN);
    }

    private Task<string> Cli(params string[] arguments) => Tool.Run("redis-cli", ["-s", Socket, .. arguments]);

    // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max…"
    [GeneratedRegex("""^"EVALSHA[^"]*","([0-9.]+)","[0-9.]+","[0-9.]+","([0-9.]+)","[0-9.]+","([0-9.]+)",""",
        RegexOptions.Multiline)]
    private static partial Regex Row();

    public async ValueTask DisposeAsync()
    {
        _process?.Kill();
        await (_process?.WaitForExitAsync() ?? Task.CompletedTask);
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

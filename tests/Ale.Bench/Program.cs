namespace Ale.Bench;

/// <summary>Measures the system beside what a shop could pick instead.</summary>
internal static class Program
{
    // What a server of this size would be given; the same for us and for the peers in SQL.
    private const string Settings =
        "-c shared_buffers=1GB -c max_wal_size=8GB -c checkpoint_timeout=30min -c wal_sync_method=fdatasync";

    public static Task<PostgresServer> Server() => PostgresServer.Create(Settings);

    private static async Task<int> Main(string[] args) => args switch
    {
        ["hot", .. var rest] => await Hot.Run(BenchOptions.Parse(rest)),
        ["paths", .. var rest] => await Paths(BenchOptions.Parse(rest), report: false),
        ["report", .. var rest] => await Paths(BenchOptions.Parse(rest), report: true),
        ["faults", .. var rest] => await Faults.FaultRun.Verb(rest),
        _ => Usage(),
    };

    private static async Task<int> Paths(BenchOptions options, bool report)
    {
        var results = new Results();
        await using (var server = await Server())
        {
            await EnginePaths.Run(server, options, results);
            await Campaigns.Run(server, options, results);
            await HttpPaths.Run(server, options, results);
            await Bounds.Run(server, options, results);
        }

        if (report) await ResultsFile.Write(results, options);
        return results.Faults is [] ? 0 : 1;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("""
            usage: dotnet run -c Release --project tests/Ale.Bench -- paths | report | hot

              paths      each path beside its peer, in pairs (pgbench, Redis, ASP.NET), and the bounds without a peer
              report     the same, and writes the tables of tests/Ale.Bench/RESULTS.md
              hot        our reservations alone, on one SKU and on 10,000

              --only P   only paths whose name begins with P      --pairs N    pairs a path, default 5
              --seconds  timed seconds a run, default 8           --warmup     seconds before the first, default 10
              --quick    2 pairs of 2 seconds, 3 of warming
              --inflight 1,64,1024 and --types (allocated types): of hot only

            Needs Debian's postgresql-15, redis-server and wrk.
            """);
        return 2;
    }
}

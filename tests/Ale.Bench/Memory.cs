using System.Globalization;
using Ale.Stock;

namespace Ale.Bench;

/// <summary>What is kept in memory: of a hold, and of SKUs that nobody asks for.</summary>
internal static class Memory
{
    private const int Holds = 500_000, Known = 100_000;

    public static async Task Measure(PostgresServer server, Results results)
    {
        await using (var silo = await BenchSilo.Start(server, readers: false))
        {
            await silo.Stock(["HELD", "WARM"]);
            await Hold(silo, "WARM", 10_000);
            var before = Live();
            await Hold(silo, "HELD", Holds);
            var each = (Live() - before) / (double)Holds;
            results.Take(new("memory of a held reservation", "≤ 400 bytes",
                string.Create(CultureInfo.InvariantCulture, $"{each:F0} bytes"), each <= 400));
        }

        var database = await server.NewDatabase();
        await using (var silo = await BenchSilo.Start(server, readers: false, database))
            await silo.Stock(Enumerable.Range(0, Known).Select(i => $"K{i}"), units: 1);
        // With the readers, which fill tables from the journal: the silo that knows them, and one that knows none.
        var none = await Idle(server, await server.NewDatabase());
        var many = await Idle(server, database);
        var mib = (many.Bytes - none.Bytes) / 1024.0 / 1024;
        results.Take(new("memory of 100,000 known, idle SKUs", "≤ 1 MiB, no activation, no reminder", string.Create(
            CultureInfo.InvariantCulture, $"{mib:F2} MiB, {many.Skus} activations"), mib <= 1 && many.Skus == 0));
    }

    private static async Task<(long Bytes, int Skus)> Idle(PostgresServer server, string database)
    {
        await using var silo = await BenchSilo.Start(server, readers: true, database);
        while (!(await silo.Settled(TimeSpan.FromMinutes(10))).IsSettled) await Task.Delay(1_000);
        await Task.Delay(5_000);
        var statistics = await silo.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return (Live(), statistics.Where(s => s.GrainType.Contains(nameof(SkuGrain), StringComparison.Ordinal))
            .Sum(s => s.ActivationCount));
    }

    private static Task Hold(BenchSilo silo, string sku, int count) => Parallel.ForAsync(0, count,
        new ParallelOptions { MaxDegreeOfParallelism = 1_024 }, async (i, ct) =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{sku}-{i}");
            if ((await silo.Skus.Reserve(sku, new(id, 1), ct)).Refusal is { } no)
                throw new InvalidOperationException(no.Code);
        });

    private static long Live()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

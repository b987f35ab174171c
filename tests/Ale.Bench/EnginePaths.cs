using Ale.Stock;

namespace Ale.Bench;

/// <summary>Paths without HTTP: calls come from the co-hosted client, the peers' over the unix socket.</summary>
internal static class EnginePaths
{
    private static readonly int[] Most = [64, 256, 1024];

    public static async Task Run(PostgresServer server, BenchOptions options, Results results)
    {
        var isManyWanted = options.WantsAnyOf("10,000 SKUs") || options.WantsAnyOf("order");
        if (!options.WantsAnyOf("one SKU") && !isManyWanted) return;
        await using var silo = await BenchSilo.Start(server, readers: false);
        var one = new OneSku(silo, "H");
        await Warm(silo, options);
        var sql = await PgBench.Create(server);
        await results.Take(options,
            new("one SKU, best of 64 to 1,024 in flight", 60, one.Side(Most), sql.Side(PgBench.OneRow)));
        await results.Take(options, new("one SKU, 64 in flight", 20, one.Side(64), sql.Side(PgBench.OneRow)));
        await results.Take(options, new("one SKU, one in flight: time to answer", 1.1, one.Side(1),
            sql.Side(PgBench.OneRow, clients: 1))
        { IsLatency = true });
        if (options.Wants("one SKU, against set-wise SQL"))
        {
            await using var batch = await SqlBatch.Create(server);
            await results.Take(options,
                new("one SKU, against set-wise SQL", 1.5, one.Side(1024, 2048), batch.Side(1024, 2048)));
        }

        if (options.WantsAnyOf("one SKU, against Redis"))
        {
            await using var redis = await RedisPeer.Create();
            foreach (var inFlight in Most)
            {
                await results.Take(options, new($"one SKU, against Redis, {inFlight:N0} in flight", 3,
                    one.Side(inFlight), redis.Side(inFlight)));
            }
        }

        results.Check("one SKU", await one.Fault());
        if (!isManyWanted) return;
        var many = new ManySkus(silo);
        await many.Define();
        await results.Take(options, new("10,000 SKUs, uniform", 10, many.Reservations(ManySkus.Uniform, 256, 1024, 4096),
            sql.Side(PgBench.Uniform)));
        await results.Take(options, new("10,000 SKUs, Zipf 1.1", 20, many.Reservations(ManySkus.Zipf, 256, 1024, 4096),
            sql.Side(PgBench.Zipf)));
        results.Check("10,000 SKUs", await many.Fault());
        await results.Take(options, new("order of 3 lines, all or none", 2, many.Orders(64, 256, 1024),
            sql.Side(PgBench.Order)));
        results.Check("orders", await many.Fault(each: 3));
    }

    private static async Task Warm(BenchSilo silo, BenchOptions options)
    {
        await silo.Stock(["WARM"]);
        await Load.Run("warm", 256, TimeSpan.FromSeconds(options.WarmupSeconds), async i =>
            (await silo.Skus.Reserve("WARM", new($"w-{i}", 1))).Value is { State: ReservationState.Held });
        await silo.Forget("WARM");
    }
}

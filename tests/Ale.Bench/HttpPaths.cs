using System.Globalization;

namespace Ale.Bench;

/// <summary>A hot SKU over HTTP, by wrk: beside the same endpoint over SQL, and beside one that does nothing.</summary>
internal static class HttpPaths
{
    private const string Body = """{"quantity":1}""";
    private static readonly int[] Connections = [64, 256, 1000];

    public static async Task Run(PostgresServer server, BenchOptions options, Results results)
    {
        if (!options.WantsAnyOf("HTTP")) return;
        await using var shop = await SqlShop.Create(server);
        await using var silo = await BenchSilo.Start(server, readers: false, map: shop.Map);
        var runs = new List<(string Sku, Figure Figure)>();
        var sold = 0L;
        await Warm();
        await results.Take(options, new("HTTP, one SKU", 15, Ours(Connections), Peer(SqlShop.Pools)));
        // What the host can do at all is no peer: the connections are ours to choose once, the same for both.
        await results.Take(options, new("HTTP, one SKU, beside a PUT that does nothing", 0.7, Ours(256), Empty(256)));
        foreach (var (sku, figure) in runs)
        {
            // Those that were on their way when the time was up are kept, and wrk does not count them.
            var stored = await silo.HeldInJournal(sku + "-%", sku);
            var isWhole = figure.Failed == 0 && stored >= figure.Done && stored <= figure.Done + figure.InFlight;
            results.Check("HTTP", isWhole ? null
                : $"{sku}: {figure.Done} acknowledged, {stored} in the journal, {figure.Failed} failed");
        }

        var kept = await shop.Reserved();
        results.Check("HTTP, the peer", kept < sold ? $"{sold} acknowledged, {kept} in its table" : null);

        async Task Warm()
        {
            var third = TimeSpan.FromSeconds(Math.Max(1, options.WarmupSeconds / 2));
            await Empty(64).Run(64, third);
            await Peer(SqlShop.Pools).Run(SqlShop.Pools[0], third);
            await Ours(64).Run(64, 2 * third);
        }

        Side Ours(params int[] connections) => new("Ale", connections, async (n, time) =>
        {
            var sku = string.Create(CultureInfo.InvariantCulture, $"W{runs.Count}");
            await silo.Stock([sku]);
            await silo.Checkpoint();
            var figure = await Put($"/api/skus/{sku}/reservations/", sku + "-", n, time);
            await silo.Forget(sku);
            runs.Add((sku, figure));
            return figure;
        });

        // Its clients wait for connections of its pool; 64 are enough to keep each of them busy.
        Side Peer(params int[] pools) => new("ASP.NET and Npgsql", pools, async (pool, time) =>
        {
            await silo.Checkpoint();
            var figure = await Put($"/bench/sql/{pool}/skus/HOT/reservations/", $"{Guid.NewGuid():N}-", 64, time);
            if (figure.Failed > 0) throw new InvalidOperationException($"the peer failed {figure.Failed} times");
            sold += figure.Done;
            return figure with { InFlight = pool };
        });

        Side Empty(params int[] connections) => new("nothing done", connections,
            (n, time) => Put("/bench/empty/skus/HOT/reservations/", "e", n, time));

        Task<Figure> Put(string path, string prefix, int connections, TimeSpan time) =>
            Wrk.Put(path, silo.Address, path, prefix, silo.Token, Body, connections, time);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ale.Stock;

namespace Ale.Bench;

/// <summary>Goals without a peer: waking, refusing, following, remembering.</summary>
internal static class Bounds
{
    public static async Task Run(PostgresServer server, BenchOptions options, Results results)
    {
        if (options.Wants("activation")) await Activation(server, results);
        if (options.Wants("sold out")) await SoldOut(server, options, results);
        if (options.Wants("readers")) await Readers.Follow(server, options, results);
        if (options.Wants("freight")) await Quotes.Measure(server, results);
        if (options.Wants("cold start")) await ColdStart(server, results);
        if (options.Wants("memory")) await Memory.Measure(server, results);
        if (options.Wants("jobs")) await ManyJobs.Measure(server, results);
        if (options.Wants("breakdown")) await BudgetYear.Measure(server, results);
    }

    private static async Task Activation(PostgresServer server, Results results)
    {
        await using var silo = await BenchSilo.Start(server, readers: false);
        await silo.Stock(["YOUNG", "OLD"]);
        await Sell("YOUNG", 1_000);
        await Sell("OLD", 1_000_000);
        await Wake("OLD"); // what wakes a SKU is compiled and warm, as in a silo that has run for a minute
        await Wake("OLD");
        var young = await Wake("YOUNG");
        var old = await Wake("OLD");
        await silo.Do("delete from snapshot");
        await silo.Forget("OLD");
        await Task.Delay(1_000);
        await silo.Do("delete from snapshot"); // the end of the activation may have written one
        var read = Stopwatch.StartNew();
        await silo.Grains.Sku("OLD").Levels();
        results.Take(new("activation of a SKU with 1,000,000 events", "≤ 10 ms", string.Create(
            CultureInfo.InvariantCulture, $"{old:F1} ms with the snapshot, {read.ElapsedMilliseconds:N0} ms without"),
            old <= 10));
        results.Take(new("activation, from 1,000 to 1,000,000 events", "≤ 1.5×", string.Create(
            CultureInfo.InvariantCulture, $"{old / young:F2}× ({young:F1} ms, {old:F1} ms)"), old / young <= 1.5));

        async Task Sell(string sku, int events)
        {
            var wide = new ParallelOptions { MaxDegreeOfParallelism = 512 };
            await Parallel.ForAsync(0, events / 2, wide, async (i, ct) =>
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{sku}-{i}");
                if ((await silo.Skus.Reserve(sku, new(id, 1), ct)).Refusal is { } no)
                    throw new InvalidOperationException(no.Code);
                await silo.Grains.Sku(sku).Release(new(id), ct);
            });
        }

        // The median of 25 first answers, each of a new activation.
        async Task<double> Wake(string sku)
        {
            var times = new List<double>();
            for (var i = 0; i < 25; i++)
            {
                await silo.Forget(sku);
                await Task.Delay(200);
                var started = Stopwatch.GetTimestamp();
                await silo.Grains.Sku(sku).Levels();
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return ContestResult.Middle(times);
        }
    }

    private static async Task SoldOut(PostgresServer server, BenchOptions options, Results results)
    {
        await using var silo = await BenchSilo.Start(server, readers: false);
        var one = new OneSku(silo, "S");
        var time = TimeSpan.FromSeconds(options.Seconds);
        await one.Side(256).Run(256, TimeSpan.FromSeconds(options.WarmupSeconds));
        var accepted = await one.Side(256).Run(256, time);
        await silo.Stock(["GONE"], units: 1);
        var own = await silo.Skus.Reserve("GONE", new("mine", 1));
        var rows = await silo.Count("select count(*) from journal");
        var refused = await Load.Run("sold out", 256, time, async i =>
            (await silo.Skus.Reserve("GONE", new(string.Create(CultureInfo.InvariantCulture, $"g-{i}"), 1))).Refusal
                == StockRefusals.SoldOut);
        var again = await silo.Skus.Reserve("GONE", new("mine", 1));
        results.Check("sold out", await one.Fault()
            ?? (refused.Failed > 0 ? $"{refused.Failed} answers were none of a sold-out SKU" : null)
            ?? (own.Value is null || own.Value != again.Value ? "the holder's repeat has another answer" : null));
        var written = await silo.Count("select count(*) from journal") - rows;
        var times = refused.PerSecond / accepted.PerSecond;
        results.Take(new("sold out: refusals, 256 in flight", "≥ 3× as many as accepted, no flush", string.Create(
            CultureInfo.InvariantCulture,
            $"{times:F1}× ({refused.PerSecond:N0} against {accepted.PerSecond:N0} a second), {written} rows of missed demand"),
            times >= 3 && written <= time.TotalSeconds + 1)); // one a second tells how many were missed
    }

    private static async Task ColdStart(PostgresServer server, Results results)
    {
        var database = await server.NewDatabase();
        await using (var before = await BenchSilo.Start(server, readers: false, database))
            await new ManySkus(before).Define();
        await using var silo = await BenchSilo.Start(server, readers: false, database);
        var watch = Stopwatch.StartNew();
        var answers = new ConcurrentBag<bool>();
        await Parallel.ForAsync(0, ManySkus.Count, new ParallelOptions { MaxDegreeOfParallelism = 2_048 },
            async (i, ct) => answers.Add((await silo.Grains.Sku(ManySkus.Sku(i)).Levels(ct)).Refusal is null));
        var seconds = watch.Elapsed.TotalSeconds;
        results.Check("cold start", answers.Count(a => a) == ManySkus.Count ? null : "not every SKU was found");
        results.Take(new("cold start: 10,000 SKUs from the journal", "≤ 1.5 s",
            string.Create(CultureInfo.InvariantCulture, $"{seconds:F2} s"), seconds <= 1.5));
    }
}

using System.Diagnostics;
using System.Globalization;
using Ale.Stock;

namespace Ale.Bench;

/// <summary>Durable reservations a second: one SKU, then 10,000, with and without readers, beside pgbench.</summary>
internal static class Hot
{
    private const int Skus = 10_000;
    private const string OneSku = "one SKU", ManySkus = "10,000 SKUs", ReadersOn = "readers on, one SKU";

    public static async Task<int> Run(BenchOptions options)
    {
        await using var server = await PostgresServer.Create();
        var figures = new List<Figure>();
        var notes = new List<string>();
        var good = true;
        await using (var silo = await BenchSilo.Start(server, readers: false))
        {
            Say("warming");
            await silo.Stock(["HOT"]);
            await Load.Run("warm", 256, TimeSpan.FromSeconds(options.WarmupSeconds), i =>
                Reserve(silo, "HOT", $"w-{i}"));
            if (options.Wants(OneSku))
                good &= await Measure(silo, options, OneSku, _ => "HOT", "o", figures, notes);
            if (options.Wants(ManySkus))
            {
                Say($"defining {Skus} SKUs");
                await silo.Stock(Enumerable.Range(0, Skus).Select(Sku));
                good &= await Measure(silo, options, ManySkus, i => Sku((int)(i * 7_919 % Skus)), "m", figures, notes);
            }
        }

        if (options.Wants(ReadersOn)) good &= await WithReaders(server, options, figures, notes);
        if (options.Wants("pgbench"))
        {
            Say("pgbench");
            foreach (var figure in await PgBench.Run(server, options.Seconds))
            {
                figures.Add(figure);
                Tell(figure);
            }
        }

        foreach (var note in notes) Console.WriteLine(note);
        Console.WriteLine(good ? "valid: every acknowledged reservation is in the journal, once" : "NOT VALID");
        if (options.Report) await Report.Write(figures, notes, options, good);
        return good ? 0 : 1;
    }

    private static async Task<bool> WithReaders(
        PostgresServer server, BenchOptions options, List<Figure> figures, List<string> notes)
    {
        var good = true;
        await using (var silo = await BenchSilo.Start(server, readers: true))
        {
            Say("with projections and reactions");
            await silo.Stock(["HOT"]);
            await Load.Run("warm", 256, TimeSpan.FromSeconds(Math.Min(5, options.WarmupSeconds)), i =>
                Reserve(silo, "HOT", $"w-{i}"));
            await silo.Settled(TimeSpan.FromSeconds(120));
            var figure = await Load.Run(ReadersOn, 256, TimeSpan.FromSeconds(options.Seconds),
                i => Reserve(silo, "HOT", $"r-{i}"));
            figures.Add(figure);
            Tell(figure);
            var caughtUp = Stopwatch.StartNew();
            var settled = await silo.Settled(TimeSpan.FromMinutes(5));
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"readers on: {caughtUp.Elapsed.TotalSeconds:F1} s after the last reply all projections and reactions stood at the journal's end ({(settled.IsSettled ? "settled" : "NOT settled: " + string.Join(", ", settled.Behind))})"));
            good &= settled.IsSettled && figure.Failed == 0 && await silo.HeldInJournal("r-%") == figure.Done;
            var (levels, _) = await silo.Grains.Sku("HOT").Levels();
            var row = (await silo.Grains.GetGrain<IStockQueries>(0).Skus(null, 1, default)).Value;
            good &= row[0].Held == levels!.Held;
            notes.Add($"readers on: held by the grain {levels.Held}, by the table {row[0].Held}");
        }

        return good;
    }

    private static async Task<bool> Measure(BenchSilo silo, BenchOptions options, string path, Func<long, string> sku,
        string prefix, List<Figure> figures, List<string> notes)
    {
        var good = true;
        foreach (var inFlight in options.InFlight)
        {
            await silo.Checkpoint();
            using var allocations = options.Types ? new Allocations() : null;
            var figure = await Load.Run(path, inFlight, TimeSpan.FromSeconds(options.Seconds),
                i => Reserve(silo, sku(i), $"{prefix}{inFlight}-{i}"));
            figures.Add(figure);
            Tell(figure);
            foreach (var (type, share) in allocations?.Top(40) ?? [])
                Say(string.Create(CultureInfo.InvariantCulture, $"{share * figure.Bytes,6:F0} B  {type}"));
            var stored = await silo.HeldInJournal($"{prefix}{inFlight}-%");
            if (figure.Failed == 0 && stored == figure.Done) continue;
            good = false;
            notes.Add(
                $"{path}, {inFlight} in flight: {figure.Done} acknowledged, {stored} in the journal, {figure.Failed} failed");
        }

        return good;
    }

    private static async Task<bool> Reserve(BenchSilo silo, string sku, string id) =>
        (await silo.Skus.Reserve(sku, new(id, 1))).Value is { State: ReservationState.Held };

    private static string Sku(int i) => string.Create(CultureInfo.InvariantCulture, $"SKU{i:D5}");

    private static void Say(string what) => Console.WriteLine($"-- {what}");

    private static void Tell(Figure f) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{f.Path,-24} {f.InFlight,5} in flight {f.PerSecond,10:N0}/s  p50 {f.P50Ms,7:F2} ms  p99 {f.P99Ms,7:F2} ms  cpu {f.CpuMicros,6:F1} µs  {f.Bytes,6:F0} B"));
}

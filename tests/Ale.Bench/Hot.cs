using System.Globalization;
using Ale.Stock;

namespace Ale.Bench;

/// <summary>One path of ours alone, for looking at what it costs while changing it.</summary>
internal static class Hot
{
    public static async Task<int> Run(BenchOptions options)
    {
        await using var server = await Program.Server();
        await using var silo = await BenchSilo.Start(server, readers: false);
        var one = new OneSku(silo, "H");
        var many = new ManySkus(silo);
        await one.Side(256).Run(256, TimeSpan.FromSeconds(options.WarmupSeconds));
        if (options.Wants("one SKU")) await Measure("one SKU", one.Side(), options);
        if (!options.Wants("10,000 SKUs") && !options.Wants("orders")) return Valid(await one.Fault());
        await many.Define();
        if (options.Wants("10,000 SKUs")) await Measure("10,000 SKUs", many.Reservations(ManySkus.Uniform), options);
        var faults = (await one.Fault(), await many.Fault());
        if (options.Wants("orders")) await Measure("orders", many.Orders(), options);
        return Valid(faults.Item1, faults.Item2, await many.Fault(each: 3));
    }

    private static async Task Measure(string path, Side side, BenchOptions options)
    {
        foreach (var inFlight in options.InFlight)
        {
            using var allocations = options.Types ? new Allocations() : null;
            var f = await side.Run(inFlight, TimeSpan.FromSeconds(options.Seconds));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{path,-12} {inFlight,5} in flight {f.PerSecond,10:N0}/s  p50 {f.P50Ms,7:F2} ms  p99 {f.P99Ms,7:F2} ms  cpu {f.CpuMicros,6:F1} µs  {f.Bytes,6:F0} B"));
            foreach (var (type, share) in allocations?.Top(40) ?? [])
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{share * f.Bytes,10:F0} B  {type}"));
        }
    }

    private static int Valid(params string?[] faults)
    {
        var found = faults.OfType<string>().ToList();
        Console.WriteLine(found is [] ? "valid: every acknowledged reservation is in the journal, once"
            : $"NOT VALID: {string.Join("; ", found)}");
        return found is [] ? 0 : 1;
    }
}

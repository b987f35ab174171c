using System.Globalization;
using Ale.Stock;

namespace Ale.Bench;

/// <summary>Our side of a hot SKU: each run has a new one, so that none begins with the holds of another.</summary>
internal sealed class OneSku(BenchSilo silo, string prefix)
{
    private readonly List<(string Sku, Figure Figure)> _runs = [];
    private int _last;

    public Side Side(params int[] inFlight) => new("Ale", inFlight, async (n, time) =>
    {
        var sku = string.Create(CultureInfo.InvariantCulture, $"{prefix}{++_last}");
        await silo.Stock([sku]);
        await silo.Checkpoint();
        var figure = await Load.Run("one SKU", n, time, i => Reserve(sku, Id(sku, i)));
        await silo.Forget(sku);
        _runs.Add((sku, figure));
        return figure;
    });

    /// <summary>What was acknowledged and is not in the journal, once; null when all is.</summary>
    public async Task<string?> Fault()
    {
        foreach (var (sku, figure) in _runs)
        {
            var stored = await silo.HeldInJournal(sku + "-%", sku);
            if (figure.Failed > 0 || stored != figure.Done)
                return $"{sku}: {figure.Done} acknowledged, {stored} in the journal, {figure.Failed} failed";
        }

        return null;
    }

    private async Task<bool> Reserve(string sku, string id) =>
        (await silo.Skus.Reserve(sku, new(id, 1))).Value is { State: ReservationState.Held };

    private static string Id(string sku, long i) => string.Create(CultureInfo.InvariantCulture, $"{sku}-{i}");
}

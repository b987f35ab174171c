using Ale.Stock;

namespace Ale.Orders;

internal sealed partial class OrderGrain
{
    /// <summary>
    /// Nobody is asked to pay for units that a correction has taken from his hold (S05): the first such line's refusal,
    /// or null. What was recorded was paid, so it is not looked at.
    /// </summary>
    private async Task<Refusal?> Uncovered(string payKey)
    {
        if (State.Phase != OrderPhase.AwaitingPayment || State.Content!.RecordedAt is not null
            || State.Keys.Find(payKey, Now) is not null) return null;
        var looked = await Task.WhenAll(State.Content.Demand.Select(async d =>
            (d.Sku, Covers: await GrainFactory.Sku(d.Sku).Covers(ClaimId))));
        return looked.FirstOrDefault(l => l.Covers is { Refusal: null, Value: false }) is { Sku: { } sku }
            ? StockRefusals.SoldOut.With("sku", sku) : null;
    }
}

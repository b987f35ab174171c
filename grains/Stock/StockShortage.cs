using Ale.Inbox;
using Ale.Policy;
using Ale.Supply;

namespace Ale.Stock;

/// <summary>What a shortage asks of the slices to the left; each of it may be asked again.</summary>
internal static class StockShortage
{
    private const string By = "stock", Kind = "stock_safety";

    /// <summary>The reminder to replenish: one an incident, open as long as that (STK-04, A04).</summary>
    public static async Task Remind(IGrainFactory grains, string sku, MarkSignal mark, string role)
    {
        var signal = mark.Signal;
        if (signal is { Episode: > 1, IsOpen: true }) await Close(signal.Episode - 1);
        var terms = new InboxTerms(Kind, $"Replenish {sku}", $"sku/{sku}", role, InboxSeverity.Warning, null);
        Sure(sku, await grains.OpenItem(ItemOf(sku, signal.Episode), terms, By));
        if (!signal.IsOpen) await Close(signal.Episode);

        async Task Close(int episode)
        {
            var refusal = (await grains.InboxItem(ItemOf(sku, episode)).Close(By, "replenished")).Refusal;
            if (refusal != InboxRefusals.Unknown) Sure(sku, refusal);
        }
    }

    /// <summary>
    /// The emergency purchase (STK-05): none while one is open, none again in the shortage for which people have said
    /// no. Returns the number of the mark's latest order.
    /// </summary>
    public static async Task<int> Buy(
        IGrainFactory grains, string sku, SkuTerms terms, MarkSignal mark, long onHand, SupplyPolicy policy)
    {
        if (mark.Signal.State != Engines.SignalState.Fired || terms.LimitedTotal is not null) return mark.Order;
        if (mark.Order > 0)
        {
            var (last, refusal) = await grains.PurchaseOrder(PurchaseKeys.IdOf(sku, mark.Order)).Get();
            Sure(sku, refusal);
            if (last!.IsOpen) return mark.Order;
            if (last.State != PurchaseState.Received && last.Terms.Episode == mark.Signal.Episode) return mark.Order;
        }

        var order = new PurchaseTerms(sku, QuantityOf(terms.Levels!, onHand, policy), terms.CostMinor, terms.Currency,
            terms.Market, mark.Signal.Episode);
        Sure(sku, (await grains.PurchaseOrder(PurchaseKeys.IdOf(sku, mark.Order + 1)).Open(order)).Refusal);
        return mark.Order + 1;
    }

    /// <summary>Units that fill up to so much of the safety mark as the policy says; 1 at least.</summary>
    public static int QuantityOf(StockMarks lines, long onHand, SupplyPolicy policy) =>
        (int)Math.Clamp((long)lines.Safety * policy.CoverPercent / 100 - onHand, 1, Limits.QuantityMax);

    /// <summary>The reminder of a SKU's n-th shortage.</summary>
    public static string ItemOf(string sku, int episode) => CauseIds.Of(Kind, $"sku/{sku}/{episode}");

    // Not now: the SKU is due again.
    private static void Sure(string sku, Refusal? refusal)
    {
        if (refusal is not null) throw new OutcomeUnknownException($"{sku}: {refusal.Code}");
    }
}

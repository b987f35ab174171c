using Ale.Kernel;

namespace Ale.Stock;

/// <summary>How the terms of a SKU come to be others.</summary>
internal sealed partial class Stock
{
    public Decision<StockEvent, SkuInfo> Decide(ChangeSku command, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        if (Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return Changed(done.Answer.Terms, command).Equals(done.Answer.Terms)
                ? done.Answer with { Sku = sku } : StockRefusals.Changed;
        }

        if (command.Version != TermsVersion) return StockRefusals.Stale;
        var terms = Changed(Terms, command);
        if (WhyFixed(terms) is { } field) return StockRefusals.Fixed.With("field", field);
        if (!IsGood(terms.Levels)) return StockRefusals.BadLevels;
        if (terms.Equals(Terms)) return Info(sku);
        return new(new SkuInfo(sku, terms, TermsVersion + 1),
            new StockEvent.Changed(terms, command.Key, command.Actor, now));
    }

    /// <summary>The terms as they are now; there must be some.</summary>
    public SkuInfo Info(string sku) => new(sku, Terms!, TermsVersion);

    /// <summary>The member that may not become what it would; null: all may.</summary>
    private string? WhyFixed(SkuTerms to)
    {
        var now = Terms!;
        if (to.Currency != now.Currency) return "currency"; // holds and sales are in it
        if (to.Market != now.Market) return "market";
        if (to.LimitedTotal != now.LimitedTotal && now.LimitedTotal is not null) return "limitedTotal";
        // Units that are out already were not counted for a limit that was not there.
        if (now.Product is not null && to.Product != now.Product) return "product"; // it would be a variant of both
        if (Held == 0 && Sold == 0) return null;
        return to.LimitedTotal != now.LimitedTotal ? "limitedTotal"
            : now.PerUserMax is null && to.PerUserMax is not null ? "perUserMax"
            : now.PerSessionMax is null && to.PerSessionMax is not null ? "perSessionMax" : null;
    }

    private static bool IsGood(StockMarks? marks) =>
        marks is not { } l || (l.Safety > l.Warning && l.Warning > l.Minimum && l.Minimum >= 0);

    private static SkuTerms Changed(SkuTerms terms, ChangeSku to) => terms with
    {
        Title = to.Title ?? terms.Title,
        PriceMinor = to.PriceMinor ?? terms.PriceMinor,
        Currency = to.Currency ?? terms.Currency,
        Market = to.Market ?? terms.Market,
        Product = to.Product ?? terms.Product,
        OptionValues = to.OptionValues ?? terms.OptionValues,
        CostMinor = to.CostMinor ?? terms.CostMinor,
        Barcode = to.Barcode ?? terms.Barcode,
        Levels = to.Levels ?? terms.Levels,
        HoldSeconds = to.HoldSeconds ?? terms.HoldSeconds,
        PerUserMax = to.PerUserMax ?? terms.PerUserMax,
        PerSessionMax = to.PerSessionMax ?? terms.PerSessionMax,
        LimitedTotal = to.LimitedTotal ?? terms.LimitedTotal,
        EcoPackaging = to.EcoPackaging ?? terms.EcoPackaging,
        Imported = to.Imported ?? terms.Imported,
    };
}

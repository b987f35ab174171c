using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Stock;

/// <summary>What a SKU is and how it sells; the members mean what they do in <see cref="SkuTerms"/>.</summary>
/// <param name="Market">Absent: the default market.</param>
internal sealed record SkuBody(
    string Title, long PriceMinor, string Currency, string? Market = null, string? Product = null,
    IReadOnlyDictionary<string, string>? OptionValues = null, long? CostMinor = null, string? Barcode = null,
    LevelsBody? Levels = null, int? HoldSeconds = null, int? PerUserMax = null, int? PerSessionMax = null,
    int? LimitedTotal = null, bool EcoPackaging = false, bool Imported = false, int? WeightGrams = null) : IValidated
{
    internal SkuTerms Terms => new(Title, PriceMinor, Currency, Market ?? "")
    {
        Product = Product,
        OptionValues = OptionValues?.ToImmutableSortedDictionary(StringComparer.Ordinal),
        CostMinor = CostMinor,
        Barcode = Barcode,
        Levels = Levels?.Marks,
        HoldSeconds = HoldSeconds,
        PerUserMax = PerUserMax,
        PerSessionMax = PerSessionMax,
        LimitedTotal = LimitedTotal,
        EcoPackaging = EcoPackaging,
        Imported = Imported,
        WeightGrams = WeightGrams,
    };

    public void Validate(Problems p) => p.At("", Patch);

    /// <summary>The same members, for the rules they share.</summary>
    private SkuPatch Patch => new()
    {
        Title = Title,
        PriceMinor = PriceMinor,
        Currency = Currency,
        Market = Market,
        Product = Product,
        OptionValues = OptionValues,
        CostMinor = CostMinor,
        Barcode = Barcode,
        HoldSeconds = HoldSeconds,
        PerUserMax = PerUserMax,
        PerSessionMax = PerSessionMax,
        LimitedTotal = LimitedTotal,
        WeightGrams = WeightGrams,
    };
}

/// <summary>New terms of a SKU; what is absent stays as it is. Currency and market are fixed.</summary>
internal sealed record SkuPatch : IValidated
{
    private const int OptionsMax = 20, OptionLengthMax = 100;

    public string? Title { get; init; }
    public long? PriceMinor { get; init; }
    public string? Currency { get; init; }
    public string? Market { get; init; }
    public string? Product { get; init; }
    public IReadOnlyDictionary<string, string>? OptionValues { get; init; }
    public long? CostMinor { get; init; }
    public string? Barcode { get; init; }
    public LevelsBody? Levels { get; init; }
    public int? HoldSeconds { get; init; }
    public int? PerUserMax { get; init; }
    public int? PerSessionMax { get; init; }
    public int? LimitedTotal { get; init; }
    public bool? EcoPackaging { get; init; }
    public bool? Imported { get; init; }

    /// <summary>Of a unit with its box, grams.</summary>
    public int? WeightGrams { get; init; }

    public void Validate(Problems p)
    {
        p.Text("title", Title, min: 1);
        p.Money("priceMinor", PriceMinor);
        p.Currency("currency", Currency);
        p.Text("market", Market, 8, 1);
        p.Id("product", Product);
        p.Count("optionValues", OptionValues, OptionsMax);
        foreach (var (name, value) in OptionValues ?? ImmutableDictionary<string, string>.Empty)
        {
            p.Text("optionValues", name, OptionLengthMax, 1);
            p.Require(value is not null, "optionValues", "Must not be null.");
            p.Text("optionValues", value, OptionLengthMax, 1);
        }

        p.Money("costMinor", CostMinor);
        p.Text("barcode", Barcode, Limits.IdLengthMax, 1);
        p.Range("holdSeconds", HoldSeconds, 1, SkuTerms.HoldSecondsMax);
        p.Quantity("perUserMax", PerUserMax);
        p.Quantity("perSessionMax", PerSessionMax);
        p.Quantity("limitedTotal", LimitedTotal);
        p.Range("weightGrams", WeightGrams, 1, SkuTerms.WeightGramsMax);
    }

    public ChangeSku Command(long version, string key, string actor) => new(version, key, actor)
    {
        Title = Title,
        PriceMinor = PriceMinor,
        Currency = Currency,
        Market = Market,
        Product = Product,
        OptionValues = OptionValues?.ToImmutableSortedDictionary(StringComparer.Ordinal),
        CostMinor = CostMinor,
        Barcode = Barcode,
        Levels = Levels?.Marks,
        HoldSeconds = HoldSeconds,
        PerUserMax = PerUserMax,
        PerSessionMax = PerSessionMax,
        LimitedTotal = LimitedTotal,
        EcoPackaging = EcoPackaging,
        Imported = Imported,
        WeightGrams = WeightGrams,
    };
}

/// <summary>Units; in no other order than safety &gt; warning &gt; minimum ≥ 0, else
/// <c>stock.bad_levels</c>.</summary>
internal sealed record LevelsBody(int Safety, int Warning, int Minimum)
{
    internal StockMarks Marks => new(Safety, Warning, Minimum);
}

/// <summary>A SKU as answered; <c>version</c> is what <c>If-Match</c> names.</summary>
internal sealed record SkuReply(
    string Sku, string Title, long PriceMinor, string Currency, string Market, string? Product,
    IReadOnlyDictionary<string, string>? OptionValues, long? CostMinor, string? Barcode, LevelsBody? Levels,
    int? HoldSeconds, int? PerUserMax, int? PerSessionMax, int? LimitedTotal, bool EcoPackaging, bool Imported,
    int? WeightGrams, long Version)
{
    public static SkuReply Of(SkuInfo sku)
    {
        var t = sku.Terms;
        return new(sku.Sku, t.Title, t.PriceMinor, t.Currency, t.Market, t.Product, t.OptionValues, t.CostMinor,
            t.Barcode, t.Levels is { } l ? new(l.Safety, l.Warning, l.Minimum) : null, t.HoldSeconds, t.PerUserMax,
            t.PerSessionMax, t.LimitedTotal, t.EcoPackaging, t.Imported, t.WeightGrams, sku.Version);
    }
}

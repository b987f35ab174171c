using System.Collections.Immutable;

namespace Ale.Stock;

/// <summary>What a SKU is and how it sells. An empty <c>Market</c> is defined as the default one.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.terms")]
public sealed record SkuTerms(
    [property: Id(0)] string Title, [property: Id(1)] long PriceMinor, [property: Id(2)] string Currency,
    [property: Id(3)] string Market)
{
    /// <summary>Longest hold that a SKU may ask for, seconds; the policy's cap may be shorter and wins.</summary>
    public const int HoldSecondsMax = 1_800;

    /// <summary>Heaviest unit, grams.</summary>
    public const int WeightGramsMax = 1_000_000;

    /// <summary>The product it is a variant of.</summary>
    [Id(4)] public string? Product { get; init; }

    /// <summary>What tells it from the product's other variants, as <c>size</c> to <c>M</c>.</summary>
    [Id(5)] public ImmutableSortedDictionary<string, string>? OptionValues { get; init; }

    /// <summary>What a unit costs the brand, minor units.</summary>
    [Id(6)] public long? CostMinor { get; init; }

    /// <summary>As printed on the box.</summary>
    [Id(7)] public string? Barcode { get; init; }

    /// <summary>The three warning levels; null: nothing is watched.</summary>
    [Id(8)] public StockMarks? Levels { get; init; }

    /// <summary>How long a hold lasts, seconds; null: the market's policy.</summary>
    [Id(9)] public int? HoldSeconds { get; init; }

    /// <summary>Most units one user may have held and bought.</summary>
    [Id(10)] public int? PerUserMax { get; init; }

    /// <summary>Most units that one session may sell.</summary>
    [Id(11)] public int? PerSessionMax { get; init; }

    /// <summary>A limited edition (STK-07): so many units will ever be sold; then it is closed for good.</summary>
    [Id(12)] public int? LimitedTotal { get; init; }

    /// <summary>Packed in a way that earns extra points.</summary>
    [Id(13)] public bool EcoPackaging { get; init; }

    /// <summary>Needs papers before it may be sold.</summary>
    [Id(14)] public bool Imported { get; init; }

    /// <summary>What a unit weighs with its box, grams (SHP-07); null: the market's policy says.</summary>
    [Id(15)] public int? WeightGrams { get; init; }

    /// <inheritdoc/>
    public bool Equals(SkuTerms? other) => other is not null
        && (Title, PriceMinor, Currency, Market, Product, CostMinor, Barcode)
            == (other.Title, other.PriceMinor, other.Currency, other.Market, other.Product, other.CostMinor,
                other.Barcode)
        && WeightGrams == other.WeightGrams
        && (Levels, HoldSeconds, PerUserMax, PerSessionMax, LimitedTotal, EcoPackaging, Imported)
            == (other.Levels, other.HoldSeconds, other.PerUserMax, other.PerSessionMax, other.LimitedTotal,
                other.EcoPackaging, other.Imported)
        && (OptionValues ?? ImmutableSortedDictionary<string, string>.Empty)
            .SequenceEqual(other.OptionValues ?? ImmutableSortedDictionary<string, string>.Empty);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, PriceMinor, Currency, Market, Product);
}

/// <summary>New terms; null leaves one as it is.</summary>
/// <param name="Version">The version they are meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was: a member of staff or a backend.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.change")]
public sealed record ChangeSku(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string Actor)
{
    /// <summary>See <see cref="SkuTerms"/>, here and below.</summary>
    [Id(3)] public string? Title { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(4)] public long? PriceMinor { get; init; }

    /// <summary>Is what it is: another one is <see cref="StockRefusals.Fixed"/>.</summary>
    [Id(5)] public string? Currency { get; init; }

    /// <inheritdoc cref="Currency"/>
    [Id(6)] public string? Market { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(7)] public string? Product { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(8)] public ImmutableSortedDictionary<string, string>? OptionValues { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(9)] public long? CostMinor { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(10)] public string? Barcode { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(11)] public StockMarks? Levels { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(12)] public int? HoldSeconds { get; init; }

    /// <summary>May be raised and lowered, but not begin while units are held or sold: they were not counted.</summary>
    [Id(13)] public int? PerUserMax { get; init; }

    /// <inheritdoc cref="PerUserMax"/>
    [Id(14)] public int? PerSessionMax { get; init; }

    /// <summary>Of an edition fixed for ever (STK-07); may not begin while units are held or sold.</summary>
    [Id(15)] public int? LimitedTotal { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(16)] public bool? EcoPackaging { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(17)] public bool? Imported { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(18)] public int? WeightGrams { get; init; }
}

/// <summary>A SKU's terms as they are now.</summary>
/// <param name="Version">Raised by every change of terms, and by nothing else; what <c>If-Match</c> names.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.info")]
public sealed record SkuInfo(
    [property: Id(0)] string Sku, [property: Id(1)] SkuTerms Terms, [property: Id(2)] long Version);

/// <summary>Units below which something happens: <c>Safety &gt; Warning &gt; Minimum ≥ 0</c>.</summary>
/// <param name="Safety">Of units on hand: replenish (STK-04).</param>
/// <param name="Warning">Of units on hand: emergency purchase (STK-05).</param>
/// <param name="Minimum">Of available units: live selling pauses (STK-06); 0 never pauses.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.marks")]
public sealed record StockMarks(
    [property: Id(0)] int Safety, [property: Id(1)] int Warning, [property: Id(2)] int Minimum);

using System.Collections.Immutable;
using Ale.Feed;

namespace Ale.Stock;

/// <summary>Lists of stock, from the slice's tables. Key 0.</summary>
[Alias("ale.stock.queries")]
public interface IStockQueries : IGrainWithIntegerKey
{
    /// <summary>SKUs in order of their code, after <paramref name="after"/>; at most <paramref
    /// name="limit"/>.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("skus")]
    Task<Outcome<ImmutableArray<SkuRow>>> Skus(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>SKUs as in <see cref="Skus"/>, of one product, or with one barcode.</summary>
    [Alias("find")]
    Task<Outcome<ImmutableArray<SkuRow>>> Find(SkusWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>List prices of a SKU, the latest first; dropped and coming ones too (SHP-05).</summary>
    [Alias("prices")]
    Task<Outcome<ImmutableArray<PriceRow>>> Prices(
        PricesWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>SKUs as the table knows them, a moment late; ones it does not know are left out.</summary>
    [Alias("glance")]
    Task<Outcome<ImmutableArray<SkuGlance>>> Glance(
        ImmutableArray<string> skus, CancellationToken ct = default);

    /// <summary>The same, no older than a place.</summary>
    /// <param name="at">It waits up to 2 s until the table shows this place.</param>
    [Alias("glance_at")]
    Task<Outcome<ImmutableArray<SkuGlance>>> GlanceAt(
        ImmutableArray<string> skus, JournalPlace at, CancellationToken ct = default);

    /// <summary>Attempts to buy, and those refused for stock, of a session or of a time in a market (STK-03).</summary>
    /// <param name="at">It waits up to 2 s until the tables show this place.</param>
    [Alias("out_rate")]
    Task<Outcome<OutRate>> OutRate(OutRateWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>Units sold in sessions: confirmed under their claims, less those put back. Pairs without a sale are left
    /// out.</summary>
    /// <param name="skus">Upper case.</param>
    /// <param name="at">It waits up to 2 s until the tables show this place.</param>
    [Alias("sold_in_sessions")]
    Task<Outcome<ImmutableArray<SoldInSession>>> SoldInSessions(
        ImmutableArray<string> sessions, ImmutableArray<string> skus, JournalPlace at, CancellationToken ct = default);
}

/// <summary>What a session sold of a SKU, units.</summary>
[GenerateSerializer, Immutable, Alias("ale.stock.sold_in_session")]
public sealed record SoldInSession(
    [property: Id(0)] string SessionId, [property: Id(1)] string Sku, [property: Id(2)] long Units);

/// <summary>Which list prices are wanted.</summary>
/// <param name="Before">Before the price that began, or is to begin, then; null: from the last.</param>
/// <param name="BeforePlan">Its plan; empty: it was set at once.</param>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.stock.prices_wanted")]
public sealed record PricesWanted(
    [property: Id(0)] string Sku, [property: Id(1)] DateTimeOffset? Before, [property: Id(2)] string BeforePlan,
    [property: Id(3)] int Limit);

/// <summary>Which SKUs are wanted; null leaves a condition out.</summary>
/// <param name="After">After this code.</param>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.stock.wanted")]
public sealed record SkusWanted(
    [property: Id(0)] string? After, [property: Id(1)] int Limit, [property: Id(2)] string? Product,
    [property: Id(3)] string? Barcode);

/// <summary>Which attempts are counted; null leaves a condition out.</summary>
/// <param name="From">From this instant on, to the quarter of an hour.</param>
/// <param name="To">Before this one.</param>
[GenerateSerializer, Immutable, Alias("ale.stock.out_rate_wanted")]
public sealed record OutRateWanted(
    [property: Id(0)] string? SessionId, [property: Id(1)] string? Market, [property: Id(2)] DateTimeOffset? From,
    [property: Id(3)] DateTimeOffset? To);

/// <summary>How often a buyer found too few units.</summary>
/// <param name="Attempts">Holds made, and attempts refused for stock.</param>
/// <param name="Refused">Attempts refused because fewer units were available than asked.</param>
/// <param name="Skus">By SKU, the most refused first; at most 100.</param>
[GenerateSerializer, Immutable, Alias("ale.stock.out_rate")]
public sealed record OutRate(
    [property: Id(0)] long Attempts, [property: Id(1)] long Refused,
    [property: Id(2)] ImmutableArray<OutRateOfSku> Skus)
{
    /// <summary>Of 100 attempts, to two decimals; 0 where there was none.</summary>
    public decimal Percent => Attempts == 0 ? 0 : Math.Round(100m * Refused / Attempts, 2);
}

/// <summary>The same of one SKU.</summary>
[GenerateSerializer, Immutable, Alias("ale.stock.out_rate_sku")]
public sealed record OutRateOfSku(
    [property: Id(0)] string Sku, [property: Id(1)] long Attempts, [property: Id(2)] long Refused);

/// <summary>What an order looks at before it asks for units, and what a shop is told.</summary>
/// <param name="Version">Events of the SKU so far.</param>
[GenerateSerializer, Immutable, Alias("ale.stock.glance")]
public readonly record struct SkuGlance(
    [property: Id(0)] string Sku, [property: Id(1)] string Currency, [property: Id(2)] long Available,
    [property: Id(3)] long Version);

/// <summary>A SKU with its figures, as listed.</summary>
[GenerateSerializer, Immutable, Alias("ale.stock.row")]
public sealed record SkuRow(
    [property: Id(0)] string Sku, [property: Id(1)] string Title, [property: Id(2)] long PriceMinor,
    [property: Id(3)] string Currency, [property: Id(4)] string Market, [property: Id(5)] long OnHand,
    [property: Id(6)] long Held, [property: Id(7)] long Sold, [property: Id(8)] long Available);

/// <summary>Live stock: the topics of the slice.</summary>
public static class StockFeed
{
    /// <summary>The topic of a SKU's figures.</summary>
    public static FeedTopic Topic(string sku) => new("stock", sku);

    /// <summary>A SKU's figures, to be watched.</summary>
    public static FeedSubject StockSubject(this IGrainFactory grains, string sku) =>
        new(Topic(sku.ToUpperInvariant()), grains.Sku(sku));
}

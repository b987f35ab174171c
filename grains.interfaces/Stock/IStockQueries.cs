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

    /// <summary>SKUs as the table knows them, a moment late; ones it does not know are left out.</summary>
    [Alias("glance")]
    Task<Outcome<ImmutableArray<SkuGlance>>> Glance(
        ImmutableArray<string> skus, CancellationToken ct = default);
}

/// <summary>What an order looks at before it asks for units.</summary>
[GenerateSerializer, Immutable, Alias("ale.stock.glance")]
public readonly record struct SkuGlance(
    [property: Id(0)] string Sku, [property: Id(1)] string Currency, [property: Id(2)] long Available);

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

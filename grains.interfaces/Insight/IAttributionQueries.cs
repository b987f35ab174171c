using System.Collections.Immutable;

namespace Ale.Insight;

/// <summary>
/// What was sold by where the buyers came from (ORD-07), from the tables of orders, placements and sessions. An order is
/// shown once in each dimension: for what it names, else for its buyer's last touch; a placement names its
/// campaign and its channel. Key 0.
/// </summary>
[Alias("ale.attribution.queries")]
public interface IAttributionQueries : IGrainWithIntegerKey
{
    /// <summary>
    /// Sums of the orders paid in a time, one row a source and currency, the most net money first. Orders that are shown
    /// for nothing have rows of their own, so that all rows add up to all orders, whatever they are shown by.
    /// </summary>
    /// <param name="wanted">Which orders, and by what.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the question.</param>
    [Alias("sales")]
    Task<Outcome<ImmutableArray<AttributedSales>>> Sales(
        AttributionWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>The orders behind one source's figures, the latest paid first.</summary>
    /// <param name="source">The session, host, channel … asked for.</param>
    /// <param name="after">The last order of the page before; null: from the latest.</param>
    /// <param name="wanted">Which orders, and by what.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the question.</param>
    [Alias("orders")]
    Task<Outcome<ImmutableArray<AttributedOrder>>> Orders(string source, AttributedCursor? after,
        AttributionWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>What an order's money is shown for.</summary>
public enum AttributionBy
{
    /// <summary>The live session it was bought in.</summary>
    Session,

    /// <summary>That session's host.</summary>
    Host,

    /// <summary>The platform.</summary>
    Channel,

    /// <summary>The campaign.</summary>
    Campaign,

    /// <summary>The paid placement.</summary>
    Placement,

    /// <summary>The share link.</summary>
    Share,
}

/// <summary>Which orders are meant.</summary>
/// <param name="By">What the rows stand for.</param>
/// <param name="From">First instant of payment.</param>
/// <param name="To">First instant after it.</param>
/// <param name="Market">A market's code; null: all.</param>
/// <param name="Limit">Most rows, 1 to 501.</param>
[GenerateSerializer, Immutable, Alias("ale.attribution.wanted")]
public sealed record AttributionWanted(
    [property: Id(0)] AttributionBy By, [property: Id(1)] DateTimeOffset From, [property: Id(2)] DateTimeOffset To,
    [property: Id(3)] string? Market, [property: Id(4)] int Limit)
{
    /// <summary>The last row of the page of sums before; null: from the most. For <c>Sales</c> only.</summary>
    [Id(5)] public AttributedSalesCursor? After { get; init; }
}

/// <summary>One source's sales. Cancelled orders are not in it.</summary>
/// <param name="Source">Null: orders that are shown for nothing of the kind.</param>
/// <param name="NetMinor">What was paid less what was given back.</param>
[GenerateSerializer, Immutable, Alias("ale.attribution.sales")]
public sealed record AttributedSales(
    [property: Id(0)] string? Source, [property: Id(1)] string Currency, [property: Id(2)] long Orders,
    [property: Id(3)] long PaidMinor, [property: Id(4)] long RefundMinor, [property: Id(5)] long NetMinor);

/// <summary>Where a page of sums ended.</summary>
/// <param name="Source">Empty: the row of no source.</param>
[GenerateSerializer, Immutable, Alias("ale.attribution.sales_cursor")]
public sealed record AttributedSalesCursor(
    [property: Id(0)] long NetMinor, [property: Id(1)] string Source, [property: Id(2)] string Currency);

/// <summary>One order of a source.</summary>
[GenerateSerializer, Immutable, Alias("ale.attribution.order")]
public sealed record AttributedOrder(
    [property: Id(0)] string OrderId, [property: Id(1)] string Currency, [property: Id(2)] long PaidMinor,
    [property: Id(3)] long RefundMinor, [property: Id(4)] DateTimeOffset PaidAt);

/// <summary>Where a page of orders ended.</summary>
[GenerateSerializer, Immutable, Alias("ale.attribution.cursor")]
public sealed record AttributedCursor([property: Id(0)] DateTimeOffset PaidAt, [property: Id(1)] string OrderId);

/// <summary>Keys of the slice.</summary>
public static class InsightKeys
{
    /// <summary>Sales by where buyers came from.</summary>
    public static IAttributionQueries Attribution(this IGrainFactory grains) =>
        grains.GetGrain<IAttributionQueries>(0);
}

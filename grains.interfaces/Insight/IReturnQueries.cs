using System.Collections.Immutable;
using Ale.Budgets;

namespace Ale.Insight;

/// <summary>What paid placements brought for what they cost (CAM-03), from the tables of placements and orders, and for
/// campaigns from that of spends that name no placement. Key 0.</summary>
[Alias("ale.return.queries")]
public interface IReturnQueries : IGrainWithIntegerKey
{
    /// <summary>
    /// Spend and net revenue, one row a thing, class and currency, the best return first. Brand money has no return: it
    /// is judged by its effect over months (CAM-05).
    /// </summary>
    [Alias("returns")]
    Task<Outcome<ImmutableArray<ReturnRow>>> Returns(
        ReturnBy by, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>A page of the same rows, with their rank among all.</summary>
    /// <param name="wanted">Which of them.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the question.</param>
    [Alias("page")]
    Task<Outcome<ImmutableArray<ReturnRow>>> Page(
        ReturnsWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>What returns are shown for.</summary>
public enum ReturnBy
{
    /// <summary>Each placement.</summary>
    Placement,

    /// <summary>Each campaign.</summary>
    Campaign,

    /// <summary>Each channel.</summary>
    Channel,
}

/// <summary>Which returns.</summary>
/// <param name="By">What the rows stand for.</param>
/// <param name="Skip">How many rows were shown before.</param>
/// <param name="Limit">Most rows.</param>
[GenerateSerializer, Immutable, Alias("ale.return.wanted")]
public sealed record ReturnsWanted(
    [property: Id(0)] ReturnBy By, [property: Id(1)] int Skip, [property: Id(2)] int Limit);

/// <summary>What one thing brought.</summary>
/// <param name="Source">One that has cost something.</param>
/// <param name="RevenueMinor">
/// Of the orders that are shown for it, paid, not cancelled, less what was given back; as <c>/api/attribution</c>
/// shows it. On a channel with money of two classes it is that of the order's placement, else of performance.
/// </param>
/// <param name="Roi">Revenue over spend, two decimals; null: brand money.</param>
/// <param name="Rank">The best return is 1; null: brand money.</param>
[GenerateSerializer, Immutable, Alias("ale.return.row")]
public sealed record ReturnRow(
    [property: Id(0)] string Source, [property: Id(1)] SpendClass Class, [property: Id(2)] string Currency,
    [property: Id(3)] long SpendMinor, [property: Id(4)] long RevenueMinor, [property: Id(5)] decimal? Roi,
    [property: Id(6)] int? Rank);

/// <summary>Keys of returns.</summary>
public static class ReturnKeys
{
    /// <summary>What placements brought.</summary>
    public static IReturnQueries Returns(this IGrainFactory grains) => grains.GetGrain<IReturnQueries>(0);
}

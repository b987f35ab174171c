using System.Collections.Immutable;

namespace Ale.Orders;

/// <summary>Lists of orders, from the slice's tables. Key 0.</summary>
[Alias("ale.order.queries")]
public interface IOrderQueries : IGrainWithIntegerKey
{
    /// <summary>Orders, newest first; <paramref name="user"/> and <paramref name="state"/> narrow it.</summary>
    /// <param name="after">The last row of the page before; null: from the newest.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("orders")]
    Task<Outcome<ImmutableArray<OrderRow>>> Orders(
        UserId? user, OrderState? state, OrderCursor? after, int limit, JournalPlace at,
            CancellationToken ct = default);

    /// <summary>Returns, the latest first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("returns")]
    Task<Outcome<ImmutableArray<ReturnRow>>> Returns(
        ReturnsWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which returns are wanted; null leaves a condition out.</summary>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.order.returns_wanted")]
public sealed record ReturnsWanted([property: Id(0)] int Limit)
{
    /// <summary>In this state: accepted ones wait for their money.</summary>
    [Id(1)] public ReturnState? State { get; init; }

    /// <summary>Of one order.</summary>
    [Id(2)] public string? OrderId { get; init; }

    /// <summary>Before the return at this instant, of this order and id: where the page before ended.</summary>
    [Id(3)] public ReturnPlace? Before { get; init; }
}

/// <summary>Where a page of returns ended.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.return_place")]
public sealed record ReturnPlace(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] string OrderId, [property: Id(2)] string Id);

/// <summary>A return, as listed.</summary>
/// <param name="Units">Of all its lines.</param>
[GenerateSerializer, Immutable, Alias("ale.order.return_row")]
public sealed record ReturnRow(
    [property: Id(0)] string OrderId, [property: Id(1)] string Id, [property: Id(2)] ReturnState State,
    [property: Id(3)] string Reason, [property: Id(4)] long Units, [property: Id(5)] long RefundMinor,
    [property: Id(6)] string Currency, [property: Id(7)] DateTimeOffset At);

/// <summary>Where a page of orders ended.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.cursor")]
public sealed record OrderCursor([property: Id(0)] long PlacedAtMs, [property: Id(1)] string Id);

/// <summary>An order, as listed.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.row")]
public sealed record OrderRow(
    [property: Id(0)] string Id, [property: Id(1)] UserId? User, [property: Id(2)] OrderState State,
    [property: Id(3)] string Currency, [property: Id(4)] long GoodsMinor, [property: Id(5)] long PayableMinor,
    [property: Id(6)] long RefundMinor, [property: Id(7)] int Lines, [property: Id(8)] DateTimeOffset PlacedAt,
    [property: Id(9)] string? SessionId);

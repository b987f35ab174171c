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
}

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

using System.Collections.Immutable;

namespace Ale.Orders;

/// <summary>Lists of refunds, from the slice's tables. Key 0.</summary>
[Alias("ale.refund.queries")]
public interface IRefundQueries : IGrainWithIntegerKey
{
    /// <summary>Refunds that are wanted, the latest asked first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("refunds")]
    Task<Outcome<ImmutableArray<RefundRow>>> Refunds(
        RefundsWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which refunds; null: any.</summary>
/// <param name="Limit">Most entries.</param>
[GenerateSerializer, Immutable, Alias("ale.refund.wanted")]
public sealed record RefundsWanted([property: Id(0)] int Limit)
{
    /// <summary>Only those that stand there.</summary>
    [Id(1)] public RefundState? State { get; init; }

    /// <summary>Only those of the order.</summary>
    [Id(2)] public string? OrderId { get; init; }

    /// <summary>Only those for this cause: <c>return</c>, <c>stock</c> …</summary>
    [Id(3)] public string? Cause { get; init; }

    /// <summary>When the last one of the page before was asked for.</summary>
    [Id(4)] public DateTimeOffset? BeforeAsked { get; init; }

    /// <summary>The id of the last one of the page before.</summary>
    [Id(5)] public string? BeforeId { get; init; }
}

/// <summary>A refund in a list; the members mean what they do in <see cref="RefundView"/>.</summary>
[GenerateSerializer, Immutable, Alias("ale.refund.row")]
public sealed record RefundRow(
    [property: Id(0)] string Id, [property: Id(1)] string OrderId, [property: Id(2)] string Ref,
    [property: Id(3)] string Cause, [property: Id(4)] long AmountMinor, [property: Id(5)] string Currency,
    [property: Id(6)] string Market, [property: Id(7)] RefundState State, [property: Id(8)] int Quorum,
    [property: Id(9)] string? ApprovalId, [property: Id(10)] int Attempts, [property: Id(11)] string? Note,
    [property: Id(12)] DateTimeOffset AskedAt, [property: Id(13)] DateTimeOffset? PaidAt);

using System.Collections.Immutable;

namespace Ale.Approvals;

/// <summary>Lists of approvals, from the slice's table. Key 0.</summary>
[Alias("ale.approval.queries")]
public interface IApprovalQueries : IGrainWithIntegerKey
{
    /// <summary>Approvals that are wanted, the latest asked first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("approvals")]
    Task<Outcome<ImmutableArray<ApprovalRow>>> Approvals(
        ApprovalsWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which approvals; null: any.</summary>
/// <param name="Limit">Most entries.</param>
[GenerateSerializer, Immutable, Alias("ale.approval.wanted")]
public sealed record ApprovalsWanted([property: Id(0)] int Limit)
{
    /// <summary>Only those that stand there.</summary>
    [Id(1)] public ApprovalState? State { get; init; }

    /// <summary>Only those of this kind: what the id begins with.</summary>
    [Id(2)] public string? Kind { get; init; }

    /// <summary>When the last one of the page before was asked.</summary>
    [Id(3)] public DateTimeOffset? BeforeAsked { get; init; }

    /// <summary>The id of the last one of the page before.</summary>
    [Id(4)] public string? BeforeId { get; init; }
}

/// <summary>An approval in a list, without its breakdown.</summary>
/// <param name="Approvals">How many have approved.</param>
[GenerateSerializer, Immutable, Alias("ale.approval.row")]
public sealed record ApprovalRow(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string Subject,
    [property: Id(3)] string Role, [property: Id(4)] string AskedBy, [property: Id(5)] int Quorum,
    [property: Id(6)] int Approvals, [property: Id(7)] ApprovalState State, [property: Id(8)] DateTimeOffset AskedAt,
    [property: Id(9)] DateTimeOffset ExpiresAt, [property: Id(10)] DateTimeOffset? ClosedAt);

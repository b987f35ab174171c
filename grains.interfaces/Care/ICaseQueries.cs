using System.Collections.Immutable;

namespace Ale.Care;

/// <summary>Lists of after-sales cases, from the slice's table. Key 0.</summary>
[Alias("ale.case.queries")]
public interface ICaseQueries : IGrainWithIntegerKey
{
    /// <summary>Cases, the latest opened first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("cases")]
    Task<Outcome<ImmutableArray<CaseRow>>> Cases(CasesWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which cases; null: any.</summary>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.case.wanted")]
public sealed record CasesWanted([property: Id(0)] int Limit)
{
    /// <summary>Only of this order.</summary>
    [Id(1)] public string? OrderId { get; init; }

    /// <summary>Only in this state.</summary>
    [Id(2)] public CaseState? State { get; init; }

    /// <summary>True: only those whose next step was due and is not done.</summary>
    [Id(3)] public bool LateOnly { get; init; }

    /// <summary>Before the case that was opened then, with <see cref="BeforeId"/>.</summary>
    [Id(4)] public DateTimeOffset? BeforeOpened { get; init; }

    /// <inheritdoc cref="BeforeOpened"/>
    [Id(5)] public string? BeforeId { get; init; }
}

/// <summary>A case in a list; the members mean what they do in <see cref="CaseView"/>.</summary>
/// <param name="StepsLate">Steps that were or are late.</param>
[GenerateSerializer, Immutable, Alias("ale.case.row")]
public sealed record CaseRow(
    [property: Id(0)] string Id, [property: Id(1)] string OrderId, [property: Id(2)] string Sku,
    [property: Id(3)] int Quantity, [property: Id(4)] CaseKind Kind, [property: Id(5)] CaseState State,
    [property: Id(6)] CaseWindow Window, [property: Id(7)] CaseRemedy? Remedy, [property: Id(8)] string OpenedBy,
    [property: Id(9)] DateTimeOffset OpenedAt, [property: Id(10)] DateTimeOffset? DueAt,
    [property: Id(11)] bool IsLate, [property: Id(12)] int StepsLate, [property: Id(13)] long? RefundMinor);

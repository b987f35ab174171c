using System.Collections.Immutable;

namespace Ale.Inbox;

/// <summary>Lists of inbox items, from the slice's table (TEC-15). Key 0.</summary>
[Alias("ale.inbox.queries")]
public interface IInboxQueries : IGrainWithIntegerKey
{
    /// <summary>Items that are wanted, the latest opened first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("items")]
    Task<Outcome<ImmutableArray<InboxItemInfo>>> Items(
        InboxWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>How many items are open, a row a role, by the role's name; a role without one has no row.</summary>
    /// <param name="roles">Only these; null: all.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("counts")]
    Task<Outcome<ImmutableArray<InboxCount>>> Counts(
        ImmutableArray<string>? roles, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which items; null: any.</summary>
/// <param name="Limit">Most entries.</param>
[GenerateSerializer, Immutable, Alias("ale.inbox.wanted")]
public sealed record InboxWanted([property: Id(0)] int Limit)
{
    /// <summary>Only those of one of these roles.</summary>
    [Id(1)] public ImmutableArray<string>? Roles { get; init; }

    /// <summary>Only those of this kind.</summary>
    [Id(2)] public string? Kind { get; init; }

    /// <summary>Only those that stand there.</summary>
    [Id(3)] public InboxState? State { get; init; }

    /// <summary>When the last one of the page before was opened.</summary>
    [Id(4)] public DateTimeOffset? BeforeOpened { get; init; }

    /// <summary>The id of the last one of the page before.</summary>
    [Id(5)] public string? BeforeId { get; init; }
}

/// <summary>What is open for a role.</summary>
/// <param name="Open">Items that are open.</param>
/// <param name="Overdue">Of them, those whose <c>DueAt</c> has come.</param>
/// <param name="Alarms">Of them, those of severity <see cref="InboxSeverity.Alarm"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.inbox.count")]
public sealed record InboxCount(
    [property: Id(0)] string Role, [property: Id(1)] int Open, [property: Id(2)] int Overdue,
    [property: Id(3)] int Alarms);

using System.Collections.Immutable;

namespace Ale.Inbox;

/// <summary>
/// One thing that somebody of a role is to see or do (TEC-15): opened once, done once. Slices open items by their
/// reactions and close them when the cause is gone; a person may close any of his roles.
/// </summary>
/// <remarks>
/// The key is the item's id. A slice makes it of the cause (<see cref="CauseIds.Of"/>), so that the cause's repeat
/// finds the item there. An item holds no personal data: its texts stay in the journal for ever.
/// </remarks>
[Alias("ale.inbox.item")]
public interface IInboxItemGrain : IGrainWithStringKey
{
    /// <summary>
    /// Opens it. The same terms again: the item as it is now, also when it is done; others:
    /// <see cref="InboxRefusals.Changed"/>.
    /// </summary>
    [Alias("open")] Task<Outcome<InboxItemInfo>> Open(InboxTerms terms, string by, CancellationToken ct = default);

    /// <summary>
    /// What there is to say of the cause has changed: the open item says it now, and an item that is not there is opened.
    /// The same terms again, or an item that is done: as it is. Another kind, subject or role:
    /// <see cref="InboxRefusals.Changed"/>.
    /// </summary>
    [Alias("retell")] Task<Outcome<InboxItemInfo>> Retell(InboxTerms terms, string by, CancellationToken ct = default);

    /// <summary>The item as it is now.</summary>
    /// <param name="roles">Whose items may be seen; null: everybody's. Another role's is answered as unknown.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("get")]
    Task<Outcome<InboxItemInfo>> Get(ImmutableArray<string>? roles = null, CancellationToken ct = default);

    /// <summary>
    /// A person is done with it. The same key again within 24 h: the same answer; another key:
    /// <see cref="InboxRefusals.Done"/>.
    /// </summary>
    [Alias("finish")] Task<Outcome<InboxItemInfo>> Finish(FinishItem command, CancellationToken ct = default);

    /// <summary>
    /// The cause is gone. When the item is done already, by a person too: the item as it is. Refuses only
    /// <see cref="InboxRefusals.Unknown"/>.
    /// </summary>
    /// <param name="by">The slice that says so.</param>
    /// <param name="why">What became of the cause.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("close")] Task<Outcome<InboxItemInfo>> Close(string by, string why, CancellationToken ct = default);
}

/// <summary>How pressing an item is.</summary>
public enum InboxSeverity
{
    /// <summary>To be known, or done in its time.</summary>
    Notice,

    /// <summary>Something gets worse when it is left.</summary>
    Warning,

    /// <summary>To be done now.</summary>
    Alarm,
}

/// <summary>Where an item stands.</summary>
public enum InboxState
{
    /// <summary>Waits for somebody.</summary>
    Open,

    /// <summary>Over, whoever ended it.</summary>
    Done,
}

/// <summary>What an item is about.</summary>
/// <param name="Kind">The sort of cause, an id: <c>register_expiring</c>, <c>approval</c> …</param>
/// <param name="Title">For people; 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Subject">The thing to look at, as <c>order/O1</c>; 1 to <see cref="SubjectLengthMax"/>.</param>
/// <param name="Role">Whose inbox it is in, an id.</param>
/// <param name="DueAt">When it should be done; null: no such instant.</param>
[GenerateSerializer, Immutable, Alias("ale.inbox.terms")]
public sealed record InboxTerms(
    [property: Id(0)] string Kind, [property: Id(1)] string Title, [property: Id(2)] string Subject,
    [property: Id(3)] string Role, [property: Id(4)] InboxSeverity Severity, [property: Id(5)] DateTimeOffset? DueAt)
{
    /// <summary>Longest <see cref="Subject"/>, characters.</summary>
    public const int SubjectLengthMax = 200;
}

/// <summary>A person's word that an item is done.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was: a staff id.</param>
/// <param name="Reason">Why, or what was done; 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Roles">The roles he has; null: he acts for all of them.</param>
[GenerateSerializer, Immutable, Alias("ale.inbox.finish")]
public sealed record FinishItem(
    [property: Id(0)] string Key, [property: Id(1)] string By, [property: Id(2)] string Reason,
    [property: Id(3)] ImmutableArray<string>? Roles);

/// <summary>An item as it is now; the last three are null while it is open.</summary>
/// <param name="OpenedBy">The slice, or the staff id, that opened it.</param>
/// <param name="DoneBy">The staff id, or the slice, that ended it.</param>
[GenerateSerializer, Immutable, Alias("ale.inbox.info")]
public sealed record InboxItemInfo(
    [property: Id(0)] string Id, [property: Id(1)] InboxTerms Terms, [property: Id(2)] InboxState State,
    [property: Id(3)] string OpenedBy, [property: Id(4)] DateTimeOffset OpenedAt, [property: Id(5)] string? DoneBy,
    [property: Id(6)] DateTimeOffset? DoneAt, [property: Id(7)] string? Reason);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class InboxRefusals
{
    /// <summary>No such item, or one of a role that the caller has not.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "inbox.unknown");

    /// <summary>A text is empty or too long, or kind or role is not an id.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "inbox.bad_terms");

    /// <summary>The id was used with other terms, or the key with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "inbox.changed");

    /// <summary>Somebody was done with it before.</summary>
    public static readonly Refusal Done = new(RefusalKind.Conflict, "inbox.done");
}

/// <summary>Keys of the slice.</summary>
public static class InboxKeys
{
    /// <summary>The grain of an item.</summary>
    public static IInboxItemGrain InboxItem(this IGrainFactory grains, string id) => grains.Ref<IInboxItemGrain>(id);

    /// <summary>The lists of items.</summary>
    public static IInboxQueries InboxQueries(this IGrainFactory grains) => grains.GetGrain<IInboxQueries>(0);
}

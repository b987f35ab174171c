using System.Collections.Immutable;

namespace Ale.Sessions;

/// <summary>Lists of sessions, from the slice's tables. Key 0.</summary>
[Alias("ale.session.queries")]
public interface ISessionQueries : IGrainWithIntegerKey
{
    /// <summary>Sessions by their planned start, the latest first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("sessions")]
    Task<Outcome<ImmutableArray<SessionInfo>>> Sessions(
        SessionsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>
    /// What happened to a session (LIV-05): its events before version <paramref name="before"/> (null: all), the latest
    /// first.
    /// </summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("history")]
    Task<Outcome<ImmutableArray<SessionHistoryEntry>>> History(
        string id, long? before, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which sessions; null: any.</summary>
/// <param name="Limit">Most entries.</param>
[GenerateSerializer, Immutable, Alias("ale.session.wanted")]
public sealed record SessionsWanted([property: Id(0)] int Limit)
{
    /// <summary>Only those that stand there.</summary>
    [Id(1)] public SessionState? State { get; init; }

    /// <summary>Only those of this market.</summary>
    [Id(2)] public string? Market { get; init; }

    /// <summary>The planned start of the last one of the page before.</summary>
    [Id(3)] public DateTimeOffset? BeforeStart { get; init; }

    /// <summary>The id of the last one of the page before.</summary>
    [Id(4)] public string? BeforeId { get; init; }

    /// <summary>Only those of this kind.</summary>
    [Id(5)] public SessionKind? Kind { get; init; }
}

/// <summary>Who did what to a session, and when.</summary>
/// <param name="Version">Number of the event in the session, from 0.</param>
/// <param name="What"><c>plan</c>, <c>change</c> or the step.</param>
/// <param name="State">Where it stood then.</param>
/// <param name="Actor">Whose token it was: a staff id.</param>
/// <param name="Key">The command's key; null for a plan, whose id is its key.</param>
[GenerateSerializer, Immutable, Alias("ale.session.history")]
public sealed record SessionHistoryEntry(
    [property: Id(0)] long Version, [property: Id(1)] string What, [property: Id(2)] SessionState State,
    [property: Id(3)] string Actor, [property: Id(4)] DateTimeOffset At, [property: Id(5)] string? Key);

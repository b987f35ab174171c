using System.Collections.Immutable;

namespace Ale.Platforms;

/// <summary>
/// A platform that people watch us on, behind one port (TEC-10, DAT-07): its events are taken once each, by its own
/// numbers where it is asked for them and by their ids where it tells them. What it holds back is asked for again: no
/// event is passed over but by people.
/// </summary>
/// <remarks>The key is the platform's id, as <c>douyin</c>.</remarks>
[Alias("ale.platform")]
public interface IPlatformGrain : IGrainWithStringKey
{
    /// <summary>Ids of the latest events that are kept in memory; older ones are looked up in the table.</summary>
    public const int RememberedMax = 20_000;

    /// <summary>Connects it. The terms as they are now again: same answer; others:
    /// <see cref="PlatformRefusals.Changed"/>.</summary>
    [Alias("connect")] Task<Outcome<PlatformInfo>> Connect(ConnectPlatform command, CancellationToken ct = default);

    /// <summary>Changes its terms, of the version named alone. The same key again: the same answer.</summary>
    [Alias("change")] Task<Outcome<PlatformInfo>> Change(ChangePlatform command, CancellationToken ct = default);

    /// <summary>The platform as it is now, with its health.</summary>
    [Alias("get")] Task<Outcome<PlatformInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// Events as the platform tells them, in any order and again. An event that is known is passed over; one that lies
    /// further back than <c>platform.eventDays</c>, or ahead of our clock by more than
    /// <see cref="PlatformWire.AheadMax"/>, is counted and not kept.
    /// </summary>
    /// <param name="events">At most <see cref="PlatformWire.PageMax"/>; their numbers are not looked at.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("take")]
    Task<Outcome<PlatformTaken>> Take(ImmutableArray<PlatformEvent> events, CancellationToken ct = default);

    /// <summary>
    /// Asks again for what followed on a number, up to where it has got to: what the platform has mended since is
    /// taken, what is known is passed over. What it holds back is waited for some minutes, and then people hear that it
    /// was given up; an empty page ends it. The same number again: it begins anew; the last number taken: it is ended.
    /// </summary>
    [Alias("replay")] Task<Outcome<PlatformInfo>> Replay(ReplayPlatform command, CancellationToken ct = default);

    /// <summary>
    /// Passes over what the platform does not give, through a number: what follows is taken. What was taken stays;
    /// again, or through less: as it is. Beyond what it has been heard of: <see cref="PlatformRefusals.Ahead"/>.
    /// </summary>
    [Alias("skip")] Task<Outcome<PlatformInfo>> Skip(SkipEvents command, CancellationToken ct = default);

    /// <summary>
    /// Tells it how a placement is to be run, once it is told with certainty; one that cannot be asked hears nothing.
    /// While it does not answer, or grants no request: <c>request.busy</c>. For reactions.
    /// </summary>
    [Alias("set")] Task<Outcome<Done>> Set(PlacementSetting setting, CancellationToken ct = default);

    /// <summary>Keeps it in step; called now and then on every node, so that no platform sleeps.</summary>
    [Alias("pulse")] Task Pulse();
}

/// <summary>A wish to connect a platform.</summary>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.connect")]
public sealed record ConnectPlatform([property: Id(0)] PlatformTerms Terms, [property: Id(1)] string Actor);

/// <summary>New terms; null leaves one as it is.</summary>
/// <param name="Version">The version they are meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.change")]
public sealed record ChangePlatform(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string Actor,
    [property: Id(3)] string? Title, [property: Id(4)] string? Endpoint, [property: Id(5)] int? MinuteMax);

/// <summary>A wish to read again.</summary>
/// <param name="After">The number after which it begins, 0 or more, at most the last taken.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.replay")]
public sealed record ReplayPlatform([property: Id(0)] long After, [property: Id(1)] string Actor);

/// <summary>A wish to pass events over.</summary>
/// <param name="Through">The last number of them.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.skip")]
public sealed record SkipEvents(
    [property: Id(0)] long Through, [property: Id(1)] string Reason, [property: Id(2)] string Actor);

/// <summary>What a platform is.</summary>
/// <param name="Title">For people.</param>
/// <param name="Endpoint">Where it is asked: an http or https address, <c>folder:</c> for a file of JSON lines with its
/// id in the configured folder, or empty: it tells by itself.</param>
/// <param name="Market">Whose days and numbers hold; empty: the default market's.</param>
/// <param name="MinuteMax">Requests a minute that it grants, 1 or more.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.terms")]
public sealed record PlatformTerms(
    [property: Id(0)] string Title, [property: Id(1)] string Endpoint, [property: Id(2)] string Market,
    [property: Id(3)] int MinuteMax)
{
    /// <summary>Most requests a minute that may be set.</summary>
    public const int MinuteMaxMax = 6_000;

    /// <summary>The endpoint of a file of JSON lines.</summary>
    public const string Folder = "folder:";
}

/// <summary>How a platform and we stand.</summary>
public enum PlatformState
{
    /// <summary>All that is known is taken.</summary>
    InStep,

    /// <summary>There is more than is taken, or its last answer was none.</summary>
    Behind,

    /// <summary>It grants no request now.</summary>
    BackingOff,

    /// <summary>It has not answered for some time.</summary>
    Away,
}

/// <summary>A platform as it is now.</summary>
/// <param name="Version">Raised by every change of terms, and by nothing else.</param>
/// <param name="Seq">Its number of the last event that was asked for and taken.</param>
/// <param name="LastSeq">The highest number that it has been heard of.</param>
/// <param name="Taken">Events taken so far.</param>
/// <param name="Repeats">Events passed over since, known by their id.</param>
/// <param name="Refused">Events that are not kept, each for one of the reasons below.</param>
/// <param name="LastEventAt">When the latest event that was taken happened.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.info")]
public sealed record PlatformInfo(
    [property: Id(0)] string Id, [property: Id(1)] PlatformTerms Terms, [property: Id(2)] long Version,
    [property: Id(3)] PlatformState State, [property: Id(4)] long Seq, [property: Id(5)] long LastSeq,
    [property: Id(6)] long Taken, [property: Id(7)] long Repeats, [property: Id(8)] long Refused,
    [property: Id(9)] DateTimeOffset? LastEventAt)
{
    /// <summary>
    /// Seconds for which what is taken is behind: 0 in step, else since the last event taken while there are later ones,
    /// or since its last answer when it gives none.
    /// </summary>
    [Id(10)] public long LagSeconds { get; init; }

    /// <summary>Requests left in this minute.</summary>
    [Id(11)] public int RequestsLeft { get; init; }

    /// <summary>Until when it is not asked.</summary>
    [Id(12)] public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Since when it does not answer; null: it does.</summary>
    [Id(13)] public DateTimeOffset? AwaySince { get; init; }

    /// <summary>What it answered last when it could not be read; null: it could.</summary>
    [Id(14)] public string? Why { get; init; }

    /// <summary>The number up to which it is being read again; null: it is not.</summary>
    [Id(15)] public long? ReplayedTo { get; init; }
}

/// <summary>What came of events that a platform told.</summary>
/// <param name="Taken">Events kept by this call.</param>
/// <param name="Repeats">Events that are known.</param>
/// <param name="Refused">Events that are not kept, each for one of the reasons below.</param>
[GenerateSerializer, Immutable, Alias("ale.platform.taken")]
public sealed record PlatformTaken(
    [property: Id(0)] int Taken, [property: Id(1)] int Repeats, [property: Id(2)] int Refused);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class PlatformRefusals
{
    /// <summary>No such platform.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "platform.unknown");

    /// <summary>Terms out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "platform.bad_terms");

    /// <summary>No such market.</summary>
    public static readonly Refusal UnknownMarket = new(RefusalKind.Invalid, "platform.unknown_market");

    /// <summary>The id or the key was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "platform.changed");

    /// <summary>The terms have another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "platform.stale");

    /// <summary>It tells by itself: there is nobody to ask.</summary>
    public static readonly Refusal NotAsked = new(RefusalKind.Conflict, "platform.not_asked");

    /// <summary>It has not got to the number after which it is to be read again, or through which it is passed
    /// over.</summary>
    public static readonly Refusal Ahead = new(RefusalKind.Conflict, "platform.ahead");

    /// <summary>Why an event is not kept: an id, kind, number or sum of it is out of range.</summary>
    public static readonly Refusal BadEvent = new(RefusalKind.Invalid, "platform.bad_event");

    /// <summary>Why an event is not kept: its money is not that of the platform's market.</summary>
    public static readonly Refusal Currency = new(RefusalKind.Invalid, "platform.currency");

    /// <summary>Why an event is not kept: it happened longer ago than <c>platform.eventDays</c>.</summary>
    public static readonly Refusal Late = new(RefusalKind.Gone, "platform.late");

    /// <summary>Why an event is not kept: it lies more than <see cref="PlatformWire.AheadMax"/> ahead of our
    /// clock.</summary>
    public static readonly Refusal Early = new(RefusalKind.Conflict, "platform.early");
}

/// <summary>Keys of the slice.</summary>
public static class PlatformKeys
{
    /// <summary>The grain of a platform.</summary>
    public static IPlatformGrain Platform(this IGrainFactory grains, string id) => grains.Ref<IPlatformGrain>(id);

    /// <summary>Lists of platforms and what they told.</summary>
    public static IPlatformQueries PlatformQueries(this IGrainFactory grains) =>
        grains.GetGrain<IPlatformQueries>(0);
}

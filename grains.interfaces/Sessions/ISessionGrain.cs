using System.Collections.Immutable;
using Ale.Stock;

namespace Ale.Sessions;

/// <summary>
/// One live or recorded session (LIV-05): planned, reviewed, run and closed here, one command at a time. Nothing moves
/// it but a command: its planned end does not end it.
/// </summary>
/// <remarks>
/// The key is the session's id, which is its room's id too. The latest 16 keys of its commands are remembered for 24 h:
/// the same key again is answered as then (TEC-03), also when the session has gone on meanwhile.
/// </remarks>
[Alias("ale.session")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>
    /// Plans it. The same terms again: the session as it is now, changed ones too; others:
    /// <see cref="SessionRefusals.Changed"/>.
    /// </summary>
    [Alias("plan")] Task<Outcome<SessionInfo>> Plan(SessionTerms terms, string actor, CancellationToken ct = default);

    /// <summary>The session as it is now.</summary>
    [Alias("get")] Task<Outcome<SessionInfo>> Get(CancellationToken ct = default);

    /// <summary>Changes terms, only while planned and only of the version named. No difference, no event.</summary>
    [Alias("change")] Task<Outcome<SessionInfo>> Change(ChangeSession command, CancellationToken ct = default);

    /// <summary>Takes it one step on. Refused when it does not stand where the step begins.</summary>
    [Alias("move")] Task<Outcome<SessionInfo>> Move(MoveSession command, CancellationToken ct = default);

    /// <summary>
    /// Plans a live price of a SKU on its shelf (SHP-01), until the session has ended. The same content again: the offer
    /// as it is now; other: <see cref="OfferRefusals.Changed"/>. Refused otherwise as <see cref="ISkuGrain.Offer"/>.
    /// </summary>
    [Alias("offer")] Task<Outcome<OfferView>> Offer(OfferInSession command, CancellationToken ct = default);

    /// <summary>
    /// Changes a live price of the session before its start. Refused as <see cref="ISkuGrain.ChangeOffer"/>.
    /// </summary>
    /// <param name="command">With the offer's own id.</param>
    /// <param name="ofHost">Null, or the host whose own session it must be.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("change_offer")]
    Task<Outcome<OfferView>> ChangeOffer(ChangeOffer command, string? ofHost, CancellationToken ct = default);

    /// <summary>The SKU that an offer of the session is for.</summary>
    /// <param name="offer">The offer's own id.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("offer_sku")] Task<Outcome<string>> OfferSku(string offer, CancellationToken ct = default);

    /// <summary>Its offers as they are now, in order of their start; those long ended are left out.</summary>
    [Alias("offers")] Task<Outcome<ImmutableArray<OfferView>>> Offers(CancellationToken ct = default);
}

/// <summary>A wish for a live price in the session.</summary>
/// <param name="Id">The offer's own id.</param>
/// <param name="Sku">Upper case.</param>
/// <param name="Terms">Of this session.</param>
[GenerateSerializer, Immutable, Alias("ale.session.put_offer")]
public sealed record OfferInSession(
    [property: Id(0)] string Id, [property: Id(1)] string Sku, [property: Id(2)] OfferTerms Terms,
    [property: Id(3)] string Actor)
{
    /// <summary>Null, or the host whose own session it must be.</summary>
    [Id(4)] public string? OfHost { get; init; }
}

/// <summary>Live, or a recording that is played.</summary>
public enum SessionKind
{
    /// <summary>Broadcast as it happens.</summary>
    Live,

    /// <summary>Played from a recording.</summary>
    Recorded,
}

/// <summary>The tiers of the content matrix (LIV-01 to LIV-04).</summary>
public enum SessionTier
{
    /// <summary>A regular product session.</summary>
    Base,

    /// <summary>An interview with an expert.</summary>
    Advanced,

    /// <summary>With a licensed character or brand.</summary>
    Flagship,

    /// <summary>From where the goods are made.</summary>
    Factory,
}

/// <summary>Where a session stands.</summary>
public enum SessionState
{
    /// <summary>May still be changed.</summary>
    Planned,

    /// <summary>Submitted; its content is being reviewed.</summary>
    InReview,

    /// <summary>May start.</summary>
    Ready,

    /// <summary>On air.</summary>
    Live,

    /// <summary>Off air for a while.</summary>
    Suspended,

    /// <summary>Over; what is due after it is open.</summary>
    Ended,

    /// <summary>Done with.</summary>
    Closed,
}

/// <summary>The steps from state to state.</summary>
public enum SessionStep
{
    /// <summary>Planned to in review.</summary>
    Submit,

    /// <summary>In review to ready; from planned too, as long as no review is required.</summary>
    Ready,

    /// <summary>Ready to live.</summary>
    Start,

    /// <summary>Live to suspended.</summary>
    Suspend,

    /// <summary>Suspended to live.</summary>
    Resume,

    /// <summary>Live or suspended to ended.</summary>
    End,

    /// <summary>Ended to closed.</summary>
    Close,
}

/// <summary>What a session is.</summary>
/// <param name="Market">Where it sells: lower case, as <c>cn</c>.</param>
/// <param name="HostId">The staff member who presents it; he alone of the hosts may run it.</param>
/// <param name="OwnerId">The one project owner who carries its measures (LIV-06).</param>
/// <param name="StartsAt">As planned.</param>
/// <param name="EndsAt">As planned; after <paramref name="StartsAt"/>.</param>
/// <param name="Inducing">True when it urges to buy: such ones keep away from nights and minors.</param>
/// <param name="Skus">What it shows, upper case, in the order of the shelf; at most 500.</param>
[GenerateSerializer, Immutable, Alias("ale.session.terms")]
public sealed record SessionTerms(
    [property: Id(0)] string Title, [property: Id(1)] SessionKind Kind, [property: Id(2)] SessionTier Tier,
    [property: Id(3)] string Market, [property: Id(4)] string HostId, [property: Id(5)] string OwnerId,
    [property: Id(6)] DateTimeOffset StartsAt, [property: Id(7)] DateTimeOffset EndsAt, [property: Id(8)] bool Inducing,
    [property: Id(9)] ImmutableArray<string> Skus)
{
    /// <summary>Most SKUs of one session.</summary>
    public const int SkusMax = 500;

    /// <inheritdoc/>
    public bool Equals(SessionTerms? other) => other is not null
        && (Title, Kind, Tier, Market, HostId, OwnerId)
            == (other.Title, other.Kind, other.Tier, other.Market, other.HostId, other.OwnerId)
        && (StartsAt, EndsAt, Inducing) == (other.StartsAt, other.EndsAt, other.Inducing)
        && Skus.SequenceEqual(other.Skus);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, Kind, Tier, Market, HostId, OwnerId, StartsAt, EndsAt);
}

/// <summary>New terms; null leaves one as it is.</summary>
/// <param name="Version">The version they are meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was: a staff id.</param>
[GenerateSerializer, Immutable, Alias("ale.session.change")]
public sealed record ChangeSession(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string Actor)
{
    /// <summary>See <see cref="SessionTerms"/>, here and below.</summary>
    [Id(3)] public string? Title { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(4)] public SessionKind? Kind { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(5)] public SessionTier? Tier { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(6)] public string? Market { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(7)] public string? HostId { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(8)] public string? OwnerId { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(9)] public DateTimeOffset? StartsAt { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(10)] public DateTimeOffset? EndsAt { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(11)] public bool? Inducing { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(12)] public ImmutableArray<string>? Skus { get; init; }
}

/// <summary>One step.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was: a staff id.</param>
[GenerateSerializer, Immutable, Alias("ale.session.move")]
public sealed record MoveSession(
    [property: Id(0)] SessionStep Step, [property: Id(1)] string Key, [property: Id(2)] string Actor)
{
    /// <summary>The host it must belong to; null: whoever presents it.</summary>
    [Id(3)] public string? OfHost { get; init; }
}

/// <summary>A session as it is now.</summary>
/// <param name="Version">Raised by every event; what <c>If-Match</c> names.</param>
/// <param name="StartedAt">When it first went live.</param>
/// <param name="EndedAt">When it ended.</param>
[GenerateSerializer, Immutable, Alias("ale.session.info")]
public sealed record SessionInfo(
    [property: Id(0)] string Id, [property: Id(1)] SessionTerms Terms, [property: Id(2)] SessionState State,
    [property: Id(3)] long Version, [property: Id(4)] DateTimeOffset? StartedAt,
    [property: Id(5)] DateTimeOffset? EndedAt);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class SessionRefusals
{
    /// <summary>No such session.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "session.unknown");

    /// <summary>Another host presents it.</summary>
    public static readonly Refusal NotYours = new(RefusalKind.Forbidden, "auth.not_yours");

    /// <summary>The id was used with other terms, or the key for another command.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "session.changed");

    /// <summary>The session is on air already (LIV-05).</summary>
    public static readonly Refusal AlreadyLive = new(RefusalKind.Conflict, "session.already_live");

    /// <summary>Only a planned session may be changed or submitted.</summary>
    public static readonly Refusal NotPlanned = new(RefusalKind.Conflict, "session.not_planned");

    /// <summary>Neither in review nor planned.</summary>
    public static readonly Refusal NotInReview = new(RefusalKind.Conflict, "session.not_in_review");

    /// <summary>Only a ready session starts.</summary>
    public static readonly Refusal NotReady = new(RefusalKind.Conflict, "session.not_ready");

    /// <summary>Only a live session is suspended; a live or suspended one ended.</summary>
    public static readonly Refusal NotLive = new(RefusalKind.Conflict, "session.not_live");

    /// <summary>Only a suspended session is resumed.</summary>
    public static readonly Refusal NotSuspended = new(RefusalKind.Conflict, "session.not_suspended");

    /// <summary>Only an ended session is closed.</summary>
    public static readonly Refusal NotEnded = new(RefusalKind.Conflict, "session.not_ended");

    /// <summary>The session has another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "session.stale");

    /// <summary>It would end before it starts.</summary>
    public static readonly Refusal BadTimes = new(RefusalKind.Invalid, "session.bad_times");
}

/// <summary>Keys of the slice.</summary>
public static class SessionKeys
{
    /// <summary>The grain of a session.</summary>
    public static ISessionGrain Session(this IGrainFactory grains, string id) => grains.GetGrain<ISessionGrain>(id);

    /// <summary>The lists of sessions.</summary>
    public static ISessionQueries SessionQueries(this IGrainFactory grains) => grains.GetGrain<ISessionQueries>(0);
}

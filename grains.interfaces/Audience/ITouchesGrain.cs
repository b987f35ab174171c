using System.Collections.Immutable;
using Ale.Users;

namespace Ale.Audience;

/// <summary>
/// What a user met last on his way to an order (A-51, ORD-07): in each dimension the latest session, channel, campaign,
/// placement and share link. An order that names none itself is shown for the last one within policy
/// <c>order.touchDays</c>.
/// </summary>
/// <remarks>The key is the user's internal id; nothing else in it tells who he is.</remarks>
[Alias("ale.touches")]
public interface ITouchesGrain : IGrainWithStringKey
{
    /// <summary>
    /// He met something. In a dimension that has the same or a later touch it changes nothing; when that is so in all
    /// of them, nothing is written. The same id again within 24 h and 16 touches: as it is; with other content:
    /// <see cref="TouchRefusals.Changed"/>.
    /// </summary>
    [Alias("see")] Task<Outcome<ImmutableArray<LastTouch>>> See(SeeTouch command, CancellationToken ct = default);

    /// <summary>
    /// The last touch in each dimension from one instant to another, both inclusive. Of each dimension the latest four
    /// are known.
    /// </summary>
    [Alias("last")]
    Task<Outcome<TouchSources>> Last(DateTimeOffset from, DateTimeOffset to, CancellationToken ct = default);
}

/// <summary>What a touch is of; none stands for another.</summary>
public enum TouchDimension
{
    /// <summary>A live session; its host follows from it.</summary>
    Session,

    /// <summary>A platform.</summary>
    Channel,

    /// <summary>A campaign.</summary>
    Campaign,

    /// <summary>A paid placement.</summary>
    Placement,

    /// <summary>A share link.</summary>
    Share,
}

/// <summary>Where somebody came from, ids; null: not said.</summary>
[GenerateSerializer, Immutable, Alias("ale.touch.sources")]
public sealed record TouchSources(
    [property: Id(0)] string? SessionId, [property: Id(1)] string? Channel, [property: Id(2)] string? CampaignId,
    [property: Id(3)] string? PlacementId, [property: Id(4)] string? ShareId)
{
    /// <summary>What is not said here, as it is said there.</summary>
    public TouchSources Or(TouchSources other) => new(SessionId ?? other.SessionId, Channel ?? other.Channel,
        CampaignId ?? other.CampaignId, PlacementId ?? other.PlacementId, ShareId ?? other.ShareId);
}

/// <summary>A user met something.</summary>
/// <param name="Id">The caller's; what makes a repeat.</param>
/// <param name="What">As it is said; at least one of them. The same id is to say the same.</param>
/// <param name="At">When; null: now. Up to a minute ahead counts as now.</param>
[GenerateSerializer, Immutable, Alias("ale.touch.see")]
public sealed record SeeTouch(
    [property: Id(0)] string Id, [property: Id(1)] TouchSources What, [property: Id(2)] DateTimeOffset? At)
{
    /// <summary>What follows from it where it is not said, as from a placement its campaign and channel; null:
    /// nothing.</summary>
    [Id(3)] public TouchSources? Implied { get; init; }
}

/// <summary>The latest touch in a dimension.</summary>
[GenerateSerializer, Immutable, Alias("ale.touch.last")]
public sealed record LastTouch(
    [property: Id(0)] TouchDimension Dimension, [property: Id(1)] string Value, [property: Id(2)] DateTimeOffset At);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class TouchRefusals
{
    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "touch.changed");

    /// <summary>It names nothing, or what is no id; <c>field</c> names which.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "touch.bad_terms");

    /// <summary>More than a minute ahead of the server's clock.</summary>
    public static readonly Refusal Ahead = new(RefusalKind.Invalid, "touch.ahead");

    /// <summary>So long ago that no order would be shown for it (policy <c>order.touchDays</c>).</summary>
    public static readonly Refusal TooOld = new(RefusalKind.Invalid, "touch.too_old");
}

/// <summary>Keys of touches.</summary>
public static class TouchKeys
{
    /// <summary>What a user met last.</summary>
    public static ITouchesGrain Touches(this IGrainFactory grains, UserId user) =>
        grains.Ref<ITouchesGrain>(user.Value);
}

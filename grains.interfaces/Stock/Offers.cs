using System.Collections.Immutable;

namespace Ale.Stock;

/// <summary>A live price of a SKU in one session (SHP-01), as planned.</summary>
/// <param name="SessionId">The session it is shown in.</param>
/// <param name="PriceMinor">What a unit costs while it runs, minor units of the SKU's currency.</param>
/// <param name="StartsAt">From this second on.</param>
/// <param name="EndsAt">Until before this one.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.offer_terms")]
public sealed record OfferTerms(
    [property: Id(0)] string SessionId, [property: Id(1)] long PriceMinor, [property: Id(2)] DateTimeOffset StartsAt,
    [property: Id(3)] DateTimeOffset EndsAt)
{
    /// <summary>Most units at this price; null: as many as there are.</summary>
    [Id(4)] public int? Total { get; init; }

    /// <summary>Most units one user may have at this price; a guest has none to count.</summary>
    [Id(5)] public int? PerUserMax { get; init; }

    /// <summary>How long before its start the room counts down, seconds; null: the market's policy.</summary>
    [Id(6)] public int? CountdownSeconds { get; init; }
}

/// <summary>A wish for a live price.</summary>
/// <param name="Id">The session's id, a slash, and the offer's own id within it.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.put_offer")]
public sealed record PutOffer(
    [property: Id(0)] string Id, [property: Id(1)] OfferTerms Terms, [property: Id(2)] string Actor);

/// <summary>Other terms of a live price that has not begun; what is null stays as it is.</summary>
/// <param name="Id">The session's id, a slash, and the offer's own id within it.</param>
/// <param name="Version">The version that was seen.</param>
/// <param name="Key">The caller's key of the command.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.change_offer")]
public sealed record ChangeOffer(
    [property: Id(0)] string Id, [property: Id(1)] long Version, [property: Id(2)] string Key,
    [property: Id(3)] string Actor)
{
    /// <summary>As in <see cref="OfferTerms"/>.</summary>
    [Id(4)] public long? PriceMinor { get; init; }

    /// <summary>As in <see cref="OfferTerms"/>.</summary>
    [Id(5)] public DateTimeOffset? StartsAt { get; init; }

    /// <summary>As in <see cref="OfferTerms"/>.</summary>
    [Id(6)] public DateTimeOffset? EndsAt { get; init; }

    /// <summary>As in <see cref="OfferTerms"/>.</summary>
    [Id(7)] public int? Total { get; init; }

    /// <summary>As in <see cref="OfferTerms"/>.</summary>
    [Id(8)] public int? PerUserMax { get; init; }

    /// <summary>As in <see cref="OfferTerms"/>.</summary>
    [Id(9)] public int? CountdownSeconds { get; init; }
}

/// <summary>Where an offer stands.</summary>
public enum OfferState
{
    /// <summary>It has not begun.</summary>
    Planned,

    /// <summary>It sells.</summary>
    Running,

    /// <summary>It sells no more, and never will again.</summary>
    Ended,
}

/// <summary>What ended an offer.</summary>
public enum OfferEnd
{
    /// <summary>Its last second has passed.</summary>
    Time,

    /// <summary>All its units are sold.</summary>
    Units,

    /// <summary>The SKU has no unit left, held ones included (S22).</summary>
    Stock,
}

/// <summary>An offer as it is now.</summary>
/// <param name="Taken">Units held and sold at its price.</param>
/// <param name="ListMinor">The SKU's own price now, minor units.</param>
/// <param name="CrossedOutMinor">
/// The price to show struck through: the SKU's own, but never above the lowest one really paid in the days of the
/// policy; null: the live price is no lower than that.
/// </param>
/// <param name="CountsDownFrom">When the room begins to count down to its start.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.offer")]
public sealed record OfferView(
    [property: Id(0)] string Id, [property: Id(1)] string Sku, [property: Id(2)] OfferTerms Terms,
    [property: Id(3)] OfferState State, [property: Id(4)] OfferEnd? EndedBy, [property: Id(5)] long Taken,
    [property: Id(6)] string Currency, [property: Id(7)] long ListMinor, [property: Id(8)] long? CrossedOutMinor,
    [property: Id(9)] DateTimeOffset CountsDownFrom)
{
    /// <summary>Raised by every change of terms; what <c>If-Match</c> names.</summary>
    [Id(10)] public long Version { get; init; } = 1;
}

/// <summary>The offers of a SKU that it remembers, in order of their start.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.offers")]
public sealed record OffersOfSku([property: Id(0)] string Sku, [property: Id(1)] ImmutableArray<OfferView> Offers);

/// <summary>In order of precedence; they come after <c>stock.closed</c> and before <c>stock.limit</c>.</summary>
public static class OfferRefusals
{
    /// <summary>No such offer of this SKU, or long ended and forgotten.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "offer.unknown");

    /// <summary>The id was used with other content, or for another SKU.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "offer.changed");

    /// <summary>It has begun: its terms stay.</summary>
    public static readonly Refusal Started = new(RefusalKind.Conflict, "offer.started");

    /// <summary>Not the version that was named.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "offer.stale");

    /// <summary>Shorter or longer than the policy allows, or its countdown is; <c>field</c> names which.</summary>
    public static readonly Refusal BadTimes = new(RefusalKind.Invalid, "offer.bad_times");

    /// <summary>Not below the SKU's own price: it would be no offer.</summary>
    public static readonly Refusal NotLower = new(RefusalKind.Conflict, "offer.not_lower");

    /// <summary>It would begin in the past.</summary>
    public static readonly Refusal TooLate = new(RefusalKind.Conflict, "offer.too_late");

    /// <summary>The SKU has as many offers as it may, or the session has.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "offer.full");

    /// <summary>The SKU is not on the session's shelf.</summary>
    public static readonly Refusal NotOnShelf = new(RefusalKind.Conflict, "offer.not_on_shelf");

    /// <summary>It has not begun; the server's clock decides (S17).</summary>
    public static readonly Refusal NotStarted = new(RefusalKind.Conflict, "offer.not_started");

    /// <summary>Its time is over, or its units are sold.</summary>
    public static readonly Refusal Ended = new(RefusalKind.Gone, "offer.ended");
}

namespace Ale.Users;

/// <summary>
/// One user's ledger of points and money, and the tier that follows from it (USR-01, USR-03, USR-06). It knows no name
/// and no external id.
/// </summary>
/// <remarks>The key is the internal <see cref="UserId"/>.</remarks>
[Alias("ale.user")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the user known. The same market again, or none: the user as he is now; another:
    /// <see cref="UserRefusals.Changed"/>.
    /// </summary>
    /// <param name="market">Whose policy makes his tier; null: the default market.</param>
    [Alias("register")] Task<Outcome<UserView>> Register(string? market, CancellationToken ct = default);

    /// <summary>
    /// Changes what may change, of the version named alone. No difference, no event; the same key again: the same
    /// answer.
    /// </summary>
    [Alias("change")] Task<Outcome<UserView>> Change(ChangeUser command, CancellationToken ct = default);

    /// <summary>The user as he is now; <see cref="UserRefusals.Unknown"/> before he is registered.</summary>
    [Alias("get")] Task<Outcome<UserView>> Get(CancellationToken ct = default);

    /// <summary>
    /// Books a paid order, once for ever an order id (L01). A user that is not registered is, in the order's market.
    /// The first order that earns is the first order (USR-01); a repeat answers as the first time, with the tier of
    /// now.
    /// </summary>
    [Alias("earn")] Task<Outcome<PointsEarned>> Earn(EarnPoints command, CancellationToken ct = default);

    /// <summary>
    /// Takes points of a returned order back and lowers the money spent, once for ever an order and return (USR-06).
    /// Pending points of the order go first, what it has lost by time does not go twice, and the rest comes of the
    /// order's own spendable points, then of those that would be lost first; the balance may become negative (L02); the
    /// tier stays (USR-03).
    /// </summary>
    [Alias("reverse")] Task<Outcome<PointsReversed>> Reverse(ReversePoints command, CancellationToken ct = default);
}

/// <summary>What is to be otherwise; null leaves it as it is.</summary>
/// <param name="Version">The version it is meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Market">Whose policy makes his tier from the next order on; the tier he has stays (USR-03).</param>
[GenerateSerializer, Immutable, Alias("ale.user.change")]
public sealed record ChangeUser(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string? Market);

/// <summary>A paid order. The points are reckoned by the policy of its market; charges earn nothing.</summary>
/// <param name="GoodsMinor">What the goods cost, without charges; 0 or more.</param>
/// <param name="EcoGoodsMinor">What of it is in eco packaging; at most <paramref name="GoodsMinor"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.user.earn")]
public sealed record EarnPoints(
    [property: Id(0)] string OrderId, [property: Id(1)] string Market, [property: Id(2)] string Currency,
    [property: Id(3)] long GoodsMinor, [property: Id(4)] long EcoGoodsMinor = 0);

/// <summary>What an order earned.</summary>
/// <param name="Points">Of this order, pending ones included.</param>
/// <param name="IsFirstOrder">True when it is the user's first, whatever is returned later .</param>
/// <param name="Tier">The user's tier after it.</param>
[GenerateSerializer, Immutable, Alias("ale.user.earned")]
public sealed record PointsEarned(
    [property: Id(0)] long Points, [property: Id(1)] bool IsFirstOrder, [property: Id(2)] UserTier Tier);

/// <summary>A return of goods of an order that earned.</summary>
/// <param name="ReturnId">Unique within its order.</param>
/// <param name="Points">
/// How many go back, 0 or more. The order reckons it: its points × refunded so far ÷ its goods, floored, less what was
/// reversed before.
/// </param>
/// <param name="RefundMinor">Goods money that goes back, 0 or more.</param>
[GenerateSerializer, Immutable, Alias("ale.user.reverse")]
public sealed record ReversePoints(
    [property: Id(0)] string ReturnId, [property: Id(1)] string OrderId, [property: Id(2)] long Points,
    [property: Id(3)] long RefundMinor);

/// <summary>The balance after a return.</summary>
/// <param name="Reversed">Points that this return took.</param>
/// <param name="Points">That may be spent; may be negative.</param>
/// <param name="PendingPoints">That will be spendable later.</param>
[GenerateSerializer, Immutable, Alias("ale.user.reversed")]
public sealed record PointsReversed(
    [property: Id(0)] long Reversed, [property: Id(1)] long Points, [property: Id(2)] long PendingPoints);

/// <summary>What a user's ledger has made of him; he falls at a review alone, and not unheard (USR-03).</summary>
public enum UserTier
{
    /// <summary>Below the marks of regular.</summary>
    New,

    /// <summary>So many orders, or so much money.</summary>
    Regular,

    /// <summary>The brand's VIP.</summary>
    Core,
}

/// <summary>A user as he is now.</summary>
/// <param name="Points">That may be spent; may be negative after a return.</param>
/// <param name="PendingPoints">That will be spendable later.</param>
/// <param name="Orders">Paid orders ever, refunded ones too.</param>
/// <param name="SpentMinor">Goods of them less refunds, in <paramref name="Currency"/> alone.</param>
/// <param name="RefundedMinor">The refunds.</param>
/// <param name="Currency">Of the user's market.</param>
/// <param name="Version">Events of the user so far.</param>
[GenerateSerializer, Immutable, Alias("ale.user.view")]
public sealed record UserView(
    [property: Id(0)] UserId Id, [property: Id(1)] string Market, [property: Id(2)] UserTier Tier,
    [property: Id(3)] long Points, [property: Id(4)] long PendingPoints, [property: Id(5)] int Orders,
    [property: Id(6)] long SpentMinor, [property: Id(7)] long RefundedMinor, [property: Id(8)] string Currency,
    [property: Id(9)] DateTimeOffset RegisteredAt, [property: Id(10)] long Version)
{
    /// <summary>When the tier is looked at again (USR-03, A-15); null: never, as of who is new.</summary>
    [Id(11)] public DateTimeOffset? TierReviewAt { get; init; }

    /// <summary>Of the spendable points those that are lost next; null: none is.</summary>
    [Id(12)] public long? ExpiringPoints { get; init; }

    /// <summary>When they are lost.</summary>
    [Id(13)] public DateTimeOffset? ExpireAt { get; init; }
}

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class UserRefusals
{
    /// <summary>No such user, or erased.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "user.unknown");

    /// <summary>There is no policy for such a market.</summary>
    public static readonly Refusal UnknownMarket = new(RefusalKind.Invalid, "user.unknown_market");

    /// <summary>An amount below zero, or more eco goods than goods.</summary>
    public static readonly Refusal BadAmount = new(RefusalKind.Invalid, "user.bad_amount");

    /// <summary>The id, or the key, was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "user.changed");

    /// <summary>The user has another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "user.stale");

    /// <summary>The market is in another currency than the one his orders are counted in.</summary>
    public static readonly Refusal Currency = new(RefusalKind.Conflict, "user.currency");

    /// <summary>A birth date that has not come yet.</summary>
    public static readonly Refusal BadBirthDate = new(RefusalKind.Invalid, "user.bad_birth_date");

    /// <summary>A return of an order that never earned here.</summary>
    public static readonly Refusal UnknownOrder = new(RefusalKind.NotFound, "user.unknown_order");
}

/// <summary>Keys of the slice.</summary>
public static class UserKeys
{
    /// <summary>The grain of a user.</summary>
    public static IUserGrain User(this IGrainFactory grains, UserId user) => grains.Ref<IUserGrain>(user.Value);

    /// <summary>Internal and external ids. Any node answers; a node's own is asked.</summary>
    public static IUserIds UserIds(this IGrainFactory grains) => grains.GetGrain<IUserIds>(0);

    /// <summary>Personal data.</summary>
    public static IPeople People(this IGrainFactory grains) => grains.GetGrain<IPeople>(0);

    /// <summary>Lists of users.</summary>
    public static IUserQueries UserQueries(this IGrainFactory grains) => grains.GetGrain<IUserQueries>(0);
}

using System.Collections.Immutable;

namespace Ale.Users;

/// <summary>Lists of users and of their points, from the slice's tables. Key 0.</summary>
[Alias("ale.user.queries")]
public interface IUserQueries : IGrainWithIntegerKey
{
    /// <summary>Users, newest first; at most <paramref name="limit"/>.</summary>
    /// <param name="after">Registration of the last one of the page before; null: from the start.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("users")]
    Task<Outcome<ImmutableArray<UserRow>>> Users(
        UserPlace? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>The given users (at most 1,000) in no order; unknown ones are left out.</summary>
    [Alias("some")]
    Task<Outcome<ImmutableArray<UserRow>>> Some(
        ImmutableArray<UserId> users, JournalPlace at, CancellationToken ct = default);

    /// <summary>
    /// A user's ledger, newest first; at most <paramref name="limit"/> entries below <paramref name="before"/>.
    /// </summary>
    [Alias("points")]
    Task<Outcome<ImmutableArray<PointsEntry>>> Points(
        UserId user, long? before, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>A user's place in the list.</summary>
[GenerateSerializer, Immutable, Alias("ale.user.place")]
public readonly record struct UserPlace([property: Id(0)] DateTimeOffset RegisteredAt, [property: Id(1)] UserId Id);

/// <summary>A user as listed; the fields mean what they do in <see cref="UserView"/>.</summary>
[GenerateSerializer, Immutable, Alias("ale.user.row")]
public sealed record UserRow(
    [property: Id(0)] UserId Id, [property: Id(1)] string Market, [property: Id(2)] UserTier Tier,
    [property: Id(3)] long Points, [property: Id(4)] long PendingPoints, [property: Id(5)] int Orders,
    [property: Id(6)] long SpentMinor, [property: Id(7)] long RefundedMinor, [property: Id(8)] string Currency,
    [property: Id(9)] DateTimeOffset RegisteredAt)
{
    /// <summary>As in <see cref="UserView.TierReviewAt"/>.</summary>
    [Id(10)] public DateTimeOffset? TierReviewAt { get; init; }
}

/// <summary>What an entry of the points ledger is.</summary>
public enum PointsKind
{
    /// <summary>An order earned; <c>Points</c> is positive.</summary>
    Earn,

    /// <summary>A return took back; <c>Points</c> is negative, and 0 when all of them had expired.</summary>
    Reverse,

    /// <summary>Pending points became spendable; the sum of all points is as before.</summary>
    Mature,

    /// <summary>What was left of an order's points is lost by time; <c>Points</c> is negative.</summary>
    Expire,
}

/// <summary>One entry of the append-only ledger (USR-06).</summary>
/// <param name="No">Counts a user's entries from 1.</param>
/// <param name="Id">The order, or for a reversal <c>order/return</c>.</param>
/// <param name="Points">Signed; for <see cref="PointsKind.Mature"/> what moved from pending to spendable.</param>
/// <param name="Balance">Spendable and pending points together after it.</param>
[GenerateSerializer, Immutable, Alias("ale.user.points_entry")]
public sealed record PointsEntry(
    [property: Id(0)] long No, [property: Id(1)] string Id, [property: Id(2)] PointsKind Kind,
    [property: Id(3)] long Points, [property: Id(4)] long Balance, [property: Id(5)] string OrderId,
    [property: Id(6)] DateTimeOffset At);

using System.Collections.Immutable;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Users;

/// <summary>The state as stored; entries by id, so that equal states have equal bytes.</summary>
internal sealed record FrozenUser(
    string? Market, string Currency, DateTimeOffset RegisteredAt, UserTier Tier, long Points, int Orders,
    long SpentMinor, long RefundedMinor, long LastNo, long? FirstOrder, PendingPoints[] Pending, RecentOrder[] Recent,
    KeyValuePair<long, EarnedOrder>[] Earned, KeyValuePair<long, int>[] Returns, RememberedKey<UserView>[] Keys)
{
    public ExpiringPoints[]? Expiring { get; init; }
    public DateTimeOffset? ReviewAt { get; init; }
    public UserEvent.TierReviewed? Untold { get; init; }
    public DateTimeOffset RecentFrom { get; init; }
}

internal sealed partial record User
{
    public static readonly SnapshotCodec<User> Snapshots = SnapshotCodec<User>.Of(
        UserJson.Default.FrozenUser, meaning: 1, user => user.Freeze(), Thaw,
        user => user.Earned.Count + user.Returns.Count + user.Recent.Count + user.Pending.Count
            + user.Expiring.Count);

    private FrozenUser Freeze() => new(
        Market, Currency, RegisteredAt, Tier, Points, Orders, SpentMinor, RefundedMinor, LastNo, FirstOrder,
        [.. Pending], [.. Recent], [.. Earned.OrderBy(e => e.Key)], [.. Returns.OrderBy(r => r.Key)],
        [.. Keys.Entries])
    {
        Expiring = Expiring.IsEmpty ? null : [.. Expiring],
        ReviewAt = ReviewAt,
        Untold = Untold,
        RecentFrom = RecentFrom,
    };

    private static User Thaw(FrozenUser frozen) => new()
    {
        Market = frozen.Market,
        Currency = frozen.Currency,
        RegisteredAt = frozen.RegisteredAt,
        Tier = frozen.Tier,
        Points = frozen.Points,
        Orders = frozen.Orders,
        SpentMinor = frozen.SpentMinor,
        RefundedMinor = frozen.RefundedMinor,
        LastNo = frozen.LastNo,
        FirstOrder = frozen.FirstOrder,
        Pending = [.. frozen.Pending],
        Expiring = [.. frozen.Expiring ?? []],
        ReviewAt = frozen.ReviewAt,
        Untold = frozen.Untold,
        RecentFrom = frozen.RecentFrom,
        Recent = [.. frozen.Recent],
        Earned = ImmutableDictionary.CreateRange(frozen.Earned),
        Returns = ImmutableDictionary.CreateRange(frozen.Returns),
        Keys = RememberedKeys<UserView>.Of(frozen.Keys),
    };
}

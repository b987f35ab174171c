using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Users;

/// <summary>
/// One user's ledger. Invariants: an order earns once and a return reverses once, for ever (8 bytes an id and what it
/// earned); <c>SpentMinor</c> is goods less refunds in <c>Currency</c>; the tier falls at a review alone; points that
/// expire are spendable ones, and at most all of them; the first order stays the first; orders that left the tier's
/// window are dropped at the next order, so with a window it holds that window's orders, without one none; at most 16
/// keys of changes.
/// </summary>
internal sealed partial record User : IState<User, UserEvent>
{
    private const string ChangeCommand = "change";

    public string? Market { get; init; }
    public string Currency { get; init; } = "";
    public DateTimeOffset RegisteredAt { get; init; }
    public UserTier Tier { get; init; }

    /// <summary>Spendable points; negative when more were taken back than were left.</summary>
    public long Points { get; init; }

    public int Orders { get; init; }
    public long SpentMinor { get; init; }
    public long RefundedMinor { get; init; }

    /// <summary>Entries of the points ledger so far.</summary>
    public long LastNo { get; init; }

    /// <summary>Hash of the first order's id.</summary>
    public long? FirstOrder { get; init; }

    /// <summary>By due instant.</summary>
    public ImmutableList<PendingPoints> Pending { get; init; } = [];

    /// <summary>Of the spendable points those that are lost some day, by that instant.</summary>
    public ImmutableList<ExpiringPoints> Expiring { get; init; } = [];

    /// <summary>When the tier is looked at again; null: never.</summary>
    public DateTimeOffset? ReviewAt { get; init; }

    /// <summary>The review that somebody is to hear of; null: none.</summary>
    public UserEvent.TierReviewed? Untold { get; init; }

    /// <summary>By instant.</summary>
    public ImmutableList<RecentOrder> Recent { get; init; } = [];

    /// <summary>Since when <see cref="Recent"/> holds all orders: none from here on was dropped.</summary>
    public DateTimeOffset RecentFrom { get; init; }

    /// <summary>By hash of the order's id.</summary>
    public ImmutableDictionary<long, EarnedOrder> Earned { get; init; } = ImmutableDictionary<long, EarnedOrder>.Empty;

    /// <summary>Hash of order and return to hash of the content.</summary>
    public ImmutableDictionary<long, int> Returns { get; init; } = ImmutableDictionary<long, int>.Empty;

    /// <summary>Changes, each with the user as he was answered then.</summary>
    public RememberedKeys<UserView> Keys { get; init; } = RememberedKeys<UserView>.None;

    public static JsonTypeInfo<UserEvent> EventJson => UserJson.Default.UserEvent;

    public DateTimeOffset? DueAt
    {
        get
        {
            var due = Pending.IsEmpty ? null : (DateTimeOffset?)Pending[0].DueAt;
            if (!Expiring.IsEmpty && !(due <= Expiring[0].ExpiresAt)) due = Expiring[0].ExpiresAt;
            if (ReviewAt is { } review && !(due <= review)) due = review;
            return Untold is { } told && !(due <= told.At) ? told.At : due;
        }
    }

    public long PendingSum => Pending.Sum(p => p.Points);

    public static User New() => new();

    public User Apply(UserEvent happened) => happened switch
    {
        UserEvent.Registered e => this with { Market = e.Market, Currency = e.Currency, RegisteredAt = e.At },
        UserEvent.MarketChanged e => Apply(e),
        UserEvent.Earned e => Apply(e),
        UserEvent.TierChanged e => this with { Tier = e.To, ReviewAt = e.ReviewAt },
        UserEvent.TierReviewed e => this with
        {
            Tier = e.IsLowered ? e.Would : Tier,
            ReviewAt = e.ReviewAt,
            Untold = e.Would < e.From ? e : Untold,
        },
        UserEvent.ReviewTold => this with { Untold = null },
        UserEvent.Reversed e => Apply(e),
        UserEvent.Matured e => Apply(e),
        UserEvent.Expired e => Apply(e),
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    private User Apply(UserEvent.MarketChanged e)
    {
        var moved = this with { Market = e.Market, Currency = e.Currency };
        // The state does not know its own id; the answer gets it when it is given again.
        return moved with { Keys = Keys.Add(e.Key, ChangeCommand, moved.View(new(""), e.Version, e.At), e.At) };
    }

    private User Apply(UserEvent.Earned e)
    {
        var order = IdHash.Of(e.OrderId);
        var recent = e.WindowDays is { } days
            ? Recent.RemoveAll(o => o.At < e.At.AddDays(-days)).Add(new(e.At, order, e.SpentMinor, 0)) : [];
        return this with
        {
            Points = Points + (e.DueAt is null ? e.Points : 0),
            Pending = e.DueAt is { } due && e.Points > 0
                ? With(Pending, new(e.OrderId, e.Points, due) { ExpiresAt = e.ExpiresAt }) : Pending,
            Expiring = e.DueAt is null ? With(e.OrderId, e.Points, e.ExpiresAt) : Expiring,
            Orders = Orders + 1,
            SpentMinor = SpentMinor + e.SpentMinor,
            FirstOrder = e.IsFirstOrder ? order : FirstOrder,
            Earned = Earned.Add(order, new(
                e.Points, ContentOf(new EarnPoints(e.OrderId, e.Market, e.Currency, e.GoodsMinor, e.EcoGoodsMinor)),
                e.Currency == Currency)),
            Recent = recent,
            RecentFrom = recent.Count > Recent.Count ? RecentFrom : e.At.AddDays(-(e.WindowDays ?? 0)),
            LastNo = e.No,
        };
    }

    private User Apply(UserEvent.Matured e) => this with
    {
        Points = Points + e.Points,
        Pending = Pending.RemoveAll(p => p.OrderId == e.OrderId),
        Expiring = With(e.OrderId, e.Points, Pending.Find(p => p.OrderId == e.OrderId)?.ExpiresAt),
        LastNo = e.No,
    };

    private User Apply(UserEvent.Expired e)
    {
        var order = IdHash.Of(e.OrderId);
        return this with
        {
            Points = Points - e.Points,
            Expiring = Expiring.RemoveAll(p => p.OrderId == e.OrderId),
            Earned = Earned.SetItem(order, Earned[order] with { Expired = e.Points }),
            LastNo = e.No,
        };
    }

    private User Apply(UserEvent.Reversed e)
    {
        var (order, pending) = (IdHash.Of(e.OrderId), Pending);
        var i = pending.FindIndex(p => p.OrderId == e.OrderId);
        if (i >= 0)
        {
            var left = pending[i].Points - e.FromPending;
            pending = left > 0 ? pending.SetItem(i, pending[i] with { Points = left }) : pending.RemoveAt(i);
        }

        var recent = Recent.FindIndex(o => o.Order == order);
        return this with
        {
            Points = Points - (e.Taken - e.FromPending),
            Pending = pending,
            Expiring = Without(e.OrderId, e.Taken - e.FromPending),
            Earned = e.FromExpired is { } lost
                ? Earned.SetItem(order, Earned[order] with { Expired = Rest(Earned[order].Expired!.Value - lost) })
                : Earned,
            SpentMinor = SpentMinor - e.SpentMinor,
            RefundedMinor = RefundedMinor + e.SpentMinor,
            Recent = recent < 0 ? Recent : Recent.SetItem(recent,
                Recent[recent] with { RefundedMinor = Recent[recent].RefundedMinor + e.SpentMinor }),
            Returns = Returns.Add(
                NameOf(e.OrderId, e.ReturnId),
                ContentOf(new ReversePoints(e.ReturnId, e.OrderId, e.Points, e.RefundMinor))),
            LastNo = e.No,
        };
    }

    // The due instants of one user need not grow: a policy may shorten the wait.
    private static ImmutableList<PendingPoints> With(ImmutableList<PendingPoints> pending, PendingPoints added)
    {
        var i = pending.FindLastIndex(p => p.DueAt <= added.DueAt);
        return pending.Insert(i + 1, added);
    }

    /// <summary>
    /// What expires after points have become spendable; what pays a debt is spent with that and cannot be lost.
    /// </summary>
    private ImmutableList<ExpiringPoints> With(string order, long points, DateTimeOffset? expiresAt)
    {
        points = Math.Min(points, Math.Max(0, Points + points));
        if (expiresAt is not { } at || points == 0) return Expiring;
        var i = Expiring.FindLastIndex(p => p.ExpiresAt <= at);
        return Expiring.Insert(i + 1, new(order, points, at));
    }

    /// <summary>What expires after spendable points are gone: the order's own first, then what would be lost first.</summary>
    private ImmutableList<ExpiringPoints> Without(string order, long points)
    {
        var left = Expiring;
        foreach (var lot in Expiring.Where(p => p.OrderId == order).Concat(Expiring.Where(p => p.OrderId != order)))
        {
            if (points <= 0) break;
            var taken = Math.Min(points, lot.Points);
            points -= taken;
            left = taken == lot.Points ? left.Remove(lot) : left.Replace(lot, lot with { Points = lot.Points - taken });
        }

        return left;
    }

    private static long? Rest(long points) => points == 0 ? null : points;

    // Ids hold no slash, so order and return stay apart.
    private static long NameOf(string orderId, string returnId) => IdHash.Of($"{orderId}/{returnId}");

    private static int ContentOf(EarnPoints order) =>
        IdHash.Short($"{order.Market}/{order.Currency}/{order.GoodsMinor}/{order.EcoGoodsMinor}");

    private static int ContentOf(ReversePoints back) => IdHash.Short($"{back.Points}/{back.RefundMinor}");
}

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Users;

/// <summary>
/// One user's ledger. Invariants: an order earns once and a return reverses once, for ever (8 bytes an id and what it
/// earned); <c>SpentMinor</c> is goods less refunds in <c>Currency</c>; the tier never falls; the first order stays the
/// first; orders that left the tier's window are dropped at the next order, so with a window it holds that window's
/// orders, without one none; at most 16 keys of changes.
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

    /// <summary>By instant.</summary>
    public ImmutableList<RecentOrder> Recent { get; init; } = [];

    /// <summary>By hash of the order's id.</summary>
    public ImmutableDictionary<long, EarnedOrder> Earned { get; init; } = ImmutableDictionary<long, EarnedOrder>.Empty;

    /// <summary>Hash of order and return to hash of the content.</summary>
    public ImmutableDictionary<long, int> Returns { get; init; } = ImmutableDictionary<long, int>.Empty;

    /// <summary>Changes, each with the user as he was answered then.</summary>
    public RememberedKeys<UserView> Keys { get; init; } = RememberedKeys<UserView>.None;

    public static JsonTypeInfo<UserEvent> EventJson => UserJson.Default.UserEvent;

    public DateTimeOffset? DueAt => Pending.IsEmpty ? null : Pending[0].DueAt;

    public long PendingSum => Pending.Sum(p => p.Points);

    public static User New() => new();

    public User Apply(UserEvent happened) => happened switch
    {
        UserEvent.Registered e => this with { Market = e.Market, Currency = e.Currency, RegisteredAt = e.At },
        UserEvent.MarketChanged e => Apply(e),
        UserEvent.Earned e => Apply(e),
        UserEvent.TierChanged e => this with { Tier = e.To },
        UserEvent.Reversed e => Apply(e),
        UserEvent.Matured e => this with
        {
            Points = Points + e.Points,
            Pending = Pending.RemoveAll(p => p.OrderId == e.OrderId),
            LastNo = e.No,
        },
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
        return this with
        {
            Points = Points + (e.DueAt is null ? e.Points : 0),
            Pending = e.DueAt is { } due && e.Points > 0 ? With(Pending, new(e.OrderId, e.Points, due)) : Pending,
            Orders = Orders + 1,
            SpentMinor = SpentMinor + e.SpentMinor,
            FirstOrder = e.IsFirstOrder ? order : FirstOrder,
            Earned = Earned.Add(order, new(
                e.Points, ContentOf(new EarnPoints(e.OrderId, e.Market, e.Currency, e.GoodsMinor, e.EcoGoodsMinor)),
                e.Currency == Currency)),
            Recent = e.WindowDays is { } days
                ? Recent.RemoveAll(o => o.At < e.At.AddDays(-days)).Add(new(e.At, order, e.SpentMinor, 0)) : [],
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
            Points = Points - (e.Points - e.FromPending),
            Pending = pending,
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

    // Ids hold no slash, so order and return stay apart.
    private static long NameOf(string orderId, string returnId) => IdHash.Of($"{orderId}/{returnId}");

    private static int ContentOf(EarnPoints order) =>
        IdHash.Short($"{order.Market}/{order.Currency}/{order.GoodsMinor}/{order.EcoGoodsMinor}");

    private static int ContentOf(ReversePoints back) => IdHash.Short($"{back.Points}/{back.RefundMinor}");
}

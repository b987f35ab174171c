using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Users;

/// <summary>
/// What is decided about a user. A command that moves points first lets those mature, and expire, whose day has come.
/// </summary>
internal sealed partial record User
{
    /// <param name="market">As asked; null: any.</param>
    /// <param name="home">The policy of that market, or of the default one.</param>
    public Decision<UserEvent, UserView> Decide(
        string? market, PolicySet home, UserId id, long version, DateTimeOffset now)
    {
        if (Market is not null)
            return market is null || market == Market ? View(id, version, now) : UserRefusals.Changed;
        var registered = new UserEvent.Registered(home.MarketCode, home.Market.Currency, now);
        return new(Apply(registered).View(id, version + 1, now), registered);
    }

    /// <param name="home">The policy of the market named, or of his own.</param>
    public Decision<UserEvent, UserView> Decide(
        ChangeUser command, PolicySet home, UserId id, long version, DateTimeOffset now)
    {
        if (Market is null) return UserRefusals.Unknown;
        if (Keys.Find(command.Key, now) is { } done)
        {
            return command.Market is null || command.Market == done.Answer.Market
                ? done.Answer with { Id = id } : UserRefusals.Changed;
        }

        if (command.Version != version) return UserRefusals.Stale;
        if (command.Market is not { } market || market == Market) return View(id, version, now);
        // What he has spent is counted in one currency.
        if (Orders > 0 && home.Market.Currency != Currency) return UserRefusals.Currency;
        var changed = new UserEvent.MarketChanged(market, home.Market.Currency, command.Key, version + 1, now);
        return new(Apply(changed).View(id, version + 1, now), changed);
    }

    /// <param name="sale">The policy of the order's market: it makes the points.</param>
    /// <param name="home">The policy of the user's market: it makes the tier.</param>
    public Decision<UserEvent, PointsEarned> Decide(
        EarnPoints command, PolicySet sale, PolicySet home, DateTimeOffset now)
    {
        if (command.GoodsMinor < 0 || command.EcoGoodsMinor < 0 || command.EcoGoodsMinor > command.GoodsMinor)
            return UserRefusals.BadAmount;
        var (events, user) = Mature(now);
        var order = IdHash.Of(command.OrderId);
        if (Earned.TryGetValue(order, out var earned))
        {
            return earned.Content == ContentOf(command)
                ? new(new PointsEarned(earned.Points, FirstOrder == order, Tier), [.. events])
                : new(UserRefusals.Changed, [.. events]);
        }

        void Happens(UserEvent e)
        {
            events.Add(e);
            user = user.Apply(e);
        }

        if (Market is null) Happens(new UserEvent.Registered(home.MarketCode, home.Market.Currency, now));
        var first = FirstOrder is null;
        var (basePoints, points) = PointsOf(command, sale.Points, first);
        DateTimeOffset? due = sale.Points.PendingDays > 0 ? now.AddDays(sale.Points.PendingDays) : null;
        Happens(new UserEvent.Earned(
            command.OrderId, command.Market, command.Currency, command.GoodsMinor, command.EcoGoodsMinor,
            command.Currency == user.Currency ? command.GoodsMinor : 0, basePoints, points, first,
            due, home.Tiers.WindowDays, user.LastNo + 1, user.Points + user.PendingSum + points, now)
        { ExpiresAt = points > 0 && sale.Points.ExpireDays is { } days ? (due ?? now).AddDays(days) : null });
        var (orders, spentMinor) = user.Counted(home.Tiers, now);
        if (TierOf(orders, spentMinor, home.Tiers) is var tier && tier > user.Tier)
        {
            Happens(new UserEvent.TierChanged(user.Tier, tier, orders, spentMinor, now)
            { ReviewAt = ReviewOf(tier, home.Tiers, now) });
        }

        return new(new PointsEarned(points, first, user.Tier), [.. events]);
    }

    public Decision<UserEvent, PointsReversed> Decide(ReversePoints command, DateTimeOffset now)
    {
        if (command.Points < 0 || command.RefundMinor < 0) return UserRefusals.BadAmount;
        if (Market is null) return UserRefusals.Unknown;
        var (events, user) = Mature(now);
        if (Returns.TryGetValue(NameOf(command.OrderId, command.ReturnId), out var content))
        {
            return content == ContentOf(command)
                ? new(new PointsReversed(command.Points, user.Points, user.PendingSum), [.. events])
                : new(UserRefusals.Changed, [.. events]);
        }

        if (!user.Earned.TryGetValue(IdHash.Of(command.OrderId), out var order))
            return new(UserRefusals.UnknownOrder, [.. events]);
        var pending = Math.Min(command.Points, user.Pending.Find(p => p.OrderId == command.OrderId)?.Points ?? 0);
        var lost = Math.Min(command.Points - pending, order.Expired ?? 0); // is gone already
        var reversed = new UserEvent.Reversed(
            command.ReturnId, command.OrderId, command.Points, pending, command.RefundMinor,
            order.Counts ? command.RefundMinor : 0, user.LastNo + 1,
            user.Points + user.PendingSum - (command.Points - lost), now)
        { FromExpired = Rest(lost) };
        user = user.Apply(reversed);
        return new(new PointsReversed(command.Points, user.Points, user.PendingSum), [.. events, reversed]);
    }

    /// <summary>
    /// Lets points mature and expire whose day has come, and looks at the tier when that is due (USR-03): it falls only
    /// there, and only where the policy says so; somebody hears of it either way. While the window reaches back to
    /// orders that a shorter one has dropped, every tier is held. Nothing to do is no event.
    /// </summary>
    /// <param name="home">The policy of the user's market.</param>
    public Decision<UserEvent, Done> DecideDue(PolicySet home, DateTimeOffset now)
    {
        var (events, user) = Mature(now);
        if (user.ReviewAt <= now)
        {
            var (orders, spentMinor) = user.Counted(home.Tiers, now);
            var isKnown = home.Tiers.WindowDays is not { } days || user.RecentFrom <= now.AddDays(-days);
            var would = isKnown ? TierOf(orders, spentMinor, home.Tiers) : user.Tier;
            // Where the market reviews no tiers any more, none falls.
            var isLowered = would < user.Tier && home.Tiers is { ReviewDays: not null, IsLoweredAtReview: true };
            events.Add(new UserEvent.TierReviewed(user.Tier, would, isLowered, orders, spentMinor,
                ReviewOf(isLowered ? would : user.Tier, home.Tiers, now), home.Tiers.Role, now));
        }

        return new(new Done(), [.. events]);
    }

    /// <summary>
    /// What an inbox hears of reviews that a tier did not pass: once a market and day, however many there are.
    /// </summary>
    /// <param name="n">The nth of the day: one that is done is not opened again.</param>
    public static (string Id, InboxTerms Terms) ItemOf(
        string market, DateOnly day, UserEvent.TierReviewed review, int n = 1)
    {
        var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var id = string.Create(CultureInfo.InvariantCulture, $"{market}/{date}/{review.IsLowered}/{n}");
        return (CauseIds.Of("tier_review", id), new("tier_review", review.IsLowered
                ? $"{market}, {date}: users' tiers were reviewed, and some fell"
                : $"{market}, {date}: users' tiers were reviewed, and some would be lower; they stay",
            $"market/{market}/tiers/{date}", review.Role, InboxSeverity.Notice, null));
    }

    /// <summary>Somebody hears of the review.</summary>
    public Decision<UserEvent, Done> DecideTold(UserEvent.TierReviewed review, DateTimeOffset now) =>
        Untold != review ? default(Done) : new Decision<UserEvent, Done>(default(Done), new UserEvent.ReviewTold(now));

    /// <summary>
    /// The user at an instant: points whose day has come are spendable, or lost, even when nothing has said so yet.
    /// </summary>
    public UserView View(UserId id, long version, DateTimeOffset now)
    {
        var user = Mature(now).After;
        return new(id, Market!, Tier, user.Points, user.PendingSum, Orders, SpentMinor, RefundedMinor, Currency,
            RegisteredAt, version)
        {
            TierReviewAt = ReviewAt,
            ExpiringPoints = user.Expiring.IsEmpty ? null : user.Expiring[0].Points,
            ExpireAt = user.Expiring.IsEmpty ? null : user.Expiring[0].ExpiresAt,
        };
    }

    private (List<UserEvent> Events, User After) Mature(DateTimeOffset now)
    {
        var (events, user) = (new List<UserEvent>(), this);
        while (true)
        {
            var (pending, expiring) = (user.Pending.FirstOrDefault(), user.Expiring.FirstOrDefault());
            var matures = pending is not null && pending.DueAt <= now && !(expiring?.ExpiresAt < pending.DueAt);
            if (!matures && !(expiring?.ExpiresAt <= now)) return (events, user);
            var balance = user.Points + user.PendingSum;
            UserEvent happened = matures
                ? new UserEvent.Matured(pending!.OrderId, pending.Points, user.LastNo + 1, balance, now)
                : new UserEvent.Expired(
                    expiring!.OrderId, expiring.Points, user.LastNo + 1, balance - expiring.Points, now);
            events.Add(happened);
            user = user.Apply(happened);
        }
    }

    /// <summary>Who is new has no tier to lose.</summary>
    private static DateTimeOffset? ReviewOf(UserTier tier, TierPolicy policy, DateTimeOffset now) =>
        tier > UserTier.New && policy.ReviewDays is { } days ? now.AddDays(days) : null;

    /// <summary>
    /// Whole units earn, the rest of an amount nothing; what eco packaging adds is earned by eco goods alone.
    /// </summary>
    private static (long Base, long Points) PointsOf(EarnPoints order, PointsPolicy policy, bool first)
    {
        var unitMinor = MinorUnits.PerUnit(order.Currency);
        var plain = policy.Factor(first, eco: false);
        var bonus = policy.Factor(first, eco: true) - plain;
        var basePoints = order.GoodsMinor / unitMinor * policy.PerUnit;
        return (basePoints, basePoints * plain + order.EcoGoodsMinor / unitMinor * policy.PerUnit * bonus);
    }

    private (int Orders, long SpentMinor) Counted(TierPolicy policy, DateTimeOffset now)
    {
        if (policy.WindowDays is not { } days) return (Orders, SpentMinor);
        var within = Recent.Where(o => o.At > now.AddDays(-days)).ToImmutableArray();
        return (within.Length, within.Sum(o => o.SpentMinor - o.RefundedMinor));
    }

    private static UserTier TierOf(int orders, long spentMinor, TierPolicy policy) =>
        orders >= policy.CoreOrders || spentMinor >= policy.CoreSpentMinor ? UserTier.Core
        : orders >= policy.RegularOrders || spentMinor >= policy.RegularSpentMinor ? UserTier.Regular
        : UserTier.New;
}

/// <summary>How many minor units make one whole unit of a currency (ISO 4217).</summary>
internal static class MinorUnits
{
    // Those that do not have two decimals.
    private static readonly FrozenDictionary<string, long> Others = new Dictionary<string, long>
    {
        ["BIF"] = 1,
        ["CLP"] = 1,
        ["DJF"] = 1,
        ["GNF"] = 1,
        ["ISK"] = 1,
        ["JPY"] = 1,
        ["KMF"] = 1,
        ["KRW"] = 1,
        ["PYG"] = 1,
        ["RWF"] = 1,
        ["UGX"] = 1,
        ["VND"] = 1,
        ["VUV"] = 1,
        ["XAF"] = 1,
        ["XOF"] = 1,
        ["XPF"] = 1,
        ["BHD"] = 1_000,
        ["IQD"] = 1_000,
        ["JOD"] = 1_000,
        ["KWD"] = 1_000,
        ["LYD"] = 1_000,
        ["OMR"] = 1_000,
        ["TND"] = 1_000,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static long PerUnit(string currency) => Others.TryGetValue(currency, out var minor) ? minor : 100;
}

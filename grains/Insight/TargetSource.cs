using System.Collections.Immutable;
using System.Globalization;
using Ale.Policy;

namespace Ale.Insight;

/// <summary>What a target's question brings: parts and what they are parts of.</summary>
internal sealed class TargetFigures
{
    public double? Part { get; init; }
    public double? GrossPart { get; init; }
    public double? Whole { get; init; }
    public double? BasePart { get; init; }
    public double? BaseWhole { get; init; }
    public double? BaseFull { get; init; }

    /// <summary>Both together; what one has not, the other has alone.</summary>
    public TargetFigures Plus(TargetFigures other) => new()
    {
        Part = Sum(Part, other.Part),
        GrossPart = Sum(GrossPart, other.GrossPart),
        Whole = Sum(Whole, other.Whole),
        BasePart = Sum(BasePart, other.BasePart),
        BaseWhole = Sum(BaseWhole, other.BaseWhole),
        BaseFull = Sum(BaseFull, other.BaseFull),
    };

    private static double? Sum(double? a, double? b) => a is null ? b : b is null ? a : a + b;
}

/// <summary>
/// Where a target comes from. <see cref="Sql"/> answers with one row of <see cref="TargetFigures"/>; its parameters are
/// those of <see cref="TargetDays"/>.
/// </summary>
/// <param name="Formula"><c>{mean}</c> and <c>{cost}</c> stand for the days of the policy.</param>
/// <param name="Factor">The value is part × factor ÷ whole.</param>
/// <param name="Digits">Decimals of the value.</param>
/// <param name="Goal">From the policy and the baseline; null: it has none yet.</param>
internal sealed record TargetSource(
    string Code, string Title, string Unit, TargetAim Aim, decimal Factor, int Digits, string Formula, string Rows,
    Func<PolicySet, decimal?, decimal?> Goal, string Sql)
{
    /// <summary>True: the goal is read on the gross figure .</summary>
    public bool ReadsGross { get; init; }

    /// <summary>True: the baseline, that of the first <c>target.baselineDays</c> from day 0 on, is shown and nothing
    /// more; how it stands goes by the goal .</summary>
    public bool ShowsBaseline { get; init; }

    /// <summary>How it is worked out, with the days of the policy.</summary>
    public string FormulaOf(TargetPolicy policy) => Formula
        .Replace("{mean}", policy.MeanDays.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{cost}", policy.CostDays.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>
    /// True: it counts by instants, and is asked once for each market (<c>@market</c>) with the days of that one (K02).
    /// False: its rows have their day, which is their market's, or it is of the default market alone.
    /// </summary>
    public bool IsByMarket { get; init; }

    public decimal? Value(double? part, double? whole) => part is { } p && whole is > 0 and { } w
        ? Math.Round((decimal)p * Factor / (decimal)w, Digits, MidpointRounding.AwayFromZero) : null;

    /// <summary>All of them, in the order of the plan.</summary>
    public static readonly ImmutableArray<TargetSource> All =
    [
        new("plays_per_day", "Plays a day", "plays", TargetAim.Grow, 1, 0,
            "plays of all platforms ÷ {mean}, over {mean} business days; the baseline is that of the {mean} before day 0",
            "/api/platforms/{id}/days?kind=play", (p, _) => p.Targets.PlaysPerDay, """
            select cast(sum(case when day >= @meanFrom and day <= @day then count end) as double precision) as Part,
                   cast(@days as double precision) as Whole,
                   cast(sum(case when day >= @meanBefore and day < @begun then count end) as double precision)
                     as BasePart,
                   cast(@days as double precision) as BaseWhole
            from {platform_day}
            where kind = 'play' and ((day >= @meanFrom and day <= @day) or (day >= @meanBefore and day < @begun))
            """),
        new("followers", "New followers", "people", TargetAim.Grow, 1, 0,
            "follows less unfollows of all platforms since day 0", "/api/platforms/{id}/days?kind=follow",
            (p, _) => p.Targets.Followers, """
            select cast(sum(case when kind = 'follow' then count else -count end) as double precision) as Part,
                   cast(sum(case when kind = 'follow' then count else 0 end) as double precision) as GrossPart,
                   cast(1 as double precision) as Whole
            from {platform_day} where kind in ('follow', 'unfollow') and day >= @begun and day <= @day
            """),
        new("conversion", "Conversion of sessions", "percent", TargetAim.Reach, 100, 2,
            "distinct people who paid in a session ÷ its viewers of 3 s and more, over sessions of {mean} business "
            + "days",
            "/api/attribution/session", (p, _) => p.Targets.ConversionPercent, """
            select cast(sum(case when s.now = 1 then s.buyers end) as double precision) as Part,
                   cast(sum(case when s.now = 1 then s.gross end) as double precision) as GrossPart,
                   cast(sum(case when s.now = 1 then s.viewers end) as double precision) as Whole,
                   cast(sum(case when s.now = 0 then s.buyers end) as double precision) as BasePart,
                   cast(sum(case when s.now = 0 then s.viewers end) as double precision) as BaseWhole
            from (
              select e.now, sum(e.count) as viewers,
                     (select count(distinct o.user_id) from {sales_order} o
                      where o.session_id = e.session_id and o.paid_at is not null) as gross,
                     (select count(distinct o.user_id) from {sales_order} o
                      where o.session_id = e.session_id and o.paid_at is not null and o.state <> 'cancelled') as buyers
              from (
                select session_id, count, 1 as now from {platform_event}
                where kind = 'viewer' and session_id is not null and day >= @meanFrom and day <= @day
                union all
                select session_id, count, 0 as now from {platform_event}
                where kind = 'viewer' and session_id is not null and day >= @begun and day < @shownEnd) e
              group by e.session_id, e.now) s
            """) { ShowsBaseline = true },
        new("order_completion", "Order completion", "percent", TargetAim.Reach, 100, 2,
            "orders placed ÷ checkouts begun from the floating cart, over {mean} business days; net: orders paid; "
            + "the baseline is the page's", "/api/funnel", (p, page) => page * (100 + p.Carts.UpliftPercent) / 100, """
            select cast(sum(case when c.via = 'floating' and o.paid_at is not null then 1 else 0 end)
                     as double precision) as Part,
                   cast(sum(case when c.via = 'floating' and c.state = 'ordered' then 1 else 0 end)
                     as double precision) as GrossPart,
                   cast(sum(case when c.via = 'floating' then 1 else 0 end) as double precision) as Whole,
                   cast(sum(case when c.via = 'page' and c.state = 'ordered' then 1 else 0 end)
                     as double precision) as BasePart,
                   cast(sum(case when c.via = 'page' then 1 else 0 end) as double precision) as BaseWhole
            from {cart_checkout} c left join {sales_order} o on c.state = 'ordered' and o.id = c.order_id
              left join {session} s on s.id = c.session_id
            where c.at >= @from and c.at < @to
              and coalesce(o.market, case when @codes like '% ' || s.market || ' %' then s.market end, @other) = @market
            """) { ReadsGross = true, IsByMarket = true },
        new("repurchase", "Buying again", "percent", TargetAim.Reach, 100, 2,
            "people who ordered again within target.againDays ÷ people whose first order was so long ago, over "
            + "target.baselineDays of first orders; the baseline is that of as many days since day 0, then frozen",
            "/api/orders", (p, before) => before * (100 + p.Targets.AgainUpliftPercent) / 100, """
            select cast(sum(case when f.began >= @firstFrom and f.began < @firstTo then f.again end)
                     as double precision) as Part,
                   cast(sum(case when f.began >= @firstFrom and f.began < @firstTo then 1 end)
                     as double precision) as Whole,
                   cast(sum(case when f.began >= @baseFrom and f.began < @baseTo then f.again end)
                     as double precision) as BasePart,
                   cast(sum(case when f.began >= @baseFrom and f.began < @baseTo then 1 end)
                     as double precision) as BaseWhole
            from (
              select g.began as began, case when exists (
                       select 1 from {sales_order} o where o.user_id = g.user_id and o.paid_at > g.began
                         and o.paid_at < g.began + @again and o.state <> 'cancelled') then 1 else 0 end as again
              from (select user_id, min(paid_at) as began from {sales_order}
                    where paid_at is not null and user_id is not null and state <> 'cancelled'
                    group by user_id) g
              where exists (select 1 from {sales_order} w where w.user_id = g.user_id and w.paid_at = g.began
                and w.market = @market and w.state <> 'cancelled')) f
            """) { IsByMarket = true },
        new("stock_out", "Stock-out rate", "percent", TargetAim.StayBelow, 100, 2,
            "attempts to buy refused for stock ÷ all attempts, over {mean} business days", "/api/stockouts",
            (p, _) => p.Stock.OutRatePercentMax, """
            select cast(sum(case when a.now = 1 then a.refused end) as double precision) as Part,
                   cast(sum(case when a.now = 1 then a.held + a.refused end) as double precision) as Whole,
                   cast(sum(case when a.now = 0 then a.refused end) as double precision) as BasePart,
                   cast(sum(case when a.now = 0 then a.held + a.refused end) as double precision) as BaseWhole
            from (
              select sku, 1 as held, 0 as refused, 1 as now from {reservation}
              where quantity > 0 and at >= @from and at < @to
              union all
              select sku, 0 as held, attempts as refused, 1 as now from {stock_miss}
              where slot >= @fromSlot and slot < @toSlot
              union all
              select sku, 1 as held, 0 as refused, 0 as now from {reservation}
              where quantity > 0 and at >= @shownFrom and at < @shownTo
              union all
              select sku, 0 as held, attempts as refused, 0 as now from {stock_miss}
              where slot >= @shownFromSlot and slot < @shownToSlot) a
            join {sku} k on k.sku = a.sku where k.market = @market
            """) { IsByMarket = true, ShowsBaseline = true },
        new("after_sales", "After-sales time", "minutes", TargetAim.StayBelow, 1, 1,
            "minutes from the opening of a case to its decision ÷ cases decided, over {mean} business days",
            "/api/cases",
            (p, _) => p.Targets.AfterSalesMinutes, """
            select cast(sum(case when decided_at >= @from and decided_at < @to then decided_at - opened_at end)
                     as double precision) / 60000 as Part,
                   cast(sum(case when decided_at >= @from and decided_at < @to then 1 end)
                     as double precision) as Whole,
                   cast(sum(case when decided_at >= @shownFrom and decided_at < @shownTo
                     then decided_at - opened_at end) as double precision) / 60000 as BasePart,
                   cast(sum(case when decided_at >= @shownFrom and decided_at < @shownTo then 1 end)
                     as double precision) as BaseWhole
            from {care_case}
            where ((decided_at >= @from and decided_at < @to) or (decided_at >= @shownFrom and decided_at < @shownTo))
              and coalesce(market, @other) = @market
            """) { IsByMarket = true, ShowsBaseline = true },
        new("fixed_assets", "Fixed assets", "minor units", TargetAim.StayBelow, 1, 0,
            "what was bought and not subscribed this year; the baseline is the year before through the same day",
            "/api/budgets/{year}/fixed-assets", (p, before) => before * (100 - p.Costs.AssetSavingPercent) / 100, """
            select cast(coalesce(sum(case when l.year = @year and s.at < @to then s.amount_minor end), 0)
                     as double precision) as Part,
                   cast(1 as double precision) as Whole,
                   cast(sum(case when l.year < @year then case when s.at < @sameTo then s.amount_minor else 0 end end)
                     as double precision) as BasePart,
                   cast(1 as double precision) as BaseWhole,
                   cast(sum(case when l.year < @year then s.amount_minor end) as double precision) as BaseFull
            from {budget_line} l join {budget_spend} s on s.line = l.key
            where l.year in (@year, @yearBefore) and s.acquisition = 'purchase' and s.state = 'actual'
              and s.currency = @currency
            """),
        new("fast_delivery", "Delivered in two hours", "percent", TargetAim.Reach, 100, 2,
            "orders delivered by their promise ÷ orders promised in two hours, promised for {mean} business days",
            "/api/orders", (p, _) => p.Targets.FastPercent, """
            select cast(sum(case when promise_at >= @from and promise_at < @to and delivered_at <= promise_at
                     then 1 else 0 end) as double precision) as Part,
                   cast(sum(case when promise_at >= @from and promise_at < @to then 1 end)
                     as double precision) as Whole,
                   cast(sum(case when promise_at >= @shownFrom and promise_at < @shownTo and delivered_at <= promise_at
                     then 1 else 0 end) as double precision) as BasePart,
                   cast(sum(case when promise_at >= @shownFrom and promise_at < @shownTo then 1 end)
                     as double precision) as BaseWhole
            from {sales_order}
            where fast = 1 and ((promise_at >= @from and promise_at < @to)
                or (promise_at >= @shownFrom and promise_at < @shownTo))
              and paid_at is not null and state <> 'cancelled' and market = @market
            """) { IsByMarket = true, ShowsBaseline = true },
        new("purchase_cost", "Purchase cost", "percent", TargetAim.StayBelow, 100, 2,
            "what was paid for received goods ÷ what they cost when they were first bought, over {cost} business days, "
            + "in each currency by itself, weighted by units; the baseline is 100", "/api/purchases",
            (p, _) => 100 - p.Targets.PurchaseSavingPercent, """
            select cast(sum(c.paid * c.units / c.base) as double precision) as Part,
                   cast(sum(c.units) as double precision) as Whole,
                   cast(1 as double precision) as BasePart, cast(1 as double precision) as BaseWhole
            from (
            select cast(sum(p.quantity * p.cost_minor) as double precision) as paid,
                   cast(sum(p.quantity * b.cost_minor) as double precision) as base, sum(p.quantity) as units
            from {purchase_order} p join {purchase_order} b on b.id = (
              select f.id from {purchase_order} f where f.sku = p.sku and f.state = 'received' and f.cost_minor > 0
                and f.currency = p.currency and f.opened_at < @costFrom order by f.opened_at, f.id limit 1)
            where p.state = 'received' and p.cost_minor > 0 and p.opened_at >= @costFrom and p.opened_at < @to
              and coalesce(p.market, @other) = @market
            group by p.currency) c
            """) { IsByMarket = true },
    ];
}

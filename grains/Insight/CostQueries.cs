using System.Collections.Immutable;
using System.Globalization;
using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;
using Ale.Phases;
using Ale.Platforms;
using Ale.Policy;
using Ale.Registers;
using Orleans.Concurrency;

namespace Ale.Insight;

[StatelessWorker]
internal sealed class CostQueries(Views views, PolicyBook policies, MarketBook markets, JournalClock clock)
    : Grain, ICostQueries
{
    private const int PageMax = 500;

    private sealed class Units
    {
        public long Sessions { get; init; }
        public long Parcels { get; init; }
        public long Orders { get; init; }
    }

    private sealed class WeekRow
    {
        public string Category { get; init; } = "";
        public long Visits { get; init; }
        public long Buyers { get; init; }
    }

    public Task<Outcome<ImmutableArray<StepCost>>> Steps(DateOnly month, JournalPlace at, CancellationToken ct) =>
        StepsAt(month, clock.GetUtcNow(), at, ct);

    public async Task<Outcome<ImmutableArray<StepCost>>> StepsAt(
        DateOnly month, DateTimeOffset instant, JournalPlace at, CancellationToken ct)
    {
        var (market, caps) = (markets.For(null, instant), policies.For(null, instant).Costs.Caps);
        var (spent, refusal) = await GrainFactory.BudgetQueries().Breakdown(
            new(MonthOf(month) + "-", int.MaxValue) { By = "step" }, at, ct);
        if (refusal is not null) return refusal;
        var (units, why) = await views.List<Units>("""
            select (select count(*) from {session} where started_at >= @from and started_at < @to) as Sessions,
                   (select count(*) from {shipment} where opened_at >= @from and opened_at < @to) as Parcels,
                   (select count(*) from {sales_order} where paid_at >= @from and paid_at < @to
                    and state <> 'cancelled') as Orders
            """, new
        {
            from = market.StartOf(month).ToUnixTimeMilliseconds(),
            to = market.StartOf(month.AddMonths(1)).ToUnixTimeMilliseconds(),
        }, at, ct);
        return why is not null ? why : StepCosts.Of(
            [.. spent], units![0].Sessions, units[0].Parcels, units[0].Orders, caps);
    }

    public async Task<Outcome<ImmutableArray<CategoryWeek>>> Categories(
        DateOnly last, int weeks, JournalPlace at, CancellationToken ct)
    {
        var market = markets.For(null, clock.GetUtcNow());
        var all = weeks > 0 ? weeks : policies.For(null, clock.GetUtcNow()).Costs.LeadWeeks;
        var found = ImmutableArray.CreateBuilder<CategoryWeek>();
        for (var back = 0; back < all; back++)
        {
            var monday = CategoryLead.MondayOf(last).AddDays(-7 * back);
            var (rows, refusal) = await views.List<WeekRow>("""
                select v.tag as Category, v.visits as Visits,
                       (select count(distinct o.user_id) from {sales_order} o
                        join {sales_order_line} l on l.order_id = o.id
                        join {sku} k on k.sku = l.sku join {product} p on p.id = k.product
                        where o.paid_at >= @from and o.paid_at < @to and o.state <> 'cancelled'
                          and substr(p.category, 1, length(v.tag) + 1) = v.tag || '/') as Buyers
                from (select tag, cast(sum(count) as bigint) as visits from {platform_event}
                      where kind = 'visit' and tag is not null and day >= @first and day <= @last group by tag) v
                where v.visits > 0
                """, new
            {
                from = market.StartOf(monday).ToUnixTimeMilliseconds(),
                to = market.StartOf(monday.AddDays(7)).ToUnixTimeMilliseconds(),
                first = PlatformProjection.DayOf(monday),
                last = PlatformProjection.DayOf(monday.AddDays(6)),
            }, at, ct);
            if (refusal is not null) return refusal;
            found.AddRange(rows!.Select(r => new CategoryWeek(monday, r.Category, r.Visits, r.Buyers,
                    Math.Round(r.Buyers * 100m / r.Visits, 2, MidpointRounding.AwayFromZero)))
                .OrderByDescending(w => w.Percent).ThenBy(w => w.Category, StringComparer.Ordinal));
        }

        return found.ToImmutable();
    }

    public async Task<Outcome<CostStructure>> Structure(DateOnly month, JournalPlace at, CancellationToken ct)
    {
        var (automations, refusal) = await Entries(CostStructures.Automation, at, ct);
        if (refusal is not null) return refusal;
        var (uses, why) = await Entries(CostStructures.Use, at, ct);
        if (why is not null) return why;
        var (hours, not) = await Entries(CostStructures.Hours, at, ct);
        if (not is not null) return not;
        return CostStructures.Of(month, [.. automations], [.. uses], [.. hours]);
    }

    public async Task<Outcome<PlanTilt>> Tilt(string year, CancellationToken ct)
    {
        var (plan, refusal) = await GrainFactory.BudgetPlan(year).Get(ct);
        if (refusal is not null) return refusal;
        var (phase, why) = await GrainFactory.Phases().InForce(null, ct);
        return why is not null ? why
            : PlanTilts.Of(plan!, phase!.Phase, policies.For(null, clock.GetUtcNow()).Budgets);
    }

    private Task<Outcome<ImmutableArray<RegisterEntry>>> Entries(string kind, JournalPlace at, CancellationToken ct) =>
        GrainFactory.AllEntries(new(PageMax) { Kind = kind }, at, ct);

    private static string MonthOf(DateOnly day) => day.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}

/// <summary>What steps cost on average (BUD-14); pure.</summary>
internal static class StepCosts
{
    public static ImmutableArray<StepCost> Of(
        IReadOnlyList<BreakdownRow> spent, long sessions, long parcels, long orders, StepCaps caps)
    {
        (string Step, string Unit, long Units, long CapMinor)[] steps =
        [
            ("content", "session", sessions, caps.ContentMinor), ("live", "session", sessions, caps.LiveMinor),
            ("packing", "parcel", parcels, caps.PackingMinor), ("logistics", "parcel", parcels, caps.LogisticsMinor),
            ("service", "order", orders, caps.ServiceMinor),
        ];
        return [.. steps.SelectMany(step => spent.Where(s => s.Value == step.Step).Select(s => new StepCost(
            step.Step, step.Unit, s.Currency, step.Units, s.AmountMinor,
            step.Units == 0 ? null : Math.Round((decimal)s.AmountMinor / step.Units, 2, MidpointRounding.AwayFromZero),
            step.CapMinor, step.Units > 0 && s.AmountMinor > step.CapMinor * step.Units)))];
    }
}

/// <summary>Which category leads (BUD-13); pure.</summary>
internal static class CategoryLead
{
    public static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    /// <summary>Why nothing is proposed in a phase; null: from growth on it is.</summary>
    /// <param name="phase">Null: none has begun.</param>
    public static string? WhyNot(int? phase) => phase switch
    {
        null => "No phase has begun: categories get more from growth on.",
        < PhaseRules.Growth => "The start-up is in force: categories get more from growth on.",
        _ => null,
    };

    /// <summary>The category that had the best conversion in each of the weeks, alone; null: none had.</summary>
    public static string? Of(IEnumerable<CategoryWeek> rows, DateOnly lastWeek, int weeks)
    {
        string? leader = null;
        for (var back = 0; back < weeks; back++)
        {
            var best = rows.Where(r => r.Week == lastWeek.AddDays(-7 * back)).OrderByDescending(r => r.Percent)
                .Take(2).ToArray();
            if (best.Length == 0 || best[0].Percent == 0) return null;
            if (best.Length == 2 && best[1].Percent == best[0].Percent) return null;
            if (leader is not null && leader != best[0].Category) return null;
            leader = best[0].Category;
        }

        return leader;
    }
}

/// <summary>What automations save, and who does creative work (BUD-18); pure.</summary>
internal static class CostStructures
{
    /// <summary>By automation: <c>before</c> and <c>after</c>, minor units a piece.</summary>
    public const string Automation = "automation";

    /// <summary>By automation, the entry's id a month as <c>2026-06</c>: <c>count</c>, pieces.</summary>
    public const string Use = "automation_use";

    /// <summary>By team, the entry's id a month: <c>creative</c> and <c>routine</c>, hours.</summary>
    public const string Hours = "labour_hours";

    public static CostStructure Of(DateOnly month, IReadOnlyList<RegisterEntry> automations,
        IReadOnlyList<RegisterEntry> uses, IReadOnlyList<RegisterEntry> hours)
    {
        var skipped = new List<string>();
        var used = uses.Where(u => IsOf(u, month)).ToLookup(u => u.Subject, StringComparer.Ordinal);
        var saved = automations.Where(a => a.State == RegisterState.Valid && used.Contains(a.Subject))
            .GroupBy(a => a.Subject).Select(g => g.First()) // the one that was entered last
            .SelectMany(a => used[a.Subject].Select(u => Saving(a, u, skipped))).OfType<AutomationSaving>()
            .OrderByDescending(s => s.SavingMinor).ThenBy(s => s.Name, StringComparer.Ordinal).ToImmutableArray();
        var (now, then) = (Creative(month), Creative(month.AddMonths(-1)));
        return new(month, saved, saved.Sum(s => s.SavingMinor), now, then, now - then)
        {
            Skipped = [.. skipped.Distinct(StringComparer.Ordinal)],
        };

        decimal? Creative(DateOnly of)
        {
            var entries = hours.Where(h => IsOf(h, of))
                .Select(h => (Creative: Number(h, "creative", skipped), Routine: Number(h, "routine", skipped)))
                .Where(h => h is { Creative: not null, Routine: not null }).ToArray();
            var (creative, routine) = (entries.Sum(h => h.Creative!.Value), entries.Sum(h => h.Routine!.Value));
            return creative + routine == 0 ? null : PhaseRules.Percent(creative, creative + routine);
        }
    }

    /// <summary>Null: a figure is wrong, or what it comes to is no sum of money any more.</summary>
    private static AutomationSaving? Saving(RegisterEntry automation, RegisterEntry use, List<string> skipped)
    {
        if (Number(automation, "before", skipped) is not { } before
            || Number(automation, "after", skipped) is not { } after
            || Number(use, "count", skipped) is not { } count) return null;
        var saving = (decimal)(before - after) * count;
        if (Math.Abs(saving) <= Limits.AmountMinorMax)
            return new(automation.Subject, before, after, count, (long)saving);
        skipped.Add(NameOf(use, "count"));
        return null;
    }

    private static bool IsOf(RegisterEntry entry, DateOnly month) => entry.State != RegisterState.Withdrawn
        && entry.State != RegisterState.Superseded
        && entry.Id.StartsWith(month.ToString("yyyy-MM", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>A whole number of an entry; null when it has none: guessed as 0 it would make the saving larger.</summary>
    private static long? Number(RegisterEntry entry, string name, List<string> skipped)
    {
        if (long.TryParse(entry.Terms.Attributes.FirstOrDefault(a => a.Name == name).Value, NumberStyles.None,
            CultureInfo.InvariantCulture, out var value) && value <= Limits.AmountMinorMax) return value;
        skipped.Add(NameOf(entry, name));
        return null;
    }

    private static string NameOf(RegisterEntry entry, string name) =>
        $"{entry.Kind}/{entry.Subject}/{entry.Id}: {name}";
}

using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;
using Ale.Phases;
using Ale.Platforms;
using Ale.Policy;
using Ale.Stock;
using Orleans.Concurrency;

namespace Ale.Insight;

/// <summary>
/// The parameters of all targets' questions. A day is the same date in every market, and each market's own time (K02):
/// what counts by instants is asked for each market with the days of that one. Days are texts in platforms' tables,
/// where each row has its own market's day, and instants in milliseconds elsewhere; ends are excluded where they are
/// instants.
/// </summary>
internal static class TargetDays
{
    /// <summary>The last day that is over in every market: one that goes on would be counted in part.</summary>
    public static DateOnly LastOver(MarketBook markets, DateTimeOffset now) =>
        markets.Codes.Min(code => markets.For(code, now).BusinessDay(now)).AddDays(-1);

    /// <param name="begun">Day 0; null: it has not come.</param>
    /// <param name="other">The market of what has none, or none of the <paramref name="codes"/>.</param>
    public static object Of(
        DateOnly day, DateOnly? begun, TargetPolicy policy, Market market, string other, IEnumerable<string> codes)
    {
        var (from, to, zero) = (day.AddDays(1 - policy.MeanDays), day.AddDays(1), begun ?? day.AddDays(1));
        var lastFirst = to.AddDays(-policy.AgainDays);
        var baseTo = zero.AddDays(policy.BaselineDays);
        var soFar = baseTo < to ? baseTo : to;
        return new
        {
            day = PlatformProjection.DayOf(day),
            days = (double)policy.MeanDays,
            meanFrom = PlatformProjection.DayOf(from),
            begun = PlatformProjection.DayOf(zero),
            meanBefore = PlatformProjection.DayOf(begun is null ? zero : zero.AddDays(-policy.MeanDays)),
            from = At(from),
            to = At(to),
            fromSlot = StockProjection.Slot(market.StartOf(from)),
            toSlot = StockProjection.Slot(market.StartOf(to)),
            costFrom = At(to.AddDays(-policy.CostDays)),
            firstFrom = At(lastFirst.AddDays(-policy.BaselineDays)),
            firstTo = At(lastFirst),
            again = (long)TimeSpan.FromDays(policy.AgainDays).TotalMilliseconds,
            baseFrom = At(zero),
            baseTo = baseTo <= lastFirst ? At(baseTo) : At(zero), // frozen when all had their time to come again
            shownFrom = At(zero),
            shownTo = At(soFar),
            shownFromSlot = StockProjection.Slot(market.StartOf(zero)),
            shownToSlot = StockProjection.Slot(market.StartOf(soFar)),
            shownEnd = PlatformProjection.DayOf(soFar),
            year = day.Year,
            yearBefore = day.Year - 1,
            sameTo = At(FixedAssetDays.Through(day.Year, day)!.Value.AddDays(1)), // the year before, as long (K01)
            currency = market.Currency,
            market = market.Code,
            other,
            codes = $" {string.Join(' ', codes)} ",
        };

        long At(DateOnly on) => market.StartOf(on).ToUnixTimeMilliseconds();
    }
}

[StatelessWorker]
internal sealed class TargetQueries(Views views, PolicyBook policies, MarketBook markets, JournalClock time)
    : Grain, ITargetQueries
{
    public async Task<Outcome<ImmutableArray<TargetView>>> Targets(DateOnly? day, JournalPlace at, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var (market, on) = (markets.For(null, now), day ?? TargetDays.LastOver(markets, now));
        var policy = policies.For(null, market.StartOf(on.AddDays(1)).AddMilliseconds(-1)); // what was in force then
        var (phase, refusal) = await GrainFactory.Phases().Get(1, ct);
        if (refusal is not null) return refusal;
        var begun = phase!.State is PhaseState.Ahead or PhaseState.Asked || phase.From > on ? null : phase.From;
        var found = ImmutableArray.CreateBuilder<TargetView>();
        foreach (var source in TargetSource.All)
        {
            var sum = new TargetFigures();
            foreach (var code in source.IsByMarket ? markets.Codes : [market.Code])
            {
                var asked = TargetDays.Of(
                    on, begun, policy.Targets, markets.For(code, now), market.Code, markets.Codes);
                var (rows, lagging) = await views.List<TargetFigures>(source.Sql, asked, at, ct);
                if (lagging is not null) return lagging;
                sum = sum.Plus(rows![0]);
            }

            found.Add(Of(source, sum, policy, on.DayNumber - begun?.DayNumber) with { On = on });
        }

        // Whole months: hours of one that goes on are entered in part (K01).
        var last = on.AddDays(1).AddMonths(-1);
        var (hours, unread) = await GrainFactory.Costs().Structure(new(last.Year, last.Month, 1), at, ct);
        if (unread is not null) return unread;
        found.Add(Of(CreativeHours, new()
        {
            Part = (double?)hours!.CreativePercent,
            Whole = 1,
            BasePart = (double?)hours.CreativeBefore,
            BaseWhole = 1,
        }, policy, on.DayNumber - begun?.DayNumber) with
        { On = on });
        return found.ToImmutable();
    }

    /// <summary>From registers, not from one table.</summary>
    private static readonly TargetSource CreativeHours = new(
        "creative_hours", "Creative hours", "percent", TargetAim.Reach, 1, 1,
        "creative hours ÷ all hours of the last whole month; baseline and goal are those of the month before it",
        "/api/costs/structure", (_, before) => before, "");

    internal static TargetView Of(TargetSource source, TargetFigures figures, PolicySet policy, int? day)
    {
        var baseline = source.Value(figures.BasePart, figures.BaseWhole);
        var net = source.Value(figures.Part, figures.Whole);
        var gross = figures.GrossPart is null ? null : source.Value(figures.GrossPart, figures.Whole);
        var (value, goal) = (source.ReadsGross ? gross : net, source.Goal(policy, baseline));
        if (goal is { } exact) goal = Math.Round(exact, source.Digits, MidpointRounding.AwayFromZero);
        if (source.Aim == TargetAim.Grow) baseline ??= 0; // nothing was told of before day 0
        var (pace, forecast, state) = TargetPace.Of(source.Aim, source.ShowsBaseline ? null : baseline, value, goal,
            day, policy.Targets.Days, policy.Targets.AmberPercent);
        return new(source.Code, source.Title, policy.Targets.Owner, source.Unit, source.FormulaOf(policy.Targets),
            baseline, value, goal, day, policy.Targets.Days, pace, forecast, state, source.Aim, source.Rows)
        {
            Gross = gross,
            Net = gross is null ? null : net,
            Part = (decimal?)(source.ReadsGross ? figures.GrossPart : figures.Part),
            Of = (decimal?)figures.Whole,
            BaselineWhole = (decimal?)figures.BaseFull,
        };
    }
}

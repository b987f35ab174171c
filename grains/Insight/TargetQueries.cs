using System.Collections.Immutable;
using System.Globalization;
using Ale.Kernel;
using Ale.Markets;
using Ale.Phases;
using Ale.Platforms;
using Ale.Policy;
using Ale.Stock;
using Orleans.Concurrency;

namespace Ale.Insight;

/// <summary>
/// The parameters of all targets' questions: one rule of business days, those of the default market, for all of them.
/// Days are texts in platforms' tables and instants in milliseconds elsewhere; ends are excluded where they are
/// instants.
/// </summary>
internal static class TargetDays
{
    /// <param name="begun">Day 0; null: it has not come.</param>
    public static object Of(DateOnly day, DateOnly? begun, TargetPolicy policy, Market market)
    {
        var (from, to, zero) = (day.AddDays(1 - policy.MeanDays), day.AddDays(1), begun ?? day.AddDays(1));
        var lastFirst = to.AddDays(-policy.AgainDays);
        var baseTo = zero.AddDays(policy.BaselineDays);
        return new
        {
            day = PlatformProjection.DayOf(day),
            days = (double)policy.MeanDays,
            week = PlatformProjection.DayOf(from),
            begun = PlatformProjection.DayOf(zero),
            from = At(from),
            to = At(to),
            fromSlot = StockProjection.Slot(market.StartOf(from)),
            toSlot = StockProjection.Slot(market.StartOf(to)),
            quarter = At(to.AddDays(-policy.CostDays)),
            firstFrom = At(lastFirst.AddDays(-policy.BaselineDays)),
            firstTo = At(lastFirst),
            again = (long)TimeSpan.FromDays(policy.AgainDays).TotalMilliseconds,
            baseFrom = At(zero),
            baseTo = baseTo <= lastFirst ? At(baseTo) : At(zero), // frozen when all had their time to come again
            year = string.Create(CultureInfo.InvariantCulture, $"{day.Year:D4}-%"),
            yearBefore = string.Create(CultureInfo.InvariantCulture, $"{day.Year - 1:D4}-%"),
            currency = market.Currency,
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
        var (policy, market) = (policies.For(null, now), markets.For(null, now));
        var today = day ?? market.BusinessDay(now);
        var (phase, refusal) = await GrainFactory.Phases().Get(1, ct);
        if (refusal is not null) return refusal;
        var begun = phase!.State is PhaseState.Ahead or PhaseState.Asked || phase.From > today ? null : phase.From;
        var asked = TargetDays.Of(today, begun, policy.Targets, market);
        var found = ImmutableArray.CreateBuilder<TargetView>();
        foreach (var source in TargetSource.All)
        {
            var (rows, lagging) = await views.List<TargetFigures>(source.Sql, asked, at, ct);
            if (lagging is not null) return lagging;
            found.Add(Of(source, rows![0], policy, today.DayNumber - begun?.DayNumber));
        }

        var (hours, unread) = await GrainFactory.Costs().Structure(new(today.Year, today.Month, 1), at, ct);
        if (unread is not null) return unread;
        found.Add(Of(CreativeHours, new()
        {
            Part = (double?)hours!.CreativePercent,
            Whole = 1,
            BasePart = (double?)hours.CreativeBefore,
            BaseWhole = 1,
        }, policy, today.DayNumber - begun?.DayNumber));
        return found.ToImmutable();
    }

    /// <summary>From registers, not from one table.</summary>
    private static readonly TargetSource CreativeHours = new(
        "creative_hours", "Creative hours", "percent", TargetAim.Reach, 1, 1,
        "creative hours ÷ all hours of the month; baseline and goal are those of the month before",
        "/api/costs/structure", (_, before) => before, "");

    internal static TargetView Of(TargetSource source, TargetFigures figures, PolicySet policy, int? day)
    {
        var baseline = source.Value(figures.BasePart, figures.BaseWhole);
        var net = source.Value(figures.Part, figures.Whole);
        var gross = figures.GrossPart is null ? null : source.Value(figures.GrossPart, figures.Whole);
        var (value, goal) = (source.ReadsGross ? gross : net, source.Goal(policy, baseline));
        if (goal is { } exact) goal = Math.Round(exact, source.Digits, MidpointRounding.AwayFromZero);
        if (source.Aim == TargetAim.Grow) baseline = 0; // nothing was there before day 0
        var (pace, forecast, state) = TargetPace.Of(source.Aim, baseline, value, goal, day, policy.Targets.Days,
            policy.Targets.AmberPercent);
        return new(source.Code, source.Title, policy.Targets.Owner, source.Unit, source.FormulaOf(policy.Targets),
            baseline, value, goal, day, policy.Targets.Days, pace, forecast, state, source.Aim, source.Rows)
        {
            Gross = gross,
            Net = gross is null ? null : net,
            Part = (decimal?)(source.ReadsGross ? figures.GrossPart : figures.Part),
            Of = (decimal?)figures.Whole,
        };
    }
}

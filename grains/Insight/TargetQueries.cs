using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;
using Ale.Phases;
using Ale.Platforms;
using Ale.Policy;
using Orleans.Concurrency;

namespace Ale.Insight;

/// <summary>How a target's pace is worked out; pure.</summary>
internal static class TargetPace
{
    private const decimal AmberFrom = 80;

    /// <summary>
    /// Where a target stands when what is to be gained is gained evenly from day 0 to the last day.
    /// </summary>
    /// <param name="day">Days since day 0; null: it has not come.</param>
    public static (decimal? Pace, decimal? Forecast, TargetState State) Of(
        decimal baseline, decimal? now, decimal goal, int? day, int days)
    {
        if (now is not { } value || day is not > 0) return (null, null, TargetState.NoData);
        var due = (goal - baseline) * Math.Min(day.Value, days) / days;
        var gained = value - baseline;
        var pace = due == 0 ? 100 : Math.Round(gained * 100 / due, 1, MidpointRounding.AwayFromZero);
        var forecast = day >= days ? value
            : Math.Round(baseline + (gained * days / day.Value), 2, MidpointRounding.AwayFromZero);
        return (pace, forecast,
            pace >= 100 ? TargetState.Green : pace >= AmberFrom ? TargetState.Amber : TargetState.Red);
    }
}

[StatelessWorker]
internal sealed class TargetQueries(Views views, PolicyBook policies, MarketBook markets, TimeProvider time)
    : Grain, ITargetQueries
{
    private const int Window = 7; // days that a daily figure is the mean of

    private sealed class Sum
    {
        public long? Count { get; init; }
        public long Days { get; init; }
    }

    private sealed class Rate
    {
        public double? Percent { get; init; }
    }

    public async Task<Outcome<ImmutableArray<TargetView>>> Targets(DateOnly? day, JournalPlace at, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var (goals, today) = (policies.For(null, now).Targets, day ?? markets.For(null, now).BusinessDay(now));
        var (phase, refusal) = await GrainFactory.Phases().Get(1, ct);
        if (refusal is not null) return refusal;
        int? since = phase!.State is PhaseState.Ahead or PhaseState.Asked || phase.From > today ? null
            : today.DayNumber - phase.From!.Value.DayNumber;
        var begun = PlatformProjection.DayOf(phase.From ?? today);
        var (weekAgo, lastDay) =
            (PlatformProjection.DayOf(today.AddDays(1 - Window)), PlatformProjection.DayOf(today));
        var (plays, lagging) = await views.List<Sum>("""
            select cast(sum(count) as bigint) as Count, count(distinct day) as Days from {platform_day}
            where kind = 'play' and day >= @from and day <= @to
            """, new { from = weekAgo, to = lastDay }, at, ct);
        if (lagging is not null) return lagging;
        var followers = await views.Query<Sum>("""
            select cast(sum(case when kind = 'follow' then count else -count end) as bigint) as Count,
                   count(*) as Days
            from {platform_day} where kind in ('follow', 'unfollow') and day >= @from and day <= @to
            """, new { from = begun, to = lastDay }, ct);
        var conversion = await views.Query<Rate>("""
            select cast(avg(s.buyers * 100.0 / s.viewers) as double precision) as Percent from (
              select e.session_id, sum(e.count) as viewers,
                     (select count(distinct o.user_id) from {sales_order} o
                      where o.session_id = e.session_id and o.paid_at is not null and o.state <> 'cancelled') as buyers
              from {platform_event} e
              where e.kind = 'viewer' and e.session_id is not null and e.day >= @from and e.day <= @to
              group by e.session_id having sum(e.count) > 0) s
            """, new { from = weekAgo, to = lastDay }, ct);
        return ImmutableArray.Create(
            View("plays_per_day", "Plays a day", "plays",
                "events of kind play of all platforms, the mean of 7 business days "
                + "(/api/platforms/{id}/days?kind=play)",
                plays![0].Count is { } p ? Math.Round((decimal)p / Window, 0, MidpointRounding.AwayFromZero) : null,
                goals.PlaysPerDay),
            View("followers", "New followers", "people",
                "events of kind follow less unfollow since day 0 (/api/platforms/{id}/days?kind=follow)",
                followers[0].Days == 0 ? null : followers[0].Count, goals.Followers),
            View("conversion", "Conversion of a session", "percent",
                "distinct people who paid in a session / its viewers of 3 s and more (events of kind viewer), the mean "
                + "of the sessions of 7 days (/api/attribution/session)",
                conversion[0].Percent is { } c
                    ? Math.Round((decimal)c, 2, MidpointRounding.AwayFromZero) : null,
                goals.ConversionPercent));

        TargetView View(string code, string title, string unit, string formula, decimal? value, decimal goal)
        {
            var (pace, forecast, state) = TargetPace.Of(0, value, goal, since, goals.Days);
            return new(
                code, title, goals.Owner, unit, formula, 0, value, goal, since, goals.Days, pace, forecast, state);
        }
    }
}

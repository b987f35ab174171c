namespace Ale.Insight;

/// <summary>How a target stands; pure.</summary>
internal static class TargetPace
{
    /// <param name="baseline">What it is compared with; null: nothing.</param>
    /// <param name="day">Days since day 0; null: it has not come. Levels do not ask for it.</param>
    /// <param name="amber">From so much of its course on it is amber, percent.</param>
    public static (decimal? Pace, decimal? Forecast, TargetState State) Of(
        TargetAim aim, decimal? baseline, decimal? now, decimal? goal, int? day, int days, int amber)
    {
        if (now is not { } value || goal is not { } aimed) return (null, null, TargetState.NoData);
        return aim == TargetAim.Grow ? Grown(baseline ?? 0, value, aimed, day, days, amber)
            : Judged(Level(aim, baseline, value, aimed), value, amber);
    }

    private static (decimal? Pace, decimal? Forecast, TargetState State) Grown(
        decimal baseline, decimal value, decimal goal, int? day, int days, int amber)
    {
        if (day is not > 0) return (null, null, TargetState.NoData);
        var due = (goal - baseline) * Math.Min(day.Value, days) / days;
        var gained = value - baseline;
        var forecast = day >= days ? value
            : Math.Round(baseline + (gained * days / day.Value), 2, MidpointRounding.AwayFromZero);
        return Judged(due == 0 ? 100 : gained * 100 / due, forecast, amber);
    }

    /// <summary>A level against its goal, or the way from its baseline against the way to the goal.</summary>
    private static decimal Level(TargetAim aim, decimal? baseline, decimal value, decimal goal)
    {
        if (baseline is { } from && from != goal) return (value - from) * 100 / (goal - from);
        if (aim == TargetAim.Reach) return goal == 0 ? 100 : value * 100 / goal;
        return value <= goal ? 100 : goal * 100 / value;
    }

    private static (decimal? Pace, decimal? Forecast, TargetState State) Judged(
        decimal percent, decimal forecast, int amber)
    {
        var pace = Math.Round(percent, 1, MidpointRounding.AwayFromZero);
        return (pace, forecast,
            pace >= 100 ? TargetState.Green : pace >= amber ? TargetState.Amber : TargetState.Red);
    }
}

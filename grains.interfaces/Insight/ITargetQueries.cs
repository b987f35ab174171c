using System.Collections.Immutable;

namespace Ale.Insight;

/// <summary>The plan's targets against what is (DAT-08, DAT-12), from tables. Key 0.</summary>
[Alias("ale.target.queries")]
public interface ITargetQueries : IGrainWithIntegerKey
{
    /// <summary>
    /// Each target with where it stands on a business day. One rule (K02): a thing counts on the business day of its
    /// own market; where a row sums markets, each counts by its own calendar. Goals are those in force that day.
    /// </summary>
    /// <param name="day">Null: the last that is over in every market. One that is not over is counted so far.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the question.</param>
    [Alias("targets")]
    Task<Outcome<ImmutableArray<TargetView>>> Targets(
        DateOnly? day, JournalPlace at, CancellationToken ct = default);
}

/// <summary>What kind of goal a target has.</summary>
public enum TargetAim
{
    /// <summary>To be gained evenly from day 0 to the last day.</summary>
    Grow,

    /// <summary>A level: at least the goal.</summary>
    Reach,

    /// <summary>A level: at most the goal.</summary>
    StayBelow,
}

/// <summary>How a target stands.</summary>
public enum TargetState
{
    /// <summary>Nothing was told of it, its baseline is not measured, or the first phase has not begun.</summary>
    NoData,

    /// <summary>On course or ahead.</summary>
    Green,

    /// <summary>Behind by no more than the policy bears (<c>target.amberPercent</c>).</summary>
    Amber,

    /// <summary>Further behind.</summary>
    Red,
}

/// <summary>A target as it stands.</summary>
/// <param name="Code">An id, as <c>plays_per_day</c>.</param>
/// <param name="Owner">The role that answers for it.</param>
/// <param name="Formula">How it is worked out, and over which days.</param>
/// <param name="Rows">Where in the API the records behind it are.</param>
/// <param name="Baseline">What it is compared with; null: nothing, or it is not measured yet.</param>
/// <param name="Now">Null: there is no data.</param>
/// <param name="Goal">Null: it follows from a baseline that is not there.</param>
/// <param name="Day">Days since day 0, the first day of phase 1.</param>
/// <param name="Days">By when it is to be reached.</param>
/// <param name="PacePercent">Of what should be by now, one decimal; 100 and more is on course.</param>
/// <param name="Forecast">Where it will be on the last day when it goes on like this.</param>
[GenerateSerializer, Immutable, Alias("ale.target")]
public sealed record TargetView(
    [property: Id(0)] string Code, [property: Id(1)] string Title, [property: Id(2)] string Owner,
    [property: Id(3)] string Unit, [property: Id(4)] string Formula, [property: Id(5)] decimal? Baseline,
    [property: Id(6)] decimal? Now, [property: Id(7)] decimal? Goal, [property: Id(8)] int? Day,
    [property: Id(9)] int Days, [property: Id(10)] decimal? PacePercent, [property: Id(11)] decimal? Forecast,
    [property: Id(12)] TargetState State, [property: Id(13)] TargetAim Aim, [property: Id(14)] string Rows)
{
    /// <summary>Before what was undone is taken off (cancelled, unpaid, unfollowed); null: nothing is.</summary>
    [Id(15)] public decimal? Gross { get; init; }

    /// <summary>After it.</summary>
    [Id(16)] public decimal? Net { get; init; }

    /// <summary>What is counted; with <see cref="Of"/> it makes <see cref="Now"/>.</summary>
    [Id(17)] public decimal? Part { get; init; }

    /// <summary>What it is counted of.</summary>
    [Id(18)] public decimal? Of { get; init; }

    /// <summary>The whole period of which <see cref="Baseline"/> is as much as has run of this one; null: there is none
    /// such (K01).</summary>
    [Id(19)] public decimal? BaselineWhole { get; init; }

    /// <summary>The business day it stands on.</summary>
    [Id(20)] public DateOnly? On { get; init; }
}

/// <summary>Keys of targets.</summary>
public static class TargetKeys
{
    /// <summary>The board of targets.</summary>
    public static ITargetQueries Targets(this IGrainFactory grains) => grains.GetGrain<ITargetQueries>(0);
}

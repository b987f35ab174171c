using System.Collections.Immutable;

namespace Ale.Insight;

/// <summary>The plan's short-term targets against what is (DAT-08, DAT-12), from tables. Key 0.</summary>
[Alias("ale.target.queries")]
public interface ITargetQueries : IGrainWithIntegerKey
{
    /// <summary>Each target with where it stands on a business day of the default market.</summary>
    /// <param name="day">Null: today.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the question.</param>
    [Alias("targets")]
    Task<Outcome<ImmutableArray<TargetView>>> Targets(
        DateOnly? day, JournalPlace at, CancellationToken ct = default);
}

/// <summary>How a target stands.</summary>
public enum TargetState
{
    /// <summary>Nothing was told of it, or the first phase has not begun.</summary>
    NoData,

    /// <summary>On course or ahead.</summary>
    Green,

    /// <summary>Behind by a fifth at most.</summary>
    Amber,

    /// <summary>Further behind.</summary>
    Red,
}

/// <summary>A target as it stands.</summary>
/// <param name="Code">An id, as <c>plays_per_day</c>.</param>
/// <param name="Owner">The role that answers for it.</param>
/// <param name="Formula">How it is worked out, and from which rows.</param>
/// <param name="Baseline">On day 0: the first day of phase 1.</param>
/// <param name="Now">Null: there is no data.</param>
/// <param name="Day">Days since day 0.</param>
/// <param name="Days">By when it is to be reached.</param>
/// <param name="PacePercent">What is gained of what should be gained by now, one decimal.</param>
/// <param name="Forecast">Where it will be on the last day when it goes on like this.</param>
[GenerateSerializer, Immutable, Alias("ale.target")]
public sealed record TargetView(
    [property: Id(0)] string Code, [property: Id(1)] string Title, [property: Id(2)] string Owner,
    [property: Id(3)] string Unit, [property: Id(4)] string Formula, [property: Id(5)] decimal Baseline,
    [property: Id(6)] decimal? Now, [property: Id(7)] decimal Goal, [property: Id(8)] int? Day,
    [property: Id(9)] int Days, [property: Id(10)] decimal? PacePercent, [property: Id(11)] decimal? Forecast,
    [property: Id(12)] TargetState State);

/// <summary>Keys of targets.</summary>
public static class TargetKeys
{
    /// <summary>The board of targets.</summary>
    public static ITargetQueries Targets(this IGrainFactory grains) => grains.GetGrain<ITargetQueries>(0);
}

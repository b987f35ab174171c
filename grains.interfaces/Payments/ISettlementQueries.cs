using System.Collections.Immutable;

namespace Ale.Payments;

/// <summary>Days and their differences, from the slice's tables. Key 0.</summary>
[Alias("ale.settlement.queries")]
public interface ISettlementQueries : IGrainWithIntegerKey
{
    /// <summary>Days that were compared or have lines, the latest first.</summary>
    /// <param name="before">Only before this day; null: from the latest on.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("days")]
    Task<Outcome<ImmutableArray<SettlementDay>>> Days(
        DateOnly? before, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>
    /// Days that are not closed, the oldest first: those that have lines or were compared, and those of which we were
    /// told money; and closed days of which we were told more since they were compared.
    /// </summary>
    /// <param name="before">Only before this day.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("notClosed")]
    Task<Outcome<ImmutableArray<DateOnly>>> NotClosed(DateOnly before, CancellationToken ct = default);
}

/// <summary>A day as listed; the members mean what they do in <see cref="SettlementInfo"/>.</summary>
[GenerateSerializer, Immutable, Alias("ale.settlement.day")]
public sealed record SettlementDay(
    [property: Id(0)] DateOnly Day, [property: Id(1)] SettlementState State, [property: Id(2)] long Lines,
    [property: Id(3)] long Matched, [property: Id(4)] long Differences, [property: Id(5)] long Unexplained);

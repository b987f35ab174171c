using System.Collections.Immutable;

namespace Ale.Engines;

/// <summary>A figure of the past, and how much that time was like the one looked for: more is more alike.</summary>
internal readonly record struct PastFigure(string Id, int Likeness, DateTimeOffset At, long Units);

/// <summary>What is expected, and the figures it is the average of, the latest first.</summary>
internal sealed record Expected(long Units, int Likeness, ImmutableArray<PastFigure> From);

/// <summary>
/// What the next time will bring, from the latest times like it (STK-13). Few figures of its very like say less than
/// enough of a wider circle.
/// </summary>
internal static class Forecast
{
    /// <summary>
    /// The average, halves up, of the latest <paramref name="wanted"/> figures in the closest circle that has so many;
    /// where none has, of the latest there are. Null: there is no past.
    /// </summary>
    public static Expected? Of(IReadOnlyCollection<PastFigure> past, int wanted)
    {
        if (past.Count == 0) return null;
        foreach (var likeness in past.Select(p => p.Likeness).Distinct().OrderDescending())
        {
            if (past.Count(p => p.Likeness >= likeness) >= wanted) return Average(likeness);
        }

        return Average(past.Min(p => p.Likeness));

        Expected Average(int likeness)
        {
            ImmutableArray<PastFigure> from =
            [
                .. past.Where(p => p.Likeness >= likeness).OrderByDescending(p => p.At)
                    .ThenByDescending(p => p.Id, StringComparer.Ordinal).Take(wanted),
            ];
            var sum = from.Sum(p => p.Units);
            return new((2 * sum + from.Length) / (2 * from.Length), likeness, from);
        }
    }
}

namespace Ale.Engines;

/// <summary>
/// How somebody who does not answer is asked again: ever more rarely, and not before he says. Not for more than one
/// thread at a time.
/// Invariants: the pause after the n-th failure in a row is <paramref name="first"/> × 2ⁿ, at most
/// <paramref name="max"/>; an answer ends it.
/// </summary>
internal sealed class Attempts(TimeSpan first, TimeSpan max)
{
    private int _failures;

    /// <summary>Before it nobody asks.</summary>
    public DateTimeOffset PausedUntil { get; private set; }

    /// <summary>Since when there was no answer; null: the last one was good.</summary>
    public DateTimeOffset? FailingSince { get; private set; }

    /// <summary>What went wrong last; null: nothing.</summary>
    public string? Why { get; private set; }

    public void Succeeded()
    {
        _failures = 0;
        (FailingSince, Why, PausedUntil) = (null, null, default);
    }

    /// <param name="atLeast">How long he asked to be left alone.</param>
    public void Failed(string why, DateTimeOffset now, TimeSpan atLeast = default)
    {
        FailingSince ??= now;
        Why = why;
        var pause = TimeSpan.FromTicks(first.Ticks << Math.Min(++_failures, 20));
        if (pause > max) pause = max;
        PausedUntil = now + (pause > atLeast ? pause : atLeast);
    }
}

namespace Ale.Engines;

/// <summary>Where a figure stands to its line.</summary>
internal enum SignalState
{
    /// <summary>It has never reached the line: nothing to tell.</summary>
    Idle,

    /// <summary>At or above the line; falling below it will tell.</summary>
    Armed,

    /// <summary>Below the line, and told.</summary>
    Fired,

    /// <summary>Back, but not for long enough to call the incident over.</summary>
    Calming,
}

/// <summary>What is known of one figure and its line.</summary>
/// <param name="Episode">Incidents so far, the one that is open included.</param>
/// <param name="Falls">How often the figure fell below the line in the latest incident.</param>
/// <param name="CalmAt">While calming: when the incident is over, if the figure stays.</param>
internal readonly record struct Signal(SignalState State, int Episode, int Falls, DateTimeOffset? CalmAt)
{
    /// <summary>True while the incident is open.</summary>
    public bool IsOpen => State is SignalState.Fired or SignalState.Calming;
}

/// <summary>
/// A line that tells once when a figure falls below it (STK-04 to STK-06): armed when the figure first reaches it,
/// fired when it falls below, armed again when it is back. A figure that goes to and fro is one incident: it is over
/// when the figure has stayed back for the calm time, and falls before that are counted, not told anew (A04).
/// </summary>
internal static class Threshold
{
    /// <summary>What the figure makes of the signal; null: nothing changes. At most one step.</summary>
    /// <param name="calm">How long the figure must stay back; zero: it is over at once.</param>
    public static Signal? Next(Signal signal, long figure, long line, TimeSpan calm, DateTimeOffset now)
    {
        var isBelow = figure < line;
        switch (signal.State)
        {
            case SignalState.Idle when !isBelow:
                return signal with { State = SignalState.Armed };
            case SignalState.Armed when isBelow:
                return Begin(signal);
            case SignalState.Fired when !isBelow:
                return calm == TimeSpan.Zero
                    ? signal with { State = SignalState.Armed }
                    : signal with { State = SignalState.Calming, CalmAt = now + calm };
            case SignalState.Calming when isBelow:
                return signal.CalmAt <= now
                    ? Begin(signal) // nobody was there when it was over
                    : signal with { State = SignalState.Fired, Falls = signal.Falls + 1, CalmAt = null };
            case SignalState.Calming when signal.CalmAt <= now:
                return signal with { State = SignalState.Armed, CalmAt = null };
            default:
                return null;
        }
    }

    private static Signal Begin(Signal signal) => new(SignalState.Fired, signal.Episode + 1, 1, null);
}

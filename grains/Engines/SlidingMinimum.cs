namespace Ale.Engines;

/// <summary>
/// The smallest of the values of the last while. Holds only values that may still become the smallest, at most
/// <see cref="Max"/>; when there are more, the oldest two count as the smaller one at the later instant, so that what
/// is told may be too small for a while, never too large.
/// </summary>
internal sealed class SlidingMinimum(TimeSpan window)
{
    public const int Max = 64;

    private readonly List<(DateTimeOffset At, long Value)> _rising = []; // both ascending

    /// <summary>What it holds, oldest first; added again in this order it is the same.</summary>
    public IReadOnlyList<(DateTimeOffset At, long Value)> Entries => _rising;

    /// <param name="at">Not before any other.</param>
    public void Add(DateTimeOffset at, long value)
    {
        while (_rising is [.., var last] && last.Value >= value) _rising.RemoveAt(_rising.Count - 1);
        _rising.Add((at, value));
        var old = _rising.FindIndex(e => e.At > at - window);
        if (old > 0) _rising.RemoveRange(0, old);
        if (_rising.Count <= Max) return;
        _rising[1] = (_rising[1].At, _rising[0].Value);
        _rising.RemoveAt(0);
    }

    /// <summary>Null: there was none.</summary>
    public long? At(DateTimeOffset now) => At(now, window);

    /// <param name="within">How far back; at most as far as it remembers.</param>
    public long? At(DateTimeOffset now, TimeSpan within)
    {
        foreach (var (at, value) in _rising)
            if (at > now - within) return value;
        return null;
    }
}

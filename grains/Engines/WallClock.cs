namespace Ale.Engines;

/// <summary>The clock on the wall of a zone; pure (TEC-16, K02).</summary>
internal static class WallClock
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The instant at which it says so: the first where it does twice; where it never does, when it jumps over it.
    /// Asked of instants alone, for the zone's own questions about local times err.
    /// </summary>
    public static DateTimeOffset InstantOf(TimeZoneInfo zone, DateTime local)
    {
        var utc = new DateTimeOffset(local, TimeSpan.Zero);
        // Further away than any zone is from UTC, so on either side of a change.
        var (one, other) = (utc - zone.GetUtcOffset(utc.AddHours(-18)), utc - zone.GetUtcOffset(utc.AddHours(18)));
        var (before, after) = one < other ? (one, other) : (other, one);
        if (At(before) == local) return before;
        if (At(after) == local) return after;
        while (after - before > OneSecond)
        {
            var between = before + TimeSpan.FromSeconds((long)(after - before).TotalSeconds / 2);
            if (At(between) < local) before = between;
            else after = between;
        }

        return after;

        DateTime At(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).DateTime;
    }
}

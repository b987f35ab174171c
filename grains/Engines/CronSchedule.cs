using Cronos;

namespace Ale.Engines;

/// <summary>A cron of five fields by the wall clock of a zone; pure. An occurrence is an instant.</summary>
internal sealed class CronSchedule
{
    private const int CountMax = 10_000;
    private readonly CronExpression _cron;
    private readonly TimeZoneInfo _zone;

    public CronSchedule(string cron, TimeZoneInfo zone) => (_cron, _zone) = (CronExpression.Parse(cron), zone);

    /// <summary>True when the text is a cron that comes due at least once.</summary>
    public static bool IsCron(string text) => CronExpression.TryParse(text, out var cron)
        && cron.GetNextOccurrence(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc), TimeZoneInfo.Utc) is not null;

    /// <summary>The first occurrence after an instant; null: never again.</summary>
    public DateTimeOffset? After(DateTimeOffset at) => _cron.GetNextOccurrence(at, _zone)?.ToUniversalTime();

    /// <summary>
    /// Of the occurrences from <paramref name="first"/> (one itself) to now: the last, and how many lie before it. At
    /// most 10,000 are counted.
    /// </summary>
    public (DateTimeOffset Last, int Before) Until(DateTimeOffset first, DateTimeOffset now)
    {
        var (last, before) = (first, 0);
        while (before < CountMax && After(last) is { } next && next <= now) (last, before) = (next, before + 1);
        return (last, before);
    }
}

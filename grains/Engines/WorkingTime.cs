using System.Collections.Frozen;
using System.Globalization;

namespace Ale.Engines;

/// <summary>
/// The hours at which people work, by the wall clock of a zone; pure (TEC-16, A01). Time runs on working days from
/// <paramref name="From"/> to <paramref name="To"/> without the break, and stands still at night, on free days and on
/// holidays. It is real time: an hour that the clocks skip is not worked, one that comes twice is worked twice.
/// </summary>
/// <param name="Zone">Whose wall clock.</param>
/// <param name="Days">The weekdays on which people work; at least one.</param>
/// <param name="From">First minute of work.</param>
/// <param name="To">First minute after it; later than <paramref name="From"/>.</param>
/// <param name="BreakFrom">First minute of the break, within the hours of work.</param>
/// <param name="BreakTo">First minute after it; the same as <paramref name="BreakFrom"/>: there is none.</param>
/// <param name="Holidays">Days on which nobody works.</param>
/// <param name="MadeUp">Days on which people work, whatever weekday they are.</param>
internal sealed record WorkingTime(
    TimeZoneInfo Zone, FrozenSet<DayOfWeek> Days, TimeOnly From, TimeOnly To, TimeOnly BreakFrom, TimeOnly BreakTo,
    FrozenSet<DateOnly> Holidays, FrozenSet<DateOnly> MadeUp)
{
    // So many days without work are in no calendar: a list of holidays that is longer is a mistake.
    private const int IdleDaysMax = 3_660;

    /// <summary>True on a day on which people work.</summary>
    public bool IsWorkday(DateOnly day) =>
        MadeUp.Contains(day) || (Days.Contains(day.DayOfWeek) && !Holidays.Contains(day));

    /// <summary>The instant at which so much working time has passed since <paramref name="start"/>.</summary>
    /// <exception cref="InvalidOperationException">People never work again.</exception>
    public DateTimeOffset After(DateTimeOffset start, TimeSpan work)
    {
        var (day, idle) = (DayOf(start), 0);
        for (var left = work; ; day = day.AddDays(1))
        {
            if (++idle > IdleDaysMax) throw new InvalidOperationException($"Nobody works after {start:O}.");
            if (!IsWorkday(day)) continue;
            foreach (var (from, to) in Shifts(day))
            {
                var begin = from > start ? from : start;
                if (begin >= to) continue;
                idle = 0;
                if (left <= to - begin) return begin + left;
                left -= to - begin;
            }
        }
    }

    /// <summary>The working time between two instants; none when the second is not after the first.</summary>
    public TimeSpan Between(DateTimeOffset start, DateTimeOffset end)
    {
        var sum = TimeSpan.Zero;
        for (var day = DayOf(start); day <= DayOf(end); day = day.AddDays(1))
        {
            if (!IsWorkday(day)) continue;
            foreach (var (from, to) in Shifts(day))
            {
                var (begin, stop) = (from > start ? from : start, to < end ? to : end);
                if (begin < stop) sum += stop - begin;
            }
        }

        return sum;
    }

    /// <summary>True when a text is a list of days, a space between two, or empty.</summary>
    public static bool AreDates(string text) => text.Length == 0 || text.Split(' ').All(day => DateOnly.TryParseExact(
        day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));

    /// <summary>True when a text is a list of weekdays, 1 (Monday) to 7, a space between two, each once.</summary>
    public static bool AreWeekdays(string text) => text.Split(' ') is var days
        && days.All(day => day is [>= '1' and <= '7']) && days.Distinct(StringComparer.Ordinal).Count() == days.Length;

    /// <summary>The days of a list.</summary>
    public static FrozenSet<DateOnly> Dates(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(day => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture)).ToFrozenSet();

    /// <summary>The weekdays of a list.</summary>
    public static FrozenSet<DayOfWeek> Weekdays(string text) =>
        text.Split(' ').Select(day => (DayOfWeek)((day[0] - '0') % 7)).ToFrozenSet();

    private DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime);

    private (DateTimeOffset From, DateTimeOffset To)[] Shifts(DateOnly day) =>
        [(At(day, From), At(day, BreakFrom)), (At(day, BreakTo), At(day, To))];

    private DateTimeOffset At(DateOnly day, TimeOnly time) => WallClock.InstantOf(Zone, day.ToDateTime(time));
}

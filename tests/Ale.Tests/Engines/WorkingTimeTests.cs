using CsCheck;
using Xunit;

namespace Ale.Engines;

/// <summary>TEC-16: the hours at which people work, over nights, breaks, holidays and changes of the clocks.</summary>
public sealed class WorkingTimeTests
{
    // Half an hour less on one side than on the other of lunch, so that a mistake between them shows.
    private static readonly WorkingTime London = new(
        TimeZoneInfo.FindSystemTimeZoneById("Europe/London"), WorkingTime.Weekdays("1 2 3 4 5"), new(9, 0), new(17, 0),
        new(12, 30), new(13, 30), WorkingTime.Dates("2026-12-25 2026-12-28"), WorkingTime.Dates("2026-12-19"));

    [Theory]
    [InlineData("2026-11-27T16:30:00Z", 60, "2026-11-30T09:30:00Z")] // Friday 16:30 and an hour: Monday 9:30
    [InlineData("2026-11-30T09:00:00Z", 0, "2026-11-30T09:00:00Z")]
    [InlineData("2026-11-30T08:00:00Z", 0, "2026-11-30T09:00:00Z")] // nothing begins before people do
    [InlineData("2026-11-30T09:00:00Z", 210, "2026-11-30T12:30:00Z")] // up to lunch
    [InlineData("2026-11-30T09:00:00Z", 211, "2026-11-30T13:31:00Z")] // over it
    [InlineData("2026-11-30T12:45:00Z", 10, "2026-11-30T13:40:00Z")] // from within it
    [InlineData("2026-11-30T09:00:00Z", 420, "2026-11-30T17:00:00Z")] // a whole day
    [InlineData("2026-11-30T09:00:00Z", 421, "2026-12-01T09:01:00Z")]
    [InlineData("2026-11-30T17:00:00Z", 1, "2026-12-01T09:01:00Z")]
    [InlineData("2026-12-24T16:59:00Z", 2, "2026-12-29T09:01:00Z")] // Christmas, a weekend, and the day that stands for Boxing Day
    [InlineData("2026-12-18T16:00:00Z", 90, "2026-12-19T09:30:00Z")] // a Saturday that is made up for
    [InlineData("2026-03-27T16:00:00Z", 120, "2026-03-30T09:00:00Z")] // summer time begins on the Sunday: 10:00 there
    [InlineData("2026-10-23T15:00:00Z", 120, "2026-10-26T10:00:00Z")] // and ends
    public void A01_time_stands_still_when_nobody_works(string start, int minutes, string expected) =>
        Assert.Equal(At(expected), London.After(At(start), TimeSpan.FromMinutes(minutes)));

    [Theory] // People who work through the night in which the clocks change.
    [InlineData("2026-03-29T00:00:00Z", 120, "2026-03-29T02:00:00Z")]
    [InlineData("2026-10-25T00:00:00Z", 120, "2026-10-25T02:00:00Z")]
    public void TEC_16_an_hour_that_is_skipped_is_not_worked_and_one_that_comes_twice_is(
        string start, int minutes, string expected)
    {
        var always = London with { Days = WorkingTime.Weekdays("7"), From = new(0, 0), To = new(23, 59) };
        Assert.Equal(At(expected), always.After(At(start), TimeSpan.FromMinutes(minutes)));
        Assert.Equal(TimeSpan.FromMinutes(minutes), always.Between(At(start), At(expected)));
    }

    [Theory]
    [InlineData("01:30", "2026-03-29T01:00:00Z")] // 01:00 to 02:00 is not there: work begins when the clocks jump
    [InlineData("02:00", "2026-03-29T01:00:00Z")]
    [InlineData("03:00", "2026-03-29T02:00:00Z")]
    public void TEC_16_who_begins_at_a_time_that_is_skipped_begins_when_it_is(string from, string begins)
    {
        var early = London with { Days = WorkingTime.Weekdays("7"), From = TimeOnly.Parse(from), };
        Assert.Equal(At(begins), early.After(At("2026-03-28T12:00:00Z"), TimeSpan.Zero));
    }

    [Fact]
    public void TEC_16_what_lies_between_two_instants_is_what_was_added() => Gen.Select(
        Gen.Int[0, 400 * 24 * 60], Gen.Int[1, 30 * 24 * 60]).Sample((start, minutes) =>
        {
            var (from, work) = (At("2026-01-01T00:00:00Z").AddMinutes(start), TimeSpan.FromMinutes(minutes));
            var end = London.After(from, work);
            Assert.Equal(work, London.Between(from, end));
            Assert.Equal(TimeSpan.Zero, London.Between(end, from));
            var half = London.After(from, work / 2);
            Assert.Equal(end, London.After(half, work - (work / 2)));
        });

    [Fact]
    public void A_calendar_without_a_day_of_work_says_so()
    {
        var none = London with
        {
            MadeUp = WorkingTime.Dates(""),
            Days = WorkingTime.Weekdays("1"),
            Holidays = WorkingTime.Dates(string.Join(' ', Enumerable.Range(0, 4_000)
                .Select(i => $"{new DateOnly(2026, 1, 5).AddDays(i):yyyy-MM-dd}"))),
        };
        var idle = London with { BreakFrom = London.From, BreakTo = London.To };
        foreach (var never in new[] { none, idle })
        {
            Assert.Throws<InvalidOperationException>(
                () => never.After(At("2026-01-05T00:00:00Z"), TimeSpan.FromHours(1)));
        }
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("2026-12-25", true)]
    [InlineData("2028-02-29 2026-12-25", true)]
    [InlineData("2027-02-29", false)]
    [InlineData("2026-12-25,2026-12-26", false)]
    [InlineData("2026-12-25  2026-12-26", false)]
    [InlineData("25.12.2026", false)]
    public void Holidays_are_days_with_a_space_between_two(string text, bool good) =>
        Assert.Equal(good, WorkingTime.AreDates(text));

    [Theory]
    [InlineData("1 2 3 4 5", true)]
    [InlineData("7", true)]
    [InlineData("", false)]
    [InlineData("0", false)]
    [InlineData("8", false)]
    [InlineData("1 1", false)]
    [InlineData("12", false)]
    public void Weekdays_are_numbers_from_Monday(string text, bool good) =>
        Assert.Equal(good, WorkingTime.AreWeekdays(text));

    [Fact]
    public void The_seventh_day_is_Sunday() =>
        Assert.Equal([DayOfWeek.Monday, DayOfWeek.Sunday], WorkingTime.Weekdays("1 7").Order().Reverse());

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text);
}

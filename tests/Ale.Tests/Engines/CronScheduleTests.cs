using Xunit;

namespace Ale.Engines;

/// <summary>TEC-05: times by the wall clock of a zone, also on the days on which clocks are changed.</summary>
public sealed class CronScheduleTests
{
    [Theory]
    // plain days, month ends, leap days
    [InlineData("30 4 * * *", "Asia/Shanghai", "2026-03-09T20:29:59Z", "2026-03-09T20:30:00Z")]
    [InlineData("30 4 * * *", "Asia/Shanghai", "2026-03-09T20:30:00Z", "2026-03-10T20:30:00Z")]
    [InlineData("0 6 * * 1", "Asia/Shanghai", "2026-03-08T22:00:00Z", "2026-03-15T22:00:00Z")]
    [InlineData("0 0 1 * *", "Asia/Shanghai", "2026-01-31T15:59:59Z", "2026-01-31T16:00:00Z")]
    [InlineData("0 0 L * *", "Europe/London", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z")]
    [InlineData("0 0 L * *", "Europe/London", "2028-02-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 31 * *", "Europe/London", "2026-03-31T00:00:00Z", "2026-05-30T23:00:00Z")]
    [InlineData("0 9 29 2 *", "Europe/London", "2026-01-01T00:00:00Z", "2028-02-29T09:00:00Z")]
    // spring: from 01:00 to 02:00 there is no time in London on 29 March 2026
    [InlineData("30 1 * * *", "Europe/London", "2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("30 1 * * *", "Europe/London", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("0 3 * * *", "Europe/London", "2026-03-28T12:00:00Z", "2026-03-29T02:00:00Z")]
    // autumn: 01:00 to 02:00 comes twice on 25 October 2026
    [InlineData("30 1 * * *", "Europe/London", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("30 1 * * *", "Europe/London", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("*/30 * * * *", "Europe/London", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("*/30 * * * *", "Europe/London", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z")]
    public void TEC_05_The_next_time_is_the_one_of_the_wall_clock(string cron, string zone, string at, string next) =>
        Assert.Equal(At(next), Of(cron, zone).After(At(at)));

    [Theory]
    [InlineData("2026-03-09T06:00:00Z", "2026-03-09T06:20:00Z", "2026-03-09T06:00:00Z", 0)] // the plan's own case
    [InlineData("2026-03-09T06:00:00Z", "2026-03-09T06:00:00Z", "2026-03-09T06:00:00Z", 0)]
    [InlineData("2026-03-09T06:00:00Z", "2026-03-12T05:59:59Z", "2026-03-11T06:00:00Z", 2)]
    [InlineData("2026-03-09T06:00:00Z", "2026-03-12T06:00:00Z", "2026-03-12T06:00:00Z", 3)]
    public void TEC_05_Of_what_was_missed_the_last_is_run(string first, string now, string last, int before) =>
        Assert.Equal((At(last), before), Of("0 6 * * *", "UTC").Until(At(first), At(now)));

    [Fact]
    public void A_count_of_what_was_missed_has_an_end()
    {
        var (_, before) = Of("* * * * *", "UTC").Until(At("2020-01-01T00:00:00Z"), At("2026-01-01T00:00:00Z"));
        Assert.Equal(10_000, before);
    }

    [Theory]
    [InlineData("30 4 * * *", true)]
    [InlineData("0 0 29 2 *", true)]
    [InlineData("0 0 30 2 *", false)] // never
    [InlineData("0 0 0 * * *", false)] // seconds
    [InlineData("60 0 * * *", false)]
    [InlineData("daily", false)]
    [InlineData("", false)]
    public void A_cron_has_five_fields_and_comes_due(string text, bool isCron) =>
        Assert.Equal(isCron, CronSchedule.IsCron(text));

    private static CronSchedule Of(string cron, string zone) =>
        new(cron, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text);
}

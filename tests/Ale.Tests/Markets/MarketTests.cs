using System.Globalization;
using Ale.Policy;
using Xunit;

namespace Ale.Markets;

public sealed class MarketTests
{
    private static readonly MarketBook Markets = new(PolicyBook.Load(Repository.At("deploy", "policy")));

    [Fact]
    public void A_market_has_its_money_clock_and_language()
    {
        var (cn, gb) = (Markets.For(null, default), Markets.For("gb", default));
        Assert.Equal(("cn", "CNY", "Asia/Shanghai", "zh-CN"), (cn.Code, cn.Currency, cn.TimeZone.Id, cn.Language));
        Assert.Equal(("gb", "GBP", "Europe/London", "en-GB"), (gb.Code, gb.Currency, gb.TimeZone.Id, gb.Language));
        Assert.Equal(["cn", "gb"], Markets.Codes);
        Assert.Throws<ArgumentException>(() => Markets.For("fr", default));
    }

    [Theory]
    [InlineData("cn", "2026-03-02T15:59:59Z", "2026-03-02")]
    [InlineData("cn", "2026-03-02T16:00:00Z", "2026-03-03")] // midnight in Shanghai
    [InlineData("cn", "2026-03-02T16:30:00Z", "2026-03-03")] // 00:30 there: one day, everywhere
    [InlineData("gb", "2026-03-28T23:59:59Z", "2026-03-28")]
    [InlineData("gb", "2026-03-29T00:00:00Z", "2026-03-29")] // the clocks change at 01:00
    [InlineData("gb", "2026-03-29T22:59:59Z", "2026-03-29")]
    [InlineData("gb", "2026-03-29T23:00:00Z", "2026-03-30")] // summer: midnight is 23:00 UTC
    [InlineData("gb", "2026-10-24T22:59:59Z", "2026-10-24")]
    [InlineData("gb", "2026-10-24T23:00:00Z", "2026-10-25")]
    [InlineData("gb", "2026-10-25T23:59:59Z", "2026-10-25")] // winter again
    [InlineData("gb", "2026-10-26T00:00:00Z", "2026-10-26")]
    public void K02_the_business_day_is_the_calendar_day_of_the_market(string market, string at, string expected) =>
        Assert.Equal(expected, $"{Market(market).BusinessDay(Instant(at)):yyyy-MM-dd}");

    [Theory]
    [InlineData("cn", "2026-03-03", "2026-03-02T16:00:00Z", 24)]
    [InlineData("gb", "2026-03-28", "2026-03-28T00:00:00Z", 24)]
    [InlineData("gb", "2026-03-29", "2026-03-29T00:00:00Z", 23)] // clocks forward
    [InlineData("gb", "2026-06-01", "2026-05-31T23:00:00Z", 24)]
    [InlineData("gb", "2026-10-25", "2026-10-24T23:00:00Z", 25)] // clocks back
    public void A_day_begins_at_midnight_there_and_ends_where_the_next_begins(
        string market, string day, string start, int hours)
    {
        var date = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var (from, to) = (Market(market).StartOf(date), Market(market).StartOf(date.AddDays(1)));

        Assert.Equal(Instant(start), from);
        Assert.Equal(TimeSpan.FromHours(hours), to - from);
        Assert.Equal(date, Market(market).BusinessDay(from));
        Assert.Equal(date.AddDays(-1), Market(market).BusinessDay(from.AddTicks(-1)));
    }

    [Theory] // Places that change their clocks at midnight, so that a day begins at 01:00 or midnight comes twice.
    [InlineData("America/Asuncion", "2023-10-01", "2023-10-01T04:00:00Z")]
    [InlineData("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z")]
    public void A_day_begins_once_where_clocks_change_at_midnight(string zone, string day, string start)
    {
        var market = Market("gb") with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone) };
        var date = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var from = market.StartOf(date);
        Assert.Equal(Instant(start), from);
        Assert.Equal(date, market.BusinessDay(from));
        Assert.Equal(date.AddDays(-1), market.BusinessDay(from.AddTicks(-1)));
    }

    [Theory]
    [InlineData("cn", "2026-03-02T13:59:59Z", false)]
    [InlineData("cn", "2026-03-02T14:00:00Z", true)] // 22:00
    [InlineData("cn", "2026-03-02T16:00:00Z", true)]
    [InlineData("cn", "2026-03-02T23:59:59Z", true)]
    [InlineData("cn", "2026-03-03T00:00:00Z", false)] // 08:00
    [InlineData("gb", "2026-06-01T21:00:00Z", true)] // 22:00 in summer
    [InlineData("gb", "2026-01-05T21:00:00Z", false)]
    public void The_night_is_by_the_wall_clock_of_the_market(string market, string at, bool expected) =>
        Assert.Equal(expected, Market(market).IsNight(Instant(at)));

    private static Market Market(string code) => Markets.For(code, Instant("2026-01-01T00:00:00Z"));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.ParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

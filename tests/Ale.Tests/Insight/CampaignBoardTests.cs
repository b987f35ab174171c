using System.Globalization;
using Ale.Campaigns;
using Ale.Registers;
using Xunit;

namespace Ale.Insight;

/// <summary>Themes, results, effects and slots of campaigns, rule by rule.</summary>
public sealed class CampaignBoardTests
{
    private static readonly DateOnly Today = new(2026, 5, 1);
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 4, 0, 0, TimeSpan.Zero);

    [Theory] // The date, its campaign, and where the theme stands on 1 May; 60 days are near.
    [InlineData("2026-07-01", null, ThemeState.Ahead)]
    [InlineData("2026-06-30", null, ThemeState.Due)] // exactly 60 days
    [InlineData("2026-05-01", null, ThemeState.Due)]
    [InlineData("2026-04-30", null, ThemeState.Late)]
    [InlineData("2026-06-30", CampaignState.Planned, ThemeState.Ahead)]
    [InlineData("2026-04-30", CampaignState.Open, ThemeState.Late)]
    [InlineData("2026-04-30", CampaignState.Closed, ThemeState.Done)]
    [InlineData("2026-06-30", CampaignState.Recapped, ThemeState.Done)]
    public void CAM_09_a_theme_is_ahead_due_late_or_done(string date, CampaignState? campaign, ThemeState state) =>
        Assert.Equal(state, ThemeBoards.StateOf(
            DateOnly.Parse(date, CultureInfo.InvariantCulture), campaign, Today, 60));

    private static RegisterEntry Paper(
        string kind, string subject, string id, params (string Name, string Value)[] of) =>
        new(kind, subject, id, new(id, [.. of.Select(a => new RegisterAttribute(a.Name, a.Value))], Noon, null),
            RegisterState.Valid, null, "ann", Noon, null, null, null, null);

    [Fact]
    public void CAM_09_the_second_quarter_of_eight_themes_shows_three_done_one_late_and_four_ahead()
    {
        var themes = Enumerable.Range(1, 8).Select(i => Paper("brand_theme", "cn-2026", $"t{i}",
            ("date", i <= 4 ? $"2026-04-0{i}" : $"2026-06-2{i}"), ("channels", "douyin")));
        ThemeCampaign[] campaigns =
        [
            .. Enumerable.Range(1, 3).Select(i => Of($"c{i}", $"cn-2026:t{i}", CampaignState.Closed)),
            .. Enumerable.Range(5, 4).Select(i => Of($"c{i}", $"t{i}", CampaignState.Planned)),
        ];
        var board = ThemeBoards.Of("cn-2026", 2,
            themes.Append(Paper("brand_theme", "cn-2026", "winter", ("date", "2026-12-24")))
                .Append(Paper("brand_theme", "cn-2026", "undated")), campaigns, Today, 60, "cn");
        Assert.Equal((3, 1, 0, 4), (board.Done, board.Late, board.Due, board.Ahead));
        Assert.Equal("t4", board.Themes.Single(t => t.State == ThemeState.Late).Id);

        static ThemeCampaign Of(string id, string theme, CampaignState state) =>
            new(id, theme, state, new(2026, 4, 1), new(2026, 4, 8));
    }

    [Theory] // The theme as the campaign names it, its period, the plan; whether it carries out the plan's theme.
    [InlineData("cn-2026:spring", "2025-01-01", "2025-02-01", "cn-2026", true)]
    [InlineData("cn-2025:spring", "2026-03-01", "2026-03-08", "cn-2026", false)]
    [InlineData("gb-2026:spring", "2026-03-01", "2026-03-08", "cn-2026", false)]
    [InlineData("cn-2026:summer", "2026-03-01", "2026-03-08", "cn-2026", false)]
    [InlineData("spring", "2026-03-01", "2026-03-08", "cn-2026", true)]
    [InlineData("spring", "2026-01-01", "2026-12-31", "cn-2026", true)]
    [InlineData("spring", "2025-03-01", "2025-03-08", "cn-2026", false)] // last year's
    [InlineData("spring", "2025-12-28", "2026-01-03", "cn-2026", false)] // of two years, and not at its date
    [InlineData("spring", "2025-12-28", "2026-03-20", "cn-2026", true)] // of two years, at its date
    [InlineData("spring", "2026-03-01", "2026-03-08", "gb-2026", false)] // of another market
    public void CAM_09_a_theme_is_carried_out_by_a_campaign_of_its_own_plan(
        string named, string from, string to, string plan, bool isIts)
    {
        var campaign = new ThemeCampaign("c", named, CampaignState.Closed, DateOnly.Parse(from,
            CultureInfo.InvariantCulture), DateOnly.Parse(to, CultureInfo.InvariantCulture));
        var board = ThemeBoards.Of(plan, null, [Paper("brand_theme", plan, "spring", ("date", "2026-03-20"))],
            [campaign], Today, 60, "cn");
        Assert.Equal(isIts ? "c" : null, Assert.Single(board.Themes).CampaignId);
        Assert.Equal(isIts ? ThemeState.Done : ThemeState.Late, board.Themes[0].State);
    }

    [Fact]
    public void CAM_10_money_of_two_currencies_is_never_added_up()
    {
        ChannelResult Channel(string name, string currency, long minor) =>
            new(name, currency, minor, minor / 2, 0, 0, 1, minor / 4);
        var totals = CampaignTotals.Of([Channel("a", "GBP", 400), Channel("b", "CNY", 800), Channel("c", "CNY", 80),
            new("views", "", 0, 0, 0, 9, 0, 0)]);
        Assert.Equal([new CampaignTotal("CNY", 880, 440, 2, 220), new CampaignTotal("GBP", 400, 200, 1, 100)], totals);
    }

    [Theory]
    [InlineData("2026-01-01", "2026-Q1", "2026-01-01")]
    [InlineData("2026-03-31", "2026-Q1", "2026-01-01")]
    [InlineData("2026-04-01", "2026-Q2", "2026-04-01")]
    [InlineData("2026-12-31", "2026-Q4", "2026-10-01")]
    public void CAM_12_a_quarter_begins_on_its_first_day(string day, string quarter, string first)
    {
        var of = DateOnly.Parse(day, CultureInfo.InvariantCulture);
        Assert.Equal((quarter, first), (PrimeSlots.QuarterOf(of), $"{PrimeSlots.FirstOf(of):yyyy-MM-dd}"));
    }

    [Fact]
    public void CAM_12_slots_of_a_quarter_are_those_of_its_own_awards()
    {
        var slots = PrimeSlots.Of("2026-Q2",
            [
                Paper("prime_slots", "H1", "2026-Q2-2026-Q1-conversion", ("slots", "2")),
                Paper("prime_slots", "H1", "2026-Q2-2026-Q1-creative", ("slots", "2")),
                Paper("prime_slots", "H1", "2026-Q1-2025-Q4-creative", ("slots", "2")),
            ], new Dictionary<string, int> { ["H1"] = 3 });
        Assert.Equal(("H1", 4, 3), (Assert.Single(slots).HostId, slots[0].Extra, slots[0].Used));
    }

    [Theory]
    [InlineData("2026-Q1-creative", "2026-Q2-2026-Q1-creative")]
    [InlineData("2026-Q1-of-a-very-long-name-that-somebody-gave-an-award-of", null)] // hashed
    public void CAM_12_an_award_of_any_id_has_an_entry_of_its_quarter(string award, string? entry)
    {
        var made = PrimeSlots.EntryOf("2026-Q2", award);
        Assert.True(Limits.IsId(award) && Limits.IsId(made));
        Assert.StartsWith("2026-Q2-", made, StringComparison.Ordinal);
        if (entry is not null) Assert.Equal(entry, made);
    }

    [Theory]
    [InlineData("18:59", false)]
    [InlineData("19:00", true)]
    [InlineData("22:59", true)]
    [InlineData("23:00", false)]
    public void CAM_12_prime_time_has_a_begin_and_an_end(string start, bool isPrime) => Assert.Equal(isPrime,
        PrimeSlots.IsPrime(TimeOnly.Parse(start, CultureInfo.InvariantCulture), new(19, 0), new(23, 0)));

    [Theory]
    [InlineData(1_000, 1_300, 30.0)]
    [InlineData(1_000, 900, -10.0)]
    [InlineData(3, 4, 33.3)]
    [InlineData(0, 5, null)] // nothing to compare with
    public void CAM_05_a_lift_is_against_the_same_days_before(long before, long after, double? lift) => Assert.Equal(
        (decimal?)lift, Assert.Single(BrandLift.Of([new("x", before)], [new("x", after)])).LiftPercent);
}

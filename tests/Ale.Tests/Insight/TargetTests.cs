using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Markets;
using Ale.Policy;
using Xunit;

namespace Ale.Insight;

/// <summary>The plan's targets against what is.</summary>
public sealed class TargetTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly PolicySet Policy = Book.For(null, Noon);
    private static readonly Market Market = new MarketBook(Book).For(null, Noon);

    [Theory] // Baseline, now, goal, day, of 90: pace, forecast, state.
    [InlineData(0, 2_600_000, 5_000_000, 45, 104.0, 5_200_000, TargetState.Green)]
    [InlineData(0, 21_000, 50_000, 45, 84.0, 42_000, TargetState.Amber)]
    [InlineData(0, 25_000, 50_000, 45, 100.0, 50_000, TargetState.Green)] // exactly on course
    [InlineData(0, 20_000, 50_000, 45, 80.0, 40_000, TargetState.Amber)]
    [InlineData(0, 19_975, 50_000, 45, 79.9, 39_950, TargetState.Red)]
    [InlineData(1_000, 2_000, 3_000, 45, 100.0, 3_000, TargetState.Green)]
    [InlineData(0, 48_000, 50_000, 120, 96.0, 48_000, TargetState.Amber)] // its time is over
    [InlineData(0, -5, 50_000, 45, 0.0, -10, TargetState.Red)]
    public void DAT_08_a_target_has_a_pace_and_a_forecast(
        double baseline, double now, double goal, int day, double pace, double forecast, TargetState state)
    {
        var said = TargetPace.Of(
            TargetAim.Grow, (decimal)baseline, (decimal)now, (decimal)goal, day, 90, 80);
        Assert.Equal(((decimal?)forecast, state), (said.Forecast, said.State));
        Assert.Equal(pace, (double)said.Pace!, 1);
    }

    [Theory]
    [InlineData(null, 45)]
    [InlineData(5, null)]
    [InlineData(5, 0)]
    public void DAT_08_without_data_or_before_day_1_there_is_no_verdict(int? now, int? day) =>
        Assert.Equal((null, null, TargetState.NoData), TargetPace.Of(TargetAim.Grow, 0, now, 10, day, 90, 80));

    [Theory] // Baseline, now, goal: pace, state; the day does not matter.
    [InlineData(TargetAim.Reach, null, 4.4, 5.0, 88.0, TargetState.Amber)]
    [InlineData(TargetAim.Reach, null, 4.1, 5.0, 82.0, TargetState.Amber)] // DAT-08: a level, whatever the day
    [InlineData(TargetAim.Reach, null, 5.0, 5.0, 100.0, TargetState.Green)]
    [InlineData(TargetAim.Reach, null, 4.0, 5.0, 80.0, TargetState.Amber)]
    [InlineData(TargetAim.Reach, null, 3.99, 5.0, 79.8, TargetState.Red)]
    [InlineData(TargetAim.Reach, 40.0, 48.0, 50.0, 80.0, TargetState.Amber)] // of the way from the baseline
    [InlineData(TargetAim.Reach, 40.0, 39.0, 50.0, -10.0, TargetState.Red)]
    [InlineData(TargetAim.Reach, 40.0, 40.0, 40.0, 100.0, TargetState.Green)] // not below the month before
    [InlineData(TargetAim.StayBelow, null, 3.0, 3.0, 100.0, TargetState.Green)]
    [InlineData(TargetAim.StayBelow, null, 0.0, 3.0, 100.0, TargetState.Green)]
    [InlineData(TargetAim.StayBelow, null, 3.75, 3.0, 80.0, TargetState.Amber)]
    [InlineData(TargetAim.StayBelow, null, 3.8, 3.0, 78.9, TargetState.Red)]
    [InlineData(TargetAim.StayBelow, 100.0, 90.0, 90.0, 100.0, TargetState.Green)]
    [InlineData(TargetAim.StayBelow, 100.0, 92.0, 90.0, 80.0, TargetState.Amber)]
    [InlineData(TargetAim.StayBelow, 100.0, 101.0, 90.0, -10.0, TargetState.Red)]
    public void DAT_12_a_level_is_judged_by_its_goal_or_by_the_way_to_it(
        TargetAim aim, double? baseline, double now, double goal, double pace, TargetState state)
    {
        var said = TargetPace.Of(aim, (decimal?)baseline, (decimal)now, (decimal)goal, null, 90, 80);
        Assert.Equal(((decimal?)pace, (decimal?)now, state), (said.Pace, said.Forecast, said.State));
    }

    [Theory] // Where amber begins is policy.
    [InlineData(90, 88, TargetState.Red)]
    [InlineData(88, 88, TargetState.Amber)]
    [InlineData(50, 49.9, TargetState.Red)]
    [InlineData(99, 100, TargetState.Green)]
    public void DAT_12_from_what_share_of_its_course_a_target_is_amber_is_policy(
        int amber, double now, TargetState state) =>
        Assert.Equal(state, TargetPace.Of(TargetAim.Reach, null, (decimal)now, 100, null, 90, amber).State);

    [Fact]
    public void DAT_12_the_days_that_a_figure_is_made_of_are_policy_and_stand_in_its_formula()
    {
        var policy = Policy.Targets with { MeanDays = 14, CostDays = 30 };
        Assert.Equal("plays of all platforms ÷ 14, over 14 business days; the baseline is that of the 14 before day 0",
            TargetSource.All.Single(s => s.Code == "plays_per_day").FormulaOf(policy));
        Assert.Contains("over 30 business days",
            TargetSource.All.Single(s => s.Code == "purchase_cost").FormulaOf(policy), StringComparison.Ordinal);
        Assert.All(TargetSource.All, s => Assert.DoesNotContain("{", s.FormulaOf(policy), StringComparison.Ordinal));
        var asked = TargetDays.Of(new(2026, 6, 15), null, policy, Market, "cn", ["cn", "gb"]);
        string Asked(string name) => $"{asked.GetType().GetProperty(name)!.GetValue(asked)}";
        Assert.Equal(("14", "2026-06-02"), (Asked("days"), Asked("meanFrom")));
        var quarter = long.Parse(Asked("costFrom"), CultureInfo.InvariantCulture);
        Assert.Equal(new(2026, 5, 17), Market.BusinessDay(DateTimeOffset.FromUnixTimeMilliseconds(quarter)));
    }

    [Fact]
    public void DAT_12_a_goal_that_follows_from_a_baseline_waits_for_it()
    {
        var again = TargetSource.All.Single(s => s.Code == "repurchase");
        var waiting = TargetQueries.Of(again, new() { Part = 3, Whole = 10 }, Policy, 5);
        Assert.Equal((30m, null, null, TargetState.NoData),
            (waiting.Now, waiting.Baseline, waiting.Goal, waiting.State));
        var judged = TargetQueries.Of(
            again, new() { Part = 3, Whole = 10, BasePart = 5, BaseWhole = 20 }, Policy, 5);
        Assert.Equal((30m, 25m, 29.5m, TargetState.Green),
            (judged.Now, judged.Baseline, judged.Goal, judged.State));
        Assert.Equal((3m, 10m), (judged.Part, judged.Of));
    }

    [Fact]
    public void DAT_12_the_baseline_of_a_level_is_shown_and_does_not_judge_it()
    {
        foreach (var code in new[] { "conversion", "stock_out", "after_sales", "fast_delivery" })
        {
            var source = TargetSource.All.Single(s => s.Code == code);
            var now = new TargetFigures { Part = 2, Whole = 50 };
            var shown = TargetQueries.Of(
                source, new() { Part = 2, Whole = 50, BasePart = 1, BaseWhole = 50 }, Policy, 5);
            Assert.Equal(source.Value(1, 50), shown.Baseline);
            Assert.Equal(TargetQueries.Of(source, now, Policy, 5), shown with { Baseline = null });
        }
    }

    [Fact]
    public void DAT_12_completion_is_read_on_placed_orders_and_both_are_shown()
    {
        var completion = TargetSource.All.Single(s => s.Code == "order_completion");
        var view = TargetQueries.Of(completion,
            new() { Part = 4, GrossPart = 6, Whole = 10, BasePart = 1, BaseWhole = 2 }, Policy, 5);
        Assert.Equal((60m, 60m, 40m, 50m, 62.5m), (view.Now, view.Gross, view.Net, view.Baseline, view.Goal));
        Assert.Equal((80m, TargetState.Amber), (view.PacePercent, view.State));
    }

    [Fact]
    public void DAT_12_every_target_says_whose_it_is_how_it_is_made_and_where_its_rows_are() =>
        Assert.All(TargetSource.All, source =>
        {
            var view = TargetQueries.Of(source, new(), Policy, 5);
            Assert.Equal(("executive", TargetState.NoData), (view.Owner, view.State));
            Assert.StartsWith("/api/", view.Rows, StringComparison.Ordinal);
            Assert.NotEmpty(view.Formula);
        });

    [Fact]
    public void DAT_12_the_baseline_of_plays_is_measured_before_day_0_and_is_0_without_data()
    {
        var plays = TargetSource.All.Single(s => s.Code == "plays_per_day");
        var view = TargetQueries.Of(
            plays, new() { Part = 21_000_000, Whole = 7, BasePart = 7_000_000, BaseWhole = 7 }, Policy, 45);
        Assert.Equal((1_000_000m, 3_000_000m, 100m, 5_000_000m),
            (view.Baseline, view.Now, view.PacePercent, view.Forecast)); // half of the way in half of the time
        Assert.Equal(0m, TargetQueries.Of(plays, new() { Part = 7, Whole = 7 }, Policy, 45).Baseline);
    }

    [Theory] // At an instant: the last day that is over in Shanghai and in London.
    [InlineData("2026-06-18T12:00:00Z", "2026-06-17")]
    [InlineData("2026-06-18T16:00:00Z", "2026-06-17")] // the 19th in Shanghai, and the 18th goes on in London
    [InlineData("2026-06-18T22:59:59Z", "2026-06-17")]
    [InlineData("2026-06-18T23:00:00Z", "2026-06-18")]
    public void DAT_12_the_board_stands_on_the_last_day_that_is_over_in_every_market(string at, string day) =>
        Assert.Equal(DateOnly.Parse(day, CultureInfo.InvariantCulture), TargetDays.LastOver(
            new(PolicyBook.Load(Repository.At("deploy", "policy"))),
            DateTimeOffset.Parse(at, CultureInfo.InvariantCulture)));

    [Fact]
    public void K01_fixed_assets_are_compared_with_as_much_of_the_year_before_and_the_whole_is_beside_it()
    {
        var assets = TargetSource.All.Single(s => s.Code == "fixed_assets");
        var view = TargetQueries.Of(
            assets, new() { Part = 500, Whole = 1, BasePart = 400, BaseWhole = 1, BaseFull = 9_000 }, Policy, 5);
        Assert.Equal((400m, 9_000m, 280m, TargetState.Red),
            (view.Baseline, view.BaselineWhole, view.Goal, view.State)); // green against the whole year
    }

    [Theory, InlineData(false), InlineData(true)]
    [Trait("needs", "server")]
    public async Task DAT_08_the_board_shows_plays_followers_and_conversion_with_pace_and_forecast(bool postgres)
    {
        var database = postgres ? await (await PostgresServer.Shared).NewDatabase() : null;
        await using var silo = await TestSilo.Start(database);
        var http = silo.Http;
        Assert.All(await Board(_ => true), t => Assert.True(
            (string)t!["state"]! == "no_data" || (string)t["code"]! == "fixed_assets", $"{t}"));
        (await http.Put("/api/phases/1", """{"gates":[{"id":"model","title":"The model"}]}""", "ops")).Ok();
        var asked = await http.Post("/api/phases/1/begin", $$"""{"from":"{{Day(0)}}","reason":"go"}""", "ops");
        (await http.Post($"/api/approvals/{(string)asked.Json["approvalId"]!}/decide",
            """{"decision":"approve","reason":"ready"}""", "approver", "ada")).Ok();
        (await http.Put("/api/platforms/tv", """{"title":"TV","market":"cn"}""", "ops")).Ok();
        var at = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        (await http.Post("/api/platforms/tv/events", $$"""
            {"events":[{"id":"p1","kind":"play","at":"{{at}}","count":700},
             {"id":"f1","kind":"follow","at":"{{at}}","count":30},{"id":"f2","kind":"unfollow","at":"{{at}}","count":9},
             {"id":"v1","kind":"viewer","at":"{{at}}","count":50,"sessionId":"S1"}]}
            """)).Ok();
        (await http.Put("/api/skus/T-1", """{"title":"Cup","priceMinor":100,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put("/api/skus/T-1/receipts/r", """{"quantity":9}""")).Ok();
        foreach (var (order, user) in new[] { ("t1", "ann"), ("t2", "bob"), ("t3", "bob") })
        {
            (await http.Put($"/api/orders/{order}", $$"""
                {"userId":"{{user}}","sessionId":"S1","lines":[{"sku":"T-1","quantity":1}]}
                """)).Ok();
            (await http.Post($"/api/orders/{order}/pay", """{"method":"local"}""")).Ok();
        }

        await Buy();
        var board = await Board(b => Now(b, "conversion") == 4 && Now(b, "plays_per_day") == 100
            && Now(b, "stock_out") == 16.67m && Now(b, "order_completion") == 100);
        // Five were held and one attempt found too few; a checkout from each path was placed, one of them paid.
        Assert.Equal("red", (string)Of(board, "stock_out")["state"]!);
        var completion = Of(board, "order_completion");
        Assert.Equal((100m, 0m, 100m, 125m), ((decimal)completion["gross"]!, (decimal)completion["net"]!,
            (decimal)completion["baseline"]!, (decimal)completion["goal"]!));
        Assert.Equal([100m, 21, 4], board.Take(3).Select(t => (decimal)t!["now"]!)); // 700 / 7, 30 - 9, 2 of 50
        Assert.Equal([5_000_000m, 50_000, 5], board.Take(3).Select(t => (decimal)t!["goal"]!));
        // Day 0 says nothing yet of what grows.
        Assert.All(board.Where(t => (string)t!["aim"]! == "grow"),
            t => Assert.Equal(("no_data", 0), ((string)t!["state"]!, (int)t["day"]!)));
        Assert.Equal((30m, 21m), ((decimal)board[1]!["gross"]!, (decimal)board[1]!["net"]!));
        Assert.Equal(("amber", 80m), ((string)board[2]!["state"]!, (decimal)board[2]!["pacePercent"]!));
        Assert.Equal((2m, 50m), ((decimal)board[2]!["part"]!, (decimal)board[2]!["of"]!));
        Assert.Equal(400, (await http.Get("/api/targets?day=never", "ops")).Status);

        async Task Buy()
        {
            foreach (var (user, via) in new[] { ("ann", "floating"), ("bob", "page") })
            {
                (await http.Put($"/api/users/{user}/cart/lines/T-1", $$"""{"quantity":1,"via":"{{via}}"}""")).Ok();
                (await http.Put($"/api/users/{user}/cart/checkouts/c-{user}", $$"""{"via":"{{via}}"}""")).Ok();
            }

            (await http.Post("/api/orders/c-bob/pay", """{"method":"local"}""")).Ok();
            Assert.Equal(409, (await http.Put("/api/skus/T-1/reservations/many", """{"quantity":99}""")).Status);
        }

        static JsonNode Of(JsonArray board, string code) => board.Single(t => (string)t!["code"]! == code)!;

        static decimal? Now(JsonArray board, string code) => (decimal?)Of(board, code)["now"];

        Task<JsonArray> Board(Func<JsonArray, bool> isSo) => new Func<Task<JsonArray>>(async () =>
            (await http.Get($"/api/targets?day={Day(0)}", "ops")).Ok().Json["items"]!.AsArray()).Until(isSo, 30);
    }

    private static string Day(int days) => TimeProvider.System.GetUtcNow().AddHours(8).AddDays(days)
        .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

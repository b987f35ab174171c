using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Insight;

/// <summary>The plan's targets against what is.</summary>
public sealed class TargetTests
{
    [Theory] // Baseline, now, goal, day, of 90: pace, forecast, state.
    [InlineData(0, 2_600_000, 5_000_000, 45, 104.0, 5_200_000, TargetState.Green)]
    [InlineData(0, 21_000, 50_000, 45, 84.0, 42_000, TargetState.Amber)]
    [InlineData(0, 4.1, 5, 45, 164.0, 8.2, TargetState.Green)]
    [InlineData(0, 25_000, 50_000, 45, 100.0, 50_000, TargetState.Green)] // exactly on course
    [InlineData(0, 20_000, 50_000, 45, 80.0, 40_000, TargetState.Amber)]
    [InlineData(0, 19_975, 50_000, 45, 79.9, 39_950, TargetState.Red)]
    [InlineData(1_000, 2_000, 3_000, 45, 100.0, 3_000, TargetState.Green)]
    [InlineData(0, 48_000, 50_000, 120, 96.0, 48_000, TargetState.Amber)] // its time is over
    [InlineData(0, -5, 50_000, 45, 0.0, -10, TargetState.Red)]
    public void DAT_08_a_target_has_a_pace_and_a_forecast(
        double baseline, double now, double goal, int day, double pace, double forecast, TargetState state)
    {
        var said = TargetPace.Of((decimal)baseline, (decimal)now, (decimal)goal, day, 90);
        Assert.Equal(((decimal?)forecast, state), (said.Forecast, said.State));
        Assert.Equal(pace, (double)said.Pace!, 1);
    }

    [Theory]
    [InlineData(null, 45)]
    [InlineData(5, null)]
    [InlineData(5, 0)]
    public void DAT_08_without_data_or_before_day_1_there_is_no_verdict(int? now, int? day) =>
        Assert.Equal((null, null, TargetState.NoData), TargetPace.Of(0, now, 10, day, 90));

    [Theory, InlineData(false), InlineData(true)]
    [Trait("needs", "server")]
    public async Task DAT_08_the_board_shows_plays_followers_and_conversion_with_pace_and_forecast(bool postgres)
    {
        var database = postgres ? await (await PostgresServer.Shared).NewDatabase() : null;
        await using var silo = await TestSilo.Start(database);
        var http = silo.Http;
        Assert.All(await Board(_ => true), t => Assert.Equal("no_data", (string)t!["state"]!));
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

        var board = await Board(b => (decimal?)b[2]!["now"] == 4 && (decimal?)b[0]!["now"] == 100);
        Assert.Equal([100m, 21, 4], board.Select(t => (decimal)t!["now"]!)); // 700 / 7, 30 - 9, 2 of 50
        Assert.Equal([5_000_000m, 50_000, 5], board.Select(t => (decimal)t!["goal"]!));
        // Day 0 says nothing yet.
        Assert.All(board, t => Assert.Equal(("no_data", 0), ((string)t!["state"]!, (int)t["day"]!)));
        Assert.Equal(400, (await http.Get("/api/targets?day=never", "ops")).Status);

        Task<JsonArray> Board(Func<JsonArray, bool> isSo) => new Func<Task<JsonArray>>(async () =>
            (await http.Get("/api/targets", "ops")).Ok().Json["items"]!.AsArray()).Until(isSo, 30);
    }

    private static string Day(int days) => TimeProvider.System.GetUtcNow().AddHours(8).AddDays(days)
        .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Insight;

/// <summary>The board of targets on other days than today.</summary>
[Trait("needs", "server")]
public sealed class TargetServerTests
{
    private static readonly DateTimeOffset Began = TimeProvider.System.GetUtcNow();

    /// <summary>2,600,000 plays a day, 21,000 followers and 4.1 % on day 45 of 90, as the row says; before it followers
    /// are far behind, of which its owner hears.</summary>
    [Fact]
    public async Task DAT_08_DAT_12_day_45_has_pace_and_forecast_to_day_90_and_red_stands_in_an_inbox()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var first = await TestSilo.Start(database))
        {
            (await first.Http.Put("/api/phases/1", """{"gates":[{"id":"model","title":"The model"}]}""", "ops")).Ok();
            var asked = await first.Http.Post("/api/phases/1/begin",
                $$"""{"from":"{{Day(0)}}","reason":"go"}""", "ops");
            (await first.Http.Post($"/api/approvals/{(string)asked.Json["approvalId"]!}/decide",
                """{"decision":"approve","reason":"ready"}""", "approver", "ada")).Ok();
        }

        await using (var silo = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=45.00:00:00"))
        {
            var http = silo.Http;
            (await http.Put("/api/platforms/tv", """{"title":"TV","market":"cn"}""", "ops")).Ok();
            await Tell(http, Event("f0", "follow", 5, 1));
            await Board(http, b => (decimal?)Of(b, "followers")["now"] == 1);
            await Run(silo);
            var item = () => http.Get($"/api/inbox/{TargetJob.ItemOf("followers", LastOver(silo))}", "executive");
            var told = (await item()).Ok().Json;
            Assert.Equal("open", (string)told["state"]!);
            Assert.StartsWith("New followers: 1 people", (string)told["title"]!, StringComparison.Ordinal);

            await Tell(http, [Event("f1", "follow", 5, 20_999), Event("v1", "viewer", 0, 1_000, "S1"),
                .. Enumerable.Range(0, 7).Select(back => Event($"p{back}", "play", back, 2_600_000))]);
            (await http.Put("/api/skus/T-1",
                """{"title":"Cup","priceMinor":100,"currency":"CNY","market":"cn"}""")).Ok();
            (await http.Put("/api/skus/T-1/receipts/r", """{"quantity":50}""")).Ok();
            await Task.WhenAll(Enumerable.Range(0, 41).Select(async n =>
            {
                (await http.Put($"/api/orders/o{n}", $$"""
                    {"userId":"u{{n}}","sessionId":"S1","lines":[{"sku":"T-1","quantity":1}]}
                    """)).Ok();
                (await http.Post($"/api/orders/o{n}/pay", """{"method":"local"}""")).Ok();
            }));
            var board = await Board(http, b => (decimal?)Of(b, "conversion")["now"] == 4.1m
                && (decimal?)Of(b, "plays_per_day")["now"] == 2_600_000);
            Assert.Equal(("45 104.0 5200000 green", "45 84.0 42000 amber", "45 82.0 4.1 amber"),
                (Text("plays_per_day"), Text("followers"), Text("conversion")));

            await Run(silo);
            await item.Until(a => (string)a.Json["state"]! == "done", 30);
            Assert.Equal(200, (await http.Get("/api/targets", "executive")).Status); // his inbox says what he may see

            await Tell(http, Event("f2", "unfollow", 5, 20_000));
            await Board(http, b => (decimal?)Of(b, "followers")["now"] == 1_000);
            await Run(silo); // red again in the same month
            var second = TargetJob.ItemOf("followers", LastOver(silo), 2);
            Assert.Equal("open", (string)(await http.Get($"/api/inbox/{second}", "executive")).Ok().Json["state"]!);

            string Text(string code)
            {
                var t = Of(board, code);
                return string.Create(CultureInfo.InvariantCulture,
                    $"{t["day"]} {(decimal)t["pacePercent"]!:0.0} {(decimal)t["forecast"]!:0.##} {t["state"]}");
            }
        }
    }

    /// <summary>At 00:30 in Shanghai it is the day before in London; each order counts on its own market's day, on the
    /// board, in the list of what was refused for stock, and in the list of what was sold.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task K02_an_order_at_half_past_midnight_counts_on_one_day_on_the_board_and_in_the_lists(bool postgres)
    {
        var database = postgres ? await (await PostgresServer.Shared).NewDatabase() : null;
        var midnight = new DateTimeOffset(Began.AddHours(8).Date.AddDays(1), TimeSpan.FromHours(8));
        var off = midnight.AddMinutes(30) - TimeProvider.System.GetUtcNow();
        await using var silo = await TestSilo.Start(database, null, $"--Ale:Test:ClockOffset={off:c}");
        var (http, day) = (silo.Http, DateOnly.FromDateTime(midnight.DateTime));
        foreach (var (market, currency) in new[] { ("cn", "CNY"), ("gb", "GBP") })
        {
            (await http.Put($"/api/skus/K-{market}", $$"""
                {"title":"Cup","priceMinor":100,"currency":"{{currency}}","market":"{{market}}"}
                """)).Ok();
            (await http.Put($"/api/skus/K-{market}/receipts/r", """{"quantity":9}""")).Ok();
            (await http.Put($"/api/orders/k-{market}", $$"""
                {"userId":"ann","sessionId":"S1","lines":[{"sku":"K-{{market}}","quantity":1}]}
                """)).Ok();
            (await http.Post($"/api/orders/k-{market}/pay", """{"method":"local"}""")).Ok();
        }

        await new Func<Task<decimal?>>(() => Attempts(day)).Until(n => n == 2, 30);
        Assert.Equal(1m, await Attempts(day.AddDays(-1))); // London's alone
        Assert.Equal((0, 1), (await Refusals("cn", day.AddDays(-1)), await Refusals("cn", day)));
        Assert.Equal((1, 0), (await Refusals("gb", day.AddDays(-1)), await Refusals("gb", day)));
        Assert.Equal(1, await new Func<Task<long>>(() => Sold("cn", day)).Until(n => n == 1, 30));
        Assert.Equal(1, await new Func<Task<long>>(() => Sold("gb", day.AddDays(-1))).Until(n => n == 1, 30));
        Assert.Equal((0, 0), (await Sold("cn", day.AddDays(-1)), await Sold("gb", day)));

        async Task<decimal?> Attempts(DateOnly on) => (decimal?)Of((await http.Get(
            $"/api/targets?day={on:yyyy-MM-dd}", "ops")).Ok().Json["items"]!.AsArray(), "stock_out")["of"];

        async Task<long> Refusals(string market, DateOnly on) => (long)(await http.Get(
            $"/api/stockouts?market={market}&{During(market, on)}", "ops")).Ok().Json["attempts"]!;

        async Task<long> Sold(string market, DateOnly on) => (await http.Get(
                $"/api/attribution/session?market={market}&{During(market, on)}", "ops")).Ok().Json["items"]!.AsArray()
            .Sum(r => (long)r!["orders"]!);

        string During(string code, DateOnly on)
        {
            var market = silo.Services.GetRequiredService<MarketBook>().For(code, midnight);
            return $"from={market.StartOf(on).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"
                + $"&to={market.StartOf(on.AddDays(1)).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";
        }
    }

    /// <summary>In June the year before had bought for 1,000 by the same day and for 6,000 in all.</summary>
    [Fact]
    public async Task K01_BUD_16_a_running_year_is_compared_with_as_much_of_the_year_before()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await Bought(new(2026, 6, 18, 4, 0, 0, TimeSpan.Zero), 1_000);
        await Bought(new(2026, 6, 18, 16, 30, 0, TimeSpan.Zero), 200); // 00:30 of the 19th
        await Bought(new(2026, 11, 5, 4, 0, 0, TimeSpan.Zero), 4_800);
        await Bought(new(2027, 6, 18, 2, 0, 0, TimeSpan.Zero), 900);
        await using var silo = await At(new(2027, 6, 18, 4, 0, 0, TimeSpan.Zero));
        var list = await new Func<Task<JsonArray>>(async () => (await silo.Http.Get(
            "/api/budgets/2027/fixed-assets", "finance")).Ok().Json["items"]!.AsArray()).Until(
            a => a.Count == 1 && (long)a[0]!["amountMinor"]! == 900, 30);
        Assert.Equal((1_000, 6_000, "2026-06-18", -10m, false), ((long)list[0]!["beforeMinor"]!,
            (long)list[0]!["beforeYearMinor"]!, (string)list[0]!["beforeThrough"]!, (decimal)list[0]!["changePercent"]!,
            (bool)list[0]!["isMet"]!));
        // A year that is over, whole against whole.
        var over = (await silo.Http.Get("/api/budgets/2026/fixed-assets", "finance")).Ok().Json["items"]![0]!;
        Assert.Equal((6_000, null), ((long)over["amountMinor"]!, (string?)over["beforeThrough"]));
        var target = Of((await silo.Http.Get("/api/targets?day=2027-06-18", "ops")).Ok().Json["items"]!.AsArray(),
            "fixed_assets");
        Assert.Equal((900m, 1_000m, 6_000m, 700m, "red"), ((decimal)target["now"]!, (decimal)target["baseline"]!,
            (decimal)target["baselineWhole"]!, (decimal)target["goal"]!, (string)target["state"]!));

        Task<TestSilo> At(DateTimeOffset at) => TestSilo.Start(database, settings: string.Create(
            CultureInfo.InvariantCulture, $"--Ale:Test:ClockOffset={at - TimeProvider.System.GetUtcNow():c}"));

        async Task Bought(DateTimeOffset at, long amount)
        {
            await using var then = await At(at);
            var path = string.Create(CultureInfo.InvariantCulture, $"/api/budgets/{at.Year}/{at.Month}/rooms");
            (await then.Http.Put(path, """
                {"plannedMinor":20000000,"currency":"CNY","kind":"technology","goal":"new"}
                """, "finance")).Ok();
            (await then.Http.Put($"{path}/spends/s{amount}", $$"""
                {"amountMinor":{{amount}},"currency":"CNY","state":"actual","acquisition":"purchase",
                 "note":"none to rent"}
                """, "finance")).Ok();
        }
    }

    private static DateOnly LastOver(TestSilo silo) => TargetDays.LastOver(
        silo.Services.GetRequiredService<MarketBook>(), TimeProvider.System.GetUtcNow().AddDays(45));

    private static async Task Run(TestSilo silo)
    {
        var job = () => silo.Http.Get("/api/jobs/target-board", "ops");
        await job.Until(a => a.Status == 200 && a.Json["current"] is null, 60);
        (await silo.Http.Post("/api/jobs/target-board/run", role: "ops")).Ok();
        await job.Until(a => a.Json["current"] is null, 60);
    }

    private static Task<JsonArray> Board(SiloHttp http, Func<JsonArray, bool> isSo) =>
        new Func<Task<JsonArray>>(async () => (await http.Get($"/api/targets?day={Day(45)}", "ops")).Ok()
            .Json["items"]!.AsArray()).Until(isSo, 30);

    private static async Task Tell(SiloHttp http, params string[] events) => (await http.Post(
        "/api/platforms/tv/events", $$"""{"events":[{{string.Join(',', events)}}]}""")).Ok();

    private static string Event(string id, string kind, int back, long count, string? session = null) => $$"""
        {"id":"{{id}}","kind":"{{kind}}","at":"{{Began.AddDays(45 - back).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}",
         "count":{{count}}{{(session is null ? "" : $",\"sessionId\":\"{session}\"")}}}
        """;

    private static JsonNode Of(JsonArray board, string code) => board.Single(t => (string)t!["code"]! == code)!;

    private static string Day(int days) =>
        Began.AddHours(8).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

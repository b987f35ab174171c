using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Inbox;
using Ale.Platforms;
using Xunit;

namespace Ale.Campaigns;

/// <summary>Campaigns and placements as backends and operators meet them, on both stores.</summary>
[Trait("needs", "server")]
public sealed class CampaignServerTests
{
    private static string At(double seconds = 0) => TimeProvider.System.GetUtcNow().AddSeconds(seconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Campaign(double opens = -10, double closes = 3600, string line = "campaigns") => $$"""
        {"title":"618","goal":"reach","startsAt":"{{At(opens)}}","endsAt":"{{At(closes)}}","class":"performance",
         "budgetLine":"{{line}}"}
        """;

    private static string Placement(
        string campaign, long cap, string spend = "performance", string channel = "douyin") => $$"""
        {"campaignId":"{{campaign}}","channel":"{{channel}}","class":"{{spend}}","capMinor":{{cap}},"currency":"CNY",
         "bidMinor":400}
        """;

    private static string Report(string id, long spend, int results, string more = "") =>
        $$"""[{"eventId":"{{id}}","spendMinor":{{spend}},"results":{{results}},"at":"{{At()}}"{{more}}}]""";

    private static (int, string?) Said(Answer answer) => (answer.Status, answer.Code);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CAM_01_of_many_who_authorise_at_once_none_passes_the_cap(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/campaigns/rush", Campaign(), "ops")).Ok();
        (await http.Put("/api/placements/rush", Placement("rush", 10_000), "ops")).Ok();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => http.Post(
            "/api/placements/rush/authorise", $$"""{"id":"a{{i}}","amountMinor":99}""")));
        Assert.Equal(101, answers.Count(a => a.Status == 200)); // 9,999 of 10,000
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal((409, "placement.cap"), Said(a)));
        var info = (await http.Get("/api/placements/rush", "ops")).Ok().Json;
        Assert.Equal((9_999L, 1L, "active"),
            ((long)info["heldMinor"]!, (long)info["leftMinor"]!, (string)info["state"]!));
        Assert.Equal((409, "campaign.class"), Said(await http.Put("/api/placements/other",
            Placement("rush", 1, "brand"), "ops")));
        Assert.Equal((404, "campaign.unknown"), Said(await http.Put("/api/placements/other",
            Placement("none", 1), "ops")));
        Assert.Equal(400, (await http.Put("/api/campaigns/free", Campaign().Replace("budgetLine", "line",
            StringComparison.Ordinal), "ops")).Status);
        Assert.Equal(400, (await http.Post("/api/placements/rush/reports", "[null]")).Status);
        Assert.Equal(400, (await http.Post("/api/placements/rush/reports",
            $"[{string.Join(',', Enumerable.Repeat(Report("e", 1, 1)[1..^1], 1_001))}]")).Status);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CAM_02_a_report_that_makes_results_too_dear_adjusts_the_strategy_and_tells_people(string store)
    {
        var silo = await TestSilo.On(store);
        var http = silo.Http;
        (await http.Put("/api/campaigns/dear", Campaign(), "ops")).Ok();
        (await http.Put("/api/placements/dear", Placement("dear", 100_000), "ops")).Ok();
        var first = (await http.Post("/api/placements/dear/reports", Report("e1", 59_760, 120))).Ok().Json;
        Assert.Equal(("normal", 498m), ((string)first["strategy"]!, (decimal)first["costPerResultMinor"]!));
        var body = Report("e2", 361, 0);
        var over = (await http.Post("/api/placements/dear/reports", body)).Ok();
        Assert.Equal(("lower_bid", 360L, 501.01m), ((string)over.Json["strategy"]!, (long)over.Json["bidMinor"]!,
            (decimal)over.Json["costPerResultMinor"]!));
        var again = (await http.Post("/api/placements/dear/reports", body)).Ok();
        Assert.Equal(60_121, (long)again.Json["spendMinor"]!);
        var at = ("Ale-At", again.Headers["Ale-At"]);
        var items = await new Func<Task<JsonArray>>(async () => (await http.Get(
                "/api/inbox?kind=placement_adjusted", "ops")).Ok().Json["items"]!.AsArray())
            .Until(found => found.Any(i => ((string)i!["title"]!).Contains("dear", StringComparison.Ordinal)), 30);
        Assert.Contains(items, i => ((string)i!["title"]!).Contains("360", StringComparison.Ordinal));

        var back = (await http.Post("/api/placements/dear/steps/1/revert", """{"reason":"the host was ill"}""", "ops",
            "olga")).Ok().Json;
        Assert.Equal(("normal", 400L, "olga"), ((string)back["strategy"]!, (long)back["bidMinor"]!,
            (string)back["steps"]![0]!["revertedBy"]!));
        var reports = (await http.Get("/api/placements/dear/reports", "ops", headers: at)).Ok().Json["items"]!;
        Assert.Equal(2, reports.AsArray().Count);
        var late = Report("e3", 1, 1).Replace(At()[..4], "2020", StringComparison.Ordinal);
        Assert.Equal((410, "placement.late"), Said(await http.Post("/api/placements/dear/reports", late)));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CAM_06_plan_spend_and_results_stand_side_by_side_by_channel_and_add_up(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/campaigns/matrix", Campaign(), "ops")).Ok();
        Answer last = null!;
        (string, long, int)[] channels = [("douyin", 9_000, 30), ("kuaishou", 600, 3), ("wechat", 0, 0)];
        foreach (var (channel, spend, results) in channels)
        {
            (await http.Put($"/api/placements/m-{channel}",
                Placement("matrix", 10_000, channel: channel), "ops")).Ok();
            last = (await http.Post($"/api/placements/m-{channel}/reports", Report("e1", spend, results))).Ok();
        }

        var at = ("Ale-At", last.Headers["Ale-At"]);
        var rows = (await http.Get("/api/campaigns/matrix/channels", "ops", headers: at)).Ok().Json["items"]!.AsArray();
        Assert.Equal(["douyin", "kuaishou", "wechat"], rows.Select(r => (string)r!["channel"]!));
        Assert.Equal([300m, 200m, null], rows.Select(r => (decimal?)r!["costPerResultMinor"]));
        Assert.Equal((9_600L, 33L), (rows.Sum(r => (long)r!["spendMinor"]!), rows.Sum(r => (long)r!["results"]!)));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task DAT_07_what_a_platform_tells_of_a_placement_is_booked_there_once(string store)
    {
        var silo = await TestSilo.On(store);
        var http = silo.Http;
        (await http.Put("/api/campaigns/told", Campaign(), "ops")).Ok();
        (await http.Put("/api/placements/told", Placement("told", 100_000), "ops")).Ok();
        (await http.Put("/api/platforms/teller", """{"title":"Teller","market":"cn"}""", "ops")).Ok();
        var events = $$"""
            {"events":[
             {"id":"s1","kind":"spend","at":"{{At()}}","placementId":"told","amountMinor":700,"currency":"CNY"},
             {"id":"v1","kind":"effective_visitor","at":"{{At()}}","placementId":"told","count":4},
             {"id":"l1","kind":"like","at":"{{At()}}","placementId":"told","count":9},
             {"id":"s2","kind":"spend","at":"{{At()}}","placementId":"nobodys","amountMinor":5,"currency":"CNY"}]}
            """;
        (await http.Post("/api/platforms/teller/events", events)).Ok();
        (await http.Post("/api/platforms/teller/events", events)).Ok(); // told again
        var info = await new Func<Task<JsonNode>>(async () => (await http.Get("/api/placements/told", "ops")).Ok().Json)
            .Until(p => (long)p["spendMinor"]! > 0, 30);
        Assert.Equal((700L, 4L), ((long)info["spendMinor"]!, (long)info["results"]!));
        var item = silo.Grains.InboxItem(CauseIds.Of("placement_unknown", "teller/nobodys"));
        var opened = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get()).Until(o => o.Value is not null, 30);
        Assert.Contains("nobodys", opened.Value!.Terms.Title, StringComparison.Ordinal);
        Assert.Null((await silo.Grains.Platform("teller").Get()).Refusal);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task DAT_07_what_cannot_be_booked_stands_in_an_inbox_and_what_follows_is_booked(string store)
    {
        var silo = await TestSilo.On(store);
        var http = silo.Http;
        (await http.Put("/api/campaigns/odd", Campaign(), "ops")).Ok();
        (await http.Put("/api/placements/odd", Placement("odd", 100_000), "ops")).Ok();
        foreach (var (id, currency) in new[] { ("odd-gb", "GBP"), ("odd-us", "USD") })
            (await http.Put($"/api/placements/{id}", Placement("odd", 100_000).Replace("CNY", currency,
                StringComparison.Ordinal), "ops")).Ok();
        (await http.Put("/api/platforms/oddly", """{"title":"Oddly","market":"cn"}""", "ops")).Ok();
        var told = (await http.Post("/api/platforms/oddly/events", $$"""
            {"events":[
             {"id":"s1","kind":"spend","at":"{{At()}}","placementId":"odd-gb","amountMinor":7,"currency":"CNY"},
             {"id":"v1","kind":"effective_visitor","at":"{{At()}}","placementId":"odd","count":3000000000},
             {"id":"f1","kind":"spend","at":"{{At(3600)}}","placementId":"odd","amountMinor":9,"currency":"CNY"},
             {"id":"s2","kind":"spend","at":"{{At(240)}}","placementId":"odd","amountMinor":1,"currency":"CNY"}]}
            """)).Ok().Json;
        Assert.Equal((3, 1), ((int)told["taken"]!, (int)told["refused"]!)); // an hour ahead is refused at the door
        (await http.Post("/api/platforms/oddly/events", $$"""
            {"events":[{"id":"s3","kind":"spend","at":"{{At()}}","placementId":"odd","amountMinor":50,"currency":"CNY"}]}
            """)).Ok();
        var info = await new Func<Task<JsonNode>>(async () => (await http.Get("/api/placements/odd", "ops")).Ok().Json)
            .Until(p => (long)p["spendMinor"]! == 51, 30);
        Assert.Equal(3_000_000_000, (long)info["results"]!);
        await Item("odd-gb", 1, "1 so far, s1");
        foreach (var (id, placement) in new[] { ("s4", "odd-gb"), ("s5", "odd-us") })
            await Tell(id, placement);
        var item = await Item("odd-gb", 1, "2 so far, s1, s4");
        await Item("odd-us", 1, "1 so far, s5");
        Assert.Null((await silo.Grains.InboxItem(item.Id).Finish(new("k", "ann", "seen", null))).Refusal);
        await Tell("s6", "odd-gb");
        await Item("odd-gb", 2, "3 so far, s1, s4, s6"); // the one that is done says nothing any more
        Assert.Equal(0, (long)(await http.Get("/api/placements/odd-gb", "ops")).Ok().Json["spendMinor"]!);

        async Task Tell(string id, string placement) => (await http.Post("/api/platforms/oddly/events", $$"""
            {"events":[{"id":"{{id}}","kind":"spend","at":"{{At()}}","placementId":"{{placement}}","amountMinor":7,
              "currency":"CNY"}]}
            """)).Ok();

        async Task<InboxItemInfo> Item(string placement, int n, string count)
        {
            var day = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            var id = PlatformSpend.NotBookedItem(placement, "oddly", "placement.currency", day, n);
            return (await new Func<Task<Outcome<InboxItemInfo>>>(() => silo.Grains.InboxItem(id).Get()).Until(
                o => o.Value?.Terms.Title == $"Platform oddly tells of placement {placement} what is not booked "
                    + $"(placement.currency): {count}", 30)).Value!;
        }
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task DAT_07_a_placement_that_is_entered_late_gets_what_was_told_of_it_before_once(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/campaigns/late", Campaign(), "ops")).Ok();
        (await http.Put("/api/platforms/early", """{"title":"Early","market":"cn"}""", "ops")).Ok();
        for (var i = 0; i < 3; i++) await Tell(i);
        (await http.Put("/api/placements/late", Placement("late", 100_000), "ops")).Ok();
        await Tell(3);
        var info = await new Func<Task<JsonNode>>(async () => (await http.Get("/api/placements/late", "ops")).Ok().Json)
            .Until(p => (long)p["spendMinor"]! == 40 && (long)p["results"]! == 8, 30);
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);
        Assert.Equal((40L, 8L), ((long)info["spendMinor"]!, (long)info["results"]!));
        info = (await http.Get("/api/placements/late", "ops")).Ok().Json;
        Assert.Equal((40L, 8L), ((long)info["spendMinor"]!, (long)info["results"]!)); // and no more

        async Task Tell(int i) => (await http.Post("/api/platforms/early/events", $$"""
            {"events":[
             {"id":"s{{i}}a","kind":"spend","at":"{{At()}}","placementId":"late","amountMinor":6,"currency":"CNY"},
             {"id":"s{{i}}b","kind":"spend","at":"{{At()}}","placementId":"late","amountMinor":4,"currency":"CNY"},
             {"id":"v{{i}}","kind":"effective_visitor","at":"{{At()}}","placementId":"late","count":2}]}
            """)).Ok();
    }

    [Fact]
    public async Task CAM_01_a_campaign_opens_on_time_and_once_when_its_node_is_killed_before()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var one = await SiloProcess.Start(database);
        await using var two = await SiloProcess.Start(database);
        var opens = TimeProvider.System.GetUtcNow().AddSeconds(15);
        for (var i = 0; i < 8; i++) // they stand on both nodes
        {
            var http = i % 2 == 0 ? one.Http : two.Http;
            (await http.Put($"/api/campaigns/kill{i}", Campaign(15, 3600), "ops")).Ok();
            (await http.Put($"/api/placements/kill{i}", Placement($"kill{i}", 1_000), "ops")).Ok();
        }

        var early = await two.Http.Post("/api/placements/kill0/authorise", """{"id":"a1","amountMinor":1}""");
        if (TimeProvider.System.GetUtcNow() < opens) // a slow machine may be late
            Assert.Equal((409, "placement.not_live"), Said(early));
        await one.Kill();
        for (var i = 0; i < 8; i++)
        {
            var path = $"/api/placements/kill{i}";
            var live = await new Func<Task<JsonNode>>(async () => (await two.Http.Get(path, "ops")).Ok().Json)
                .Until(p => (string)p["state"]! == "active", 60);
            Assert.Equal("active", (string)live["state"]!);
            (await two.Http.Post($"{path}/authorise", """{"id":"a1","amountMinor":1}""")).Ok();
            var taken = (await two.Http.Get($"/api/campaigns/kill{i}", "ops")).Ok().Json["taken"]!.AsArray();
            var step = Assert.Single(taken)!;
            Assert.Equal("open", (string)step["kind"]!);
            Assert.True((DateTimeOffset)step["at"]! >= opens.AddSeconds(-1), "it opened early");
        }
    }

    [Fact]
    public async Task BUD_03_what_placements_spend_reaches_the_budget_and_an_overrun_there_stops_them()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var month = TimeProvider.System.GetUtcNow().AddHours(8);
        var line = FormattableString.Invariant($"/api/budgets/{month.Year}/{month.Month}/media");
        await using (var before = await TestSilo.Start(database))
        {
            var http = before.Http;
            (await http.Put(line, """
                {"plannedMinor":1000,"currency":"CNY","kind":"marketing","goal":"reach"}
                """, "finance")).Ok();
            (await http.Put("/api/campaigns/c", Campaign(-10, 36_000, "media"), "ops")).Ok();
            var pounds = Placement("c", 100_000).Replace("CNY", "GBP", StringComparison.Ordinal);
            var refused = await http.Put("/api/placements/gb", pounds, "ops");
            refused.IsProblem(400, "placement.currency");
            Assert.Equal("currency", (string)refused.Json["errors"]![0]!["field"]!);
            (await http.Put("/api/placements/p", Placement("c", 100_000), "ops")).Ok();
            (await http.Post("/api/placements/p/reports", Report("e1", 1_201, 1_000))).Ok();
        }

        // A minute later the line books what was gathered, which crosses its mark; the next waits for people.
        var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=00:01:05");
        var http2 = after.Http;
        var crossed = await new Func<Task<JsonNode>>(async () => (await http2.Get(line, "finance")).Ok().Json)
            .Until(l => (long)l["actualMinor"]! > 0, 30);
        Assert.Equal((1_201L, "held"), ((long)crossed["actualMinor"]!, (string)crossed["state"]!));
        var spends = (await http2.Get(line + "/spends", "finance")).Ok().Json["items"]!.AsArray();
        Assert.Equal(("p", "c", "performance"), ((string)spends[0]!["placementId"]!,
            (string)spends[0]!["campaignId"]!, (string)spends[0]!["class"]!));
        (await http2.Post("/api/placements/p/reports", Report("e2", 100, 1_000))).Ok();
        await after.DisposeAsync();

        await using var later = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=00:02:15");
        var held = await new Func<Task<JsonNode>>(async () =>
            (await later.Http.Get("/api/placements/p", "ops")).Ok().Json).Until(
            p => (string)p["state"]! == "budget_held", 30);
        Assert.Equal("budget_held", (string)held["state"]!);
        Assert.Equal((409, "placement.budget_held"), Said(await later.Http.Post("/api/placements/p/authorise",
            """{"id":"a1","amountMinor":1}""")));
        var approval = (string)(await later.Http.Get(line, "finance")).Ok().Json["approvalId"]!;
        (await later.Http.Post($"/api/approvals/{approval}/decide", """{"decision":"approve","reason":"worth it"}""",
            "approver", "ada")).Ok();
        await new Func<Task<JsonNode>>(async () => (await later.Http.Get("/api/placements/p", "ops")).Ok().Json)
            .Until(p => (string)p["state"]! == "active", 30);
        (await later.Http.Post("/api/placements/p/authorise", """{"id":"a1","amountMinor":1}""")).Ok();
        Assert.Equal(1_301, (long)(await later.Http.Get(line, "finance")).Ok().Json["actualMinor"]!);
    }
}

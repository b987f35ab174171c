using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Insight;

/// <summary>Themes, results, effects, hits and slots of campaigns in whole silos.</summary>
[Trait("needs", "server")]
public sealed class CampaignResultServerTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CAM_06_CAM_10_views_orders_and_cost_by_channel_add_up_to_the_series(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (now, id) = (TimeProvider.System.GetUtcNow(), $"618-{store}");
        (await http.Put($"/api/campaigns/{id}", $$"""
            {"title":"Festival","goal":"volume","startsAt":"{{Iso(now.AddDays(-1))}}","endsAt":"{{Iso(now.AddDays(1))}}",
             "class":"performance","budgetLine":"series","sessions":["{{id}}-1","{{id}}-2"]}
            """, "ops")).Ok();
        foreach (var (channel, cap) in new[] { ("taobao", 9_000), ("weibo", 5_000), ("bilibili", 1_000) })
        {
            (await http.Put($"/api/placements/{id}-{channel}", $$"""
                {"campaignId":"{{id}}","channel":"{{channel}}","class":"performance","capMinor":{{cap}},
                 "currency":"CNY","bidMinor":400}
                """, "ops")).Ok();
            (await http.Post($"/api/placements/{id}-{channel}/reports", $$"""
                [{"eventId":"{{channel}}","spendMinor":{{cap / 10}},"results":10,"at":"{{Iso(now)}}"}]
                """, "ops")).Ok();
            (await http.Put($"/api/platforms/{channel}", $$"""{"title":"{{channel}}","market":"cn"}""", "ops")).Ok();
            (await http.Post($"/api/platforms/{channel}/events", $$"""
                {"events":[{"id":"{{id}}-1","kind":"play","count":{{cap}},"sessionId":"{{id}}-1","at":"{{Iso(now)}}"},
                 {"id":"{{id}}-2","kind":"play","count":7,"sessionId":"another","at":"{{Iso(now)}}"},
                 {"id":"{{id}}-3","kind":"mention","count":30,"tag":"{{id}}","at":"{{Iso(now)}}"}]}
                """)).Ok();
        }

        (await http.Put($"/api/skus/{id}", """{"title":"Cup","priceMinor":700,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/{id}/receipts/r", """{"quantity":9}""")).Ok();
        foreach (var (order, tags) in new[]
        {
            ("1", $"\"sessionId\":\"{id}-1\",\"channel\":\"taobao\""),
            ("2", $"\"sessionId\":\"{id}-2\",\"channel\":\"weibo\",\"campaignId\":\"{id}\""),
            ("3", "\"channel\":\"taobao\""),
        })
        {
            (await http.Put($"/api/orders/{id}-{order}", $$"""
                {"userId":"ann","lines":[{"sku":"{{id}}","quantity":1}],{{tags}}}
                """)).Ok();
            (await http.Post($"/api/orders/{id}-{order}/pay", """{"method":"local"}""")).Ok();
        }

        await Settled(http);
        var found = await new Func<Task<JsonNode>>(async () =>
            (await http.Get($"/api/campaigns/{id}/results", "ops")).Ok().Json).Until(
            r => (long)r["orders"]! == 2 && (long)r["views"]! == 15_000 && (long)r["spendMinor"]! == 1_500
                && (long)r["mentions"]! == 90, 30);
        Assert.Equal((2, 15_000L, 1_400L, "CNY"), ((int)found["sessions"]!,
            (long)found["capMinor"]!, (long)found["revenueMinor"]!, (string)found["currency"]!));
        Assert.Equal((15_000L, 1_400L, 2L), ((long)Assert.Single(found["totals"]!.AsArray())!["capMinor"]!,
            (long)found["totals"]![0]!["revenueMinor"]!, (long)found["totals"]![0]!["orders"]!));
        var channels = found["channels"]!.AsArray();
        Assert.Equal(["bilibili", "taobao", "weibo"], channels.Select(c => (string)c!["channel"]!));
        foreach (var sum in new[] { "views", "orders", "spendMinor", "revenueMinor", "capMinor" })
            Assert.Equal((long)found[sum]!, channels.Sum(c => (long)c![sum]!));
        (await http.Get("/api/campaigns/none/results", "ops")).IsProblem(404, "campaign.unknown");
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CAM_10_the_share_of_mentions_and_new_viewers_are_those_of_the_7_days_around_it(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (now, id) = (TimeProvider.System.GetUtcNow(), $"buzz-{store}");
        var inside = now.AddDays(-2); // the last day that counts
        (await http.Put($"/api/campaigns/{id}", $$"""
            {"title":"Festival","goal":"volume","startsAt":"{{Iso(now.AddDays(-10))}}",
             "endsAt":"{{Iso(now.AddDays(-9))}}","class":"performance","budgetLine":"festival"}
            """, "ops")).Ok();
        (await http.Put($"/api/platforms/{id}", """{"title":"B","market":"cn"}""", "ops")).Ok();
        (await http.Post($"/api/platforms/{id}/events", $$"""
            {"events":[{"id":"1","kind":"mention","count":30,"tag":"{{id}}","at":"{{Iso(inside)}}"},
             {"id":"2","kind":"mention","count":55,"tag":"{{id}}-rival","at":"{{Iso(inside)}}"},
             {"id":"3","kind":"mention","count":4,"personId":"{{id}}-ann","at":"{{Iso(inside)}}"},
             {"id":"4","kind":"mention","count":500,"tag":"{{id}}","at":"{{Iso(now.AddDays(-1))}}"}]}
            """)).Ok();
        await Settled(http);
        var found = await new Func<Task<JsonNode>>(async () =>
            (await http.Get($"/api/campaigns/{id}/results", "ops")).Ok().Json)
            .Until(r => (long)r["allMentions"]! == 89 && (long)r["newViewers"]! > 0, 30);
        Assert.Equal((30L, 33.7m), ((long)found["mentions"]!, (decimal)found["mentionPercent"]!));
        Assert.True((long)found["newViewers"]! > 0); // other tests see people too
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CAM_08_a_hot_topic_becomes_a_task_with_the_products_it_fits(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (now, word) = (TimeProvider.System.GetUtcNow(), $"lipstick{store}");
        foreach (var (id, title, category) in new[]
        {
            ("hot1", "Red " + word.ToUpperInvariant(), "care"), ("hot2", "Rouge", $"care/{word}"),
            ("hot3", "Soap", "care"),
        })
        {
            (await http.Put($"/api/products/{id}-{store}", $$"""{"title":"{{title}}","category":"{{category}}"}""", "ops")).Ok();
            (await http.Put($"/api/skus/{id}-{store}", $$"""
                {"title":"{{title}}","priceMinor":100,"currency":"CNY","market":"cn","product":"{{id}}-{{store}}"}
                """)).Ok();
            (await http.Post($"/api/products/{id}-{store}/activate", role: "ops")).Ok();
        }

        (await http.Put($"/api/platforms/weibo-{store}", """{"title":"Weibo","market":"cn"}""", "ops")).Ok();
        await Settled(http);
        (await http.Post($"/api/platforms/weibo-{store}/events", $$"""
            {"events":[{"id":"t1","kind":"hot_topic","tag":"{{word}}","count":3,"at":"{{Iso(now)}}"},
             {"id":"t2","kind":"hot_topic","tag":"football","count":1,"at":"{{Iso(now)}}"}]}
            """)).Ok();
        var day = DateOnly.FromDateTime(now.AddHours(8).DateTime);
        var task = await new Func<Task<Answer>>(() => http.Get(
            $"/api/reviews/{HotTopics.TaskOf($"weibo-{store}", word, day)}", "ops")).Until(a => a.Status == 200, 30);
        Assert.Contains($"rank 3 on weibo-{store}. It fits HOT1-{store.ToUpperInvariant()}, HOT2-{store.ToUpperInvariant()}.",
            (string)task.Json["finding"]!, StringComparison.Ordinal);
        Assert.Equal(404, (await http.Get(
            $"/api/reviews/{HotTopics.TaskOf($"weibo-{store}", "football", day)}", "ops")).Status);
    }

    [Fact]
    public async Task CAM_11_a_clip_past_the_mark_is_proposed_for_more_and_gets_it_once_it_is_accepted()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var silo = await TestSilo.Start(database);
        var (http, now) = (silo.Http, TimeProvider.System.GetUtcNow());
        (await http.Put("/api/campaigns/c", $$"""
            {"title":"C","goal":"reach","startsAt":"{{Iso(now.AddDays(-1))}}","endsAt":"{{Iso(now.AddDays(9))}}",
             "class":"performance","budgetLine":"media"}
            """, "ops")).Ok();
        (string, long, string)[] placements =
            [("rich", 900_000, "V1"), ("poor", 100_000, "V2"), ("hit", 300_000, "V9")];
        foreach (var (id, cap, clip) in placements)
            (await http.Put($"/api/placements/{id}", $$"""
                {"campaignId":"c","channel":"douyin","class":"performance","capMinor":{{cap}},"currency":"CNY",
                 "bidMinor":400,"contentId":"{{clip}}"}
                """, "ops")).Ok();
        (await http.Put("/api/platforms/douyin", """{"title":"Douyin","market":"cn"}""", "ops")).Ok();
        (await http.Post("/api/platforms/douyin/events", $$"""
            {"events":[{"id":"a","kind":"play","count":60000,"contentId":"V9","at":"{{Iso(now.AddHours(-2))}}"},
             {"id":"b","kind":"play","count":40000,"contentId":"V9","at":"{{Iso(now.AddHours(-1))}}"},
             {"id":"c","kind":"play","count":99999,"contentId":"V2","at":"{{Iso(now.AddHours(-1))}}"},
             {"id":"d","kind":"play","count":99999,"contentId":"V2","at":"{{Iso(now.AddHours(-30))}}"}]}
            """)).Ok();
        await Settled(http);
        (await http.Post("/api/jobs/clip-boost/run", role: "ops")).Ok();
        var review = CauseIds.Of("clip_boost", "V9");
        var found = await new Func<Task<Answer>>(() => http.Get($"/api/reviews/{review}", "ops"))
            .Until(a => a.Status == 200, 30);
        Assert.Contains("100000 plays", (string)found.Json["finding"]!, StringComparison.Ordinal);
        Assert.Equal(404, (await http.Get($"/api/reviews/{CauseIds.Of("clip_boost", "V2")}", "ops")).Status);
        await Settled(http);
        var hits = (await silo.Grains.CampaignResults().Hits(now, 1)).Value; // a proposed one takes nobody's place
        Assert.Equal(["V2"], hits.Select(h => h.ContentId));
        Assert.Equal(["hit", "rich", "poor"], (await silo.Grains.CampaignResults().Showing(["V9"])).Value
            .Select(p => p.Id));
        Assert.Equal(300_000, await Cap("hit")); // nothing moves before it is accepted
        (await http.Post($"/api/reviews/{review}/accept", """{"reason":"go"}""", "ops", "olga")).Ok();
        await new Func<Task<long>>(() => Cap("hit")).Until(c => c == 500_000, 30);
        var rich = await new Func<Task<Answer>>(() => http.Get("/api/placements/rich", "ops"))
            .Until(p => (long)p.Json["heldMinor"]! == 0, 20);
        Assert.Equal((700_000L, 0L), ((long)rich.Json["capMinor"]!, (long)rich.Json["heldMinor"]!));
        Assert.Equal(100_000, await Cap("poor"));

        async Task<long> Cap(string id) =>
            (long)(await http.Get($"/api/placements/{id}", "ops")).Ok().Json["capMinor"]!;
    }

    [Fact]
    public async Task CAM_05_CAM_09_CAM_12_days_later_effects_are_measured_themes_are_due_and_awards_bring_slots()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow();
        var today = DateOnly.FromDateTime(now.AddHours(8).DateTime);
        var (next, later) = (PrimeSlots.FirstOf(PrimeSlots.FirstOf(today).AddMonths(3)), today.AddDays(32));
        await using (var first = await TestSilo.Start(database))
        {
            var http = first.Http;
            (await http.Put("/api/campaigns/brand", $$"""
                {"title":"B","goal":"love","startsAt":"{{Iso(now.AddHours(-1))}}","endsAt":"{{Iso(now.AddSeconds(3))}}",
                 "class":"brand","budgetLine":"media"}
                """, "ops")).Ok();
            (await http.Put("/api/platforms/douyin", """{"title":"Douyin","market":"cn"}""", "ops")).Ok();
            (await http.Post("/api/platforms/douyin/events", $$"""
                {"events":[{"id":"b","kind":"brand_search","count":40,"at":"{{Iso(now.AddDays(-3))}}"}]}
                """)).Ok();
            (await http.Put($"/api/registers/brand_theme/cn-{later.Year}/entries/spring", $$"""
                {"title":"Spring","validFrom":"{{Iso(now)}}","attributes":{"date":"{{later.AddDays(40):yyyy-MM-dd}}"} }
                """, "ops")).Ok();
            (await http.Put($"/api/registers/award/H1/entries/{PrimeSlots.QuarterOf(today)}-conversion", $$"""
                {"title":"Highest Conversion","validFrom":"{{Iso(now)}}"}
                """, "ops")).Ok();
            await new Func<Task<Answer>>(() => http.Get("/api/campaigns/brand", "ops"))
                .Until(c => (string)c.Json["state"]! == "closed", 20);
        }

        await using (var third = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=6.00:00:00"))
        {
            (await third.Http.Post("/api/platforms/douyin/events", $$"""
                {"events":[{"id":"a","kind":"brand_search","count":52,"at":"{{Iso(now.AddDays(6))}}"}]}
                """)).Ok();
            await Settled(third.Http);
        }

        await using (var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=32.00:00:00"))
        {
            (await after.Http.Post("/api/jobs/brand-effect/run", role: "ops")).Ok();
            var seen = await new Func<Task<Answer>>(() => after.Http.Get("/api/campaigns/brand", "ops"))
                .Until(c => c.Json["effects"]!.AsArray().Count == 1, 60);
            var effect = seen.Json["effects"]![0]!;
            var searches = effect["indicators"]![0]!;
            Assert.Equal((30, "branded_searches", 30.0m), ((int)effect["days"]!, (string)searches["name"]!,
                (decimal)searches["liftPercent"]!));
            Assert.Equal(["branded_searches", "new_followers", "repeat_percent"],
                effect["indicators"]!.AsArray().Select(i => (string)i!["name"]!));
            (await after.Http.Post("/api/jobs/theme-plan/run", role: "ops")).Ok();
            await new Func<Task<string>>(async () =>
                (string?)(await after.Http.Get("/api/jobs/theme-plan/runs", "ops")).Ok().Json["items"]![0]?["note"]
                ?? "").Until(n => n == "1 themes need a campaign.", 30);
            var item = CampaignJobs.ThemeItem($"cn-{later.Year}", "spring");
            var due = await new Func<Task<Answer>>(() => after.Http.Get($"/api/inbox/{item}", "ops"))
                .Until(a => a.Status == 200, 30);
            Assert.StartsWith("Campaign plan due: Spring", (string)due.Json["title"]!, StringComparison.Ordinal);

            // Another role hears of campaigns from now on: the item that stands is enough.
            var runs = async () =>
                (await after.Http.Get("/api/jobs/theme-plan/runs", "ops")).Ok().Json["items"]!.AsArray();
            (await after.Http.Put("/api/policy/campaign.role",
                """{"value":"director","reason":"moved"}""", "ops")).Ok();
            var book = after.Services.GetRequiredService<PolicyBook>();
            await new Func<Task<string>>(() => Task.FromResult(book.For(null, now.AddDays(33)).Campaigns.Role))
                .Until(role => role == "director", 30);
            (await after.Http.Post("/api/jobs/theme-plan/run", role: "ops",
                headers: ("Idempotency-Key", "again"))).Ok();
            await runs.Until(r => r.Any(x => (string)x!["runId"]! == "theme-plan:by:again"
                && (string?)x["note"] == "1 themes need a campaign."), 30);
        }

        var off = next.ToDateTime(new(1, 0), DateTimeKind.Utc).AddHours(-8) - now.UtcDateTime;
        await using var quarter = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={off:c}");
        var slots = await new Func<Task<JsonArray>>(async () => (await quarter.Http.Get(
            $"/api/prime-slots?day={next:yyyy-MM-dd}", "ops")).Ok().Json["items"]!.AsArray())
            .Until(s => s.Count == 1, 60);
        Assert.Equal(("H1", 2, "Highest Conversion"), ((string)slots[0]!["hostId"]!, (int)slots[0]!["extra"]!,
            (string)slots[0]!["why"]!));
    }

    private static Task<Answer> Settled(SiloHttp http) =>
        new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 20);

    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Audience;

/// <summary>Cohorts and people of platforms over HTTP, on both stores.</summary>
[Trait("needs", "server")]
public sealed class AudienceServerTests
{
    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task USR_11_the_page_of_a_cohort_shows_its_share_of_the_goal_and_what_each_member_does_and_says(
        string store)
    {
        var (http, id) = ((await TestSilo.On(store)).Http, $"seed-{store}");
        var now = TimeProvider.System.GetUtcNow();
        var today = DateOnly.FromDateTime(now.AddHours(8).DateTime);
        (await http.Put($"/api/cohorts/{id}", $$"""
            {"title":"Seed users","goal":5,"from":"{{today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}"}
            """, "ops")).Ok();
        foreach (var user in new[] { "ann", "bob", "cat" })
            (await http.Put($"/api/cohorts/{id}/members/{user}-{store}")).Ok();
        (await http.Put($"/api/cohorts/{id}/members/ann-{store}")).Ok(); // again
        (await http.Send(HttpMethod.Delete, $"/api/cohorts/{id}/members/cat-{store}")).Ok();
        (await http.Put($"/api/cohorts/{id}/members/bob-{store}/words/w1", """{"rating":2,"text":"hard"}""")).Ok();
        (await http.Send(HttpMethod.Delete, $"/api/cohorts/{id}/members/bob-{store}")).Ok();
        (await http.Put($"/api/cohorts/{id}/members/bob-{store}")).Ok(); // anew: what he said has gone with him
        (await http.Put($"/api/cohorts/{id}/members/ann-{store}/words/w1", """{"rating":6,"text":"x"}"""))
            .IsProblem(400, "request.invalid");
        (await http.Put($"/api/cohorts/{id}/members/ann-{store}/words/w1", """{"rating":4,"text":"soft"}""")).Ok();
        (await http.Put($"/api/cohorts/{id}/members/ann-{store}", role: "user", subject: $"ann-{store}"))
            .IsProblem(403, "auth.forbidden");
        (await http.Put($"/api/skus/SEED-{store}", """
            {"title":"Cup","priceMinor":700,"currency":"CNY","market":"cn"}
            """)).Ok();
        (await http.Put($"/api/skus/SEED-{store}/receipts/r", """{"quantity":9}""")).Ok();
        (await http.Put($"/api/orders/{id}", $$"""
            {"userId":"ann-{{store}}","lines":[{"sku":"SEED-{{store}}","quantity":2}]}
            """)).Ok();
        (await http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();

        var info = (await http.Get($"/api/cohorts/{id}")).Ok().Json;
        Assert.Equal((2, 40.0m, "open"),
            ((int)info["members"]!, (decimal)info["goalPercent"]!, (string)info["state"]!));
        var rows = await new Func<Task<JsonArray>>(async () =>
            (await http.Get($"/api/cohorts/{id}/members")).Ok().Json["items"]!.AsArray())
            .Until(r => r.Count == 2 && r.Any(m => (int)m!["orders"]! == 1 && m["lastOrderAt"] is not null)
                && r.Any(m => (int)m!["words"]! == 1), 20);
        var ann = Assert.Single(rows, r => (string)r!["userId"]! == $"ann-{store}")!;
        Assert.Equal((1, 1_400L, 4.0m, "soft"), ((int)ann["orders"]!, (long)ann["spentMinor"]!,
            (decimal)ann["meanRating"]!, (string)ann["lastText"]!));
        var bob = Assert.Single(rows, r => (string)r!["userId"]! == $"bob-{store}")!;
        Assert.Equal((0, null, null), ((int)bob["words"]!, (decimal?)bob["meanRating"], (string?)bob["lastText"]));
    }

    [Fact]
    public async Task USR_11_a_cohort_that_ended_below_its_goal_stands_in_an_inbox()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().AddHours(8).DateTime);
        await using (var first = await TestSilo.Start(database))
        {
            (await first.Http.Put("/api/cohorts/seed", $$"""
                {"title":"Seed users","from":"{{today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}"}
                """, "ops")).Ok();
            (await first.Http.Put("/api/cohorts/seed/members/ann")).Ok();
        }

        await using var second = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=61.00:00:00");
        var told = await new Func<Task<Answer>>(
            () => second.Http.Get($"/api/inbox/{CauseIds.Of("cohort_missed", "seed")}", "ops"))
            .Until(a => a.Status == 200, 30);
        Assert.Equal("seed ended with 1 of 500 members", (string)told.Json["title"]!);
        (await second.Http.Put("/api/cohorts/seed/members/bob")).IsProblem(410, "cohort.closed");
        Assert.Equal("missed", (string)(await second.Http.Get("/api/cohorts/seed")).Ok().Json["state"]!);
    }

    [Fact]
    public async Task CAM_07_one_who_comes_from_kuaishou_to_douyin_is_led_there_and_stands_in_the_pool_once()
    {
        foreach (var store in new[] { null, await (await PostgresServer.Shared).NewDatabase() })
        {
            await using var silo = await TestSilo.Start(store);
            var (http, now) = (silo.Http, TimeProvider.System.GetUtcNow());
            await See("kuaishou", "k1", now.AddDays(-3));
            await See("douyin", "d1", now.AddDays(-2));
            await See("douyin", "d2", now.AddDays(-2));
            await See("weibo", "w1", now.AddDays(-1));
            Assert.Equal((4, 4, 0, 0), await Pool(4, 0));
            (await http.Post("/api/identities/kuaishou/k1/link", """{"userId":"ann","consent":false}"""))
                .IsProblem(403, "identity.no_consent");
            (await http.Post("/api/identities/kuaishou/k9/link", """{"userId":"ann","consent":true}"""))
                .IsProblem(404, "identity.unknown");
            foreach (var path in new[] { "kuaishou/k1", "douyin/d1" })
                (await http.Post($"/api/identities/{path}/link", """{"userId":"ann","consent":true}""")).Ok();
            (await http.Post("/api/identities/douyin/d1/link", """{"userId":"bob","consent":true}"""))
                .IsProblem(409, "identity.linked");
            Assert.Equal((4, 3, 1, 1), await Pool(3, 1)); // led once; the pool has no one twice
            var led = (await http.Get(Days())).Ok().Json["driven"]![0]!;
            Assert.Equal(("kuaishou", "douyin", 1L),
                ((string)led["from"]!, (string)led["to"]!, (long)led["people"]!));
            Assert.Equal("ann", (string)(await http.Get("/api/identities/douyin/d1")).Ok().Json["userId"]!);
            (await http.Post("/api/identities/kuaishou/k1/unlink")).Ok();
            Assert.Equal((4, 4, 0, 0), await Pool(4, 0)); // without consent he stands for himself again
            (await http.Post("/api/identities/kuaishou/k1/erase")).Ok();
            (await http.Get("/api/identities/kuaishou/k1")).IsProblem(404, "identity.unknown");
            Assert.Equal((4, 4, 0, 0), await Pool(4, 0)); // figures stay
            (await http.Get("/api/audience?from=2026-06-02&to=2026-06-01")).IsProblem(400, "request.invalid");

            async Task See(string platform, string person, DateTimeOffset at) => (await http.Put(
                $"/api/identities/{platform}/{person}", $$"""{"seenAt":"{{Iso(at)}}"}""")).Ok();

            string Days() => string.Create(CultureInfo.InvariantCulture,
                $"/api/audience?from={now.AddDays(-9):yyyy-MM-dd}&to={now.AddDays(1):yyyy-MM-dd}");

            async Task<(int, int, int, int)> Pool(int people, int led)
            {
                var found = await new Func<Task<JsonNode>>(async () => (await http.Get(Days())).Ok().Json)
                    .Until(f => (int)f["people"]! == people && Led(f) == led && (int)f["identities"]! == 4, 20);
                return ((int)found["identities"]!, (int)found["people"]!, (int)found["duplicates"]!, Led(found));
            }
        }

        static int Led(JsonNode found) => found["driven"]!.AsArray().Sum(d => (int)d!["people"]!);
    }
}

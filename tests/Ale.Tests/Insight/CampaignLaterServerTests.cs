using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Insight;

/// <summary>What campaigns bring in the long run, and slots that a lead brings, in whole silos.</summary>
[Trait("needs", "server")]
public sealed class CampaignLaterServerTests
{
    [Fact]
    public async Task CAM_12_the_category_that_led_at_the_end_of_a_quarter_has_prime_slots_in_the_next()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow();
        var soon = DateOnly.FromDateTime(now.AddDays(14).DateTime); // the quarter's last week is still to come
        var next = PrimeSlots.FirstOf(PrimeSlots.FirstOf(soon).AddMonths(3));
        var week = CategoryLead.MondayOf(next).AddDays(-7);
        var then = new DateTimeOffset(week.AddDays(2).ToDateTime(new(4, 0)), TimeSpan.Zero);
        await using (var before = await TestSilo.Start(
            database, settings: $"--Ale:Test:ClockOffset={then - now:c}"))
        {
            var http = before.Http;
            (await http.Put("/api/policy/cost.leadWeeks", """{"value":1,"reason":"try it"}""", "ops")).Ok();
            (await http.Put("/api/platforms/tv", """{"title":"TV","market":"cn"}""", "ops")).Ok();
            (await http.Post("/api/platforms/tv/events", $$"""
                {"events":[{"id":"v1","kind":"visit","tag":"skin","count":50,"at":"{{Iso(then)}}"},
                 {"id":"v2","kind":"visit","tag":"hair","count":10,"at":"{{Iso(then)}}"}]}
                """)).Ok();
            (await http.Put("/api/products/p", """{"title":"P","category":"skin/cream"}""", "ops")).Ok();
            (await http.Put("/api/skus/P1", """
                {"title":"One","priceMinor":100,"currency":"CNY","market":"cn","product":"p"}
                """)).Ok();
            (await http.Put("/api/skus/P1/receipts/r", """{"quantity":9}""")).Ok();
            (await http.Put("/api/orders/o", """{"userId":"ann","lines":[{"sku":"P1","quantity":1}]}""")).Ok();
            (await http.Post("/api/orders/o/pay", """{"method":"local"}""")).Ok();
            foreach (var (id, hour) in new[] { ("in", 12), ("out", 2) }) // 20:00 and 10:00 there
                (await http.Put($"/api/sessions/{id}", $$"""
                    {"title":"Evening","kind":"live","tier":"base","market":"cn","hostId":"h","ownerId":"ann",
                     "startsAt":"{{next.AddDays(9):yyyy-MM-dd}}T{{hour:D2}}:00:00Z",
                     "endsAt":"{{next.AddDays(9):yyyy-MM-dd}}T{{hour + 2:D2}}:00:00Z","inducing":false,"skus":["P1"]}
                    """)).Ok();
            await Settled(http);
        }

        var off = next.ToDateTime(new(1, 0), DateTimeKind.Utc).AddHours(-8) - now.UtcDateTime;
        await using var quarter = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={off:c}");
        var slots = await new Func<Task<JsonArray>>(async () => (await quarter.Http.Get(
            $"/api/prime-slots?day={next:yyyy-MM-dd}", "ops")).Ok().Json["items"]!.AsArray())
            .Until(s => s.Count == 1, 60);
        Assert.Equal(("", "skin", 2, "Led in conversion for 1 weeks", 1), ((string)slots[0]!["hostId"]!,
            (string)slots[0]!["category"]!, (int)slots[0]!["extra"]!, (string)slots[0]!["why"]!,
            (int)slots[0]!["used"]!));
    }

    [Fact]
    public async Task CAM_05_a_brand_campaign_is_measured_over_90_and_180_days_too()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow();
        await using (var first = await TestSilo.Start(database))
        {
            foreach (var money in new[] { "brand", "performance" })
                (await first.Http.Put($"/api/campaigns/{money}", $$"""
                    {"title":"B","goal":"love","startsAt":"{{Iso(now.AddHours(-1))}}",
                     "endsAt":"{{Iso(now.AddSeconds(3))}}","class":"{{money}}","budgetLine":"media"}
                    """, "ops")).Ok();
            (await first.Http.Put("/api/platforms/tv", """{"title":"TV","market":"cn"}""", "ops")).Ok();
            await Searches(first.Http, "before", 40, now.AddDays(-3));
            var month = string.Create(CultureInfo.InvariantCulture,
                $"/api/budgets/{now.AddHours(8).Year}/{now.AddHours(8).Month}/media");
            (await first.Http.Put(month, """
                {"plannedMinor":9999,"currency":"CNY","kind":"marketing","goal":"reach"}
                """, "finance")).Ok();
            (await first.Http.Put(month + "/spends/s", """
                {"amountMinor":900,"currency":"CNY","state":"actual","class":"brand","campaignId":"brand"}
                """, "finance")).Ok();
        }

        foreach (var (days, more, at, percent) in new[] { (90, 60, 85, 50.0m), (180, 20, 175, 100.0m) })
        {
            await using (var told = await TestSilo.Start(database, settings: $"--Ale:Test:ClockOffset={at}.00:00:00"))
                await Searches(told.Http, $"after{days}", more, now.AddDays(at - 1));
            await using var over = await TestSilo.Start(
                database, settings: $"--Ale:Test:ClockOffset={days + 2}.00:00:00");
            (await over.Http.Post("/api/jobs/brand-effect/run", role: "ops")).Ok();
            var seen = await new Func<Task<JsonArray>>(async () => (await over.Http.Get("/api/campaigns/brand", "ops"))
                .Ok().Json["effects"]!.AsArray()).Until(e => e.Any(w => (int)w!["days"]! == days), 60);
            Assert.Equal(percent,
                (decimal)seen.Single(w => (int)w!["days"]! == days)!["indicators"]![0]!["liftPercent"]!);
            var results = over.Grains.CampaignResults();
            await Settled(over.Http);
            var spent = Assert.Single((await over.Http.Get("/api/roi/campaign", "ops")).Ok().Json["items"]!.AsArray())!;
            Assert.Equal(("brand", 900L), ((string)spent["source"]!, (long)spent["spendMinor"]!));
            Assert.Null(spent["roi"] ?? spent["rank"]); // no verdict of its return
            Assert.Equal(days == 90 ? ["brand"] : [], // then every window was measured
                (await results.EndedBrands(now.AddDays(days), null, 2)).Value.Select(c => c.Id));
            Assert.Empty((await results.EndedBrands(now.AddDays(days), "brand", 2)).Value);
        }

        static async Task Searches(SiloHttp http, string id, int count, DateTimeOffset at)
        {
            (await http.Post("/api/platforms/tv/events", $$"""
                {"events":[{"id":"{{id}}","kind":"brand_search","count":{{count}},"at":"{{Iso(at)}}"}]}
                """)).Ok();
            await Settled(http);
        }
    }

    private static Task<Answer> Settled(SiloHttp http) =>
        new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 20);

    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

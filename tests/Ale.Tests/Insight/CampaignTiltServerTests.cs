using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Insight;

/// <summary>Slots that a lead brings, in whole silos.</summary>
[Trait("needs", "server")]
public sealed class CampaignTiltServerTests
{
    [Fact]
    public async Task CAM_12_the_category_that_led_at_the_end_of_a_quarter_has_prime_slots_in_the_next()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var now = TimeProvider.System.GetUtcNow();
        var next = PrimeSlots.FirstOf(PrimeSlots.FirstOf(DateOnly.FromDateTime(now.AddHours(8).DateTime)).AddMonths(3));
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
                     "endsAt":"{{next.AddDays(9):yyyy-MM-dd}}T{{hour + 1:D2}}:00:00Z","inducing":false,"skus":["P1"]}
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

    private static Task<Answer> Settled(SiloHttp http) =>
        new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 20);

    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

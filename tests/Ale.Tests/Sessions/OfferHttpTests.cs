using System.Globalization;
using Ale.Edge;
using Xunit;

namespace Ale.Sessions;

/// <summary>Live prices over HTTP, in whole silos (SHP-01).</summary>
[Trait("needs", "server")]
public sealed class OfferHttpTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task SHP_01_S17_A_live_price_starts_and_ends_to_the_second_and_is_frozen_in_the_hold(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (session, offer) = await Planned(http, "OFF-A", "offer-a", TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));
        var planned = (await http.Put($"{session}/offers/o1", offer, "director")).Ok();
        Assert.Equal(("planned", 9_900L), ((string)planned.Json["state"]!, (long)planned.Json["crossedOutMinor"]!));
        Assert.Equal(planned.Text, (await http.Put($"{session}/offers/o1", offer, "director")).Ok().Text);
        var wish = """{"quantity":1,"sessionId":"offer-a","offer":"o1","userId":"ann"}""";
        (await http.Put("/api/skus/OFF-A/reservations/early", wish)).IsProblem(409, "offer.not_started");

        var one = () => http.Get($"{session}/offers/o1", "director");
        await one.Until(o => (string)o.Json["state"]! == "running");
        var held = (await http.Put("/api/skus/OFF-A/reservations/r1", wish)).Ok().Json;
        Assert.Equal((5_000L, "o1"), ((long)held["priceMinor"]!, (string)held["offer"]!));
        (await http.Put("/api/skus/OFF-A/reservations/r2", wish)).IsProblem(409, "stock.limit"); // one a user
        var order = (await http.Put("/api/orders/offer-a-1", """
            {"userId":"ben","sessionId":"offer-a","offer":"o1","lines":[{"sku":"OFF-A","quantity":1}]}
            """)).Ok().Json;
        Assert.Equal(5_000L, (long)order["payableMinor"]!);
        var shop = (await http.Put("/api/orders/offer-a-2", """{"lines":[{"sku":"OFF-A","quantity":1}]}""")).Ok().Json;
        Assert.Equal(9_900L, (long)shop["payableMinor"]!);
        (await http.Put("/api/orders/offer-a-3", """
            {"sessionId":"offer-a","offer":"none","lines":[{"sku":"OFF-A","quantity":1}]}
            """)).IsProblem(404, "offer.unknown");
        (await http.Post("/api/orders/offer-a-1/pay", """{"method":"local"}""")).Ok();
        Assert.Equal(2L, (long)(await one()).Ok().Json["taken"]!);
        var listed = (await http.Get($"{session}/offers", "director")).Ok().Json["items"]!.AsArray();
        Assert.Equal("o1", (string)Assert.Single(listed)!["id"]!);
    }

    [Fact]
    public async Task SHP_01_An_offer_that_cannot_be_leaves_its_id_free()
    {
        var http = (await TestSilo.Sqlite).Http;
        var (session, offer) = await Planned(http, "OFF-B", "offer-b", TimeSpan.FromHours(1), TimeSpan.FromMinutes(5));
        (await http.Put($"{session}/offers/o1", offer.Replace("5000", "9900", StringComparison.Ordinal), "director"))
            .IsProblem(409, "offer.not_lower");
        (await http.Put($"{session}/offers/o1", offer.Replace("OFF-B", "OFF-A", StringComparison.Ordinal), "director"))
            .IsProblem(409, "offer.not_on_shelf");
        (await http.Get($"{session}/offers/o1", "director")).IsProblem(404, "offer.unknown");
        (await http.Put($"{session}/offers/o1", offer, "director")).Ok();
        (await http.Put($"{session}/offers/o1", offer.Replace("5000", "5001", StringComparison.Ordinal), "director"))
            .IsProblem(409, "offer.changed");
        (await http.Put($"{session}/offers/o2", offer, "host", "another")).IsProblem(403, "auth.forbidden");
        Assert.Equal(400, (await http.Put("/api/skus/OFF-B/reservations/r1", """{"quantity":1,"offer":"o1"}""")).Status);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task P06_A_price_that_comes_by_itself_keeps_its_limits_whoever_asks_at_once(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var (session, offer) = await Planned(http, "OFF-P", "offer-p", TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));
        (await http.Put($"{session}/offers/o1", offer, "director")).Ok();
        await new Func<Task<Answer>>(() => http.Get($"{session}/offers/o1", "director"))
            .Until(o => (string)o.Json["state"]! == "running");
        // Nobody names the offer: one a user and three in all get its price, the others pay the list's.
        var orders = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => http.Put($"/api/orders/offer-p-{i}", $$"""
            {"userId":"p06-{{i % 4}}","sessionId":"offer-p","lines":[{"sku":"OFF-P","quantity":1}]}
            """)));
        var prices = orders.Select((o, i) => (User: i % 4, Price: (long)o.Ok().Json["payableMinor"]!)).ToArray();
        Assert.Equal((3, 5), (prices.Count(p => p.Price == 5_000), prices.Count(p => p.Price == 9_900)));
        Assert.All(prices.GroupBy(p => p.User), user => Assert.InRange(user.Count(p => p.Price == 5_000), 0, 1));
    }

    private static async Task<(string Session, string Offer)> Planned(
        SiloHttp http, string sku, string session, TimeSpan from, TimeSpan lasts)
    {
        (await http.Put($"/api/skus/{sku}", """{"title":"Lip","priceMinor":9900,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/{sku}/receipts/in", """{"quantity":9}""")).Ok();
        (await http.Put($"/api/sessions/{session}", $$"""
            {"title":"Evening","kind":"live","tier":"base","market":"cn","hostId":"h1","ownerId":"p1","inducing":false,
             "startsAt":"2026-06-18T12:00:00Z","endsAt":"2026-06-18T13:00:00Z","skus":["{{sku}}"]}
            """, "director")).Ok();
        var starts = TimeProvider.System.GetUtcNow() + from;
        return ($"/api/sessions/{session}", $$"""
            {"sku":"{{sku}}","priceMinor":5000,"startsAt":"{{Text(starts)}}","endsAt":"{{Text(starts + lasts)}}",
             "total":3,"perUserMax":1}
            """);

        static string Text(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);
    }
}

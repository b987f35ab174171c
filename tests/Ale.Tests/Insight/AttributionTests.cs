using System.Text.Json.Nodes;
using Xunit;

namespace Ale.Insight;

/// <summary>What was sold by where the buyers came from, over HTTP in a whole silo.</summary>
[Trait("needs", "server")]
public sealed class AttributionTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_07_An_orders_money_is_shown_for_each_thing_that_it_came_from(string store)
    {
        var silo = await TestSilo.On(store);
        var http = silo.Http;
        (await http.Put("/api/skus/AT-1", """{"title":"Cup","priceMinor":10000,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put("/api/skus/AT-1/receipts/r", """{"quantity":100}""")).Ok();
        (await http.Put("/api/sessions/at-s1", """
            {"title":"Evening","kind":"live","tier":"base","market":"cn","hostId":"at-h1","ownerId":"ann",
             "startsAt":"2090-01-01T12:00:00Z","endsAt":"2090-01-01T14:00:00Z","inducing":false,"skus":["AT-1"]}
            """)).Ok();
        const string from = """
            "sessionId":"at-s1","channel":"at-douyin","campaignId":"at-c1","placementId":"at-p1","shareId":"at-l3"
            """;
        await Buy("at-1", 2, from);
        await Buy("at-2", 1, "\"channel\":\"at-douyin\"");
        await Buy("at-3", 5, from);
        (await http.Post("/api/orders/at-3/cancel")).Ok();
        (await http.Put("/api/orders/at-4", Order(3, from))).Ok(); // never paid

        foreach (var (by, source) in new[] { ("session", "at-s1"), ("host", "at-h1"), ("campaign", "at-c1"),
            ("placement", "at-p1"), ("share", "at-l3") })
            Assert.Equal((1L, 20_000L, 0L, 20_000L), await Shown(by, source, 20_000));
        Assert.Equal((2L, 30_000L, 0L, 30_000L), await Shown("channel", "at-douyin", 30_000));

        (await http.Put("/api/orders/at-1/returns/b", """{"lines":[{"sku":"AT-1","quantity":1}],"reason":"torn"}"""))
            .Ok();
        Assert.Equal((1L, 20_000L, 10_000L, 10_000L), await Shown("host", "at-h1", 10_000));
        Assert.Equal(["at-2", "at-1"], await Behind("channel", "at-douyin", ""));
        Assert.Equal(["at-1"], await Behind("share", "at-l3", ""));
        Assert.Empty(await Behind("share", "at-l3", "&from=2080-01-01T00:00:00Z"));
        Assert.Empty(await Behind("share", "at-l3", "&market=gb"));
        var first = (await http.Get("/api/attribution/channel/at-douyin/orders?limit=1")).Ok().Json;
        var after = Uri.EscapeDataString((string)first["next"]!);
        Assert.Equal(["at-1"], await Behind("channel", "at-douyin", $"&after={after}"));

        async Task Buy(string id, int quantity, string source)
        {
            (await http.Put($"/api/orders/{id}", Order(quantity, source))).Ok();
            (await http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();
        }

        async Task<(long, long, long, long)> Shown(string by, string source, long net)
        {
            var row = await ((Func<Task<JsonNode?>>)(async () => (await http.Get($"/api/attribution/{by}")).Ok()
                .Json["items"]!.AsArray().SingleOrDefault(r => (string)r!["source"]! == source)))
                .Until(r => r is not null && (long)r["netMinor"]! == net);
            Assert.NotNull(row);
            Assert.Equal("CNY", (string)row["currency"]!);
            return ((long)row["orders"]!, (long)row["paidMinor"]!, (long)row["refundMinor"]!, (long)row["netMinor"]!);
        }

        async Task<IEnumerable<string>> Behind(string by, string source, string more) =>
            (await http.Get($"/api/attribution/{by}/{source}/orders?limit=5{more}")).Ok().Json["items"]!.AsArray()
                .Select(o => (string)o!["orderId"]!);
    }

    [Theory]
    [InlineData("/api/attribution/moon", "by")]
    [InlineData("/api/attribution/host?from=yesterday", "from")]
    [InlineData("/api/attribution/host?from=2026-01-01", "from")]
    [InlineData("/api/attribution/host?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to")]
    public async Task What_cannot_be_asked_is_named(string address, string field)
    {
        var answer = await (await TestSilo.Sqlite).Http.Get(address);
        answer.IsProblem(400, "request.invalid");
        Assert.Equal(field, (string)answer.Json["errors"]![0]!["field"]!);
    }

    private static string Order(int quantity, string source) =>
        $$"""{"userId":"at-ann","lines":[{"sku":"AT-1","quantity":{{quantity}}}],{{source}}}""";
}

using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
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

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_07_an_order_that_names_nothing_is_shown_for_its_buyers_last_touches_and_each_view_adds_up(
        string store)
    {
        var (http, now) = ((await TestSilo.On(store)).Http, TimeProvider.System.GetUtcNow());
        (await http.Put("/api/skus/AT-2", """{"title":"Cup","priceMinor":100,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put("/api/skus/AT-2/receipts/r", """{"quantity":100}""")).Ok();
        (await http.Put("/api/campaigns/at-c9", """
            {"title":"9","goal":"reach","startsAt":"2020-06-01T02:00:00Z","endsAt":"2090-06-18T02:00:00Z",
             "class":"performance","budgetLine":"at"}
            """, "ops")).Ok();
        (await http.Put("/api/placements/at-p9", """
            {"campaignId":"at-c9","channel":"at-tv","class":"performance","capMinor":100,"currency":"CNY","bidMinor":1}
            """, "ops")).Ok();
        await Touch("1", "\"channel\":\"at-old\",\"sessionId\":\"at-s9\"", now.AddHours(-2));
        var seen = await Touch("2", "\"placementId\":\"at-p9\"", now.AddHours(-1));
        Assert.Equal(["session", "channel", "campaign", "placement"],
            seen["touches"]!.AsArray().Select(t => (string)t!["dimension"]!));
        (await http.Put("/api/touches/at-3", """{"userId":"at-dan","channel":"at-x"}""", "user", "at-eve"))
            .IsProblem(403, "auth.not_yours");
        (await http.Put("/api/touches/at-3", """{"userId":"at-dan"}""")).IsProblem(400, "request.invalid");
        (await http.Put("/api/touches/at-4", $$"""
            {"userId":"at-dan","channel":"at-x","at":"{{Iso(now.AddDays(-8))}}"}
            """, "user", "at-dan")).IsProblem(400, "touch.too_old");

        var placed = await Buy("at-11", "\"userId\":\"at-dan\"");
        Assert.Equal(("at-s9", "at-tv", "at-c9", "at-p9", null), Sources(placed));
        Assert.Null((string?)placed["sessionId"]);
        Assert.Equal(("at-s9", "at-own", "at-c9", "at-p9", "at-l9"), Sources(await Buy("at-12",
            "\"userId\":\"at-dan\",\"channel\":\"at-own\",\"shareId\":\"at-l9\"")));
        var guest = await Buy("at-13", "\"channel\":\"at-own\"");
        Assert.Equal((null, "at-own", null, null, null), Sources(guest));
        Assert.Equal((null, null, null, null, null), Sources(await Buy("at-14", "\"userId\":\"at-eve\"")));
        Assert.Equal((null, null, null, null, null), Sources(await Buy("at-15",
            $"\"userId\":\"at-dan\",\"recordedAt\":\"{Iso(now)}\"")));
        await Touch("5", "\"channel\":\"at-late\"", now.AddMinutes(-1));
        Assert.Equal("at-tv", Sources((await http.Get("/api/orders/at-11")).Ok().Json).Channel);

        foreach (var (by, source, orders) in new[] { ("campaign", "at-c9", 2), ("channel", "at-own", 2),
            ("channel", "at-tv", 1), ("placement", "at-p9", 2), ("session", "at-s9", 2), ("share", "at-l9", 1) })
        {
            await ((Func<Task<JsonNode?>>)(async () => (await All(by)).SingleOrDefault(
                r => (string?)r!["source"] == source))).Until(r => r is not null && (long)r["orders"]! == orders, 20);
        }

        var sums = await ((Func<Task<long[]>>)(async () =>
        {
            var found = new List<long>();
            foreach (var by in new[] { "session", "host", "channel", "campaign", "placement", "share" })
                found.Add((await All(by)).Sum(r => (string)r!["currency"]! == "CNY" ? (long)r["netMinor"]! : 0));
            return [.. found];
        })).Until(s => s.Distinct().Count() == 1, 30);
        Assert.Single(sums.Distinct());

        async Task<JsonNode> Touch(string id, string what, DateTimeOffset at)
        {
            var body = $$"""{"userId":"at-dan",{{what}},"at":"{{Iso(at)}}"}""";
            return (await http.Put($"/api/touches/at-{id}", body, "user", "at-dan")).Ok().Json;
        }

        async Task<JsonNode> Buy(string id, string more)
        {
            var body = $$"""{"lines":[{"sku":"AT-2","quantity":1}],{{more}}}""";
            (await http.Put($"/api/orders/{id}", body)).Ok();
            (await http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();
            return (await http.Put($"/api/orders/{id}", body)).Ok().Json; // again: the first answer stays
        }

        // A page at a time, so that paging is seen to miss nothing.
        async Task<List<JsonNode?>> All(string by)
        {
            var (rows, next) = (new List<JsonNode?>(), "");
            do
            {
                var page = (await http.Get($"/api/attribution/{by}?limit=3{next}")).Ok().Json;
                rows.AddRange(page["items"]!.AsArray());
                next = page["next"] is { } more ? $"&after={Uri.EscapeDataString((string)more!)}" : null;
            }
            while (next is not null);
            return rows;
        }
    }

    private static (string? SessionId, string? Channel, string? CampaignId, string? PlacementId, string? ShareId)
        Sources(JsonNode order) => ((string?)order["attribution"]!["sessionId"],
            (string?)order["attribution"]!["channel"], (string?)order["attribution"]!["campaignId"],
            (string?)order["attribution"]!["placementId"], (string?)order["attribution"]!["shareId"]);

    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

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

using System.Text.Json.Nodes;
using Ale.Edge;
using Ale.Stock;
using Xunit;

namespace Ale.Supply;

/// <summary>A SKU that runs low, as operators, buyers and approvers meet it, on both stores.</summary>
[Trait("needs", "server")]
public sealed class ShortageServerTests
{
    private const double Soon = 30;

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_04_STK_05_A_shortage_reminds_once_and_buys_once_and_only_a_receipt_brings_units(string store)
    {
        var (http, sku) = await Sku(store, "LOW", costMinor: 100);
        (await http.Put("/api/registers/preferred_supplier/LOW/entries/f2", """
            {"title":"Factory 2","validFrom":"2026-01-01T00:00:00Z","attributes":{"supplier":"F2"}}
            """, "legal")).Ok();
        await Sell(http, sku, "r1", 301);
        Assert.Equal(("warning", 199), await LevelAndOnHand(http, sku));
        var order = await Order(http, sku, "sent");
        Assert.Equal((PurchaseKeys.IdOf(sku, 1), 801, 80_100, "CNY"), ((string)order["id"]!, (int)order["quantity"]!,
            (int)order["amountMinor"]!, (string)order["currency"]!));
        Assert.Equal("F2", (string)order["supplier"]!);
        Assert.Contains("by hand", (string)order["note"]!);
        await Item(http, StockShortage.ItemOf(sku, 1), "open");
        await Item(http, PurchaseReactions.ItemOf((string)order["id"]!), "open");

        await Sell(http, sku, "r2", 1);
        Assert.Equal(("warning", 198), await LevelAndOnHand(http, sku)); // an order is no stock
        await Settled(http);
        Assert.Single(await Orders(http, sku));

        (await http.Put($"/api/skus/{sku}/receipts/r1", """{"quantity":302}""")).Ok();
        Assert.Equal(("ok", 500), await LevelAndOnHand(http, sku));
        await Sell(http, sku, "r3", 301); // low again while the order is open
        await Settled(http);
        Assert.Single(await Orders(http, sku));
        Assert.Equal(404, (await http.Get($"/api/inbox/{StockShortage.ItemOf(sku, 2)}", "ops")).Status); // A04

        var received = await Close(http, order, "receive", "k1");
        Assert.Equal("received", (string)received.Ok().Json["state"]!);
        Assert.Equal(received.Text, (await Close(http, order, "receive", "k1")).Text);
        (await Close(http, order, "cancel", "k2")).IsProblem(409, "purchase.closed");
        Assert.Equal(("warning", 199), await LevelAndOnHand(http, sku));
        await Item(http, PurchaseReactions.ItemOf((string)order["id"]!), "done");
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_05_Above_the_days_amount_people_decide_and_a_no_is_not_asked_again(string store)
    {
        var (http, sku) = await Sku(store, "DEAR", costMinor: 100_000);
        await Sell(http, sku, "r1", 301);
        var waiting = await Order(http, sku, "waiting");
        var approval = (string)waiting["approvalId"]!;
        (await http.Post($"/api/approvals/{approval}/decide", """{"decision":"approve","reason":"needed"}""",
            "approver", "a1")).Ok();
        var sent = (await http.Get($"/api/purchases/{waiting["id"]}")).Ok().Json;
        Assert.Equal(("sent", "unknown"), ((string)sent["state"]!, (string)sent["supplier"]!));

        var (_, other) = await Sku(store, "UNKNOWN-COST", costMinor: null);
        await Sell(http, other, "r1", 301);
        var asked = await Order(http, other, "waiting"); // what it costs nobody knows
        Assert.Null(asked["amountMinor"]);
        (await http.Post($"/api/approvals/{asked["approvalId"]}/decide", """{"decision":"reject","reason":"no"}""",
            "approver", "a1")).Ok();
        var refused = (await http.Get($"/api/purchases/{asked["id"]}")).Ok().Json;
        Assert.Equal(("refused", "rejected"), ((string)refused["state"]!, (string)refused["note"]!));
        (await http.Put($"/api/skus/{other}/receipts/r1", """{"quantity":1}""")).Ok();
        await Sell(http, other, "r2", 1);
        await Settled(http);
        Assert.Single(await Orders(http, other));
        (await http.Get("/api/purchases", "user", "ann")).IsProblem(403, "auth.forbidden");
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_07_A_limited_edition_is_not_bought_again(string store)
    {
        var (http, sku) = await Sku(store, "EDITION", costMinor: 100, ",\"limitedTotal\":400,\"perUserMax\":400");
        await Sell(http, sku, "r1", 301);
        Assert.Equal(("warning", 199), await LevelAndOnHand(http, sku));
        await Settled(http);
        Assert.Empty(await Orders(http, sku));
        Assert.Equal(404, (await http.Get($"/api/inbox/{StockShortage.ItemOf(sku, 1)}", "ops")).Status);
    }

    private static async Task<(SiloHttp, string)> Sku(string store, string sku, long? costMinor, string more = "")
    {
        var http = (await TestSilo.On(store)).Http;
        var cost = costMinor is { } minor ? $",\"costMinor\":{minor}" : "";
        (await http.Put($"/api/skus/{sku}", $$"""
            {"title":"Tea","priceMinor":1000,"currency":"CNY","market":"cn",
             "levels":{"safety":500,"warning":200,"minimum":50}{{cost}}{{more}}}
            """)).Ok();
        (await http.Put($"/api/skus/{sku}/receipts/first", """{"quantity":500}""")).Ok();
        return (http, sku);
    }

    private static async Task Sell(SiloHttp http, string sku, string id, int units)
    {
        (await http.Put($"/api/skus/{sku}/reservations/{id}", $$"""{"quantity":{{units}}}""")).Ok();
        (await http.Post($"/api/skus/{sku}/reservations/{id}/confirm")).Ok();
    }

    private static async Task<(string, long)> LevelAndOnHand(SiloHttp http, string sku)
    {
        var stock = (await http.Get($"/api/skus/{sku}/stock")).Ok().Json;
        return ((string)stock["level"]!, (long)stock["onHand"]!);
    }

    private static async Task<JsonArray> Orders(SiloHttp http, string sku) =>
        (await http.Get($"/api/purchases?sku={sku}")).Ok().Json["items"]!.AsArray();

    /// <summary>The one order of the SKU, when it is in the state.</summary>
    private static async Task<JsonNode> Order(SiloHttp http, string sku, string state)
    {
        var orders = await new Func<Task<JsonArray>>(() => Orders(http, sku))
            .Until(found => found.Any(o => (string)o!["state"]! == state), Soon);
        return Assert.Single(orders)!;
    }

    private static Task Item(SiloHttp http, string id, string state) =>
        new Func<Task<Answer>>(() => http.Get($"/api/inbox/{id}", "ops"))
            .Until(item => item.Status == 200 && (string)item.Json["state"]! == state, Soon);

    private static Task Settled(SiloHttp http) =>
        new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(answer => answer.Status == 200, Soon);

    private static Task<Answer> Close(SiloHttp http, JsonNode order, string verb, string key) => http.Post(
        $"/api/purchases/{order["id"]}/{verb}", """{"reason":"all there"}""", headers: (CommandKey.Header, key));
}

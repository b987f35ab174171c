using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Orders;

/// <summary>Addresses, freight and the promise as a buyer meets them, on both stores.</summary>
[Trait("needs", "server")]
public sealed class ShippingServerTests
{
    private const string Home =
        """{"area":"330106","recipient":"Ann Li","phone":"+8613800000001","street":"Wensan Road 1"}""";

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task SHP_07_Addresses_are_kept_apart_bounded_copied_onto_orders_and_erased_with_the_user(
        string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/users/sh-ann", """{"market":"cn"}""")).Ok();
        var saved = (await http.Put("/api/users/sh-ann/addresses/home", Home, "user", "sh-ann")).Ok().Json;
        Assert.Equal("浙江省杭州市", (string)saved["areaName"]!);
        (await http.Put("/api/users/sh-ann/addresses/home", Home.Replace("330106", "339900")))
            .IsProblem(400, "user.unknown_area");
        (await http.Get("/api/users/sh-ann/addresses", "user", "sh-bob")).IsProblem(403, "auth.not_yours");
        for (var i = 2; i <= 20; i++) (await http.Put($"/api/users/sh-ann/addresses/a{i}", Home)).Ok();
        (await http.Put("/api/users/sh-ann/addresses/a21", Home)).IsProblem(409, "user.addresses_full");
        (await http.Put("/api/users/sh-ann/addresses/a20", Home.Replace("Road 1", "Road 2"))).Ok(); // no new one
        var rest = (await http.Send(HttpMethod.Delete, "/api/users/sh-ann/addresses/a20")).Ok();
        Assert.Equal(19, rest.Json["items"]!.AsArray().Count);
        Assert.Equal(rest.Text, (await http.Send(HttpMethod.Delete, "/api/users/sh-ann/addresses/a20")).Text);

        var sku = await Tea(http, "SH-A");
        const string body = """{"userId":"sh-ann","lines":[{"sku":"SH-A","quantity":3}],"shipTo":{"addressId":"home"}}""";
        var order = (await http.Put("/api/orders/sh-a", body)).Ok().Json;
        Assert.Equal((2_700L, 1_200L, 3_900L, "330106"), ((long)order["goodsMinor"]!, (long)order["freightMinor"]!,
            (long)order["payableMinor"]!, (string)order["shipTo"]!["area"]!));
        (await http.Put("/api/orders/sh-a", body.Replace("home", "a2"))).IsProblem(409, "order.changed");
        (await http.Put("/api/orders/sh-none", body.Replace("home", "none"))).IsProblem(404, "user.unknown_address");
        (await http.Put("/api/orders/sh-bad", City(sku, "3301"))).IsProblem(400, "request.invalid");
        (await http.Put("/api/orders/sh-bad", City(sku, "339900"))).IsProblem(400, "order.unknown_area");
        (await http.Put("/api/orders/sh-tw", City(sku, "710000"))).IsProblem(409, "order.not_served");
        (await http.Put("/api/users/sh-ann/addresses/home", Home.Replace("Wensan", "Other"))).Ok();
        Assert.Equal("Wensan Road 1", await Street(http, "sh-a")); // the order has its copy
        (await http.Put("/api/orders/sh-a/shipTo", """{"addressId":"home"}""", "user", "sh-ann")).Ok();
        Assert.Equal("Other Road 1", await Street(http, "sh-a"));
        (await http.Put("/api/orders/sh-a/shipTo", """{"city":"650100"}""")).IsProblem(409, "order.freight_differs");

        var quote = (await http.Get($"/api/freight?city=650102&lines={sku}:3", "user", "sh-ann")).Ok().Json;
        Assert.Equal((3_200L, 1_500L, 9_900L), ((long)quote["freightMinor"]!, (long)quote["grams"]!,
            (long)quote["freeFromMinor"]!));
        (await http.Get($"/api/freight?city=710000&lines={sku}")).IsProblem(409, "order.not_served");
        Assert.Equal(0, (long)(await http.Get($"/api/freight?city=330100&lines={sku}:11")).Ok().Json["freightMinor"]!);

        (await http.Post("/api/users/sh-ann/erase")).Ok();
        (await http.Get("/api/orders/sh-a/address")).IsProblem(404, "user.unknown_address");
        Assert.Equal("330106", (string)(await http.Get("/api/orders/sh-a")).Ok().Json["shipTo"]!["area"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task SHP_07_Freight_goes_back_when_all_of_an_order_comes_back_for_its_quality(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var sku = await Tea(http, "SH-B");
        (await http.Put("/api/orders/sh-b", City(sku, "330106"))).Ok();
        (await http.Post("/api/orders/sh-b/pay", """{"method":"local"}""")).Ok();
        var lines = $$"""{"lines":[{"sku":"{{sku}}","quantity":1}],"reason":"leaks","quality":true}""";
        var back = (await http.Put("/api/orders/sh-b/returns/r1", lines)).Ok().Json;
        Assert.Equal((1_900L, 1_000L), ((long)back["refundMinor"]!, (long)back["freightMinor"]!));
        var order = await new Func<Task<Answer>>(() => http.Get("/api/orders/sh-b"))
            .Until(o => (string)o.Json["state"]! == "refunded", 30);
        Assert.Equal(1_900, (long)order.Json["refundMinor"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_12_A_covering_warehouse_with_the_units_promises_two_hours(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var sku = await Tea(http, "SH-C", received: false);
        (await http.Put("/api/warehouses/Hangzhou-1", """{"city":"330106","covers":["330100"]}""")).Ok();
        (await http.Put("/api/warehouses/bad", """{"city":"330000","covers":[]}""")).IsProblem(400, "stock.bad_area");
        (await http.Put($"/api/skus/{sku}/receipts/r0", """{"quantity":1,"warehouse":"none"}"""))
            .IsProblem(404, "stock.unknown_warehouse");
        (await http.Put($"/api/skus/{sku}/receipts/r1", """{"quantity":12,"warehouse":"Hangzhou-1"}""")).Ok();
        (await http.Put($"/api/skus/{sku}/receipts/r2", """{"quantity":50}""")).Ok();
        Assert.Equal(2, await Hours(http, "sh-c1", City(sku, "330106", 12)));
        Assert.Equal(72, await Hours(http, "sh-c2", City(sku, "330106")));
        Assert.Equal(72, await Hours(http, "sh-c3", City(sku, "330200")));
        var pool = (await http.Get($"/api/skus/{sku}/stock")).Ok().Json["warehouses"]![0]!;
        Assert.Equal((12, 12, 0), ((int)pool["onHand"]!, (int)pool["held"]!, (int)pool["available"]!));
        (await http.Post("/api/orders/sh-c1/pay", """{"method":"local"}""")).Ok();
        pool = (await http.Get($"/api/skus/{sku}/stock")).Ok().Json["warehouses"]![0]!;
        Assert.Equal((0, 0), ((int)pool["onHand"]!, (int)pool["held"]!));
        Assert.Contains("Hangzhou-1", (await http.Get("/api/warehouses")).Ok().Text);
        var plain = (await http.Put("/api/orders/sh-c4", $$"""{"lines":[{"sku":"{{sku}}","quantity":1}]}""")).Ok().Json;
        Assert.Null(plain["promiseAt"]);
    }

    [Fact]
    public async Task ORD_06_A_promise_that_passed_while_nobody_ran_opens_an_item_and_delivery_closes_it()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var before = await TestSilo.Start(database))
        {
            var sku = await Tea(before.Http, "SH-D");
            foreach (var id in new[] { "sh-d", "sh-d2" })
            {
                (await before.Http.Put($"/api/orders/{id}", City(sku, "330106"))).Ok();
                (await before.Http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();
                (await before.Http.Post($"/api/orders/{id}/ship")).Ok();
            }

            (await before.Http.Post("/api/orders/sh-d2/deliver")).Ok();
        }

        await using var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=3.00:00:01");
        var (http, item) = (after.Http, $"/api/inbox/{OrderDelays.ItemOf("sh-d")}");
        var open = await new Func<Task<Answer>>(() => http.Get(item, "agent"))
            .Until(a => a.Status == 200 && (string)a.Json["state"]! == "open", 30);
        Assert.Contains("Logistics delay", open.Text);
        Assert.Contains("Suggested", open.Text);
        Assert.True((bool)(await http.Get("/api/orders/sh-d")).Ok().Json["shipTo"]!["isLate"]!);
        (await http.Post("/api/orders/sh-d/deliver")).Ok();
        await new Func<Task<Answer>>(() => http.Get(item, "agent")).Until(a => (string)a.Json["state"]! == "done", 30);
        (await http.Get($"/api/inbox/{OrderDelays.ItemOf("sh-d2")}", "agent")).IsProblem(404, "inbox.unknown");
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);
        Assert.Contains("\"ok\":true", (await http.Post("/api/verify", role: "ops")).Ok().Text);
    }

    private static string City(string sku, string city, int units = 1) =>
        $$$"""{"lines":[{"sku":"{{{sku}}}","quantity":{{{units}}}}],"shipTo":{"city":"{{{city}}}"}}""";

    private static async Task<double> Hours(SiloHttp http, string order, string body)
    {
        var before = TimeProvider.System.GetUtcNow();
        var promise = (DateTimeOffset)(await http.Put($"/api/orders/{order}", body)).Ok().Json["promiseAt"]!;
        return Math.Round((promise - before).TotalHours, 1);
    }

    private static async Task<string> Street(SiloHttp http, string order) =>
        (string)(await http.Get($"/api/orders/{order}/address", "agent")).Ok().Json["street"]!;

    private static async Task<string> Tea(SiloHttp http, string sku, bool received = true)
    {
        (await http.Put($"/api/skus/{sku}",
            """{"title":"Tea","priceMinor":900,"currency":"CNY","market":"cn","weightGrams":500}""")).Ok();
        if (received) (await http.Put($"/api/skus/{sku}/receipts/first", """{"quantity":100}""")).Ok();
        return sku;
    }
}

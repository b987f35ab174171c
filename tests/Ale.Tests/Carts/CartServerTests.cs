using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Carts;

/// <summary>Carts over HTTP in a whole silo; each test has SKUs, users and sessions of its own.</summary>
[Trait("needs", "server")]
public sealed class CartServerTests
{
    private static string Line(int quantity, string? session = null, string via = "floating") =>
        $$"""{"quantity":{{quantity}},"via":"{{via}}"{{(session is null ? "" : $",\"sessionId\":\"{session}\"")}}}""";

    private static string CheckOut(string? session = null, string via = "floating", string more = "") =>
        $$"""{"via":"{{via}}"{{(session is null ? "" : $",\"sessionId\":\"{session}\"")}}{{more}}}""";

    private static async Task Sku(SiloHttp http, string sku, int units, long priceMinor = 1_000)
    {
        (await http.Put($"/api/skus/{sku}", $$"""{"title":"{{sku}}","priceMinor":{{priceMinor}},"currency":"GBP"}"""))
            .Ok();
        (await http.Put($"/api/skus/{sku}/receipts/r", $$"""{"quantity":{{units}}}""")).Ok();
    }

    private static string[] Shown(Answer cart) =>
    [
        .. cart.Ok().Json["lines"]!.AsArray()
            .Select(l => $"{l!["sku"]} {l["quantity"]} {l["reason"] ?? l["priceMinor"]}"),
    ];

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_02_Buying_in_the_floating_cart_places_the_order_and_logs_each_step(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await Sku(http, "CART-A", 5);
        await Sku(http, "CART-B", 1, 300);
        const string cart = "/api/users/cart-u1/cart";
        (await http.Put($"{cart}/lines/cart-a", Line(2, "cart-s1"), "user", "cart-u1")).Ok();
        (await http.Put($"{cart}/lines/CART-B", Line(3, "cart-s1"), "user", "cart-u1")).Ok();
        (await http.Put($"{cart}/lines/CART-A", Line(1), "user", "cart-u1")).Ok();
        Assert.Equal(["CART-A 2 1000", "CART-B 3 stock.sold_out", "CART-A 1 1000"], Shown(await http.Get(cart)));

        // Refused, and nothing is gone; then with what can be had.
        (await http.Put($"{cart}/checkouts/cart-o1", CheckOut("cart-s1"), "user", "cart-u1"))
            .IsProblem(409, "stock.sold_out");
        Assert.Equal(3, Shown(await http.Get(cart)).Length);
        (await http.Put($"{cart}/lines/CART-B", Line(1, "cart-s1"), "user", "cart-u1")).Ok();
        var order = (await http.Put($"{cart}/checkouts/cart-o1", CheckOut("cart-s1"), "user", "cart-u1")).Ok();
        Assert.Equal(("awaiting_payment", 2_300L, "cart-s1"), ((string)order.Json["state"]!,
            (long)order.Json["payableMinor"]!, (string)order.Json["sessionId"]!));
        Assert.Equal(["CART-A 1 1000"], Shown(await http.Get(cart)));

        // The same again is the same order; another wish under its id is not.
        (await http.Put($"{cart}/lines/CART-A", Line(1, "cart-s1"), "user", "cart-u1")).Ok();
        Assert.Equal(order.Text, (await http.Put($"{cart}/checkouts/cart-o1", CheckOut("cart-s1"))).Ok().Text);
        (await http.Put($"{cart}/checkouts/cart-o1", CheckOut())).IsProblem(409, "cart.changed");
        (await http.Put($"{cart}/checkouts/cart-o2", CheckOut("cart-s9"))).IsProblem(409, "cart.empty");
        (await http.Post("/api/orders/cart-o1/pay", """{"method":"local","outcome":"captured"}""")).Ok();

        (await http.Put($"{cart}/checkouts/cart-o3", CheckOut(via: "page"))).Ok();
        Assert.Equal(["CART-A 1 1000"], Shown(await http.Get(cart)));
        (await http.Send(HttpMethod.Delete, $"{cart}/lines/CART-A?sessionId=cart-s1")).Ok();
        Assert.Empty(Shown(await http.Get(cart)));

        // The try that was refused and the one that was not are one checkout: they have one order id.
        var funnel = await Funnel(http, "cart-s1", f => (int)f["ways"]![0]!["paid"]! == 1);
        var floating = funnel["ways"]![0]!;
        Assert.Equal((2, 1, 1, 1, 100m, 25), ((int)floating["added"]!, (int)floating["checkouts"]!,
            (int)floating["orders"]!, (int)floating["paid"]!, (decimal)floating["completionPercent"]!,
            (int)funnel["goalPercent"]!));
        Assert.Null(funnel["upliftPercent"]); // nobody took the page in this session
        (await http.Get("/api/funnel", "user", "cart-u1")).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task ORD_02_Requests_about_carts_are_refused_with_their_codes()
    {
        var http = (await TestSilo.Sqlite).Http;
        const string line = "/api/users/cart-u2/cart/lines/CART-N";
        (await http.Put(line, Line(0))).IsProblem(400, "request.invalid");
        (await http.Put(line, Line(1_000))).IsProblem(400, "request.invalid");
        (await http.Put(line, Line(1, via: "phone"))).IsProblem(400, "request.invalid");
        (await http.Put(line, Line(1), "user", "another")).IsProblem(403, "auth.not_yours");
        (await http.Get("/api/users/cart-u2/cart", "user", "another")).IsProblem(403, "auth.not_yours");
        (await http.Put(line, Line(999))).Ok();
        Assert.Equal(["CART-N 999 stock.unknown_sku"], Shown(await http.Get("/api/users/cart-u2/cart")));
        (await http.Put("/api/users/cart-u2/cart/checkouts/cart-n1", CheckOut())).IsProblem(404, "order.unknown_sku");
        (await http.Put("/api/users/cart-u2/cart/checkouts/cart-n1", CheckOut(more: ",\"coupon\":\"NO-2345678923\"")))
            .IsProblem(404, "order.unknown_sku");
        Assert.Empty(Shown(await http.Get("/api/users/cart-nobody/cart")));
    }

    /// <summary>Many checkouts are cut off by <c>kill -9</c> at some moment: each is wholly done or not at all, and a
    /// repeat makes it so.</summary>
    [Fact]
    public async Task ORD_02_After_a_kill_each_checkout_is_done_once_or_not_at_all()
    {
        const int users = 12;
        await using var silo = await SiloProcess.Start();
        await Sku(silo.Http, "CART-K", 100);
        for (var i = 0; i < users; i++)
            (await silo.Http.Put($"/api/users/k{i}/cart/lines/CART-K", Line(2, "ks"))).Ok();
        var calls = Enumerable.Range(0, users).Select(i => Task.Run(async () =>
        {
            try
            {
                await Task.Delay(i * 15);
                (await silo.Http.Put($"/api/users/k{i}/cart/checkouts/ko{i}", CheckOut("ks"))).Ok();
            }
            catch (HttpRequestException) // the kill
            {
            }
        })).ToArray();
        await Task.Delay(100);
        await silo.Kill();
        await Task.WhenAll(calls);
        await silo.Start();

        for (var i = 0; i < users; i++)
        {
            var order = (await silo.Http.Put($"/api/users/k{i}/cart/checkouts/ko{i}", CheckOut("ks"))).Ok().Json;
            Assert.Equal(("awaiting_payment", 2), ((string)order["state"]!, (int)order["lines"]![0]!["quantity"]!));
            Assert.Empty(Shown(await silo.Http.Get($"/api/users/k{i}/cart")));
        }

        var funnel = await Funnel(silo.Http, "ks", f => (int)f["ways"]![0]!["orders"]! == users);
        Assert.Equal(users, (int)funnel["ways"]![0]!["checkouts"]!);
        var stock = (await silo.Http.Get("/api/skus/CART-K/stock")).Ok().Json;
        Assert.Equal((100, 2 * users), ((int)stock["onHand"]!, (int)stock["held"]!));
    }

    private static async Task<JsonNode> Funnel(SiloHttp http, string session, Func<JsonNode, bool> until) =>
        (await new Func<Task<Answer>>(() => http.Get(string.Create(CultureInfo.InvariantCulture,
            $"/api/funnel?sessionId={session}"))).Until(a => a.Status == 200 && until(a.Json), seconds: 30)).Ok().Json;
}

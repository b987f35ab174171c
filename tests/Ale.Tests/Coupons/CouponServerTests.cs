using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Coupons;

/// <summary>The whole slice in a real silo, on both stores, with the orders that use it.</summary>
[Trait("needs", "server")]
public sealed class CouponServerTests
{
    private const string Body = """
        "currency":"GBP","pool":2,"perUserMax":2,"startsAt":"2020-01-01T00:00:00Z","endsAt":"2090-01-01T00:00:00Z",
        "source":"share","minGoodsMinor":1000
        """;

    private static (string Name, string Value) At(Answer answer) => ("Ale-At", answer.Headers["Ale-At"]);

    private static string Text(JsonNode? node, string member) => (string)node![member]!;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task SHR_05_templates_and_codes_are_made_once_and_listed(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var made = (await http.Put("/api/coupons/list-b", $$"""{"percent":15,{{Body}}}""")).Ok();
        Assert.Equal(("LIST-B", 15, "open", 0), (Text(made.Json, "template"), (int)made.Json["percent"]!,
            Text(made.Json, "state"), (int)made.Json["claimed"]!));
        Assert.Equal(made.Text, (await http.Put("/api/coupons/LIST-B", $$"""{"percent":15,{{Body}}}""")).Ok().Text);
        (await http.Put("/api/coupons/LIST-B", $$"""{"percent":16,{{Body}}}""")).IsProblem(409, "coupon.changed");
        Assert.Equal(made.Text, (await http.Get("/api/coupons/List-b")).Ok().Text);

        var claim = (await http.Put("/api/coupons/list-b/claims/lu", "", "user", "lu")).Ok();
        Assert.Equal("claimed", Text(claim.Json, "state"));
        Assert.Equal(claim.Text, (await http.Put("/api/coupons/list-b/claims/lu/1")).Ok().Text);
        var second = (await http.Put("/api/coupons/list-b/claims/lu/2")).Ok();
        Assert.NotEqual(Text(claim.Json, "code"), Text(second.Json, "code"));

        var page = (await http.Get("/api/users/lu/coupons?limit=1", "user", "lu", At(second))).Ok().Json;
        var rest = (await http.Get($"/api/users/lu/coupons?limit=1&after={page["next"]}")).Ok().Json;
        Assert.Equal(new[] { claim, second }.Select(c => Text(c.Json, "code")).Order(),
            new[] { page, rest }.Select(p => Text(p["items"]![0], "code")).Order());
        Assert.Null(rest["next"]);
        Assert.Equal(Text(claim.Json, "expiresAt"), Text(new[] { page, rest }.Single(
            p => Text(p["items"]![0], "code") == Text(claim.Json, "code"))["items"]![0], "expiresAt"));

        var last = (await http.Put("/api/coupons/list-c", $$"""{"offMinor":500,{{Body}}}""")).Ok();
        var list = (await http.Get("/api/coupons?limit=500", headers: At(last))).Ok().Json["items"]!.AsArray()
            .Where(t => Text(t, "template").StartsWith("LIST-", StringComparison.Ordinal));
        Assert.Equal([("LIST-B", 2, "claimed_out"), ("LIST-C", 0, "open")],
            list.Select(t => (Text(t, "template"), (int)t!["claimed"]!, Text(t, "state"))));
        Assert.Empty((await http.Get("/api/users/nobody-has-this/coupons")).Ok().Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Requests_about_coupons_are_refused_with_their_codes()
    {
        var http = (await TestSilo.Sqlite).Http;
        (await http.Get("/api/coupons/none")).IsProblem(404, "coupon.unknown");
        (await http.Put("/api/coupons/none/claims/ru")).IsProblem(404, "coupon.unknown");
        (await http.Put("/api/coupons/ref", $$"""{"offMinor":500,{{Body}}}""")).Ok();
        (await http.Put("/api/coupons/ref/claims/ru/0")).IsProblem(400, "request.invalid");
        (await http.Put("/api/coupons/ref/claims/ru/3")).IsProblem(409, "coupon.limit");
        (await http.Put("/api/coupons/ref/claims/ru", "", "user", "other")).IsProblem(403, "auth.not_yours");
        (await http.Get("/api/users/ru/coupons", "user", "other")).IsProblem(403, "auth.not_yours");
        (await http.Put("/api/coupons/ref", "{}", "user", "ru")).IsProblem(403, "auth.forbidden");
        foreach (var i in new[] { 1, 2 }) (await http.Put($"/api/coupons/ref/claims/ru/{i}")).Ok();
        (await http.Put("/api/coupons/ref/claims/late")).IsProblem(409, "coupon.claimed_out");

        var soon = Body.Replace("2020-", "2089-", StringComparison.Ordinal);
        (await http.Put("/api/coupons/soon", $$"""{"offMinor":500,{{soon}}}""")).Ok();
        (await http.Put("/api/coupons/soon/claims/ru")).IsProblem(409, "coupon.not_started");
        var over = Body.Replace("2090-", "2021-", StringComparison.Ordinal);
        var ended = (await http.Put("/api/coupons/over", $$"""{"offMinor":5,{{over}}}""")).Ok();
        Assert.Equal("ended", Text(ended.Json, "state"));
        (await http.Put("/api/coupons/over/claims/ru")).IsProblem(410, "coupon.ended");

        foreach (var off in new[] { "", "\"offMinor\":5,\"percent\":5,", "\"offMinor\":0,", "\"percent\":101," })
            (await http.Put("/api/coupons/bad", $"{{{off}{Body}}}")).IsProblem(400, "request.invalid");
        (await http.Put($"/api/coupons/{new string('t', 54)}", $$"""{"offMinor":5,{{Body}}}"""))
            .IsProblem(400, "request.invalid");
        (await http.Get("/api/coupons/bad")).IsProblem(404, "coupon.unknown");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task P01_twenty_orders_at_once_redeem_one_code_once_and_a_cancel_gives_it_back_P07(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/skus/p01-cup", """{"title":"Cup","priceMinor":3000,"currency":"GBP"}""")).Ok();
        (await http.Put("/api/skus/p01-cup/receipts/r1", """{"quantity":100}""")).Ok();
        (await http.Put("/api/coupons/p01", $$"""{"offMinor":2000,{{Body}}}""")).Ok();
        var code = Text((await http.Put("/api/coupons/p01/claims/pu")).Ok().Json, "code");
        Task<Answer> Order(string id, string user = "pu") => http.Put($"/api/orders/{id}", $$"""
            {"userId":"{{user}}","lines":[{"sku":"p01-cup","quantity":1}],"coupon":"{{code.ToLowerInvariant()}}"}
            """);

        (await Order("p01-stranger", "stranger")).IsProblem(403, "coupon.not_yours");
        var orders = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Order($"p01-{i}")));
        var placed = Assert.Single(orders, o => o.Status == 200);
        Assert.Equal((2000, 1000), ((int)placed.Json["discountMinor"]!, (int)placed.Json["payableMinor"]!));
        foreach (var refused in orders.Where(o => o != placed)) refused.IsProblem(409, "coupon.held");

        var id = Text(placed.Json, "id");
        (await http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();
        var used = (await http.Get("/api/coupons/p01")).Ok().Json;
        Assert.Equal((1, 2000), ((int)used["redeemed"]!, (int)used["spentMinor"]!));
        (await Order("p01-again")).IsProblem(409, "coupon.redeemed");

        (await http.Post($"/api/orders/{id}/cancel")).Ok();
        var claim = (await http.Put("/api/coupons/p01/claims/pu")).Ok();
        Assert.Equal("claimed", Text(claim.Json, "state"));
        Assert.Equal(0, (int)(await http.Get("/api/coupons/p01")).Ok().Json["spentMinor"]!);
        Assert.Equal(1000, (int)(await Order("p01-next")).Ok().Json["payableMinor"]!);
    }
}

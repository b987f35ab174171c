using Xunit;

namespace Ale.Edge;

/// <summary>SKUs, users and coupons changed over HTTP, on both stores: <c>If-Match</c>, keys and repeats.</summary>
[Trait("needs", "server")]
public sealed class PatchTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task TEC_03_S23_A_sku_is_changed_in_the_middle_of_a_sale_and_what_runs_goes_on(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        const string sku = "/api/skus/PATCHED";
        var made = (await http.Put(sku, """{"title":"Tea","priceMinor":1000,"currency":"CNY"}""")).Ok();
        Assert.Equal(1, (int)made.Json["version"]!);
        (await http.Put($"{sku}/receipts/in", """{"quantity":5}""")).Ok();
        (await http.Put("/api/orders/patched", """{"lines":[{"sku":"PATCHED","quantity":1}]}""")).Ok();

        var changed = await Patch(sku, """{"title":"Green tea","priceMinor":900}""", "\"1\"", "k1");
        Assert.Equal(("Green tea", 900, 2, "CNY"), ((string)changed.Ok().Json["title"]!,
            (int)changed.Json["priceMinor"]!, (int)changed.Json["version"]!, (string)changed.Json["currency"]!));
        Assert.Equal(changed.Text, (await Patch(sku, """{"title":"Green tea","priceMinor":900}""", "\"1\"", "k1")).Text);
        Assert.Equal(changed.Text, (await http.Get(sku)).Text);
        (await Patch(sku, """{"title":"Black tea"}""", "\"1\"", "k1")).IsProblem(409, "stock.changed");
        (await Patch(sku, """{"title":"Black tea"}""", "\"1\"", "k2")).IsProblem(409, "stock.stale");
        (await Patch(sku, """{"currency":"GBP"}""", "\"2\"", "k3")).IsProblem(409, "stock.fixed");
        (await Patch(sku, """{"title":""}""", "\"2\"", "k4")).IsProblem(400, "request.invalid");
        (await http.Put(sku, """{"title":"Tea","priceMinor":1000,"currency":"CNY"}""")).IsProblem(409, "stock.changed");
        (await http.Put(sku, """{"title":"Green tea","priceMinor":900,"currency":"CNY"}""")).Ok();

        var paid = (await http.Post("/api/orders/patched/pay", """{"method":"local"}""")).Ok();
        var order = (await http.Get("/api/orders/patched")).Ok().Json;
        Assert.Equal(("paid", 1000), ((string)order["state"]!, (int)order["payableMinor"]!));
        var listed = (await http.Get("/api/skus?limit=500", headers: (AleAt.Header, changed.Headers[AleAt.Header])))
            .Ok().Json["items"]!.AsArray().Single(s => (string?)s!["sku"] == "PATCHED")!;
        Assert.Equal(("Green tea", 900), ((string)listed["title"]!, (int)listed["priceMinor"]!));
        Assert.NotNull(paid.Json["paymentId"]);

        Task<Answer> Patch(string path, string body, string version, string key) => http.Send(HttpMethod.Patch, path,
            body, headers: [(ExpectedVersion.Header, version), (CommandKey.Header, key)]);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task TEC_03_A_user_moves_to_another_market_and_a_coupon_is_changed_before_it_starts(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/users/patched", """{"market":"gb"}""")).Ok();
        var moved = (await Patch("/api/users/patched", """{"market":"cn"}""", "\"1\"", "k1")).Ok();
        Assert.Equal(("cn", 2), ((string)moved.Json["market"]!, (int)moved.Json["version"]!));
        Assert.Equal(moved.Text, (await Patch("/api/users/patched", """{"market":"cn"}""", "\"1\"", "k1")).Text);
        (await Patch("/api/users/patched", """{"market":"gb"}""", "\"1\"", "k2")).IsProblem(409, "user.stale");
        (await Patch("/api/users/patched", """{"market":"xx"}""", "\"2\"", "k3")).IsProblem(400, "user.unknown_market");
        (await http.Put("/api/users/patched", """{"market":"gb"}""")).IsProblem(409, "user.changed");
        (await http.Send(HttpMethod.Patch, "/api/users/patched", """{"market":"cn"}""", "user", "somebody",
            (ExpectedVersion.Header, "\"2\""))).IsProblem(403, "auth.not_yours");

        const string coupon = """
            {"currency":"CNY","pool":10,"perUserMax":1,"startsAt":"2080-01-01T00:00:00Z",
             "endsAt":"2090-01-01T00:00:00Z","source":"event","offMinor":100}
            """;
        Assert.Equal(1, (int)(await http.Put("/api/coupons/PATCHED", coupon)).Ok().Json["version"]!);
        var changed = (await Patch("/api/coupons/PATCHED", """{"percent":20}""", "\"1\"", "k1")).Ok();
        Assert.Equal((20, null, 2), ((int)changed.Json["percent"]!, (int?)changed.Json["offMinor"],
            (int)changed.Json["version"]!));
        (await Patch("/api/coupons/PATCHED", """{"pool":11}""", "\"1\"", "k2")).IsProblem(409, "coupon.stale");
        (await http.Put("/api/coupons/PATCHED", coupon)).IsProblem(409, "coupon.changed");
        (await Patch("/api/coupons/PATCHED", """{"startsAt":"2020-01-01T00:00:00Z"}""", "\"2\"", "k3")).Ok();
        (await Patch("/api/coupons/PATCHED", """{"pool":11}""", "\"3\"", "k4")).IsProblem(409, "coupon.started");

        Task<Answer> Patch(string path, string body, string version, string key) => http.Send(HttpMethod.Patch, path,
            body, headers: [(ExpectedVersion.Header, version), (CommandKey.Header, key)]);
    }
}

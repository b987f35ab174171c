using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Care;

/// <summary>After-sales as an agent meets it, on both stores.</summary>
[Trait("needs", "server")]
public sealed class CaseServerTests
{
    private const string Quality = """{"orderId":"ORDER","sku":"SKU","quantity":1,"kind":"quality","note":"leaks"}""";

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_05_A_case_goes_its_steps_and_money_goes_back_by_a_return_once(string store)
    {
        var (http, sku) = await Sold((await TestSilo.On(store)).Http, "care-r");
        var body = Quality.Replace("ORDER", "care-r").Replace("SKU", sku);
        var opened = (await http.Put("/api/cases/care-r1", body, "agent", "ann")).Ok().Json;
        Assert.Equal(("opened", "return", "cn"), ((string)opened["state"]!, (string)opened["window"]!,
            (string)opened["market"]!));
        Assert.Equal(opened.ToJsonString(), (await http.Put("/api/cases/care-r1", body, "agent", "ann")).Text);
        (await http.Put("/api/cases/care-r1", body.Replace("1,", "2,"), "agent")).IsProblem(409, "case.changed");

        (await Post(http, "care-r1/settle")).IsProblem(409, "case.not_goods_back");
        (await Post(http, "care-r1/decide", """{"remedy":"refund","reason":"leaks"}"""))
            .IsProblem(409, "case.not_evidenced");
        (await Post(http, "care-r1/evidence", """{"note":"a picture"}""", "k1")).Ok();
        (await Post(http, "care-r1/decide", """{"remedy":"return","reason":"leaks"}""", "k2")).Ok();
        (await Post(http, "care-r1/settle")).IsProblem(409, "case.not_goods_back");
        (await Post(http, "care-r1/goods_back", null, "k3")).Ok();
        var settled = (await Post(http, "care-r1/settle", """{"note":"done"}""", "k4")).Ok();
        Assert.Equal(("settled", 900L, "return"), ((string)settled.Json["state"]!, (long)settled.Json["refundMinor"]!,
            (string)settled.Json["remedy"]!));
        Assert.Equal(settled.Text, (await Post(http, "care-r1/settle", """{"note":"done"}""", "k4")).Text);
        Assert.Equal(["opened", "evidenced", "decided", "goods_back", "settled"],
            settled.Json["steps"]!.AsArray().Select(s => (string)s!["step"]!));
        Assert.All(settled.Json["steps"]!.AsArray(), s => Assert.Equal("ann", (string)s!["by"]!));

        var order = await new Func<Task<Answer>>(() => http.Get("/api/orders/care-r"))
            .Until(o => (string)o.Json["state"]! == "partly_refunded", 30);
        Assert.Equal(900, (long)order.Json["refundMinor"]!);
        Assert.Equal((8, 1, 1), await Figures(http, sku)); // ten came, two sold, one is back and waits
        const string good = """{"quantity":1,"grade":"a"}""";
        (await http.Put($"/api/skus/{sku}/inspections/i1", good)).Ok(); // SHP-02
        Assert.Equal((9, 1, 0), await Figures(http, sku));
        (await http.Put($"/api/skus/{sku}/inspections/i1", good)).Ok();
        (await http.Put($"/api/skus/{sku}/inspections/i2", good)).IsProblem(409, "stock.not_quarantined");
        Assert.Equal((9, 1, 0), await Figures(http, sku));
        var row = await new Func<Task<Answer>>(() => http.Get("/api/cases?orderId=care-r&state=settled", "agent"))
            .Until(list => list.Json["items"]!.AsArray().Count == 1, 30);
        Assert.Equal("settled", (string)row.Json["items"]![0]!["state"]!);
        var csv = await http.Get("/api/cases?orderId=care-r", "agent", headers: ("Accept", "text/csv"));
        Assert.Contains("care-r1", csv.Ok().Text);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_05_An_exchange_holds_a_new_unit_sells_it_and_puts_the_old_one_back(string store)
    {
        await using var silo = await TestSilo.Start(
            store == "postgres" ? await (await PostgresServer.Shared).NewDatabase() : null);
        var (http, sku) = await Sold(silo.Http, "care-x");
        var body = Quality.Replace("ORDER", "care-x").Replace("SKU", sku);
        (await http.Put("/api/cases/care-x1", body, "agent")).Ok();
        (await Post(http, "care-x1/evidence", """{"note":"a picture"}""")).Ok();
        (await http.Put($"/api/skus/{sku}/adjustments/gone", """{"delta":-8,"reason":"lost"}""")).Ok();
        (await Post(http, "care-x1/decide", """{"remedy":"exchange","reason":"leaks"}"""))
            .IsProblem(409, "stock.sold_out");
        (await http.Put($"/api/skus/{sku}/receipts/more", """{"quantity":8}""")).Ok();
        (await Post(http, "care-x1/decide", """{"remedy":"exchange","reason":"leaks"}""")).Ok();
        Assert.Equal(1, (long)(await http.Get($"/api/skus/{sku}/stock")).Ok().Json["held"]!);
        (await Post(http, "care-x1/goods_back")).Ok();
        var settled = (await Post(http, "care-x1/settle")).Ok().Json;
        Assert.Equal(("settled", null), ((string)settled["state"]!, settled["refundMinor"]));
        Assert.Equal((7, 2, 1), await Figures(http, sku)); // a new one out, the old one waits
        (await http.Put($"/api/skus/{sku}/inspections/i1", """{"quantity":1,"grade":"c"}""")).Ok();
        Assert.Equal((7, 2, 0), await Figures(http, sku)); // SHP-02: and is scrap, as verify knows
        Assert.Equal("delivered", (string)(await http.Get("/api/orders/care-x")).Ok().Json["state"]!);
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);
        Assert.Contains("\"ok\":true", (await http.Post("/api/verify", role: "ops")).Ok().Text);
    }

    [Fact]
    public async Task ORD_04_Thirty_one_days_after_delivery_only_a_voucher_for_the_SKU_opens_a_case()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        string sku;
        await using (var before = await TestSilo.Start(database)) (_, sku) = await Sold(before.Http, "care-v");
        await using var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=31.00:00:00");
        var (http, body) = (after.Http, Quality.Replace("ORDER", "care-v").Replace("SKU", sku));
        (await http.Put("/api/cases/care-v1", body, "agent")).IsProblem(409, "case.window");
        await Voucher(http, "v1", "OTHER");
        (await http.Put("/api/cases/care-v1", body, "agent")).IsProblem(409, "case.window");
        await Voucher(http, "v2", sku);
        var opened = (await http.Put("/api/cases/care-v1", body, "agent")).Ok().Json;
        Assert.Equal(("voucher", "v2"), ((string)opened["window"]!, (string)opened["voucher"]!));
        (await http.Put("/api/cases/care-v2", body.Replace("quality", "no_reason"), "agent"))
            .IsProblem(409, "case.window");

        static async Task Voucher(SiloHttp http, string id, string sku) => (await http.Put(
            $"/api/registers/warranty_voucher/care-v/entries/{id}", """
            {"title":"Three guarantees","validFrom":"2026-01-01T00:00:00Z","attributes":{"sku":"SKU"}}
            """.Replace("SKU", sku), "legal")).Ok();
    }

    [Fact]
    public async Task ORD_05_A_late_step_shows_in_the_case_and_in_the_inbox_until_it_is_done()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var before = await TestSilo.Start(database))
        {
            var (first, sku) = await Sold(before.Http, "care-l");
            (await first.Put("/api/cases/care-l1", Quality.Replace("ORDER", "care-l").Replace("SKU", sku),
                "agent")).Ok();
        }

        await using var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=3.00:00:01");
        var (http, item) = (after.Http, $"/api/inbox/{CaseReactions.ItemOf("care-l1", CaseState.Opened)}");
        await new Func<Task<Answer>>(() => http.Get(item, "agent"))
            .Until(a => a.Status == 200 && (string)a.Json["state"]! == "open", 30);
        Assert.True((bool)(await http.Get("/api/cases/care-l1", "agent")).Ok().Json["isLate"]!);
        Assert.Single((await http.Get("/api/cases?late=true", "agent")).Ok().Json["items"]!.AsArray());
        var done = (await Post(http, "care-l1/evidence", """{"note":"a picture"}""")).Ok().Json;
        Assert.False((bool)done["isLate"]!);
        Assert.True((bool)done["steps"]![1]!["isLate"]!);
        await new Func<Task<Answer>>(() => http.Get(item, "agent"))
            .Until(a => (string)a.Json["state"]! == "done", 30);
    }

    [Fact]
    public async Task ORD_04_A_case_is_for_a_paid_order_and_for_agents()
    {
        var http = (await TestSilo.Sqlite).Http;
        var body = Quality.Replace("ORDER", "care-none").Replace("SKU", "CARE-NONE");
        (await http.Put("/api/cases/care-none", body, "agent")).IsProblem(404, "order.unknown");
        (await http.Put("/api/cases/care-none", body, "finance")).IsProblem(403, "auth.forbidden");
        (await http.Get("/api/cases/care-none", "agent")).IsProblem(404, "case.unknown");
    }

    /// <summary>An order of two units, delivered; ten had come.</summary>
    private static async Task<(SiloHttp Http, string Sku)> Sold(SiloHttp http, string order)
    {
        var sku = order.ToUpperInvariant();
        (await http.Put($"/api/skus/{sku}",
            """{"title":"Tea","priceMinor":900,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/{sku}/receipts/first", """{"quantity":10}""")).Ok();
        (await http.Put($"/api/orders/{order}", $$"""{"lines":[{"sku":"{{sku}}","quantity":2}]}""")).Ok();
        (await http.Post($"/api/orders/{order}/pay", """{"method":"local"}""")).Ok();
        (await http.Post($"/api/orders/{order}/ship")).Ok();
        (await http.Post($"/api/orders/{order}/deliver")).Ok();
        Assert.Equal((8, 2, 0), await Figures(http, sku));
        return (http, sku);
    }

    private static async Task<(long OnHand, long Sold, long Quarantine)> Figures(SiloHttp http, string sku)
    {
        JsonNode stock = (await http.Get($"/api/skus/{sku}/stock")).Ok().Json;
        return ((long)stock["onHand"]!, (long)stock["sold"]!, (long)stock["quarantine"]!);
    }

    private static Task<Answer> Post(SiloHttp http, string path, string? body = null, string? key = null) => http.Post(
        $"/api/cases/{path}", body, "agent", "ann", key is null ? [] : [(CommandKey.Header, key)]);
}

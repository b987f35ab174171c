using Ale.Edge;
using Xunit;

namespace Ale.Stock;

/// <summary>Returned units and their clock, as the people of the warehouse meet them (SHP-02).</summary>
[Trait("needs", "server")]
public sealed class StockWaitingServerTests
{
    private const double Soon = 30;

    [Fact]
    public async Task SHP_02_A_return_that_nobody_scans_for_a_day_is_in_an_inbox_until_somebody_does()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var before = await TestSilo.Start(database)) await Returned(before.Http, "wait-l");
        await using var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=1.00:00:05");
        var (http, item) = (after.Http, $"/api/inbox/{StockDesk.LateItemOf("WAIT-L", "wait-l/r/r1")}");
        var late = await new Func<Task<Answer>>(() => http.Get(item, "ops")).Until(a => a.Status == 200, Soon);
        Assert.Equal("2 units of WAIT-L wait for a scan: return r1 of order wait-l", (string)late.Json["title"]!);
        (await http.Put("/api/skus/WAIT-L/inspections/i1", """{"quantity":1,"grade":"b","returnId":"r1"}""")).Ok();
        (await http.Put("/api/skus/WAIT-L/inspections/i2", """{"quantity":1,"grade":"a","returnId":"r2"}"""))
            .IsProblem(404, "stock.unknown_return");
        Assert.Equal("open", (string)(await http.Get(item, "ops")).Ok().Json["state"]!); // one is left
        (await http.Put("/api/skus/WAIT-L/inspections/i2", """{"quantity":1,"grade":"a","returnId":"r1"}""")).Ok();
        await new Func<Task<Answer>>(() => http.Get(item, "ops"))
            .Until(a => (string)a.Json["state"]! == "done", Soon);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task SHP_02_Scrap_is_claimed_from_the_supplier_of_the_SKU_with_its_return(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        await Returned(http, "wait-c");
        (await http.Put("/api/registers/preferred_supplier/WAIT-C/entries/f2", """
            {"title":"Factory 2","validFrom":"2026-01-01T00:00:00Z","attributes":{"supplier":"F2"}}
            """, "legal")).Ok();
        const string scrap = """{"quantity":2,"grade":"c","returnId":"r1","orderId":"wait-c"}""";
        (await http.Put("/api/skus/WAIT-C/inspections/i1", scrap.Replace("wait-c", "other")))
            .IsProblem(404, "stock.unknown_return");
        (await http.Put("/api/skus/WAIT-C/inspections/i1", scrap)).Ok();
        (await http.Put("/api/skus/WAIT-C/inspections/i1", scrap)).Ok();
        var item = $"/api/inbox/{StockDesk.ClaimItemOf("WAIT-C", "i1")}";
        var claim = await new Func<Task<Answer>>(() => http.Get(item, "ops")).Until(a => a.Status == 200, Soon);
        Assert.Equal("Claim 2 units of WAIT-C from F2: return r1 of order wait-c", (string)claim.Json["title"]!);
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, Soon);
        Assert.Contains("\"ok\":true", (await http.Post("/api/verify", role: "ops")).Ok().Text);
    }

    /// <summary>Two units of a SKU, called as the order, were sold and came back.</summary>
    private static async Task Returned(SiloHttp http, string order)
    {
        (await http.Put($"/api/skus/{order}", """{"title":"Tea","priceMinor":900,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/{order}/receipts/in", """{"quantity":5}""")).Ok();
        (await http.Put($"/api/orders/{order}", $$"""{"lines":[{"sku":"{{order}}","quantity":2}]}""")).Ok();
        (await http.Post($"/api/orders/{order}/pay", """{"method":"local"}""")).Ok();
        (await http.Put($"/api/orders/{order}/returns/r1",
            $$"""{"lines":[{"sku":"{{order}}","quantity":2}],"reason":"torn"}""")).Ok();
    }
}

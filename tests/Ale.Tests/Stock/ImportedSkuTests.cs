using System.Globalization;
using Ale.Edge;
using Xunit;

namespace Ale.Stock;

/// <summary>Imported goods in whole silos (CMP-06).</summary>
[Trait("needs", "server")]
public sealed class ImportedSkuTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CMP_06_An_imported_sku_sells_only_while_its_papers_are_valid(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/skus/K9", """
            {"title":"Cream","priceMinor":900,"currency":"CNY","market":"cn","imported":true}
            """)).Ok();
        (await http.Put("/api/skus/K9/receipts/in", """{"quantity":9}""")).Ok();
        Assert.Equal("stock.no_papers", (await Reserve("r1")).Code);
        var order = """{"lines":[{"sku":"K9","quantity":1}]}""";
        (await http.Put("/api/orders/imported", order)).IsProblem(409, "stock.no_papers");

        var from = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("O", CultureInfo.InvariantCulture);
        (await http.Put("/api/registers/import_papers/K9/entries/q1",
            $$"""{"title":"Quarantine paper","validFrom":"{{from}}"}""", "legal")).Ok();
        var held = (await Reserve("r1")).Ok();
        (await http.Put("/api/orders/imported", order)).Ok(); // its next attempt

        (await http.Post("/api/registers/import_papers/K9/entries/q1/withdraw", """{"reason":"forged"}""", "legal")).Ok();
        Assert.Equal("stock.no_papers", (await Reserve("r2")).Code);
        Assert.Equal(held.Text, (await Reserve("r1")).Ok().Text); // what was held stays held
        (await http.Post("/api/skus/K9/reservations/r1/confirm")).Ok();

        Task<Answer> Reserve(string id) => http.Put($"/api/skus/K9/reservations/{id}", """{"quantity":1}""");
    }
}

using Ale.Edge;
using Ale.Kernel;
using Xunit;

namespace Ale.Orders;

/// <summary>Commands of one order that meet each other, in a whole silo.</summary>
[Trait("needs", "server")]
public sealed class OrderRaceTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task S11_S12_Payment_cancel_and_their_repeats_at_once_make_one_end(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var sku = $"RACE-{store}";
        (await http.Put($"/api/skus/{sku}", """{"title":"T","priceMinor":100,"currency":"CNY","market":"cn"}""")).Ok();
        (await http.Put($"/api/skus/{sku}/receipts/in", """{"quantity":40}""")).Ok();
        var ends = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var order = $"/api/orders/race-{store}-{i}";
            var placed = await Task.WhenAll(
                http.Put(order, $$"""{"lines":[{"sku":"{{sku}}","quantity":2}]}"""),
                http.Put(order, $$"""{"lines":[{"sku":"{{sku}}","quantity":2}]}"""));
            Assert.All(placed, p => p.Ok());
            await Task.WhenAll(
                http.Post($"{order}/pay", """{"method":"local"}""", headers: (CommandKey.Header, "p")),
                http.Post($"{order}/cancel", headers: (CommandKey.Header, "c")),
                http.Post($"{order}/pay", """{"method":"local"}""", headers: (CommandKey.Header, "p")),
                http.Post($"{order}/cancel", headers: (CommandKey.Header, "c")));
            return (string)(await http.Get(order)).Ok().Json["state"]!;
        }));
        Assert.All(ends, end => Assert.Contains(end, new[] { "paid", "cancelled", "refunded" }));
        await new Func<Task<Answer>>(() => http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);
        var stock = (await http.Get($"/api/skus/{sku}/stock")).Ok().Json;
        var sold = 2 * ends.Count(end => end == "paid");
        Assert.Equal((40 - sold, 0, sold), ((int)stock["onHand"]!, (int)stock["held"]!, (int)stock["sold"]!));
    }
}

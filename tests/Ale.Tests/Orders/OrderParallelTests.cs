using System.Collections.Concurrent;
using Ale.Edge;
using Ale.Kernel;
using Ale.Stock;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Orders;

/// <summary>
/// Whole orders at once through two silos of one cluster: placed, paid, cancelled and each repeated. The journal's
/// order of what happened to SKUs and to orders must explain where all of them end and what their buyers heard.
/// </summary>
[Trait("needs", "server")]
public sealed class OrderParallelTests
{
    private const int Skus = 4, Units = 25, Orders = 90, Commands = 700;

    [Fact]
    public async Task ORD03_What_two_silos_did_to_orders_at_once_is_explained_by_one_order()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var first = await TestSilo.Start(database);
        await using var second = await TestSilo.Start(database);
        SiloHttp[] https = [first.Http, second.Http];
        for (var i = 0; i < Skus; i++)
        {
            (await first.Http.Put($"/api/skus/POR{i}", $$"""
                {"title":"T","priceMinor":100,"currency":"CNY","market":"cn","perUserMax":{{ShopStory.PerUserMax}} }
                """)).Ok();
            (await first.Http.Put($"/api/skus/POR{i}/receipts/in", $$"""{"quantity":{{Units}}}""")).Ok();
        }

        var seed = Environment.TickCount;
        var random = new Random(seed);
        var wishes = Enumerable.Range(0, Commands)
            .Select(_ => (Order: random.Next(Orders), Kind: random.Next(6), Silo: random.Next(2))).ToArray();
        var answered = new ConcurrentBag<(string Order, int Kind, Answer Answer)>();
        await Parallel.ForEachAsync(wishes, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (wish, _) =>
        {
            var (http, address) = (https[wish.Silo], $"/api/orders/por-{wish.Order}");
            var answer = wish.Kind switch
            {
                <= 2 => await http.Put(address, Content(wish.Order)),
                <= 4 => await http.Post($"{address}/pay", """{"method":"local"}""", headers: (CommandKey.Header, "p")),
                _ => await http.Post($"{address}/cancel", headers: (CommandKey.Header, "c")),
            };
            Assert.True(answer.Status is 200 or 404 or 409 or 410, answer.Text);
            answered.Add(($"por-{wish.Order}", wish.Kind, answer));
        });
        await new Func<Task<Answer>>(() => second.Http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 30);

        var story = new ShopStory(seed);
        await story.Read(first.Services.GetRequiredService<IJournalStore>());
        for (var i = 0; i < Skus; i++)
        {
            var stock = (await second.Http.Get($"/api/skus/POR{i}/stock")).Ok().Json;
            Assert.Equal(story.Figures($"POR{i}"),
                ((long)stock["onHand"]!, (long)stock["held"]!, (long)stock["sold"]!));
        }

        foreach (var (order, kind, answer) in answered) story.Explains(order, kind, answer);
        Assert.Contains("\"ok\":true", (await first.Http.Post("/api/verify", role: "ops")).Ok().Text);
    }

    /// <summary>An order is always the same wish: one to three lines, now and then two of one SKU.</summary>
    private static string Content(int order)
    {
        var lines = Enumerable.Range(0, 1 + order % 3)
            .Select(i => (Sku: (order * 7 + i * (1 + order % 2)) % Skus, Units: 1 + (order + i) % 3))
            .Select(l => $$"""{"sku":"POR{{l.Sku}}","quantity":{{l.Units}}}""");
        return $$"""{"userId":"por-u{{order % 40}}","lines":[{{string.Join(',', lines)}}]}""";
    }
}

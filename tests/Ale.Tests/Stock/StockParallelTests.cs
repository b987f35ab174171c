using System.Collections.Concurrent;
using Ale.Edge;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Stock;

/// <summary>
/// Random commands at once through two silos of one cluster. The journal says in which order they happened: the naive
/// model, told the same in that order, must agree with every event and end with the same figures.
/// </summary>
[Trait("needs", "server")]
public sealed class StockParallelTests
{
    private const int Skus = 4, Commands = 1_200, Units = 30;

    [Fact]
    public async Task STK01_S04_What_two_silos_did_at_once_is_explained_by_one_order()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using var first = await TestSilo.Start(database);
        await using var second = await TestSilo.Start(database);
        SiloHttp[] https = [first.Http, second.Http];
        for (var i = 0; i < Skus; i++)
        {
            (await first.Http.Put($"/api/skus/PAR{i}", """
                {"title":"T","priceMinor":9900,"currency":"CNY","market":"cn","holdSeconds":20,"perUserMax":3}
                """)).Ok();
            (await first.Http.Put($"/api/skus/PAR{i}/receipts/in", $$"""{"quantity":{{Units}}}""")).Ok();
        }

        var seed = Environment.TickCount;
        var acknowledged = new ConcurrentBag<(string Sku, string Id, string State)>();
        var random = new Random(seed);
        var wishes = Enumerable.Range(0, Commands).Select(_ => (
            Sku: $"PAR{random.Next(Skus)}", Id: $"r{random.Next(60)}", Kind: random.Next(5), Silo: random.Next(2)));
        await Parallel.ForEachAsync(wishes.ToArray(), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (wish, _) =>
            {
                var (sku, id, kind, silo) = wish;
                var number = int.Parse(id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
                var address = $"/api/skus/{sku}/reservations/{id}";
                var answer = kind switch
                {
                    <= 2 => await https[silo].Put(address, // an id is always the same wish
                        $$"""{"quantity":{{1 + number % 3}},"userId":"u{{number % 9}}"}"""),
                    3 => await https[silo].Post($"{address}/confirm"),
                    _ => await https[silo].Post($"{address}/release"),
                };
                if (answer.Status == 200) acknowledged.Add((sku, id, (string)answer.Json["state"]!));
                else Assert.True(answer.Status is 404 or 409 or 410, answer.Text);
            });

        var journal = first.Services.GetRequiredService<IJournalStore>();
        for (var i = 0; i < Skus; i++)
        {
            var sku = $"PAR{i}";
            var (model, ever) = (new StockModel(Given.Plain with { PerUserMax = 3 }), new HashSet<(string, string)>());
            foreach (var happened in await Events(journal, sku)) Explain(model, ever, happened, seed);
            var stock = (await second.Http.Get($"/api/skus/{sku}/stock")).Ok().Json;
            Assert.Equal((model.OnHand, model.Held, model.Sold),
                ((long)stock["onHand"]!, (long)stock["held"]!, (long)stock["sold"]!));
            foreach (var (_, id, state) in acknowledged.Where(a => a.Sku == sku))
                Assert.True(ever.Contains((id, state)), $"seed {seed}: {id} was answered {state}, and never was");
        }

        var verified = await first.Http.Post("/api/verify", role: "ops");
        Assert.Contains("\"ok\":true", verified.Ok().Text);
    }

    private static async Task<List<StockEvent>> Events(IJournalStore journal, string sku)
    {
        var (events, place, end) = (new List<StockEvent>(), default(JournalPlace), await journal.End(default));
        while (place < end)
        {
            var page = await journal.Read(JournalFilter.All, place, 1_000, default);
            foreach (var row in page.Rows.Where(r => r.Stream == $"stock/{sku}"))
                events.AddRange(EventJson.Read(row.Events, StockJson.Default.StockEvent));
            place = page.Horizon;
        }

        return events;
    }

    private static void Explain(StockModel model, HashSet<(string, string)> ever, StockEvent happened, int seed)
    {
        var (said, id, state) = happened switch
        {
            StockEvent.Held e => (Then(e.At, () => model.Reserve(
                new(e.Id, e.Quantity) { User = e.User is { } u ? new UserId(u) : null }, e.At)), e.Id, "held"),
            StockEvent.Confirmed e => (Then(e.At, () => model.Confirm(e.Id)), e.Id, "confirmed"),
            StockEvent.Reclaimed e => (Then(e.At, () => model.Confirm(e.Id)), e.Id, "confirmed"),
            StockEvent.Released e => (Then(e.At, () => model.Release(e.Id)), e.Id, "released"),
            StockEvent.Expired e => (Then(e.At, () => "Expired"), e.Id, "expired"),
            StockEvent.Received e => (Then(default, () =>
            {
                model.Receive(e.Id, e.Quantity, e.Warehouse);
                return "Received";
            }), "", "received"),
            _ => ("Defined", "", "defined"),
        };
        Assert.True(said.StartsWith(state, StringComparison.OrdinalIgnoreCase),
            $"seed {seed}: {happened}, where the model says {said}");
        ever.Add((id, state));

        string Then(DateTimeOffset at, Func<string> does)
        {
            if (at != default) model.Expire(at);
            return does();
        }
    }
}

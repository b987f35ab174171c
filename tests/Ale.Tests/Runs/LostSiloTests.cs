using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Ale.Runs;

/// <summary>Two silos on one PostgreSQL, of which one is killed while both sell.</summary>
[Trait("needs", "server")]
public sealed class LostSiloTests
{
    private const int Buyers = 6, OrdersEach = 25, Units = 120;
    private readonly ConcurrentDictionary<string, string> _acknowledged = new(StringComparer.Ordinal);
    private int _refused;

    [Fact]
    public async Task TEC_02_A_killed_silo_costs_its_clients_no_reservation_and_sells_nothing_twice()
    {
        await using var server = await PostgresServer.Create();
        var database = await server.NewDatabase();
        await using var living = await SiloProcess.Start(database);
        await using var killed = await SiloProcess.Start(database);
        for (var i = 0; i < 4; i++)
        {
            (await living.Http.Put($"/api/skus/K{i}", """{"title":"T","priceMinor":100,"currency":"GBP","market":"gb"}""")).Ok();
            (await living.Http.Put($"/api/skus/K{i}/receipts/r", $$"""{"quantity":{{Units / 4}}}""")).Ok();
        }

        var selling = Enumerable.Range(0, Buyers).Select(buyer => Sell(living, buyer)).ToArray();
        var count = () => Task.FromResult(_acknowledged.Count);
        Assert.True(await count.Until(n => n >= 20, seconds: 60) >= 20);
        await killed.Kill();
        await Task.WhenAll(selling);

        Assert.Equal(Units, _acknowledged.Count); // all of them, and no more
        Assert.Equal(Buyers * OrdersEach - Units, _refused);
        foreach (var (id, path) in _acknowledged)
            Assert.True((string)(await living.Http.Get(path)).Ok().Json["state"]! == "held", id);
        for (var i = 0; i < 4; i++)
        {
            var stock = (await living.Http.Get($"/api/skus/K{i}/stock")).Ok().Json;
            Assert.Equal((Units / 4, Units / 4, 0),
                ((int)stock["onHand"]!, (int)stock["held"]!, (int)stock["available"]!));
        }
    }

    /// <summary>
    /// One unit after the other; the edge repeats what the kill left unknown, and what it gives up on is asked again by
    /// the
    /// same id, as its answer says.
    /// </summary>
    private async Task Sell(SiloProcess silo, int buyer)
    {
        for (var n = 0; n < OrdersEach; n++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"b{buyer}-{n}");
            for (var sku = (buyer + n) % 4; ; sku = (sku + 1) % 4)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"/api/skus/K{sku}/reservations/{id}");
                var ask = () => silo.Http.Put(path, """{"quantity":1}""");
                var answer = await ask.Until(a => a.Status != 503, seconds: 60);
                if (answer.Status == 200)
                {
                    Assert.True(_acknowledged.TryAdd(id, path));
                    break;
                }

                answer.IsProblem(409, "stock.sold_out");
                if (sku != (buyer + n + 3) % 4) continue; // another kind may be left
                Interlocked.Increment(ref _refused);
                break;
            }
        }
    }
}

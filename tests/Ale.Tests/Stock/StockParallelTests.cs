using System.Collections.Concurrent;
using Ale.Edge;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Stock;

/// <summary>
/// Random commands at once through two silos of one cluster. The journal says in which order they happened: the naive
/// model, told the same in that order, must agree with every event and end with the same figures. And every answer is
/// the one that the SKU's own rules give at a place of that order at which it may have been given.
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
        var (clock, answered) = (TimeProvider.System, new ConcurrentBag<Answered>());
        var random = new Random(seed);
        var wishes = Enumerable.Range(0, Commands).Select(_ => (
            Sku: $"PAR{random.Next(Skus)}", Id: $"r{random.Next(60)}", Kind: random.Next(5), Silo: random.Next(2)));
        await Parallel.ForEachAsync(wishes.ToArray(), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (wish, _) =>
            {
                var (sku, id, kind, silo) = wish;
                var (address, from) = ($"/api/skus/{sku}/reservations/{id}", clock.GetUtcNow());
                var answer = kind switch
                {
                    <= 2 => await https[silo].Put(address,
                        $$"""{"quantity":{{WishOf(id).Quantity}},"userId":"{{WishOf(id).User}}"}"""),
                    3 => await https[silo].Post($"{address}/confirm"),
                    _ => await https[silo].Post($"{address}/release"),
                };
                Assert.True(answer.Status is 200 or 404 or 409 or 410, answer.Text);
                var json = answer.Json;
                answered.Add(new(sku, id, kind, from, clock.GetUtcNow(), answer.Status == 200
                    ? $"{(string)json["state"]!} {(int)json["quantity"]!} at {(long)json["priceMinor"]!} until "
                        + $"{((DateTimeOffset)json["expiresAt"]!).ToUnixTimeMilliseconds()}"
                    : (string)json["code"]!));
            });

        var journal = first.Services.GetRequiredService<IJournalStore>();
        for (var i = 0; i < Skus; i++)
        {
            var sku = $"PAR{i}";
            var (model, ever) = (new StockModel(Given.Plain with { PerUserMax = 3 }), new HashSet<(string, string)>());
            var events = await Events(journal, sku);
            foreach (var happened in events) Explain(model, ever, happened, seed);
            var stock = (await second.Http.Get($"/api/skus/{sku}/stock")).Ok().Json;
            Assert.Equal((model.OnHand, model.Held, model.Sold),
                ((long)stock["onHand"]!, (long)stock["held"]!, (long)stock["sold"]!));
            var unexplained = Unexplained(events, [.. answered.Where(a => a.Sku == sku)]);
            Assert.True(unexplained.Count == 0,
                $"seed {seed}: no place explains these {unexplained.Count}: {string.Join('\n', unexplained.Take(5))}");
        }

        var verified = await first.Http.Post("/api/verify", role: "ops");
        Assert.Contains("\"ok\":true", verified.Ok().Text);
    }

    private sealed record Answered(
        string Sku, string Id, int Kind, DateTimeOffset From, DateTimeOffset Until, string Said);

    /// <summary>The journal's clock is the database's as a silo last heard it, which on a busy machine takes a
    /// while.</summary>
    private static readonly TimeSpan ClockError = TimeSpan.FromSeconds(1);

    /// <summary>Tries each answer at every place between what was decided before it was asked for and after.</summary>
    private static List<Answered> Unexplained(List<StockEvent> events, List<Answered> open)
    {
        var stock = Stock.New();
        // The journal knows users by ids of its own, each by one.
        var users = events.OfType<StockEvent.Held>().GroupBy(e => WishOf(e.Id).User!.Value)
            .ToDictionary(g => g.Key, g => new UserId(Assert.Single(g.Select(e => e.User!).Distinct())));
        for (var i = 0; i <= events.Count; i++)
        {
            if (i > 0) stock.Apply(events[i - 1]);
            var (last, next) = (i == 0 ? null : AtOf(events[i - 1]), i == events.Count ? null : AtOf(events[i]));
            open.RemoveAll(a => !(last > a.Until + ClockError) && !(next < a.From - ClockError)
                && new[] { last, next, a.From, a.Until }.Any(at =>
                    at is { } now && Said(stock, a, users, now) == a.Said));
        }

        return open;
    }

    private static string Said(Stock stock, Answered a, Dictionary<UserId, UserId> users, DateTimeOffset now)
    {
        var wish = WishOf(a.Id);
        wish = wish with { User = users.GetValueOrDefault(wish.User!.Value, wish.User.Value) };
        var reply = a.Kind switch
        {
            <= 2 => stock.Decide(wish, null, a.Sku, Given.Rules, now).Reply,
            3 => stock.Decide(new ConfirmStock(a.Id), null, a.Sku, now).Reply,
            _ => stock.Decide(new ReleaseStock(a.Id), null, a.Sku, now).Reply,
        };
        return reply.Refusal?.Code ?? $"{reply.Value!.State}".ToLowerInvariant()
            + $" {reply.Value!.Quantity} at {reply.Value.PriceMinor} until "
                + $"{reply.Value.ExpiresAt.ToUnixTimeMilliseconds()}";
    }

    private static DateTimeOffset? AtOf(StockEvent happened) => happened switch
    {
        StockEvent.Held e => e.At,
        StockEvent.Confirmed e => e.At,
        StockEvent.Reclaimed e => e.At,
        StockEvent.Released e => e.At,
        StockEvent.Expired e => e.At,
        _ => null,
    };

    /// <summary>An id is always the same wish.</summary>
    private static ReserveStock WishOf(string id)
    {
        var number = int.Parse(id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
        return new(id, 1 + number % 3) { User = new($"u{number % 9}") };
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

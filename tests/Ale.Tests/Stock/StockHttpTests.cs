using Ale.Edge;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Stock;

/// <summary>Stock as callers meet it, on both stores.</summary>
public abstract class StockHttpTests(string store)
{
    private static int _skus;

    [Fact]
    public async Task STK01_a_reservation_lives_from_hold_to_sale()
    {
        var (http, sku) = await Sku(stock: 5);
        var held = (await http.Put($"{sku}/reservations/r1", """{"userId":"u1","quantity":2}""")).Ok();
        Assert.Equal(["id", "sku", "userId", "quantity", "priceMinor", "currency", "state", "expiresAt"],
            held.Json.AsObject().Select(member => member.Key));
        Assert.Equal(("r1", Code(sku), "u1", 2, 9_900L, "CNY", "held"),
            ((string?)held.Json["id"], (string?)held.Json["sku"],
            (string?)held.Json["userId"], (int)held.Json["quantity"]!, (long)held.Json["priceMinor"]!,
            (string?)held.Json["currency"], (string?)held.Json["state"]));
        await Figures(http, sku, onHand: 5, held: 2, sold: 0, available: 3);
        Assert.Equal(held.Text, (await http.Put($"{sku}/reservations/r1", """{"userId":"u1","quantity":2}""")).Ok().Text);
        Assert.Equal(held.Text, (await http.Get($"{sku}/reservations/r1")).Ok().Text);

        var sold = (await http.Post($"{sku}/reservations/r1/confirm")).Ok();
        Assert.Equal("confirmed", State(sold));
        Assert.Equal(sold.Text, (await http.Post($"{sku}/reservations/r1/confirm")).Ok().Text);
        (await http.Post($"{sku}/reservations/r1/release")).IsProblem(409, "stock.confirmed");
        (await http.Post($"{sku}/reservations/r1/renew")).IsProblem(409, "stock.confirmed");

        var guest = (await http.Put($"{sku}/reservations/r2", """{"quantity":3}""")).Ok();
        Assert.False(guest.Json.AsObject().ContainsKey("userId"));
        Assert.Equal("released", State((await http.Post($"{sku}/reservations/r2/release")).Ok()));
        Assert.Equal("released", State((await http.Post($"{sku}/reservations/r2/release")).Ok()));
        (await http.Post($"{sku}/reservations/r2/confirm")).IsProblem(409, "stock.released");
        (await http.Post($"{sku}/reservations/r2/renew")).IsProblem(409, "stock.released");
        await Figures(http, sku, onHand: 3, held: 0, sold: 2, available: 3);
    }

    [Fact]
    public async Task Refusals_of_a_reservation_have_their_status_and_code()
    {
        var (http, sku) =
            await Sku(
            terms: ",\"limitedTotal\":4,\"perUserMax\":2,\"levels\":{\"safety\":9,\"warning\":6,\"minimum\":3}");
        (await http.Put("/api/skus/no-such/reservations/r1", """{"quantity":1}""")).IsProblem(404, "stock.unknown_sku");
        (await http.Get($"{sku}/reservations/r1")).IsProblem(404, "stock.unknown_reservation");
        foreach (var verb in new[] { "confirm", "release", "renew" })
            (await http.Post($"{sku}/reservations/r1/{verb}")).IsProblem(404, "stock.unknown_reservation");
        (await http.Put($"{sku}/reservations/r1", """{"quantity":1}""")).IsProblem(409, "stock.sold_out");
        (await http.Put($"{sku}/receipts/in1", """{"quantity":4}""")).Ok();
        (await http.Put($"{sku}/reservations/r1", """{"quantity":2,"userId":"u1"}""")).Ok();
        (await http.Put($"{sku}/reservations/r1", """{"quantity":1,"userId":"u1"}""")).IsProblem(409, "stock.changed");
        (await http.Put($"{sku}/reservations/r2", """{"quantity":1,"userId":"u1"}""")).IsProblem(409, "stock.limit");
        (await http.Put($"{sku}/reservations/r2", """{"quantity":1,"sessionId":"s1"}""")).IsProblem(409, "stock.paused");
        (await http.Put($"{sku}/reservations/r2", """{"quantity":2,"userId":"u2"}""")).Ok();
        (await http.Post($"{sku}/reservations/r1/confirm", """{"quantity":1}""")).IsProblem(409, "stock.changed");
        (await http.Post($"{sku}/reservations/r1/confirm", """{"quantity":2,"userId":"u1","priceMinor":9900}""")).Ok();
        (await http.Post($"{sku}/reservations/r2/confirm")).Ok();
        (await http.Put($"{sku}/reservations/r3", """{"quantity":1}""")).IsProblem(410, "stock.closed");
        (await http.Put($"{sku}/adjustments/a1", """{"delta":-1,"reason":"count"}""")).IsProblem(409, "stock.negative");
    }

    [Fact]
    public async Task Terms_are_checked_and_kept()
    {
        var (http, sku) = await Sku();
        var same = await http.Put(sku, """{"currency":"CNY","market":"cn","priceMinor":9900,"title":"Lipstick"}""");
        Assert.Equal("cn", (string?)same.Ok().Json["market"]); // the default market, named
        Assert.Equal(same.Text, (await http.Get(sku.ToLowerInvariant())).Ok().Text);
        (await http.Put(sku, """{"currency":"CNY","priceMinor":9901,"title":"Lipstick"}""")).IsProblem(409, "stock.changed");
        (await http.Get("/api/skus/no-such")).IsProblem(404, "stock.unknown_sku");
        (await http.Get("/api/skus/no-such/stock")).IsProblem(404, "stock.unknown_sku");
        (await http.Put("/api/skus/new", """{"currency":"CNY","market":"xx","priceMinor":1,"title":"T"}"""))
            .IsProblem(400, "stock.unknown_market");
        (await http.Put("/api/skus/new",
            """{"currency":"CNY","priceMinor":1,"title":"T","levels":{"safety":1,"warning":1,"minimum":0}}"""))
            .IsProblem(400, "stock.bad_levels");
        foreach (var (body, field) in new[]
                 {
                     ("""{"currency":"cny","priceMinor":1,"title":"T"}""", "currency"),
                     ("""{"currency":"CNY","priceMinor":-1,"title":"T"}""", "priceMinor"),
                     ("""{"currency":"CNY","priceMinor":1,"title":""}""", "title"),
                     ("""{"currency":"CNY","priceMinor":1}""", "title"),
                     ("""{"currency":"CNY","priceMinor":1,"title":"T","holdSeconds":0}""", "holdSeconds"),
                     ("""{"currency":"CNY","priceMinor":1,"title":"T","holdSeconds":1801}""", "holdSeconds"),
                     ("""{"currency":"CNY","priceMinor":1,"title":"T","perUserMax":0}""", "perUserMax"),
                 })
        {
            var refused = await http.Put("/api/skus/new", body);
            refused.IsProblem(400, "request.invalid");
            Assert.Contains(refused.Errors, error => error.Field == field);
        }

        foreach (var path in new[] { "receipts/r", "reservations/r" })
            (await http.Put($"{sku}/{path}", """{"quantity":0}""")).IsProblem(400, "request.invalid");
        (await http.Put($"{sku}/adjustments/a", """{"delta":0,"reason":"x"}""")).IsProblem(400, "request.invalid");
        (await http.Put($"{sku}/adjustments/a", """{"delta":1}""")).IsProblem(400, "request.invalid");
        (await http.Post($"{sku}/reservations/r/confirm", """{"priceMinor":1}""")).IsProblem(400, "request.invalid");
        (await http.Get("/api/skus/new")).IsProblem(404, "stock.unknown_sku"); // nothing of it happened
    }

    [Fact]
    public async Task Receipts_and_adjustments_count_once_and_have_ids_of_their_own()
    {
        var (http, sku) = await Sku();
        for (var i = 0; i < 2; i++)
        {
            (await http.Put($"{sku}/receipts/x", """{"quantity":7}""")).Ok();
            var adjusted = (await http.Put($"{sku}/adjustments/x", """{"delta":-3,"reason":"broken"}""")).Ok();
            Assert.Equal(-3, (int)adjusted.Json["delta"]!);
        }

        (await http.Put($"{sku}/receipts/x", """{"quantity":8}""")).IsProblem(409, "stock.changed");
        (await http.Put($"{sku}/adjustments/x", """{"delta":-2,"reason":"broken"}""")).IsProblem(409, "stock.changed");
        await Figures(http, sku, onHand: 4, held: 0, sold: 0, available: 4);
        (await http.Put($"{sku}/reservations/r1", """{"quantity":3}""")).Ok();
        (await http.Put($"{sku}/adjustments/y", """{"delta":-2,"reason":"broken"}""")).Ok(); // below what is held
        await Figures(http, sku, onHand: 2, held: 3, sold: 0, available: 0);
    }

    [Fact]
    public async Task S21_a_list_asked_from_a_reply_shows_its_effect_and_the_same_available_units()
    {
        var (http, sku) = await Sku(stock: 3);
        var held = (await http.Put($"{sku}/reservations/r1", """{"quantity":1}""")).Ok();
        var page = (await http.Get("/api/skus?limit=500", headers: (AleAt.Header, held.Headers[AleAt.Header]))).Ok();
        var row = page.Json["items"]!.AsArray().Single(item => (string?)item!["sku"] == Code(sku))!;
        var card = (await http.Get($"{sku}/stock")).Ok().Json;
        foreach (var figure in new[] { "onHand", "held", "sold", "available" })
            Assert.Equal((long)card[figure]!, (long)row[figure]!);
        Assert.Equal(2, (long)row["available"]!);
        var first = (await http.Get("/api/skus?limit=1")).Ok().Json;
        var next = (await http.Get($"/api/skus?limit=1&after={first["next"]}")).Status;
        Assert.Equal(first["next"] is null ? 400 : 200, next);
        var csv = (await http.Get("/api/skus", headers: ("Accept", "text/csv"))).Ok();
        Assert.StartsWith("sku,title,priceMinor,currency,market,onHand,held,sold,available\r\n", csv.Text);
    }

    [Fact]
    public async Task A_user_acts_for_himself_and_sees_only_his_own()
    {
        var (http, sku) = await Sku(stock: 5);
        var mine = (await http.Put($"{sku}/reservations/r1", """{"quantity":1}""", "user", "ann")).Ok();
        Assert.Equal("ann", (string?)mine.Json["userId"]);
        (await http.Put($"{sku}/reservations/r2", """{"quantity":1,"userId":"bob"}""", "user", "ann"))
            .IsProblem(403, "auth.not_yours");
        (await http.Put($"{sku}/receipts/in9", """{"quantity":1}""", "user", "ann")).IsProblem(403, "auth.forbidden");
        (await http.Get($"{sku}/reservations/r1", "user", "ann")).Ok();
        (await http.Get($"{sku}/reservations/r1", "user", "bob")).IsProblem(404, "stock.unknown_reservation");
        foreach (var verb in new[] { "confirm", "release", "renew" })
            (await http.Post($"{sku}/reservations/r1/{verb}", null, "user", "bob"))
                .IsProblem(404, "stock.unknown_reservation");
        (await http.Put($"{sku}/reservations/guest", """{"quantity":1}""")).Ok();
        (await http.Get($"{sku}/reservations/guest", "user", "ann")).IsProblem(404, "stock.unknown_reservation");
        Assert.Equal("released", State((await http.Post($"{sku}/reservations/r1/release", null, "user", "ann")).Ok()));
        (await http.Get($"{sku}/stock", "finance")).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task A_renewal_counts_once_for_each_key()
    {
        var (http, sku) = await Sku(stock: 1, terms: ",\"holdSeconds\":600");
        (await http.Put($"{sku}/reservations/r1", """{"quantity":1}""")).Ok();
        await Task.Delay(20);
        var first = (await Renew("k1")).Ok();
        await Task.Delay(20);
        Assert.Equal(first.Text, (await Renew("k1")).Ok().Text);
        Assert.Equal("k1", first.Headers[CommandKey.Header]);
        Assert.NotEqual(first.Text, (await Renew("k2")).Ok().Text);

        Task<Answer> Renew(string key) =>
            http.Post($"{sku}/reservations/r1/renew", headers: (CommandKey.Header, key));
    }

    [Fact]
    public async Task S01_of_two_buyers_of_the_last_unit_one_gets_it()
    {
        var (http, sku) = await Sku(stock: 1);
        var answers = await Task.WhenAll(Buy("r1", "u1"), Buy("r2", "u2"));
        Assert.Single(answers, answer => answer.Status == 200);
        answers.Single(answer => answer.Status != 200).IsProblem(409, "stock.sold_out");
        await Figures(http, sku, onHand: 0, held: 0, sold: 1, available: 0);

        async Task<Answer> Buy(string id, string user)
        {
            var held = await http.Put($"{sku}/reservations/{id}", $$"""{"quantity":1,"userId":"{{user}}"}""");
            return held.Status == 200 ? await http.Post($"{sku}/reservations/{id}/confirm") : held;
        }
    }

    [Fact]
    public async Task S04_S18_the_held_figure_is_the_sum_of_live_holds_under_load()
    {
        var (http, sku) = await Sku(stock: 20);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var held = await http.Put($"{sku}/reservations/r{i}", """{"quantity":1}""");
            return held.Status != 200 ? null : (i % 3) switch
            {
                0 => await http.Post($"{sku}/reservations/r{i}/confirm"),
                1 => await http.Post($"{sku}/reservations/r{i}/release"),
                _ => held,
            };
        }));
        var states = answers.Where(answer => answer is not null).Select(answer => State(answer!.Ok())).ToArray();
        var (held, sold) = (states.Count(s => s == "held"), states.Count(s => s == "confirmed"));
        await Figures(http, sku, onHand: 20 - sold, held, sold, available: 20 - sold - held);
        var live = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => http.Get($"{sku}/reservations/r{i}")));
        Assert.Equal(held, live.Count(answer => answer.Status == 200 && State(answer) == "held"));
    }

    [Fact]
    public async Task S14_a_hundred_clicks_take_one_unit()
    {
        var (http, sku) = await Sku(stock: 100, terms: ",\"perUserMax\":1");
        var same = await Task.WhenAll(Enumerable.Range(0, 100).Select(
            _ => http.Put($"{sku}/reservations/one", """{"quantity":1,"userId":"u1"}""")));
        Assert.Single(same.Select(answer => answer.Ok().Text).Distinct());
        var others = await Task.WhenAll(Enumerable.Range(0, 100).Select(
            i => http.Put($"{sku}/reservations/o{i}", """{"quantity":1,"userId":"u1"}""")));
        Assert.All(others, answer => answer.IsProblem(409, "stock.limit"));
        await Figures(http, sku, onHand: 100, held: 1, sold: 0, available: 99);
        (await http.Put($"{sku}/reservations/two", """{"quantity":1,"userId":"u2"}""")).Ok();
    }

    [Fact]
    public async Task S19_a_limit_of_one_holds_over_two_tabs()
    {
        var (http, sku) = await Sku(stock: 5, terms: ",\"perUserMax\":1");
        var tabs = await Task.WhenAll(
            http.Put($"{sku}/reservations/tab1", """{"quantity":1}""", "user", "eve"),
            http.Put($"{sku}/reservations/tab2", """{"quantity":1}""", "user", "eve"));
        Assert.Single(tabs, tab => tab.Status == 200);
        tabs.Single(tab => tab.Status != 200).IsProblem(409, "stock.limit");
    }

    [Fact]
    public async Task G01_S08_a_hold_ends_within_a_second_of_its_deadline()
    {
        var (http, sku) = await Sku(stock: 1, terms: ",\"holdSeconds\":1");
        var held = (await http.Put($"{sku}/reservations/r1", """{"quantity":1}""")).Ok();
        await Figures(http, sku, onHand: 1, held: 1, sold: 0, available: 0);
        await Freed(await TestSilo.On(store), sku, (DateTimeOffset)held.Json["expiresAt"]!);
        Assert.Equal("expired", State((await http.Get($"{sku}/reservations/r1")).Ok()));
        Assert.Equal("expired", State((await http.Put($"{sku}/reservations/r1", """{"quantity":1}""")).Ok()));
        Assert.Equal("confirmed", State((await http.Post($"{sku}/reservations/r1/confirm")).Ok())); // the unit is there
        (await http.Put($"{sku}/reservations/r2", """{"quantity":1}""")).IsProblem(409, "stock.sold_out");
    }

    private async Task<(SiloHttp Http, string Sku)> Sku(int stock = 0, string terms = "")
    {
        var http = (await TestSilo.On(store)).Http;
        var sku = $"/api/skus/S-{Interlocked.Increment(ref _skus)}";
        (await http.Put(sku, $$"""{"title":"Lipstick","priceMinor":9900,"currency":"CNY"{{terms}}}""")).Ok();
        if (stock > 0) (await http.Put($"{sku}/receipts/first", $$"""{"quantity":{{stock}}}""")).Ok();
        return (http, sku);
    }

    /// <summary>
    /// Watches the table alone: nobody asks the grain meanwhile. The table tells when the grain ended the hold, so that
    /// neither its own lateness nor the test's counts.
    /// </summary>
    private static async Task Freed(TestSilo silo, string sku, DateTimeOffset deadline)
    {
        var views = silo.Services.GetRequiredService<Views>();
        var ended = () => views.Single<long>(
            "select ended_at from {reservation} where sku = @sku and id = 'r1' and state = 'expired'",
                new { sku = Code(sku) });
        var endedAt = DateTimeOffset.FromUnixTimeMilliseconds(await ended.Until(at => at > 0, seconds: 20));
        Assert.InRange(endedAt, deadline, deadline.AddSeconds(1));
    }

    private static string Code(string sku) => sku.Split('/')[^1];

    private static string? State(Answer answer) => (string?)answer.Json["state"];

    private static async Task Figures(SiloHttp http, string sku, long onHand, long held, long sold, long available)
    {
        var now = (await http.Get($"{sku}/stock")).Ok().Json;
        Assert.Equal((onHand, held, sold, available),
            ((long)now["onHand"]!, (long)now["held"]!, (long)now["sold"]!, (long)now["available"]!));
    }
}

/// <summary>On SQLite.</summary>
public sealed class StockOnSqliteTests() : StockHttpTests("sqlite");

/// <summary>On PostgreSQL.</summary>
[Trait("needs", "server")]
public sealed class StockOnPostgresTests() : StockHttpTests("postgres");

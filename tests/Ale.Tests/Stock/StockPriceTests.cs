using System.Globalization;
using Ale.Edge;
using Ale.Kernel;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>List prices that begin at a planned minute, and products that are sold or not (SHP-05).</summary>
public sealed class StockPriceTests
{
    private static readonly DateTimeOffset OnePast = Noon.AddMinutes(1), TwoPast = Noon.AddMinutes(2);

    [Theory]
    [InlineData(60, null)]
    [InlineData(0, "stock.price_time")] // now is not to come
    [InlineData(-60, "stock.price_time")]
    [InlineData(61, "stock.price_time")] // not a whole minute
    [InlineData(60.001, "stock.price_time")]
    public void SHP_05_A_price_is_planned_for_a_whole_minute_to_come(double seconds, string? why) =>
        Assert.Equal(why, Situation("one").Decide(new PlanPrice("p1", 8_900, Noon.AddSeconds(seconds), "s1"), Sku, Noon)
            .Reply.Refusal?.Code);

    [Theory]
    [InlineData(59.999, 9_900)]
    [InlineData(60, 8_900)]
    [InlineData(119.999, 8_900)]
    [InlineData(120, 9_500)]
    public void SHP_05_Who_buys_in_its_first_instant_has_it_though_no_event_says_so(double seconds, long price)
    {
        var stock = Planned(("p1", 8_900, OnePast), ("p2", 9_500, TwoPast));
        var now = Noon.AddSeconds(seconds);
        Assert.Equal(price, stock.Decide(Wish("r1 1"), null, Sku, Rules, now).Reply.Value!.PriceMinor);
        Assert.Equal(price, stock.Decide(new ConfirmStock("r2") { Content = Wish("r2 1") }, null, Sku, now)
            .Reply.Value!.PriceMinor);
        Assert.Equal(OnePast, stock.DueAt);
        foreach (var e in stock.DecideDue(now).Events) stock = stock.Apply(e);
        Assert.Equal(price, stock.Terms!.PriceMinor);
        Assert.Empty(stock.DecideDue(now).Events);
    }

    [Fact]
    public void SHP_05_A_hold_keeps_the_price_it_was_made_at()
    {
        var stock = Planned(("p1", 8_900, OnePast));
        foreach (var e in stock.Decide(Wish("r1 1"), null, Sku, Rules, Noon).Events) stock = stock.Apply(e);
        foreach (var e in stock.DecideDue(OnePast).Events) stock = stock.Apply(e);
        Assert.Equal(9_900, stock.Decide(Wish("r1 1"), null, Sku, Rules, OnePast).Reply.Value!.PriceMinor);
    }

    [Fact]
    public void SHP_05_A_plan_is_repeated_dropped_before_its_minute_and_not_after()
    {
        var stock = Planned(("p1", 8_900, OnePast));
        Assert.Empty(stock.Decide(new PlanPrice("p1", 8_900, OnePast, "s1"), Sku, Noon).Events);
        Assert.Equal(PriceRefusals.Changed,
            stock.Decide(new PlanPrice("p1", 8_901, OnePast, "s1"), Sku, Noon).Reply.Refusal);
        Assert.Equal(PriceRefusals.Unknown, stock.Decide(new DropPrice("p9", "s1"), Sku, Noon).Reply.Refusal);
        Assert.Equal(PriceRefusals.Started, stock.Decide(new DropPrice("p1", "s1"), Sku, OnePast).Reply.Refusal);
        stock = stock.Apply(Assert.Single(stock.Decide(new DropPrice("p1", "s1"), Sku, Noon).Events));
        Assert.Empty(stock.Decide(new DropPrice("p1", "s1"), Sku, TwoPast).Events);
        Assert.Equal(9_900, stock.ListPrice(TwoPast));
        Assert.Null(stock.PriceDueAt);
    }

    [Fact]
    public void SHP_05_So_many_prices_are_planned_and_so_many_remembered()
    {
        var stock = Planned([.. Enumerable.Range(1, Stock.PricePlansMax).Select(i =>
            ($"p{i}", 8_000L + i, Noon.AddMinutes(i)))]);
        Assert.Equal(PriceRefusals.Full,
            stock.Decide(new PlanPrice("more", 1, Noon.AddMinutes(99), "s1"), Sku, Noon).Reply.Refusal);
        foreach (var e in stock.DecideDue(Noon.AddMinutes(90)).Events) stock = stock.Apply(e);
        Assert.Equal(8_000 + Stock.PricePlansMax, stock.Terms!.PriceMinor);
        for (var i = 1; i <= Stock.PricePlansMax; i++)
            stock = stock.Apply(new StockEvent.PricePlanned($"q{i}", 7_000, Noon.AddMinutes(100 + i), "s1", Noon));
        Assert.NotNull(stock.Decide(new DropPrice("p64", "s1"), Sku, Noon).Reply.Refusal);
        stock = stock.Apply(new StockEvent.PriceDropped("q1", "s1", Noon))
            .Apply(new StockEvent.PricePlanned("q65", 7_000, Noon.AddMinutes(300), "s1", Noon));
        Assert.Equal(PriceRefusals.Unknown, stock.Decide(new DropPrice("p1", "s1"), Sku, Noon).Reply.Refusal);
    }

    [Fact]
    public void SHP_05_A_snapshot_keeps_plans_and_shelf()
    {
        var stock = Planned(("p1", 8_900, OnePast)).Apply(new StockEvent.Shelved(false, 3, Noon));
        var thawed = Stock.Snapshots.Thaw(Stock.Snapshots.Freeze(stock)());
        Assert.Equal((8_900, OnePast, true, 3),
            (thawed.ListPrice(OnePast), thawed.PriceDueAt, thawed.IsOffSale, thawed.ShelfMove));
    }

    [Fact]
    public void SHP_05_An_archived_product_sells_nothing_new_and_keeps_what_is_held()
    {
        var stock = Situation("one held, five there").Apply(new StockEvent.Shelved(false, 2, Noon));
        Assert.Equal(StockRefusals.OffSale, stock.Decide(Wish("r1 1"), null, Sku, Rules, Noon).Reply.Refusal);
        Assert.Null(stock.Decide(new ConfirmStock("h1"), null, Sku, Noon).Reply.Refusal);
        Assert.Empty(stock.Decide(new ShelveSku(true, 1), Noon).Events); // an older word
        stock = stock.Apply(Assert.Single(stock.Decide(new ShelveSku(true, 3), Noon).Events));
        Assert.Null(stock.Decide(Wish("r1 1"), null, Sku, Rules, Noon).Reply.Refusal);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres"), Trait("needs", "server")]
    public async Task SHP_05_Variants_prices_and_sale_over_HTTP(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        const string sku = """
            {"title":"Shirt M","priceMinor":1000,"currency":"CNY","market":"cn","product":"shirt",
             "optionValues":{"size":"M"},"barcode":"690001"}
            """;
        (await http.Put("/api/skus/SHIRT-M", sku)).IsProblem(404, "product.unknown");
        (await http.Put("/api/products/shirt", """
            {"title":"Shirt","category":"wear/shirts","options":[{"name":"size","values":["S","M"]}],"state":"draft"}
            """)).Ok();
        (await http.Put("/api/skus/SHIRT-M", sku.Replace("\"M\"", "\"L\""))).IsProblem(400, "product.bad_options");
        (await http.Put("/api/skus/SHIRT-M", sku)).Ok();
        (await http.Put("/api/skus/SHIRT-M", sku)).Ok();
        (await http.Put("/api/skus/SHIRT-X", sku)).IsProblem(409, "product.taken");
        (await http.Get("/api/skus/SHIRT-X")).IsProblem(404, "stock.unknown_sku");
        (await http.Put("/api/skus/SHIRT-M/receipts/in", """{"quantity":5000}""")).Ok();
        var reserve = (string id) => http.Put($"/api/skus/SHIRT-M/reservations/{id}", """{"quantity":1}""");
        (await reserve("r1")).IsProblem(409, "stock.off_sale");
        (await http.Post("/api/products/shirt/activate")).Ok();
        await new Func<Task<Answer>>(() => reserve("r1")).Until(a => a.Status == 200);
        var product = (await http.Get("/api/products/shirt")).Ok().Json;
        Assert.Equal(("active", "SHIRT-M", "M"), ((string)product["state"]!, (string)product["variants"]![0]!["sku"]!,
            (string)product["variants"]![0]!["optionValues"]!["size"]!));

        var now = TimeProvider.System.GetUtcNow();
        var minute = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, TimeSpan.Zero);
        var plan = string.Create(CultureInfo.InvariantCulture,
            $$"""{"priceMinor":900,"startsAt":"{{minute.AddMinutes(60):O}}"}""");
        Assert.Equal("planned", (string)(await http.Put("/api/skus/SHIRT-M/prices/p1", plan)).Ok().Json["state"]!);
        (await http.Put("/api/skus/SHIRT-M/prices/p1", plan.Replace("900", "800")))
            .IsProblem(409, "stock.price_changed");
        (await http.Send(HttpMethod.Patch, "/api/skus/SHIRT-M", """{"priceMinor":1100}""",
            headers: ("If-Match", "\"1\""))).Ok();
        (await http.Send(HttpMethod.Patch, "/api/skus/SHIRT-M", """{"title":"Shirt, M"}""",
            headers: ("If-Match", "\"2\""))).Ok(); // the same price, so no line of its history
        var prices = await new Func<Task<Answer>>(() => http.Get("/api/skus/SHIRT-M/prices"))
            .Until(a => a.Json["items"]!.AsArray().Count == 3);
        Assert.Equal([("planned", 900L, "p1"), ("started", 1100L, null), ("started", 1000L, null)],
            prices.Json["items"]!.AsArray().Select(p =>
                ((string)p!["state"]!, (long)p["priceMinor"]!, (string?)p["planId"])));
        (await http.Send(HttpMethod.Delete, "/api/skus/SHIRT-M/prices/p1")).Ok();

        await new Func<Task<Answer>>(() => http.Get("/api/skus?barcode=690001"))
            .Until(a => a.Json["items"]!.AsArray() is [var only] && (string)only!["sku"]! == "SHIRT-M");
        Assert.Equal("SHIRT-M", (string)(await http.Get("/api/skus?product=shirt")).Ok().Json["items"]![0]!["sku"]!);
        Assert.Equal(1, (long)(await http.Get("/api/products?category=wear&state=active")).Ok().Json["items"]![0]!
            ["variants"]!);
        Assert.Empty((await http.Get("/api/products?category=wea")).Ok().Json["items"]!.AsArray());
        Assert.Contains((await http.Get("/api/categories")).Ok().Json["items"]!.AsArray(),
            c => (string)c!["path"]! == "wear/shirts" && (long)c["products"]! == 1);

        (await http.Post("/api/products/shirt/archive")).Ok();
        var wish = 1; // each a new one: what was held before the word came stays held
        (await new Func<Task<Answer>>(() => reserve($"late{wish++}")).Until(a => a.Status != 200))
            .IsProblem(409, "stock.off_sale");
        (await http.Post("/api/skus/SHIRT-M/reservations/r1/confirm")).Ok(); // held before
        (await http.Send(HttpMethod.Patch, "/api/skus/SHIRT-M", """{"product":"other"}""",
            headers: ("If-Match", "\"3\""))).IsProblem(409, "stock.fixed");
    }

    [Fact, Trait("needs", "server")]
    public async Task SHP_05_A_planned_price_begins_though_nobody_asks_also_after_a_crash()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var silo = await SiloProcess.Start(database))
        {
            (await silo.Http.Put("/api/skus/LATER",
                """{"title":"T","priceMinor":100,"currency":"CNY","market":"cn"}""")).Ok();
            var start = TimeProvider.System.GetUtcNow().AddMinutes(2);
            start = start.AddTicks(-(start.UtcTicks % TimeSpan.TicksPerMinute));
            (await silo.Http.Put("/api/skus/LATER/prices/p1", string.Create(CultureInfo.InvariantCulture,
                $$"""{"priceMinor":90,"startsAt":"{{start:O}}"}"""))).Ok();
            await silo.Kill();
        }

        await using var after = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=00:02:01");
        await new Func<Task<Answer>>(() => after.Http.Get("/api/skus/LATER/prices")).Until(a =>
            a.Status == 200 && a.Json["items"]!.AsArray() is [var first, _] && (string)first!["state"]! == "started", 30);
        Assert.Equal(90, (long)(await after.Http.Get("/api/skus/LATER")).Ok().Json["priceMinor"]!);
    }

    private static Stock Planned(params (string Id, long PriceMinor, DateTimeOffset StartsAt)[] plans)
    {
        var stock = Of(new StockEvent.Defined(Plain), new StockEvent.Received("in", 5, null));
        foreach (var (id, price, at) in plans)
            stock = stock.Apply(Assert.Single(stock.Decide(new PlanPrice(id, price, at, "s1"), Sku, Noon).Events));
        return stock;
    }
}

using System.Globalization;
using Ale.Edge;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Stock;

/// <summary>How often buyers find no stock (STK-03).</summary>
public sealed class StockOutRateTests
{
    [Theory]
    [InlineData(1_000, 30, false)] // exactly 3%
    [InlineData(1_000, 31, true)]
    [InlineData(33, 1, true)]
    [InlineData(34, 1, false)]
    [InlineData(0, 0, false)]
    [InlineData(1, 1, true)]
    public void STK_03_Above_three_percent_and_not_at_it(long attempts, long refused, bool isAbove) =>
        Assert.Equal(isAbove, StockOutRate.IsAbove(new(attempts, refused, []), 3));

    [Theory, InlineData("sqlite"), InlineData("postgres"), Trait("needs", "server")]
    public async Task STK_03_A_session_that_ends_above_the_limit_alarms_and_names_the_skus(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        foreach (var sku in new[] { "OUT-A", "OUT-B" })
        {
            (await http.Put($"/api/skus/{sku}",
                """{"title":"T","priceMinor":100,"currency":"CNY","market":"cn"}""")).Ok();
            (await http.Put($"/api/skus/{sku}/receipts/in", """{"quantity":20}""")).Ok();
        }

        const string session = "/api/sessions/out-1";
        (await http.Put(session, """
            {"title":"Evening","kind":"live","tier":"base","market":"cn","hostId":"h1","ownerId":"p1","inducing":false,
             "startsAt":"2026-06-18T12:00:00Z","endsAt":"2026-06-18T13:00:00Z","skus":["OUT-A","OUT-B"]}
            """, "director")).Ok();
        (await http.Post($"{session}/ready", role: "director")).Ok();
        (await http.Post($"{session}/start", role: "director")).Ok();
        var asked = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => http.Put(
            $"/api/skus/OUT-{(i < 23 ? 'A' : 'B')}/reservations/out{i}", """{"quantity":1,"sessionId":"out-1"}""")));
        Assert.Equal(20, asked.Count(a => a.Status == 409)); // 3 of A's 23, 17 of B's 37
        (await http.Put("/api/skus/OUT-A/reservations/shop", """{"quantity":1}""")).IsProblem(409, "stock.sold_out");
        (await http.Post($"{session}/end", role: "director")).Ok();

        var alarm = () => http.Get($"/api/inbox/{StockOutRate.ItemOf("session/out-1")}", "ops");
        var item = await alarm.Until(a => a.Status == 200, 30);
        Assert.Equal("33.33% of 60 attempts to buy found no stock (session/out-1): OUT-B 17, OUT-A 3",
            (string)item.Json["title"]!);
        var rate = (await http.Get("/api/stockouts?sessionId=out-1", "ops")).Ok().Json;
        Assert.Equal((60L, 20L, 33.33m), ((long)rate["attempts"]!, (long)rate["refused"]!, (decimal)rate["percent"]!));
        Assert.Equal(["OUT-B", "OUT-A"], rate["skus"]!.AsArray().Select(s => (string)s!["sku"]!));
    }

    [Fact, Trait("needs", "server")]
    public async Task STK_03_The_day_before_is_looked_at_each_day_by_the_markets_own_calendar()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        await using (var yesterday = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=-1.00:00:00"))
        {
            (await yesterday.Http.Put("/api/skus/DAY", """
                {"title":"T","priceMinor":100,"currency":"GBP","market":"gb"}
                """)).Ok();
            (await yesterday.Http.Put("/api/skus/DAY/reservations/r1", """{"quantity":1}"""))
                .IsProblem(409, "stock.sold_out");
            var rate = () => yesterday.Http.Get("/api/stockouts?market=gb", "ops");
            await rate.Until(a => (long)a.Json["refused"]! == 1);
        }

        await using var today = await TestSilo.Start(database);
        var known = () => today.Http.Get("/api/jobs/stock-out-rate", "ops");
        await known.Until(a => a.Status == 200);
        (await today.Http.Post("/api/jobs/stock-out-rate/run", role: "ops")).Ok();
        var markets = today.Services.GetRequiredService<MarketBook>();
        var gb = markets.For("gb", TimeProvider.System.GetUtcNow());
        var day = gb.BusinessDay(TimeProvider.System.GetUtcNow().AddDays(-1));
        var window = $"day/gb/{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
        var alarm = () => today.Http.Get($"/api/inbox/{StockOutRate.ItemOf(window)}", "ops");
        var item = await alarm.Until(a => a.Status == 200, 60);
        Assert.Equal($"100% of 1 attempts to buy found no stock ({window}): DAY 1", (string)item.Json["title"]!);
        var note = (string)(await known()).Ok().Json["runs"]![0]!["note"]!;
        Assert.Equal("cn 0 of 0; gb 1 of 1", note);
    }
}

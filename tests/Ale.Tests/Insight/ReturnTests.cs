using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Budgets;
using Ale.Edge;
using Xunit;

namespace Ale.Insight;

/// <summary>What placements brought for what they cost.</summary>
public sealed class ReturnTests
{
    [Fact]
    public void CAM_03_the_best_return_is_first_and_brand_money_has_none()
    {
        static ReturnRow Row(string id, long spend, long revenue, SpendClass money = SpendClass.Performance) =>
            new(id, money, "CNY", spend, revenue, null, null);
        var ranked = ReturnQueries.Ranked([Row("b", 10_000, 32_000), Row("brand", 90_000, 1, SpendClass.Brand),
            Row("a", 300, 1_000), Row("c", 10_000, 0), Row("d", 5_000, 16_000)], 10);
        Assert.Equal(["a", "b", "d", "c", "brand"], ranked.Select(r => r.Source));
        Assert.Equal([3.33m, 3.2m, 3.2m, 0m, null], ranked.Select(r => r.Roi));
        Assert.Equal([1, 2, 3, 4, null], ranked.Select(r => r.Rank));
    }

    [Fact]
    public void CAM_03_revenue_is_shown_once_for_the_money_that_brought_it()
    {
        const SpendClass brand = SpendClass.Brand, performance = SpendClass.Performance;
        var rows = ReturnQueries.Joined(
            [new("tv", performance, "CNY", 100), new("tv", brand, "CNY", 50), new("tv", performance, "GBP", 10),
                new("poster", brand, "CNY", 70), new("radio", performance, "CNY", 30)],
            [
                new("tv", null, "CNY", 300), // names the channel only
                new("tv", performance, "CNY", 200), new("tv", brand, "CNY", 40),
                new("radio", brand, "CNY", 7), // its placement runs elsewhere
                new("poster", null, "CNY", 9), new("nothing spent", null, "CNY", 1_000), new("tv", null, "USD", 1),
            ]).ToArray();
        Assert.Equal(
        [
            ("tv", performance, "CNY", 500L), ("tv", brand, "CNY", 40L), ("tv", performance, "GBP", 0L),
            ("poster", brand, "CNY", 9L), ("radio", performance, "CNY", 7L),
        ], rows.Select(r => (r.Source, r.Class, r.Currency, r.RevenueMinor)));
    }

    [Fact]
    public void CAM_03_a_page_keeps_the_rank_among_all()
    {
        var rows = Enumerable.Range(0, 5).Select(i =>
            new ReturnRow($"p{i}", SpendClass.Performance, "CNY", 10, 50 - (i * 10), null, null)).ToArray();
        var page = ReturnQueries.Ranked(rows, 2, 2);
        Assert.Equal([("p2", 3), ("p3", 4)], page.Select(r => (r.Source, r.Rank!.Value)));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    [Trait("needs", "server")]
    public async Task CAM_03_K01_a_placement_is_told_each_hour_what_it_brought_net_of_refunds_and_cancelled_orders(
        string store)
    {
        var http = (await TestSilo.On(store)).Http;
        (await http.Put("/api/skus/ROI-1", """
            {"title":"Cup","priceMinor":3200,"currency":"CNY","market":"cn"}
            """)).Ok();
        (await http.Put("/api/skus/ROI-1/receipts/r", """{"quantity":100}""")).Ok();
        (await http.Put("/api/campaigns/roi", """
            {"title":"618","goal":"reach","startsAt":"2020-06-01T02:00:00Z","endsAt":"2090-06-18T02:00:00Z",
             "class":"performance","budgetLine":"roi"}
            """, "ops")).Ok();
        foreach (var (id, spend) in new[] { ("roi-a", 10_000), ("roi-b", 6_400) })
        {
            (await http.Put($"/api/placements/{id}", """
                {"campaignId":"roi","channel":"roi-tv","class":"performance","capMinor":100000,"currency":"CNY",
                 "bidMinor":400}
                """, "ops")).Ok();
            (await http.Post($"/api/placements/{id}/reports",
                $$"""[{"eventId":"e1","spendMinor":{{spend}},"results":1000,"at":"{{At()}}"}]""")).Ok();
        }

        await Buy("roi-1", 11, "roi-a");
        await Buy("roi-2", 4, "roi-b");
        await Buy("roi-3", 50, "roi-a");
        (await http.Post("/api/orders/roi-3/cancel")).Ok();
        (await http.Put("/api/orders/roi-1/returns/b", """
            {"lines":[{"sku":"ROI-1","quantity":1}],"reason":"torn"}
            """)).Ok();
        var row = await Shown("placement", "roi-a", 32_000);
        Assert.Equal((10_000L, 3.2m), ((long)row["spendMinor"]!, (decimal)row["roi"]!));
        row = await Shown("campaign", "roi", 44_800);
        Assert.Equal((16_400L, 2.73m), ((long)row["spendMinor"]!, (decimal)row["roi"]!));
        Assert.Equal(44_800, (long)(await Shown("channel", "roi-tv", 44_800))["revenueMinor"]!);

        // A placement that has not spent yet, the campaign alone, the channel alone.
        (await http.Put("/api/placements/roi-c", """
            {"campaignId":"roi","channel":"roi-tv","class":"performance","capMinor":100000,"currency":"CNY",
             "bidMinor":400}
            """, "ops")).Ok();
        await Buy("roi-4", 1, "roi-c");
        await BuyOf("roi-5", 1, "\"campaignId\":\"roi\"");
        await BuyOf("roi-6", 1, "\"channel\":\"roi-tv\"");
        row = await Shown("campaign", "roi", 51_200);
        Assert.Equal((16_400L, 3.12m), ((long)row["spendMinor"]!, (decimal)row["roi"]!));
        await Shown("channel", "roi-tv", 51_200);
        foreach (var (by, source) in new[] { ("campaign", "roi"), ("channel", "roi-tv") })
            Assert.Equal(51_200, (long)(await http.Get($"/api/attribution/{by}?limit=500")).Ok().Json["items"]!
                .AsArray().Single(r => (string?)r!["source"] == source)!["netMinor"]!);

        // Money that is booked for the campaign without a placement; money of the other class is not.
        var month = TimeProvider.System.GetUtcNow().AddHours(8);
        var line = string.Create(CultureInfo.InvariantCulture, $"/api/budgets/{month.Year}/{month.Month}/roi-direct");
        (await http.Put(line, """{"plannedMinor":99999,"currency":"CNY","kind":"marketing","goal":"reach"}""",
            "finance")).Ok();
        const string spent = """
            {"amountMinor":3600,"currency":"CNY","state":"actual","class":"performance","campaignId":"roi"}
            """;
        (await http.Put(line + "/spends/s1", spent, "finance")).Ok();
        (await http.Put(line + "/spends/s2", spent.Replace("performance", "brand", StringComparison.Ordinal),
            "finance")).IsProblem(409, "campaign.class");
        // What was committed before its campaign was entered is settled all the same.
        const string early = """
            {"amountMinor":7,"currency":"CNY","state":"committed","class":"brand","campaignId":"roi-later"}
            """;
        (await http.Put(line + "/spends/s3", early, "finance")).Ok();
        (await http.Put("/api/campaigns/roi-later", $$"""
            {"title":"T","goal":"reach","startsAt":"{{month.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}",
             "endsAt":"2090-01-01T00:00:00Z","class":"performance","budgetLine":"roi-direct"}
            """, "ops")).Ok();
        (await http.Put(line + "/spends/s3", early.Replace("committed", "actual", StringComparison.Ordinal),
            "finance")).Ok();
        row = await new Func<Task<JsonNode>>(() => Shown("campaign", "roi", 51_200))
            .Until(r => (long)r["spendMinor"]! == 20_000, 30);
        Assert.Equal(2.56m, (decimal)row["roi"]!);
        Assert.Equal(20_000, (long)(await http.Get("/api/campaigns/roi/results", "ops")).Ok().Json["spendMinor"]!);
        var page = (await http.Get("/api/roi/placement?limit=1", "ops")).Ok().Json;
        Assert.Single(page["items"]!.AsArray());
        var after = (await http.Get($"/api/roi/placement?limit=1&after={(string)page["next"]!}", "ops")).Ok().Json;
        Assert.NotEqual((string)page["items"]![0]!["source"]!, (string)after["items"]![0]!["source"]!);

        (await http.Post("/api/jobs/placement-returns/run", role: "ops", headers: ("Idempotency-Key", "roi-1"))).Ok();
        var told = await Told("roi-a");
        Assert.Equal((32_000L, 3.2m), ((long)told["return"]!["revenueMinor"]!, (decimal)told["return"]!["roi"]!));
        var second = await Told("roi-b");
        Assert.True((int)told["return"]!["rank"]! < (int)second["return"]!["rank"]!);

        Task<JsonNode> Told(string placement) => new Func<Task<JsonNode>>(async () =>
            (await http.Get($"/api/placements/{placement}", "ops")).Ok().Json)
            .Until(p => p["return"] is not null, 60);

        async Task<JsonNode> Shown(string by, string source, long revenue) =>
            (await ((Func<Task<JsonNode?>>)(async () => (await http.Get($"/api/roi/{by}", "ops")).Ok().Json["items"]!
                .AsArray().SingleOrDefault(r => (string)r!["source"]! == source)))
            .Until(r => r is not null && (long)r["revenueMinor"]! == revenue))!;

        Task Buy(string id, int quantity, string placement) =>
            BuyOf(id, quantity, $"\"campaignId\":\"roi\",\"placementId\":\"{placement}\"");

        async Task BuyOf(string id, int quantity, string source)
        {
            (await http.Put($"/api/orders/{id}", $$"""
                {"lines":[{"sku":"ROI-1","quantity":{{quantity}}}],{{source}}}
                """)).Ok();
            (await http.Post($"/api/orders/{id}/pay", """{"method":"local"}""")).Ok();
        }
    }

    private static string At() => TimeProvider.System.GetUtcNow()
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

using Ale.Care;
using Ale.Carts;
using Ale.Markets;
using Ale.Orders;
using Ale.Platforms;
using Ale.Policy;
using Ale.Sessions;
using Ale.Stock;
using Ale.Storage;
using Ale.Supply;
using Xunit;

namespace Ale.Insight;

/// <summary>What the questions of targets count, on both stores.</summary>
[Trait("needs", "server")]
public sealed class TargetSourceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly PolicyBook Book = PolicyBook.Load(Repository.At("deploy", "policy"));
    private static readonly MarketBook Markets = new(Book);

    private static async Task<TargetFigures> Ask(TestViews views, string code, string market = "cn")
    {
        var asked = TargetDays.Of(new(2026, 6, 15), new(2026, 6, 1), Book.For(null, Noon).Targets,
            Markets.For(market, Noon), "cn", Markets.Codes);
        var source = TargetSource.All.Single(s => s.Code == code);
        return Assert.Single(await views.Views.Query<TargetFigures>(source.Sql, asked, default));
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task ORD_02_a_checkout_of_a_session_whose_market_nobody_knows_counts_in_the_default_one(string engine)
    {
        await using var views = await TestViews.Create(
            engine, new CartProjection(), new OrderProjection(), new SessionProjection());
        await views.Put(batch =>
        {
            foreach (var (session, market) in new[] { ("S1", "cn"), ("S2", "gb"), ("S3", "mars") })
                batch.Row(SessionProjection.Sessions, session).Set("market", market);
            foreach (var (id, session) in new[] { ("1", "S1"), ("2", "S2"), ("3", "S3"), ("4", "") })
                batch.Row(CartProjection.Checkouts, "ann", id).Set("session_id", session).Set("via", "floating")
                    .Set("state", "refused").Set("at", Noon);
        });
        Assert.Equal(3, (await Ask(views, "order_completion")).Whole); // S1, S3 and the one without
        Assert.Equal(1, (await Ask(views, "order_completion", "gb")).Whole);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task DAT_12_the_baseline_of_levels_is_that_of_the_days_from_day_0_on(string engine)
    {
        await using var views = await TestViews.Create(engine, new PlatformProjection(), new OrderProjection(),
            new StockProjection(), new CaseProjection());
        DateTimeOffset[] days = [Noon.AddDays(-15), Noon.AddDays(-14), Noon.AddDays(-1)]; // before, on day 0, now
        await views.Put(batch =>
        {
            for (var i = 0; i < 3; i++)
            {
                batch.Row(PlatformProjection.Events, "tv", $"v{i}").Set("kind", "viewer").Set("session_id", $"S{i}")
                    .Set("count", 100).Set("day", PlatformProjection.DayOf(DateOnly.FromDateTime(days[i].DateTime)));
                batch.Row(OrderProjection.Orders, $"O{i}").Set("session_id", $"S{i}").Set("user_id", "ann")
                    .Set("state", "paid").Set("market", "cn").Set("paid_at", days[i]).Set("fast", 1)
                    .Set("promise_at", days[i]).Set("delivered_at", days[i]);
                batch.Row(CaseProjection.Cases, $"C{i}").Set("opened_at", days[i].AddMinutes(-10 * i))
                    .Set("decided_at", days[i]).Set("market", "cn");
            }
        });
        var conversion = await Ask(views, "conversion");
        Assert.Equal((1d, 100d, 2d, 200d),
            (conversion.Part, conversion.Whole, conversion.BasePart, conversion.BaseWhole));
        var fast = await Ask(views, "fast_delivery");
        Assert.Equal((1d, 1d, 2d, 2d), (fast.Part, fast.Whole, fast.BasePart, fast.BaseWhole));
        var care = await Ask(views, "after_sales");
        Assert.Equal((20d, 1d, 30d, 2d), (care.Part, care.Whole, care.BasePart, care.BaseWhole));
        Assert.Null((await Ask(views, "stock_out")).BaseWhole);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task STK_16_the_cost_of_purchases_is_compared_in_each_currency_and_weighted_by_units(string engine)
    {
        await using var views = await TestViews.Create(engine, new PurchaseProjection());
        await views.Put(batch =>
        {
            foreach (var (id, sku, quantity, cost, currency, days) in new (string, string, int, int, string, int)[]
            {
                ("0", "A", 1, 1_000, "CNY", -300), ("1", "A", 30, 900, "CNY", -1), // 0.9 of 30
                ("2", "B", 1, 10, "USD", -300), ("3", "B", 10, 5, "USD", -1), // and 0.5 of 10
            })
                batch.Row(PurchaseProjection.Orders, id).Set("sku", sku).Set("quantity", quantity)
                    .Set("cost_minor", cost).Set("currency", currency).Set("market", "cn").Set("state", "received")
                    .Set("opened_at", Noon.AddDays(days));
        });
        var figures = await Ask(views, "purchase_cost");
        Assert.Equal((32d, 40d), (Math.Round(figures.Part!.Value, 6), figures.Whole));
    }
}

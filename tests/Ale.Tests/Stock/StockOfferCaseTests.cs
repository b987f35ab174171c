using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>Limits of prices that come by themselves: live prices are had without a code and without asking.</summary>
public sealed class StockOfferCaseTests
{
    private static readonly OfferTerms Live = new("S1", 5_000, Noon.AddSeconds(60), Noon.AddSeconds(180))
    {
        Total = 3,
        PerUserMax = 2,
    };

    private static readonly OfferTerms Deeper = Live with { PriceMinor = 4_000, Total = 1, PerUserMax = 1 };

    private static Stock Planned(params StockEvent[] offers) =>
        Of([new StockEvent.Defined(Plain), new StockEvent.Received("in", 50, null), .. offers]);

    private static long Buy(Stock stock, string id, string user, int second = 60, bool isPaid = false)
    {
        var (reply, events) = stock.Decide(Wish($"{id} 1 {user} S1"), null, Sku, Rules, Noon.AddSeconds(second));
        foreach (var e in events) stock.Apply(e);
        if (isPaid)
        {
            foreach (var e in stock.Decide(new ConfirmStock(id), null, Sku, Noon.AddSeconds(second)).Events)
                stock.Apply(e);
        }

        return reply.Value!.PriceMinor;
    }

    [Theory, InlineData(false), InlineData(true)]
    public void P06_A_user_gets_the_price_as_often_as_his_limit_says_and_all_as_often_as_there_are_units(bool isPaid)
    {
        var stock = Planned(new StockEvent.OfferPlanned("S1/o1", Live, "d1", Noon));
        Assert.Equal([5_000, 5_000, 9_900, 9_900],
            Enumerable.Range(0, 4).Select(i => Buy(stock, $"a{i}", "u1", isPaid: isPaid)));
        Assert.Equal([5_000, 9_900], Enumerable.Range(0, 2).Select(i => Buy(stock, $"b{i}", "u2", isPaid: isPaid)));
        Assert.Equal(9_900, Buy(stock, "c", "u3", isPaid: isPaid));
    }

    [Fact]
    public void P06_Each_of_two_prices_keeps_its_own_limits()
    {
        var stock = Planned(new StockEvent.OfferPlanned("S1/o1", Live, "d1", Noon),
            new StockEvent.OfferPlanned("S1/o2", Deeper, "d1", Noon));
        Assert.Equal([4_000, 5_000, 5_000, 9_900], Enumerable.Range(0, 4).Select(i => Buy(stock, $"a{i}", "u1")));
        Assert.Equal([5_000, 9_900], Enumerable.Range(0, 2).Select(i => Buy(stock, $"b{i}", "u2")));
    }

    [Fact]
    public void P06_A_hold_that_ended_gives_the_limit_back_once_and_its_late_payment_keeps_to_it()
    {
        var stock = Planned(new StockEvent.OfferPlanned("S1/o1", Live with { PerUserMax = 1 }, "d1", Noon));
        Assert.Equal(5_000, Buy(stock, "a", "u1"));
        foreach (var e in stock.Decide(new ReleaseStock("a"), null, Sku, Noon.AddSeconds(61)).Events) stock.Apply(e);
        Assert.Equal([5_000, 9_900], new[] { Buy(stock, "b", "u1", 62), Buy(stock, "c", "u1", 63) });

        var late = Planned(new StockEvent.OfferPlanned("S1/o1", Live with { PerUserMax = 1 }, "d1", Noon),
            new StockEvent.Held("a", "u1", 1, "S1", 5_000, Noon.AddSeconds(60), Noon.AddSeconds(70), "S1/o1"),
            new StockEvent.Expired("a", 1, Noon.AddSeconds(70)));
        Assert.Equal(5_000, Buy(late, "b", "u1", 80)); // his limit is used again ...
        var (reply, events) = late.Decide(new ConfirmStock("a"), null, Sku, Noon.AddSeconds(90));
        Assert.Equal("stock.expired", reply.Refusal?.Code); // ... so the first hold's money goes back
        Assert.Empty(events);
    }
}

using Ale.Policy;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>Live prices (SHP-01): one from second 60 to 180 of 3 units, 2 a user, at 50 instead of 99 yuan.</summary>
public sealed class StockOfferTests
{
    private static readonly OfferPolicy Offers = new(1, 20, 10, 300, 30) { CompareDays = 7 };
    private static readonly OfferTerms Live = new("S1", 5_000, Noon.AddSeconds(60), Noon.AddSeconds(180))
    {
        Total = 3,
        PerUserMax = 2,
    };

    private static Stock Planned(params StockEvent[] after) => Of(
        [Defined(Plain), Received(9), new StockEvent.OfferPlanned("S1/o1", Live, "d1", Noon), .. after]);

    private static StockEvent Taken(string id, int units, string? user, int second, int lasts = 60) =>
        new StockEvent.Held(id, user, units, "S1", 5_000, Noon.AddSeconds(second), Noon.AddSeconds(second + lasts),
            "S1/o1");

    private static string Answer<T>(Kernel.Decision<StockEvent, T> decision) =>
        decision.Reply.Refusal?.Code ?? decision.Reply.Value switch
        {
            Reservation r => $"{r.PriceMinor}",
            OfferView o => $"{o.State}",
            _ => "done",
        };

    [Theory]
    [InlineData(59, "r1 1 u1 S1", "S1/o1", "offer.not_started")] // S17: the server's clock decides
    [InlineData(60, "r1 1 u1 S1", "S1/o1", "5000")]
    [InlineData(179, "r1 1 u1 S1", "S1/o1", "5000")]
    [InlineData(180, "r1 1 u1 S1", "S1/o1", "offer.ended")]
    [InlineData(60, "r1 1 u1 S1", "S1/o2", "offer.unknown")]
    [InlineData(60, "r1 2 u1 S1", "S1/o1", "5000")] // exactly the user's
    [InlineData(60, "r1 3 u1 S1", "S1/o1", "stock.limit")]
    [InlineData(60, "r1 3 - S1", "S1/o1", "5000")] // exactly all; a guest has none to count
    [InlineData(60, "r1 4 - S1", "S1/o1", "stock.sold_out")]
    [InlineData(59, "r1 1 u1 S1", null, "9900")]
    [InlineData(60, "r1 1 u1 S1", null, "5000")] // the lowest wins, asked for or not
    [InlineData(60, "r1 3 u1 S1", null, "9900")] // beyond the user's: the list price
    [InlineData(60, "r1 1 u1 S2", null, "9900")] // another session's
    [InlineData(60, "r1 1 u1", null, "9900")] // the shop
    [InlineData(60, "r1 10 u1 S1", null, "stock.sold_out")]
    public void SHP_01_S17_A_hold_gets_the_live_price_within_its_time_units_and_limits(
        int second, string wish, string? offer, string expected) =>
        Assert.Equal(expected, Answer(Planned().Decide(
            Wish(wish) with { Offer = offer }, null, Sku, Rules, Noon.AddSeconds(second))));

    [Theory]
    [InlineData(0, 60, 120, null, 5_000, "Planned")] // one minute
    [InlineData(0, 60, 119, null, 5_000, "offer.bad_times")]
    [InlineData(0, 60, 1_260, null, 5_000, "Planned")] // twenty
    [InlineData(0, 60, 1_261, null, 5_000, "offer.bad_times")]
    [InlineData(0, 60, 120, 10, 5_000, "Planned")]
    [InlineData(0, 60, 120, 9, 5_000, "offer.bad_times")]
    [InlineData(0, 60, 120, 300, 5_000, "Planned")]
    [InlineData(0, 60, 120, 301, 5_000, "offer.bad_times")]
    [InlineData(60, 60, 120, null, 5_000, "Running")] // at once
    [InlineData(61, 60, 120, null, 5_000, "offer.too_late")]
    [InlineData(0, 60, 120, null, 9_899, "Planned")]
    [InlineData(0, 60, 120, null, 9_900, "offer.not_lower")]
    public void SHP_01_An_offer_runs_1_to_20_minutes_and_is_below_the_list_price(
        int now, int from, int to, int? countdown, long price, string expected) =>
        Assert.Equal(expected, Answer(Of(Defined(Plain)).Decide(
            new PutOffer("S1/o1", new("S1", price, Noon.AddSeconds(from), Noon.AddSeconds(to))
            {
                CountdownSeconds = countdown,
            }, "d1"), Sku, Offers, Noon.AddSeconds(now))));

    [Fact]
    public void SHP_01_The_same_offer_again_is_as_it_is_now_and_another_is_refused()
    {
        var stock = Planned();
        Assert.Equal("Ended", Answer(stock.Decide(new PutOffer("S1/o1", Live, "d2"), Sku, Offers, Noon.AddDays(1))));
        Assert.Equal("offer.changed",
            Answer(stock.Decide(new PutOffer("S1/o1", Live with { Total = 4 }, "d1"), Sku, Offers, Noon)));
        Assert.Equal("stock.unknown_sku", Answer(Of().Decide(new PutOffer("S1/o1", Live, "d1"), Sku, Offers, Noon)));
    }

    [Fact]
    public void SHP_01_A_hold_that_ends_gives_its_unit_of_the_offer_back_and_a_late_claim_keeps_its_price()
    {
        var stock = Planned(Taken("h1", 2, "u1", 60), Taken("h2", 1, "u2", 60));
        Assert.Equal("stock.sold_out", Answer(Buy("r1 1 u3 S1", 119)));
        Assert.Equal("5000", Answer(Buy("r1 1 u3 S1", 120))); // the holds have ended at this very second
        Assert.Equal("5000", Answer(stock.Decide(new ConfirmStock("h1"), null, Sku, Noon.AddSeconds(500))));
        var claimed = stock.Apply(new StockEvent.Expired("h1", 2, Noon.AddSeconds(121)))
            .Apply(new StockEvent.Expired("h2", 1, Noon.AddSeconds(121))).Apply(Taken("h3", 2, "u3", 121));
        // One unit of the offer is left and h1 had two: its money goes back rather than a fourth is sold.
        Assert.Equal("stock.expired", Answer(claimed.Decide(new ConfirmStock("h1"), null, Sku, Noon.AddSeconds(130))));
        Assert.Equal("5000", Answer(claimed.Decide(new ConfirmStock("h2"), null, Sku, Noon.AddSeconds(130))));

        Kernel.Decision<StockEvent, Reservation> Buy(string wish, int second) =>
            stock.Decide(Wish(wish) with { Offer = "S1/o1" }, null, Sku, Rules, Noon.AddSeconds(second));
    }

    [Fact]
    public void SHP_01_It_ends_with_its_last_unit_sold_and_tells_so_at_once()
    {
        var stock = Planned(Taken("h1", 3, null, 60), new StockEvent.Confirmed("h1", 3, Noon.AddSeconds(70)));
        Assert.Equal("offer.ended", Answer(stock.Decide(
            Wish("r1 1 u1 S1") with { Offer = "S1/o1" }, null, Sku, Rules, Noon.AddSeconds(71))));
        Assert.True(stock.DueAt <= Noon.AddSeconds(70));
        var told = stock.DecideDue(Noon.AddSeconds(71)).Events;
        Assert.Equal([typeof(StockEvent.OfferStarted), typeof(StockEvent.OfferEnded)], told.Select(e => e.GetType()));
        Assert.Equal(OfferEnd.Units, ((StockEvent.OfferEnded)told[1]).By);
        Assert.Null(told.Aggregate(stock, (s, e) => s.Apply(e)).DueAt);
    }

    [Fact]
    public void S22_A_normal_sale_of_the_last_unit_ends_the_offer()
    {
        var stock = Planned(new StockEvent.Held("h1", null, 9, null, 9_900, Noon, Noon.AddSeconds(900)),
            new StockEvent.OfferStarted("S1/o1", Noon.AddSeconds(60)));
        Assert.Equal("stock.sold_out", Answer(stock.Decide(
            Wish("r1 1 u1 S1") with { Offer = "S1/o1" }, null, Sku, Rules, Noon.AddSeconds(70)))); // may come back
        stock.Apply(new StockEvent.Confirmed("h1", 9, Noon.AddSeconds(80)));
        Assert.Equal(new StockEvent.OfferEnded("S1/o1", OfferEnd.Stock, Noon.AddSeconds(80)),
            Assert.Single(stock.DecideDue(Noon.AddSeconds(80)).Events));
        stock.Apply(Received(5, "in2"));
        Assert.Equal("offer.ended", Answer(stock.Decide(
            Wish("r1 1 u1 S1") with { Offer = "S1/o1" }, null, Sku, Rules, Noon.AddSeconds(90))));
        Assert.Equal("9900", Answer(stock.Decide(Wish("r1 1 u1 S1"), null, Sku, Rules, Noon.AddSeconds(90))));
    }

    [Fact]
    public void SHP_01_It_tells_its_start_and_end_to_the_second()
    {
        var stock = Planned();
        Assert.Equal(Live.StartsAt, stock.DueAt);
        Assert.Empty(stock.DecideDue(Noon.AddSeconds(59)).Events);
        stock.Apply(Assert.IsType<StockEvent.OfferStarted>(Assert.Single(stock.DecideDue(Live.StartsAt).Events)));
        Assert.Equal(Live.EndsAt, stock.DueAt);
        var ended = Assert.IsType<StockEvent.OfferEnded>(Assert.Single(stock.DecideDue(Live.EndsAt).Events));
        Assert.Equal(OfferEnd.Time, ended.By);
        Assert.Null(stock.Apply(ended).DueAt);
    }

    [Theory]
    [InlineData(null, 0, 9_900L)] // nobody has paid yet: the list price
    [InlineData(8_000L, 0, 8_000L)] // never above what was really paid
    [InlineData(8_000L, 7, 9_900L)] // a week ago
    [InlineData(5_000L, 0, null)] // it was as low as this already
    [InlineData(12_000L, 0, 9_900L)] // nor above the list price
    public void SHP_01_The_price_struck_through_was_really_asked_and_paid(long? paid, int daysBefore, long? expected)
    {
        var at = Noon.AddDays(-daysBefore);
        var stock = Of(Defined(Plain), Received(9));
        if (paid is { } price)
        {
            stock.Apply(new StockEvent.Held("h1", null, 1, null, price, at, at.AddSeconds(60)));
            stock.Apply(new StockEvent.Confirmed("h1", 1, at));
        }

        stock.Apply(new StockEvent.OfferPlanned("S1/o1", Live, "d1", Noon));
        Assert.Equal(expected, stock.Offers(Sku, Offers, Noon).Reply.Value!.Offers[0].CrossedOutMinor);
    }

    [Theory]
    [InlineData(1, 9_900L)]
    [InlineData(2, 9_900L)] // two days ago exactly
    [InlineData(3, 8_000L)]
    public void SHP_01_How_far_back_what_was_paid_counts_is_the_policys(int compareDays, long expected)
    {
        var (stock, at) = (Of(Defined(Plain), Received(9)), Noon.AddDays(-2));
        stock.Apply(new StockEvent.Held("h1", null, 1, null, 8_000, at, at.AddSeconds(60)));
        stock.Apply(new StockEvent.Confirmed("h1", 1, at));
        stock.Apply(new StockEvent.OfferPlanned("S1/o1", Live, "d1", Noon));
        var offers = stock.Offers(Sku, Offers with { CompareDays = compareDays }, Noon).Reply.Value!.Offers;
        Assert.Equal(expected, offers[0].CrossedOutMinor);
    }

    [Fact]
    public void SHP_01_An_order_undone_in_its_turn_gives_the_units_back_to_the_offer()
    {
        var stock = Planned(Taken("h1", 3, "u9", 60), new StockEvent.Confirmed("h1", 3, Noon.AddSeconds(70)));
        var undo = stock.Decide(new PutBackStock("h1/undo", "h1", 3) { Undo = true }, Sku, Noon.AddSeconds(71));
        stock.Apply(Assert.Single(undo.Events));
        Assert.Equal(0, stock.Offers(Sku, Offers, Noon.AddSeconds(72)).Reply.Value!.Offers[0].Taken);
    }

    [Fact]
    public void A_list_price_that_was_lowered_wins_over_the_offer()
    {
        var stock = Planned(new StockEvent.Changed(Plain with { PriceMinor = 4_000 }, "k", "ops", Noon));
        var held = stock.Decide(Wish("r1 1 u1 S1") with { Offer = "S1/o1" }, null, Sku, Rules, Noon.AddSeconds(60));
        Assert.Equal((4_000L, null), (held.Reply.Value!.PriceMinor, held.Reply.Value.Offer));
    }

    [Fact]
    public void What_sleeps_wakes_as_it_was()
    {
        var stock = Planned(Taken("h1", 1, "u1", 60), new StockEvent.Confirmed("h1", 1, Noon.AddSeconds(70)),
            Taken("h2", 1, "u1", 71));
        var thawed = Stock.Snapshots.Thaw(Stock.Snapshots.Freeze(stock)());
        foreach (var s in new[] { stock, thawed })
        {
            Assert.Equal("stock.limit", Answer(s.Decide(
                Wish("r1 1 u1 S1") with { Offer = "S1/o1" }, null, Sku, Rules, Noon.AddSeconds(72))));
            Assert.Equal(stock.DueAt, s.DueAt);
        }

        Assert.Equal(stock.Offers(Sku, Offers, Noon).Reply.Value!.Offers.AsEnumerable(),
            thawed.Offers(Sku, Offers, Noon).Reply.Value!.Offers);
    }

    [Fact]
    public void At_most_64_offers_are_remembered_and_those_long_ended_are_forgotten()
    {
        var stock = Of(Defined(Plain));
        for (var i = 0; i < Stock.OffersMax; i++)
            stock.Apply(new StockEvent.OfferPlanned($"S1/{i}", Live, "d1", Noon));
        Assert.Equal("offer.full", Answer(stock.Decide(new PutOffer("S1/x", Later(3), "d1"), Sku, Offers, Noon)));
        var much = Noon.AddDays(8);
        Assert.Equal("Planned", Answer(stock.Decide(new PutOffer("S1/x", Later(9), "d1"), Sku, Offers, much)));
        stock.Apply(new StockEvent.OfferPlanned("S1/x", Later(9), "d1", much));
        Assert.Equal("S1/x", Assert.Single(stock.Offers(Sku, Offers, much).Reply.Value!.Offers).Id);

        static OfferTerms Later(int days) =>
            Live with { StartsAt = Noon.AddDays(days), EndsAt = Noon.AddDays(days).AddMinutes(2) };
    }
}

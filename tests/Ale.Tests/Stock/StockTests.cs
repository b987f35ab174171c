using System.Collections.Immutable;
using Ale.Kernel;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>One table a command: refusals in order of precedence, then the boundaries.</summary>
public sealed class StockTests
{
    [Theory]
    [InlineData("nothing", "r1 1", 0, "stock.unknown_sku")]
    [InlineData("closed", "h1 2 u1", 30, "stock.changed")] // before closed
    [InlineData("closed", "r1 1 u1", 30, "stock.closed")] // before the user's limit
    [InlineData("limits", "r1 1 u1", 59, "stock.limit")] // the user's: 2 held + 1 > 2
    [InlineData("limits", "r1 1 u1", 60, "held")] // the hold has ended at this very instant
    [InlineData("limits", "r1 2 u2", 59, "held")] // exactly at the user's limit
    [InlineData("limits", "r1 2 u2 live", 59, "stock.limit")] // the session's: 2 + 2 > 3
    [InlineData("limits", "r1 1 u2 live", 59, "held")] // exactly at the session's
    [InlineData("limits", "r1 4", 59, "stock.limit")] // the edition's, before sold out
    [InlineData("limits", "r1 3", 59, "stock.sold_out")] // exactly at the edition's
    [InlineData("limits", "r1 2", 59, "held")] // all there are
    [InlineData("below the minimum", "r1 4 - live", 59, "stock.sold_out")] // before paused
    [InlineData("below the minimum", "r1 3 - live", 59, "stock.paused")]
    [InlineData("below the minimum", "r1 3 - live", 60, "held")] // the ended hold's units are back
    [InlineData("below the minimum", "r1 3", 59, "held")] // only sessions pause
    [InlineData("at the minimum", "r1 1 - live", 0, "held")]
    [InlineData("corrected below what is held", "r1 1", 59, "stock.sold_out")]
    [InlineData("corrected below what is held", "r1 1", 60, "held")]
    [InlineData("one held", "h1 1 u1", 59, "held")]
    [InlineData("one held", "h1 1 u1", 60, "expired")]
    [InlineData("one held", "h1 1 u2", 0, "stock.changed")]
    [InlineData("one held", "h1 1", 0, "stock.changed")]
    [InlineData("one held", "h1 1 u1 live", 0, "stock.changed")]
    [InlineData("sold", "h1 1 u1", 60, "confirmed")]
    [InlineData("released", "h1 1 u1", 60, "released")]
    [InlineData("expired", "h1 1 u1", 60, "expired")]
    [InlineData("fenced", "f1 1", 60, "stock.released")] // the late original of what was undone
    public void Reserve(string situation, string wish, int second, string expected) => Is(expected,
        Situation(situation).Decide(Wish(wish), null, Sku, Rules, Noon.AddSeconds(second)));

    [Theory]
    [InlineData("one held", "r1 1 u1", 29, "stock.sold_out")] // a double click
    [InlineData("one held", "r1 1 u1", 30, "held")] // he has come back
    [InlineData("one held", "r1 2 u1", 30, "stock.sold_out")] // it would not help
    [InlineData("one held", "r1 1 u2", 30, "stock.sold_out")] // not his
    [InlineData("one held", "r1 1", 30, "stock.sold_out")]
    [InlineData("limits", "r1 1 u1", 29, "stock.limit")]
    [InlineData("limits", "r1 2 u1", 30, "held")]
    [InlineData("limits", "r1 3 u1", 30, "stock.limit")]
    public void S07_A_buyer_who_comes_back_is_not_blocked_by_his_own_hold(
        string situation, string wish, int second, string expected)
    {
        var stock = Situation(situation);
        var decision = stock.Decide(
            Wish(wish), null, Sku, Rules with { OwnHoldSeconds = 30 }, Noon.AddSeconds(second));
        Is(expected, decision);
        Assert.Equal(expected == "held" ? 2 : 0, decision.Events.Length); // his old one ends in the same turn, or stays
        foreach (var e in decision.Events) stock.Apply(e);
        if (expected == "held") Assert.Equal("Released", $"{stock.Known("h1", Sku, Noon)!.State}");
    }

    [Theory]
    [InlineData("nothing", "h1", null, 30, "stock.unknown_sku")]
    [InlineData("one", "h1", null, 30, "stock.unknown_reservation")]
    [InlineData("one", "h1", "h1 1 u1", 30, "confirmed")] // forgotten, claimed by its content
    [InlineData("one", "h1", "h1 2 u1", 30, "stock.expired")]
    [InlineData("one held", "h1", null, 59, "confirmed")]
    [InlineData("one held", "h1", null, 60, "confirmed")] // ended, but the unit is there
    [InlineData("one held", "h1", "h1 1 u1", 30, "confirmed")]
    [InlineData("one held", "h1", "h1 2 u1", 30, "stock.changed")]
    [InlineData("one held", "h1", "h1 1 u2", 30, "stock.changed")]
    [InlineData("sold", "h1", null, 60, "confirmed")]
    [InlineData("sold", "h1", "h1 2 u1", 60, "stock.changed")]
    [InlineData("released", "h1", null, 60, "stock.released")]
    [InlineData("fenced", "f1", "f1 1", 60, "stock.released")]
    [InlineData("closed", "h3", null, 60, "stock.closed")]
    [InlineData("edition full of holds", "h1", null, 60, "stock.limit")] // else three of two would be sold
    [InlineData("edition full of holds", "h1", null, 120, "confirmed")]
    [InlineData("user full of holds", "h1", null, 60, "stock.limit")]
    [InlineData("expired and gone", "h1", null, 60, "stock.expired")]
    [InlineData("corrected below what is held", "h1", null, 59, "stock.sold_out")] // S05: else on hand falls below zero
    [InlineData("expired and gone", "h1", null, 120, "confirmed")]
    public void Confirm(string situation, string id, string? content, int second, string expected) => Is(expected,
        Situation(situation).Decide(new ConfirmStock(id) { Content = content is null ? null : Wish(content) }, null,
            Sku,
            Noon.AddSeconds(second)));

    [Theory]
    [InlineData("nothing", "h1", false, 30, "stock.unknown_sku")]
    [InlineData("one", "h1", false, 30, "stock.unknown_reservation")]
    [InlineData("one", "h1", true, 30, "released")]
    [InlineData("one held", "h1", false, 59, "released")]
    [InlineData("one held", "h1", false, 60, "expired")]
    [InlineData("sold", "h1", false, 60, "stock.confirmed")]
    [InlineData("sold", "h1", true, 60, "stock.confirmed")]
    [InlineData("released", "h1", false, 60, "released")]
    [InlineData("expired", "h1", false, 60, "expired")]
    public void Release(string situation, string id, bool fence, int second, string expected) => Is(expected,
        Situation(situation).Decide(new ReleaseStock(id) { Fence = fence }, null, Sku, Noon.AddSeconds(second)));

    [Theory]
    [InlineData("nothing", 30, "stock.unknown_sku")]
    [InlineData("one", 30, "stock.unknown_reservation")]
    [InlineData("sold", 30, "stock.confirmed")]
    [InlineData("released", 30, "stock.released")]
    [InlineData("expired", 60, "stock.expired")]
    [InlineData("one held", 60, "stock.expired")]
    [InlineData("one held", 59, "held")]
    public void Renew(string situation, int second, string expected) => Is(expected,
        Situation(situation).Decide(new RenewStock("h1", "k1"), Sku, Rules, Noon.AddSeconds(second)));

    [Fact]
    public void A_hold_is_renewed_to_the_cap_and_each_key_renews_once()
    {
        var stock = Situation("one held");
        Assert.Equal(930, Renewed("a", 30));
        Assert.Equal(1_800, Renewed("b", 929)); // 929 + 900 is beyond the cap
        Assert.Equal(1_800, Renewed("c", 1_799));
        stock = Situation("one held");
        Assert.Equal(930, Renewed("a", 30));
        Assert.Equal(950, Renewed("b", 50));
        Assert.Equal(950, Renewed("a", 70)); // done already
        Assert.Equal(950, Renewed("b", 70));
        Assert.Equal(970, Renewed("c", 70));

        double Renewed(string key, int second)
        {
            var (reply, events) = stock.Decide(new RenewStock("h1", key), Sku, Rules, Noon.AddSeconds(second));
            foreach (var e in events) stock.Apply(e);
            return (reply.Value!.ExpiresAt - Noon).TotalSeconds;
        }
    }

    [Fact]
    public void A_hold_never_outlasts_the_cap_of_the_policy()
    {
        var stock = Of(Defined(Plain with { HoldSeconds = 1_800 }), Received(1));
        var held = stock.Decide(Wish("r1 1"), null, Sku, new(60, 120), Noon).Reply.Value!;
        Assert.Equal(Noon.AddSeconds(120), held.ExpiresAt);
    }

    [Theory]
    [InlineData("nothing", "in2", 1, "stock.unknown_sku")]
    [InlineData("one", "in1", 2, "stock.changed")]
    [InlineData("one", "in1", 1, "1")]
    [InlineData("one", "in2", 7, "7")]
    [InlineData("corrected below what is held", "a1", 7, "7")] // an adjustment of the same name is another thing
    public void Receive(string situation, string id, int quantity, string expected) => Is(expected,
        Situation(situation).Decide(new ReceiveStock(id, quantity), Sku));

    [Theory]
    [InlineData("nothing", "a2", -1, "stock.unknown_sku")]
    [InlineData("corrected below what is held", "a1", -3, "stock.changed")]
    [InlineData("corrected below what is held", "a1", -4, "-4")]
    [InlineData("corrected below what is held", "a2", -2, "stock.negative")]
    [InlineData("corrected below what is held", "a2", -1, "-1")] // to zero on hand, below what is held
    [InlineData("one", "in1", 3, "3")] // a receipt of the same name is another thing
    public void Adjust(string situation, string id, int delta, string expected) => Is(expected,
        Situation(situation).Decide(new AdjustStock(id, delta, "count"), Sku));

    [Theory]
    [InlineData("nothing", "b1", 1, "stock.unknown_sku")]
    [InlineData("sold", "b1", 2, "stock.negative")] // units out of nothing
    [InlineData("sold", "b1", 1, "1")]
    [InlineData("sold", "in1", 1, "1")]
    public void PutBack(string situation, string id, int quantity, string expected) => Is(expected,
        Situation(situation).Decide(new PutBackStock(id, "h1", quantity), Sku, Noon));

    [Theory]
    [InlineData(3, 2, 1, null)]
    [InlineData(2, 1, 0, null)]
    [InlineData(2, 2, 1, "stock.bad_levels")]
    [InlineData(3, 1, 1, "stock.bad_levels")]
    [InlineData(3, 2, -1, "stock.bad_levels")]
    public void Define(int safety, int warning, int minimum, string? expected) => Assert.Equal(expected,
        Stock.New().Decide(Plain with { Levels = new(safety, warning, minimum) }).Reply.Refusal?.Code);

    [Fact]
    public void Other_terms_are_refused_as_changed_and_the_same_are_no_event()
    {
        Is("stock.changed", Situation("one").Decide(Plain with { PriceMinor = 9_901 }));
        Is("stock.changed", Situation("one").Decide(Plain with { Levels = new(1, 2, 3) })); // before bad levels
        Assert.Empty(Situation("one").Decide(Plain with
        {
            OptionValues = ImmutableSortedDictionary<string,
            string>.Empty
        }).Events);
    }

    [Theory] // STK-04 and STK-05 watch units on hand, STK-06 the available ones
    [InlineData(9, 0, 30, StockLevel.Ok, true)]
    [InlineData(8, 0, 30, StockLevel.Safety, true)]
    [InlineData(6, 0, 30, StockLevel.Safety, true)]
    [InlineData(5, 0, 30, StockLevel.Warning, true)]
    [InlineData(3, 0, 30, StockLevel.Warning, true)]
    [InlineData(2, 0, 30, StockLevel.Minimum, false)]
    [InlineData(9, 6, 30, StockLevel.Ok, true)]
    [InlineData(9, 7, 30, StockLevel.Minimum, false)]
    [InlineData(9, 7, 59, StockLevel.Minimum, false)]
    [InlineData(9, 7, 60, StockLevel.Ok, true)] // the hold has ended
    public void Levels_follow_the_marks(int onHand, int held, int second, StockLevel level, bool liveSelling)
    {
        var stock = Of(Defined(Plain with { Levels = new(9, 6, 3) }), Received(onHand));
        if (held > 0) stock.Apply(Held("h1", held));
        var levels = stock.Levels(Sku, 3, Noon.AddSeconds(second));
        Assert.Equal((level, liveSelling), (levels.Level, levels.LiveSelling));
        Assert.Equal(Math.Max(0, levels.OnHand - levels.Held), levels.Available);
        Assert.Equal(StockLevel.None, Situation("one").Levels(Sku, 2, Noon).Level);
    }

    [Fact] // STK-07
    public void An_edition_gets_returned_units_back_until_it_is_closed_for_good()
    {
        var two = Plain with { LimitedTotal = 2 };
        var stock = Of(Defined(two), Received(9), Held("h1", 1), Confirmed("h1", 1),
            new StockEvent.PutBack("b1", "h1", null, 1, null, Undo: false, Noon));
        Is("held", stock.Decide(Wish("r1 2"), null, Sku, Rules, Noon)); // the returned one may be sold again

        stock = Of(Defined(two), Received(9), Held("h1", 2), Confirmed("h1", 2),
            new StockEvent.PutBack("b1", "h1", null, 1, null, Undo: false, Noon));
        Is("stock.closed", stock.Decide(Wish("r1 1"), null, Sku, Rules, Noon));
        Assert.False(stock.Levels(Sku, 5, Noon).LiveSelling);
        stock.Apply(new StockEvent.PutBack("b2", "h1", null, 1, null, Undo: true, Noon)); // the sale itself is undone
        Is("held", stock.Decide(Wish("r1 1"), null, Sku, Rules, Noon));
    }

    [Fact]
    public void Units_put_back_count_for_nobody_below_zero()
    {
        var stock = Of(Defined(Plain with { PerUserMax = 1 }), Received(9), Held("h1", 2), Confirmed("h1", 2),
            new StockEvent.PutBack("b1", "h1", "u1", 2, null, false, Noon)); // u1 never had any
        Is("stock.limit", stock.Decide(Wish("r1 2 u1"), null, Sku, Rules, Noon));
    }

    [Fact]
    public void Ended_reservations_are_forgotten_by_number_and_by_time()
    {
        var stock = Of(Defined(Plain), Received(9_000));
        for (var i = 0; i <= Stock.EndedMax; i++) stock.Apply(Held($"h{i}", 1)).Apply(Released($"h{i}", 1));
        Assert.False(stock.Remembers("h0"));
        Assert.True(stock.Remembers("h1"));
        var late = Noon.AddSeconds(30) + Stock.EndedFor;
        stock.Apply(new StockEvent.Released("x", 0, late));
        Assert.True(stock.Remembers($"h{Stock.EndedMax}")); // ten minutes to the second
        stock.Apply(new StockEvent.Released("y", 0, late.AddMilliseconds(1)));
        Assert.False(stock.Remembers($"h{Stock.EndedMax}"));
    }

    [Fact]
    public void A_marked_repeat_gets_what_the_table_knows()
    {
        var past = new Reservation("r1", Sku, new UserId("u1"), 1, 9_900, "CNY", ReservationState.Confirmed, Noon,
            null);
        var stock = Situation("one");
        Is("confirmed", stock.Decide(Wish("r1 1 u1"), past, Sku, Rules, Noon));
        Is("stock.changed", stock.Decide(Wish("r1 2 u1"), past, Sku, Rules, Noon));
        Is("confirmed", stock.Decide(new ConfirmStock("r1"), past, Sku, Noon));
        Is("stock.confirmed", stock.Decide(new ReleaseStock("r1"), past, Sku, Noon));
        Is("stock.released", stock.Decide(new ConfirmStock("r1"), past with { State = ReservationState.Released }, Sku,
            Noon));
        Is("confirmed", stock.Decide(new ConfirmStock("r1"), past with { State = ReservationState.Expired }, Sku,
            Noon));
        Is("stock.expired", stock.Decide(
            new ConfirmStock("r1"), past with { State = ReservationState.Expired, Quantity = 2 }, Sku, Noon));
    }

    private static void Is<T>(string expected, Decision<StockEvent, T> decision)
    {
        Assert.Equal(expected, decision.Reply.Refusal?.Code ?? decision.Reply.Value switch
        {
            Reservation reservation => $"{reservation.State}".ToLowerInvariant(),
            StockMove move => $"{move.Delta}",
            _ => "done",
        });
        // What is refused changes nothing, save that holds whose time has run out end.
        if (decision.Reply.Refusal is not null) Assert.All(decision.Events, e => Assert.IsType<StockEvent.Expired>(e));
    }
}

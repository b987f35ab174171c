using System.Globalization;
using Ale.Kernel;
using CsCheck;
using Xunit;

namespace Ale.Carts;

public sealed class CartTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 20, 0, 0, TimeSpan.Zero);
    private Cart _cart = Cart.New();

    private static CartLine Line(string sku, int quantity = 1, string? session = "s1",
        CartVia via = CartVia.Floating) => new(sku, quantity, session, via);

    private static CheckoutCart Wish(string order, string? session = "s1") => new(order, session, CartVia.Floating);

    private Outcome<T> Take<T>(Decision<CartEvent, T> decision)
    {
        foreach (var e in decision.Events) _cart = _cart.Apply(e);
        return decision.Reply;
    }

    private void Put(params CartLine[] lines)
    {
        foreach (var line in lines) Assert.Null(Take(_cart.Decide(line, Now)).Refusal);
    }

    [Fact]
    public void ORD_02_A_line_is_set_by_session_and_sku_and_what_was_said_last_counts()
    {
        Put(Line("A", 2), Line("B"), Line("A", 5, session: null), Line("A", 3, via: CartVia.Page));
        Assert.Equal([Line("A", 3, via: CartVia.Page), Line("B"), Line("A", 5, null)], _cart.Lines);
        Assert.Empty(_cart.Decide(Line("B"), Now).Events);
        Take(_cart.DecideRemove("A", "s1", Now));
        Assert.Equal([Line("B"), Line("A", 5, null)], _cart.Lines);
        Assert.Empty(_cart.DecideRemove("A", "s1", Now).Events);
    }

    [Fact]
    public void ORD_02_A_cart_takes_100_lines_and_no_more()
    {
        for (var i = 0; i < 100; i++) Put(Line(string.Create(CultureInfo.InvariantCulture, $"K{i}")));
        Assert.Equal(CartRefusals.Full, _cart.Decide(Line("K100"), Now).Reply.Refusal);
        Put(Line("K99", 7)); // one that is there may change
    }

    [Fact]
    public void ORD_02_A_checkout_takes_the_lines_of_its_session_and_keeps_them_for_its_repeats()
    {
        Put(Line("A", 2), Line("B", 1, session: null));
        Assert.Equal(CartRefusals.Empty, _cart.Decide(Wish("o1", "s2"), Now).Reply.Refusal);
        var first = Take(_cart.Decide(Wish("o1"), Now)).Value!;
        Assert.Equal([Line("A", 2)], first.Lines);
        Put(Line("A", 9));
        var again = _cart.Decide(Wish("o1"), Now);
        Assert.Equal((first, 0), (again.Reply.Value, again.Events.Length));
        Assert.Equal(CartRefusals.Changed, _cart.Decide(Wish("o1", session: null), Now).Reply.Refusal);
        Assert.Equal(CartRefusals.Changed, _cart.Decide(Wish("o1") with { Coupon = "C" }, Now).Reply.Refusal);
    }

    [Fact]
    public void ORD_02_What_was_ordered_leaves_the_cart_and_what_was_put_meanwhile_stays()
    {
        Put(Line("A", 2), Line("B", 1), Line("B", 4, session: null));
        Take(_cart.Decide(Wish("o1"), Now));
        Put(Line("A", 5), Line("C"));
        Take(_cart.DecideEnd("o1", null, Now));
        Assert.Equal([Line("A", 3), Line("B", 4, null), Line("C")], _cart.Lines);
        Assert.Empty(_cart.DecideEnd("o1", null, Now).Events); // once
        Assert.Empty(_cart.DecideEnd("o1", new(RefusalKind.Conflict, "stock.sold_out"), Now).Events);
        Assert.Equal(2, _cart.Decide(Wish("o1"), Now).Reply.Value!.Lines.Length); // a repeat asks for the same order
    }

    [Fact]
    public void ORD_02_A_refused_checkout_leaves_the_lines_and_its_id_may_be_tried_with_others()
    {
        Put(Line("A", 2));
        Take(_cart.Decide(Wish("o1"), Now));
        Take(_cart.DecideEnd("o1", new(RefusalKind.Conflict, "stock.sold_out"), Now));
        Assert.Equal([Line("A", 2)], _cart.Lines);
        Put(Line("A", 1));
        Assert.Equal([Line("A", 1)], Take(_cart.Decide(Wish("o1"), Now)).Value!.Lines);
    }

    [Fact]
    public void ORD_07_An_order_of_a_cart_says_where_its_buyer_came_from()
    {
        Put(Line("A"));
        var wish = Wish("o1") with { Channel = "tv", ShareId = "l1", CampaignId = "c1", PlacementId = "p1" };
        var order = _cart.Decide(wish, Now).Reply.Value!.Order(new("u1"));
        Assert.Equal(("tv", "l1", "c1", "p1"), (order.Channel, order.ShareId, order.CampaignId, order.PlacementId));
        Take(_cart.Decide(wish, Now));
        Assert.Same(CartRefusals.Changed, _cart.Decide(wish with { CampaignId = null }, Now).Reply.Refusal);
        Assert.Same(CartRefusals.Changed, _cart.Decide(wish with { PlacementId = "p2" }, Now).Reply.Refusal);
    }

    [Fact]
    public void ORD_02_Sixteen_checkouts_are_remembered()
    {
        for (var i = 0; i < 17; i++)
        {
            Put(Line("A"));
            var order = string.Create(CultureInfo.InvariantCulture, $"o{i}");
            Take(_cart.Decide(Wish(order), Now));
            Take(_cart.DecideEnd(order, null, Now));
        }

        Assert.Null(_cart.Find("o0"));
        Assert.NotNull(_cart.Find("o1"));
        Assert.Equal(Cart.CheckoutsMax, _cart.Checkouts.Length);
    }

    [Fact]
    public void Stored_events_keep_their_form()
    {
        var line = Line("A", 2);
        GoldenLines.CheckText("Carts/Cart.golden.jsonl", CartJson.Default.CartEvent,
            new CartEvent.Put(line, Now),
            new CartEvent.Removed("A", null, Now),
            new CartEvent.CheckoutStarted(new("o1", "s1", CartVia.Page, [line], "JUNE-2345678923", new(null, "330106"),
                "feed", "sh1"), Now),
            new CartEvent.Ordered("o1", Now),
            new CartEvent.CheckoutRefused("o2", "stock.sold_out", Now),
            new CartEvent.CheckoutStarted(
                new("o3", null, CartVia.Page, [line], null, null, null, null, "c1", "p1"), Now));
    }

    [Fact]
    public void A_snapshot_is_the_cart_whatever_happened()
    {
        var step = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 3], Gen.Bool);
        step.List[0, 40].Sample(steps =>
        {
            var cart = Cart.New();
            foreach (var (kind, which, units, live) in steps)
            {
                var (sku, order, session) = ($"K{which}", $"o{which}", live ? "s1" : null);
                var events = kind switch
                {
                    0 => cart.Decide(Line(sku, units, session), Now).Events,
                    1 => cart.DecideRemove(sku, session, Now).Events,
                    2 => cart.Decide(Wish(order, session), Now).Events,
                    _ => cart.DecideEnd(order, live ? null : CartRefusals.Empty, Now).Events,
                };
                foreach (var e in events) cart = cart.Apply(e);
                Assert.All(cart.Lines, line => Assert.InRange(line.Quantity, 1, CartLine.QuantityMax));
                Assert.Equal(cart.Lines.Length, cart.Lines.DistinctBy(l => (l.Sku, l.SessionId)).Count());
            }

            var thawed = Cart.Snapshots.Thaw(Cart.Snapshots.Freeze(cart)());
            Assert.Equal(cart.Lines, thawed.Lines);
            Assert.Equal(cart.Checkouts.Select(c => (c.Checkout.OrderId, c.IsOrdered)),
                thawed.Checkouts.Select(c => (c.Checkout.OrderId, c.IsOrdered)));
        }, iter: 2_000);
    }

    [Theory]
    [InlineData(0, 0, 0, 0, null, null, null)]
    [InlineData(1, 3, 1, 4, 33.3, 25.0, 33.3)]
    [InlineData(1, 8, 1, 10, 12.5, 10.0, 25.0)]
    [InlineData(1, 16, 1, 16, 6.3, 6.3, 0.0)] // 6.25: half goes away from zero
    [InlineData(1, 4, 0, 4, 25.0, 0.0, null)]
    [InlineData(0, 4, 1, 4, 0.0, 25.0, -100.0)]
    public void ORD_02_Completion_is_paid_of_checkouts_and_the_uplift_compares_both_ways(
        int paid, int checkouts, int pagePaid, int pageCheckouts, double? floating, double? page, double? uplift)
    {
        var funnel = CartQueries.Of(
        [
            new(CartVia.Floating, 0, checkouts, 0, paid, CartQueries.Percent(paid, checkouts)),
            new(CartVia.Page, 0, pageCheckouts, 0, pagePaid, CartQueries.Percent(pagePaid, pageCheckouts)),
        ], goal: 25);
        Assert.Equal((floating, page, uplift), ((double?)funnel.Ways[0].CompletionPercent,
            (double?)funnel.Ways[1].CompletionPercent, (double?)funnel.UpliftPercent));
    }
}

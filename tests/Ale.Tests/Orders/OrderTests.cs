using Ale.Payments;
using Xunit;

namespace Ale.Orders;

/// <summary>A table a command; a row a refusal in order of precedence.</summary>
public sealed class OrderTests
{
    private static readonly (string, int, long?)[] Lines = [("k1", 2, 10_00), ("K2", 1, 5_00)];

    [Fact]
    public void O07_An_order_placed_twice_is_one_order_and_other_content_is_refused()
    {
        var life = OrderLife.In(OrderPhase.Placing);
        Assert.Null(life.Place(OrderLife.Of(Lines)).Refusal); // while the first is still under way; SKUs without case
        life.Reserve();
        Assert.Null(life.Place(OrderLife.Of(Lines)).Refusal);
        Assert.Same(OrderRefusals.Changed, life.Place(OrderLife.Of(Lines) with { Coupon = "X" }).Refusal);
        Assert.Same(OrderRefusals.Changed, life.Place(OrderLife.Of([.. Lines.Reverse()])).Refusal);
        Assert.Null(life.Place(OrderLife.Of(Lines), isRepeat: true).Refusal);
        Assert.Equal([typeof(OrderEvent.Placed), typeof(OrderEvent.Reserved)], life.Events.Select(e => e.GetType()));
    }

    [Fact]
    public void A_refused_order_is_tried_again_with_any_content_unless_the_edge_itself_repeats()
    {
        var life = OrderLife.In(OrderPhase.Refused);
        life.Place(OrderLife.Of(Lines), isRepeat: true);
        Assert.Equal((OrderPhase.Refused, 1), (life.Order.Phase, life.Order.Attempt));
        life.Place(OrderLife.Of(("K9", 1, null)));
        Assert.Equal((OrderPhase.Placing, 2), (life.Order.Phase, life.Order.Attempt));
        var why = OrderLife.In(OrderPhase.Refused).Order.WhyRefused!;
        Assert.Equal(("stock.sold_out", "K1"), (why.Code, why.Details.Single().Value));
    }

    [Theory]
    [InlineData(0, 0, 25_00, 0)]
    [InlineData(7_00, 0, 18_00, 7_00)]
    [InlineData(25_00, 0, 0, 25_00)]
    [InlineData(25_01, 0, 0, 25_00)] // P08: never below 0
    [InlineData(0, 3_00, 28_00, 0)]
    [InlineData(0, -25_00, 0, 0)]
    [InlineData(25_00, -1, null, 0)] // discounts above goods and charges
    [InlineData(0, -25_01, null, 0)]
    public void P08_What_is_payable_is_goods_less_discount_and_charges_and_never_below_0(
        long couponOff, long charge, int? payable, long discount)
    {
        var content = OrderLife.Of(Lines) with { Charges = charge == 0 ? [] : [new("post", charge)] };
        var life = OrderLife.In(OrderPhase.Placing, content);
        var answer = life.Reserve(couponOff);
        Assert.Equal(payable is null ? OrderRefusals.Negative : null, answer.Refusal);
        if (payable is null) return;
        Assert.Equal((payable.Value, discount), (life.Order.PayableMinor, life.Order.DiscountMinor));
        Assert.Equal(discount, life.Order.Lines.Sum(l => l.DiscountMinor));
        Assert.All(life.Order.Lines, l => Assert.InRange(l.NetMinor, 0, long.MaxValue));
        Assert.Equal(life.Now.AddMinutes(15), life.Order.PayBy);
    }

    [Fact]
    public void S02_Lines_of_one_SKU_are_one_demand_and_keep_their_own_prices()
    {
        var life = OrderLife.In(
            OrderPhase.AwaitingPayment, OrderLife.Of(("k1", 1, 10_00), ("K2", 3, null), ("K1", 4, 9_00)));
        Assert.Equal([("K1", 5), ("K2", 3)], life.Order.Content!.Demand);
        Assert.Equal([10_00, 7_77, 9_00], life.Order.Lines.Select(l => l.PriceMinor));
        Assert.Equal(10_00 + 3 * 7_77 + 4 * 9_00, life.Order.PayableMinor);
    }

    [Theory]
    [InlineData("None", "order.unknown")]
    [InlineData("Refused", "order.refused")]
    [InlineData("Cancelling", "order.cancelled")]
    [InlineData("Cancelled", "order.cancelled")]
    [InlineData("Paying", "order.already_paid")]
    [InlineData("Paid", "order.already_paid")]
    [InlineData("Shipped", "order.already_paid")]
    [InlineData("Delivered", "order.already_paid")]
    [InlineData("AwaitingPayment", null)]
    public void Money_is_asked_for_only_while_the_order_awaits_it(string phase, string? code) =>
        Assert.Equal(code, OrderLife.In(Enum.Parse<OrderPhase>(phase)).Pay("k").Refusal?.Code);

    [Fact]
    public void TEC_03_The_same_key_asks_for_the_same_payment_and_a_key_used_otherwise_is_refused()
    {
        var life = OrderLife.In(OrderPhase.AwaitingPayment);
        var first = life.Pay("k1").Value!.PaymentId;
        var events = life.Events.Count;
        Assert.Equal(first, life.Pay("k1").Value!.PaymentId);
        Assert.Same(OrderRefusals.Changed, life.Pay("k1", "card").Refusal);
        Assert.Same(OrderRefusals.Changed, life.Cancel("k1").Refusal);
        Assert.Equal(events, life.Events.Count);
        Assert.NotEqual(first, life.Pay("k2").Value!.PaymentId);
        Assert.Equal(first, life.Pay("k1").Value!.PaymentId);
    }

    [Fact]
    public void O01_Paying_an_order_whose_holds_have_ended_revives_it_under_a_new_attempt()
    {
        var life = OrderLife.Lapsed();
        Assert.Null(life.Pay("k").Refusal);
        Assert.Equal(PaymentTakenState.Applied, life.Take(life.Event(PaymentEventType.Captured)).Value);
        Assert.Equal((OrderPhase.Paying, 2, null), (life.Order.Phase, life.Order.Attempt, life.Order.Reason));
    }

    [Fact]
    public void Holds_that_end_unpaid_cancel_the_order_at_that_instant_and_not_before()
    {
        var life = OrderLife.In(OrderPhase.AwaitingPayment);
        Assert.Equal(life.Order.PayBy, life.Order.DueAt);
        life.Now = life.Order.PayBy.AddTicks(-1);
        life.Lapse();
        Assert.Equal(OrderPhase.AwaitingPayment, life.Order.Phase);
        life.Now = life.Order.PayBy;
        life.Lapse();
        life.Lapse();
        Assert.Equal((OrderPhase.Cancelling, "expired"), (life.Order.Phase, life.Order.Reason));
        Assert.Equal(life.Now.AddSeconds(5), life.Order.DueAt);
        var paid = OrderLife.In(OrderPhase.Paid);
        paid.Now = paid.Now.AddDays(1);
        paid.Lapse();
        Assert.Equal(OrderPhase.Paid, paid.Order.Phase);
    }

    [Theory]
    [InlineData("None", "order.unknown")]
    [InlineData("Refused", "order.refused")]
    [InlineData("Cancelling", "order.cancelled")]
    [InlineData("Cancelled", "order.cancelled")]
    [InlineData("Shipped", "order.shipped")]
    [InlineData("Delivered", "order.shipped")]
    [InlineData("AwaitingPayment", null)]
    [InlineData("Paid", null)]
    public void An_order_is_cancelled_until_it_is_shipped(string phase, string? code)
    {
        var life = OrderLife.In(Enum.Parse<OrderPhase>(phase));
        Assert.Equal(code, life.Cancel("k").Refusal?.Code);
        if (code is not null) return;
        Assert.Null(life.Cancel("k").Refusal); // the same key again
        Assert.Same(OrderRefusals.Cancelled, life.Cancel("k2").Refusal);
        Assert.Single(life.Events.OfType<OrderEvent.Cancelling>());
    }

    [Theory]
    [InlineData("None", "order.unknown")]
    [InlineData("Refused", "order.refused")]
    [InlineData("AwaitingPayment", "order.not_paid")]
    [InlineData("Paying", "order.not_paid")]
    [InlineData("Cancelled", "order.cancelled")]
    [InlineData("Shipped", "order.shipped")]
    [InlineData("Delivered", "order.shipped")]
    [InlineData("Paid", null)]
    public void Only_a_paid_order_is_shipped(string phase, string? code) =>
        Assert.Equal(code, OrderLife.In(Enum.Parse<OrderPhase>(phase)).Ship("k").Refusal?.Code);

    [Theory]
    [InlineData("None", "order.unknown")]
    [InlineData("Refused", "order.refused")]
    [InlineData("AwaitingPayment", "order.not_shipped")]
    [InlineData("Paid", "order.not_shipped")]
    [InlineData("Cancelled", "order.cancelled")]
    [InlineData("Delivered", "order.not_shipped")]
    [InlineData("Shipped", null)]
    public void Only_a_shipped_order_is_delivered(string phase, string? code) =>
        Assert.Equal(code, OrderLife.In(Enum.Parse<OrderPhase>(phase)).Deliver("k").Refusal?.Code);

    [Fact]
    public void TEC_03_Steps_under_the_same_key_again_change_nothing()
    {
        var life = OrderLife.In(OrderPhase.Delivered);
        Assert.Null(life.Ship("s").Refusal);
        Assert.Null(life.Deliver("d").Refusal);
        Assert.Same(OrderRefusals.Changed, life.Ship("d").Refusal);
        Assert.Equal(2, life.Events.Count(e => e is OrderEvent.Shipped or OrderEvent.Delivered));
    }

    [Fact]
    public void An_order_that_came_back_in_full_is_not_shipped()
    {
        var life = OrderLife.In(OrderPhase.Paid);
        life.Return("r", ("K1", 2));
        life.Happens(new OrderEvent.ReturnDone("r"));
        Assert.Null(life.Ship("k").Refusal);
        var all = OrderLife.In(OrderPhase.Paid);
        all.Return("r", ("K1", 2), ("K2", 1));
        all.Happens(new OrderEvent.ReturnDone("r"));
        Assert.Same(OrderRefusals.NotPaid, all.Ship("k").Refusal);
    }
}

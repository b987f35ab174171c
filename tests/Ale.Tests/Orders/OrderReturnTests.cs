using Xunit;

namespace Ale.Orders;

public sealed class OrderReturnTests
{
    [Theory]
    [InlineData("None", "order.unknown")]
    [InlineData("Refused", "order.not_paid")]
    [InlineData("AwaitingPayment", "order.not_paid")]
    [InlineData("Paying", "order.not_paid")]
    [InlineData("Cancelling", "order.cancelled")]
    [InlineData("Cancelled", "order.cancelled")]
    [InlineData("Paid", null)]
    [InlineData("Shipped", null)]
    [InlineData("Delivered", null)]
    public void Goods_come_back_from_paid_on(string phase, string? code) =>
        Assert.Equal(code, OrderLife.In(Enum.Parse<OrderPhase>(phase)).Return("r", ("K1", 1)).Refusal?.Code);

    [Fact]
    public void A_return_takes_at_most_what_was_bought_and_not_yet_returned()
    {
        var life = OrderLife.In(OrderPhase.Paid);
        Exceeds("K1", ("K1", 3));
        Exceeds("K9", ("K1", 1), ("K9", 1));
        Exceeds("K1", ("K1", 1), ("k1", 2)); // summed
        Assert.Null(life.Return("r1", ("k1", 1)).Refusal);
        Exceeds("K1", ("K1", 2));
        Assert.Null(life.Return("r2", ("K1", 1), ("K2", 1)).Refusal);
        Exceeds("K2", ("K2", 1));
        Assert.Equal(life.Order.GoodsMinor, life.Order.RefundMinor);

        void Exceeds(string sku, params (string, int)[] lines)
        {
            var events = life.Events.Count;
            var refusal = life.Return("rx", lines).Refusal;
            Assert.Equal(("order.return_exceeds", sku), (refusal?.Code, refusal?.Details.Single().Value));
            Assert.Equal(events, life.Events.Count);
        }
    }

    [Fact]
    public void The_same_return_again_changes_nothing_and_other_content_is_refused()
    {
        var life = OrderLife.In(OrderPhase.Paid);
        life.Return("r", ("K1", 1));
        Assert.Null(life.Return("r", ("k1", 1)).Refusal);
        Assert.Same(OrderRefusals.Changed, life.Return("r", ("K1", 2)).Refusal);
        Assert.Single(life.Events.OfType<OrderEvent.ReturnAccepted>());
        Assert.Same(OrderRefusals.Shipped, life.Cancel("c").Refusal); // what is left is a return
    }

    [Fact]
    public void The_earliest_line_of_a_SKU_comes_back_first_at_the_price_then_paid()
    {
        var life = OrderLife.In(OrderPhase.Paid, OrderLife.Of(("K1", 2, 10_00), ("K2", 1, 1_00), ("K1", 2, 7_00)));
        life.Return("r", ("K1", 1), ("K2", 1), ("K1", 2));
        var lines = life.Order.Returns["r"].Lines;
        Assert.Equal([(0, 2), (2, 1), (1, 1)], lines.Select(l => (l.Line, l.Quantity)));
        Assert.Equal(2 * 10_00 + 7_00 + 1_00, life.Order.RefundMinor);
    }

    [Theory]
    [InlineData(1, 3_33, 9)] // ⌊30 × 333 ÷ 1000⌋
    [InlineData(2, 6_66, 19)]
    [InlineData(3, 10_00, 30)]
    public void USR_06_Points_reversed_are_the_rule_over_what_is_refunded_so_far(int units, long refund, long points)
    {
        var life = OrderLife.In(OrderPhase.Paid, OrderLife.Of(("K1", 3, 3_34)), couponOffMinor: 2);
        for (var i = 1; i <= units; i++) life.Return($"r{i}", ("K1", 1));
        Assert.Equal((30, refund, points), (life.Order.PointsEarned, life.Order.RefundMinor,
            life.Order.PointsReversed));
    }

    [Fact]
    public void Goods_that_cost_nothing_come_back_without_money()
    {
        var life = OrderLife.In(OrderPhase.Paid, OrderLife.Of(("K1", 1, 0)));
        life.Return("r", ("K1", 1));
        Assert.Equal((ReturnState.Refunded, OrderState.Refunded),
            (life.Order.ReturnView("r").State, life.Order.State!.Value));
    }
}

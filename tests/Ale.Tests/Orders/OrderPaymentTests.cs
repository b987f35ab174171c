using Ale.Payments;
using Xunit;

namespace Ale.Orders;

/// <summary>What the acquirer says: it has its effect once, or is kept and changes nothing.</summary>
public sealed class OrderPaymentTests
{
    [Theory]
    [InlineData("None", false)]
    [InlineData("Placing", false)]
    [InlineData("Refused", false)]
    [InlineData("AwaitingPayment", true)]
    [InlineData("Paying", false)]
    [InlineData("Paid", false)]
    [InlineData("Shipped", false)]
    [InlineData("Cancelling", false)]
    [InlineData("Cancelled", false)]
    public void Money_is_taken_only_by_an_order_that_awaits_it(string phase, bool fits)
    {
        var life = OrderLife.In(Enum.Parse<OrderPhase>(phase));
        var before = life.Order.Phase;
        var state = life.Take(life.Event(PaymentEventType.Captured)).Value;
        Assert.Equal(fits ? PaymentTakenState.Applied : PaymentTakenState.Parked, state);
        Assert.Equal(fits ? OrderPhase.Paying : before, life.Order.Phase);
        Assert.Equal(fits ? 0 : 1, life.Order.Parked.Length);
    }

    [Theory]
    [InlineData("Captured", -1, "GBP")]
    [InlineData("Captured", 1, "GBP")]
    [InlineData("Captured", 0, "USD")]
    [InlineData("Failed", 0, "USD")]
    [InlineData("Failed", 1, "GBP")]
    public void Another_amount_or_currency_is_parked(string type, long off, string currency)
    {
        var life = OrderLife.In(OrderPhase.AwaitingPayment);
        var e = life.Event(Enum.Parse<PaymentEventType>(type), amountMinor: 25_00 + off) with { Currency = currency };
        Assert.Equal(PaymentTakenState.Parked, life.Take(e).Value);
        Assert.Equal(PaymentTakenState.Parked, life.Take(e).Value);
        Assert.Equal(OrderPhase.AwaitingPayment, life.Order.Phase);
        Assert.Single(life.Events.OfType<OrderEvent.PaymentKept>());
    }

    [Fact]
    public void O03_Of_two_captures_one_is_taken_and_the_other_is_parked()
    {
        var life = OrderLife.In(OrderPhase.AwaitingPayment);
        var (first, second) = (life.Event(PaymentEventType.Captured), life.Event(PaymentEventType.Captured));
        Assert.Equal(PaymentTakenState.Applied, life.Take(first).Value);
        Assert.Equal(PaymentTakenState.Parked, life.Take(second).Value);
        Assert.Equal(PaymentTakenState.Applied, life.Take(first).Value);
        Assert.Equal(PaymentTakenState.Parked, life.Take(second).Value);
        Assert.Single(life.Events.OfType<OrderEvent.PaymentTaken>());
    }

    [Fact]
    public void ORD_03_A_declined_payment_ends_the_order()
    {
        var life = OrderLife.In(OrderPhase.AwaitingPayment);
        var failed = life.Event(PaymentEventType.Failed);
        Assert.Equal(PaymentTakenState.Applied, life.Take(failed).Value);
        Assert.Equal((OrderPhase.Cancelling, "payment"), (life.Order.Phase, life.Order.Reason));
        var events = life.Events.Count;
        Assert.Equal(PaymentTakenState.Applied, life.Take(failed).Value);
        Assert.Equal(events, life.Events.Count);
        var paid = OrderLife.In(OrderPhase.Paid);
        Assert.Equal(PaymentTakenState.Parked, paid.Take(paid.Event(PaymentEventType.Failed)).Value);
        Assert.Equal(OrderPhase.Paid, paid.Order.Phase);
    }

    [Fact]
    public void Money_that_came_before_its_order_is_taken_when_the_order_is_there()
    {
        var life = OrderLife.In(OrderPhase.None);
        var early = life.Event(PaymentEventType.Captured, amountMinor: 25_00);
        Assert.Equal(PaymentTakenState.Parked, life.Take(early).Value);
        Assert.Null(life.Order.State);
        life.Place(OrderLife.Of(("K1", 2, 10_00), ("K2", 1, 5_00)));
        Assert.Null(life.Order.ParkedThatFits);
        life.Reserve();
        Assert.Equal(early, life.Order.ParkedThatFits);
        Assert.Equal(PaymentTakenState.Applied, life.Take(early).Value);
        Assert.Equal(OrderPhase.Paying, life.Order.Phase);
        Assert.Empty(life.Order.Parked);
        Assert.Null(life.Order.ParkedThatFits);
    }

    [Fact]
    public void A_refund_closes_its_return_once()
    {
        var life = OrderLife.In(OrderPhase.Paid);
        Parked(life, "r1", 10_00); // nothing was returned
        Parked(life, Order.CancelRefundId, 25_00); // nothing was cancelled
        life.Return("r1", ("K1", 1));
        life.Return("cancel", ("K1", 1)); // a return may be called so too
        Parked(life, "r1", 9_99);
        Parked(life, "r2", 10_00);
        Parked(life, null, 10_00); // which of the two?
        Taken(life, "r1", 10_00);
        Parked(life, "r1", 10_00); // money goes back once
        Assert.Equal(OrderState.PartlyRefunded, life.Order.State);
        Taken(life, null, 10_00); // only one is open
        life.Return("r3", ("K2", 1));
        Assert.Equal(ReturnState.Accepted, life.Order.ReturnView("r3").State);
        Taken(life, "r3", 5_00);
        Assert.Equal(OrderState.Refunded, life.Order.State);
    }

    [Fact]
    public void A_cancelled_order_is_paid_back_once()
    {
        var life = OrderLife.CancelledAfterPayment();
        Parked(life, "cancel", 24_99);
        Parked(life, "r1", 25_00);
        Taken(life, null, 25_00);
        Parked(life, "cancel", 25_00);
        Parked(OrderLife.In(OrderPhase.Cancelled), "cancel", 25_00); // nothing was paid
    }

    private static void Taken(OrderLife life, string? reference, long amountMinor) => Assert.Equal(
        PaymentTakenState.Applied, life.Take(life.Event(PaymentEventType.Refunded, reference, amountMinor)).Value);

    private static void Parked(OrderLife life, string? reference, long amountMinor) => Assert.Equal(
        PaymentTakenState.Parked, life.Take(life.Event(PaymentEventType.Refunded, reference, amountMinor)).Value);
}

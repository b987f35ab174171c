using System.Collections.Immutable;
using Ale.Engines;
using Ale.Payments;
using Ale.Policy;
using Ale.Stock;
using Xunit;

namespace Ale.Orders;

public sealed class OrderShippingTests
{
    private static readonly FreightPolicy Policy =
        new(new(10_00, 2_00, 20_00, 12_00, 99_00, "650000", "710000"), 500, 20, 120, 72, "agent");

    /// <summary>Two of K1 at 10.00 and one of K2 at 5.00, to Hangzhou.</summary>
    private static OrderLife Placed(string area = "330106") => OrderLife.In(OrderPhase.Placing,
        OrderLife.Of(("K1", 2, 10_00), ("K2", 1, 5_00)) with { ShipTo = new(null, area) });

    private static Refusal? Reserve(OrderLife life, string? warehouse = null, long couponOff = 0, int? grams = null)
    {
        var held = life.Order.Content!.Demand.ToDictionary(d => d.Sku, d => new Reservation("o1/1", d.Sku, new("u1"),
            d.Quantity, 7_77, "CNY", ReservationState.Held, life.Now.AddMinutes(15), null)
        { Market = "cn", Warehouse = warehouse, WeightGrams = grams }, StringComparer.Ordinal);
        var area = life.Order.Content!.ShipTo!.City;
        var (reply, events) = life.Order.DecideReserved(held, couponOff, "cn", area, Policy);
        foreach (var e in events) life.Happens(e);
        return reply.Refusal;
    }

    private static OrderLife Paid(string? warehouse = null, string area = "330106")
    {
        var life = Placed(area);
        Assert.Null(Reserve(life, warehouse));
        life.Take(life.Event(PaymentEventType.Captured) with { Currency = "CNY" });
        life.Happens(new OrderEvent.Paid(0, life.Now));
        return life;
    }

    private static Outcome<Done> Return(OrderLife life, string id, bool quality, params (string, int)[] lines)
    {
        var (reply, events) = life.Order.Decide(new ReturnGoods(
            id, [.. lines.Select(l => new ReturnLine(l.Item1, l.Item2))], "torn")
        { Quality = quality }, life.Now);
        foreach (var e in events) life.Happens(e);
        return reply;
    }

    private static void Late(OrderLife life)
    {
        foreach (var e in life.Order.DecideLate(Policy, life.Now).Events) life.Happens(e);
    }

    [Theory]
    [InlineData("330106", null, 0, 12_00)] // three units of 500 g
    [InlineData("330106", 300, 0, 10_00)]
    [InlineData("650100", null, 0, 32_00)]
    [InlineData("330106", 4_000, 0, 32_00)]
    public void SHP_07_Freight_is_a_charge_by_what_the_units_weigh(string area, int? grams, long off, long freight)
    {
        var life = Placed(area);
        Assert.Null(Reserve(life, null, off, grams));
        Assert.Equal((freight, 25_00 + freight), (life.Order.ChargesMinor, life.Order.PayableMinor));
        Assert.Equal((freight, area, area[..4] + "00"), (life.Order.Shipping!.FreightMinor, life.Order.Shipping.Area,
            life.Order.Shipping.City));
    }

    [Fact]
    public void SHP_07_An_area_that_is_not_served_is_refused_and_a_discount_counts_for_free_freight()
    {
        Assert.Equal("order.not_served", Reserve(Placed("710000"))?.Code);
        foreach (var (off, freight) in new[] { (0L, 0L), (1L, 10_00L) })
        {
            var content = OrderLife.Of(("K1", 1, 99_00)) with { ShipTo = new(null, "330106") };
            var life = OrderLife.In(OrderPhase.Placing, content);
            Assert.Null(Reserve(life, couponOff: off));
            Assert.Equal(freight, life.Order.ChargesMinor);
        }
    }

    [Theory] // returns in turn, each for quality or not; the freight that goes back with the last of them
    [InlineData("all+", 12_00)]
    [InlineData("all-", 0)]
    [InlineData("K1+ K2+", 12_00)]
    [InlineData("K1- K2+", 0)]
    [InlineData("K1+ K2-", 0)]
    [InlineData("K1+", 0)]
    public void SHP_07_Freight_goes_back_with_the_last_return_when_all_were_for_quality(string returns, long freight)
    {
        var life = Paid();
        foreach (var step in returns.Split(' '))
        {
            (string, int)[] lines = step[..^1] switch
            {
                "all" => [("K1", 2), ("K2", 1)],
                "K1" => [("K1", 2)],
                _ => [("K2", 1)],
            };
            Assert.Null(Return(life, step, step[^1] == '+', lines).Refusal);
            Assert.Null(Return(life, step, step[^1] == '+', lines).Refusal); // once
        }

        Assert.Equal(freight, life.Order.FreightBackMinor);
        var goods = returns == "K1+" ? 20_00 : 25_00;
        Assert.Equal((goods + freight, (long)goods), (life.Order.RefundMinor, life.Order.GoodsBackMinor));
        Assert.True(life.Order.RefundMinor <= life.Order.PaidMinor);
    }

    [Theory]
    [InlineData("HZ-1", 2)]
    [InlineData(null, 72)]
    public void STK_12_An_order_that_covering_warehouses_have_is_promised_in_two_hours(string? warehouse, int hours)
    {
        var order = Paid(warehouse).Order;
        Assert.Equal(OrderLife.Noon.AddHours(hours), order.View("o1").Shipping!.PromiseAt);
        Assert.Equal(warehouse is null ? [] : [warehouse], order.Shipping!.Warehouses);
    }

    [Theory]
    [InlineData("330108", "HZ-1", null, 2)] // the warehouse covers it too
    [InlineData("330200", "NB-1", null, 72)]
    [InlineData("650100", "", "order.freight_differs", 2)]
    [InlineData("710000", "", "order.not_served", 2)]
    public void SHP_07_Another_place_costs_the_same_or_is_refused(string area, string near, string? code, int hours)
    {
        var life = Paid("HZ-1");
        var (reply, events) = life.Order.DecideShipTo(new(null, area), area, [near], Policy, life.Now);
        foreach (var e in events) life.Happens(e);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(OrderLife.Noon.AddHours(hours), life.Order.Shipping!.PromiseAt);
        Assert.Equal(code is null ? area : "330106", life.Order.Shipping.Area);
        if (code is null)
            Assert.Empty(life.Order.DecideShipTo(new(null, area), area, [near], Policy, life.Now).Events);
    }

    [Fact]
    public void SHP_07_The_place_is_fixed_once_it_has_left_and_none_comes_from_nothing()
    {
        var life = Paid();
        life.Ship("s");
        Assert.Equal("order.shipped", life.Order.WhyNotShipTo?.Code);
        Assert.Equal("order.no_ship_to", OrderLife.In(OrderPhase.Paid).Order.WhyNotShipTo?.Code);
        Assert.Equal("order.unknown", Order.New().WhyNotShipTo?.Code);
        Assert.Equal("order.cancelled", OrderLife.In(OrderPhase.Cancelled).Order.WhyNotShipTo?.Code);
        Assert.Null(OrderLife.In(OrderPhase.Paid).Order.DueAt); // as before there were places
    }

    [Theory]
    [InlineData(false, "HZ-1", DelayRemedy.SendNow)]
    [InlineData(true, "HZ-1", DelayRemedy.PayFreightBack)]
    [InlineData(true, null, DelayRemedy.AskCarrier)]
    public void ORD_06_A_promise_that_passes_undelivered_is_told_once_with_a_remedy(
        bool isShipped, string? warehouse, DelayRemedy remedy)
    {
        var life = Paid(warehouse);
        if (isShipped) life.Ship("s");
        var promise = life.Order.Shipping!.PromiseAt;
        Assert.Equal(promise, life.Order.DueAt);
        life.Now = promise.AddTicks(-1);
        Late(life);
        Assert.False(life.Order.IsDelayed);
        life.Now = promise;
        Late(life);
        Late(life);
        var told = Assert.Single(life.Events.OfType<OrderEvent.Delayed>());
        Assert.Equal((remedy, promise, "agent"), (told.Remedy, told.PromiseAt, told.Role));
        Assert.Null(life.Order.DueAt);
        if (!isShipped) life.Ship("s");
        life.Deliver("d");
        Assert.Single(life.Events.OfType<OrderEvent.DelayOver>());
        Assert.True(life.Order.View("o1").Shipping!.IsLate);
    }

    [Fact]
    public void ORD_06_What_was_delivered_in_time_or_is_all_back_is_not_late_and_a_delay_ends_with_the_last_return()
    {
        var inTime = Paid();
        inTime.Ship("s");
        inTime.Deliver("d");
        Assert.Null(inTime.Order.DueAt);
        Assert.DoesNotContain(inTime.Events, e => e is OrderEvent.DelayOver);

        var back = Paid();
        Return(back, "r", true, ("K1", 2), ("K2", 1));
        back.Happens(new OrderEvent.ReturnDone("r"));
        Assert.Null(back.Order.DueAt);

        var late = Paid();
        late.Now = late.Order.Shipping!.PromiseAt;
        Late(late);
        Return(late, "r1", false, ("K1", 2));
        Assert.True(late.Order.IsDelayOpen);
        Return(late, "r2", false, ("K2", 1));
        Assert.False(late.Order.IsDelayOpen);
    }

    [Fact]
    public void ORD_06_A_late_payment_that_revives_an_order_begins_its_promise_anew()
    {
        var life = Placed();
        Reserve(life, "HZ-1");
        life.Now = life.Order.PayBy;
        life.Lapse();
        life.Happens(new OrderEvent.Cancelled("expired", null, 0, life.Now));
        life.Now = OrderLife.Noon.AddHours(5);
        life.Take(life.Event(PaymentEventType.Captured) with { Currency = "CNY" });
        Assert.Equal(OrderLife.Noon.AddHours(7), life.Order.Shipping!.PromiseAt);
    }
}

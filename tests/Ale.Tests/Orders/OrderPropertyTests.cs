using System.Text.Json;
using Ale.Payments;
using CsCheck;
using Xunit;

namespace Ale.Orders;

public sealed class OrderPropertyTests
{
    private static readonly Gen<(int What, int Which, int Units)> Step =
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 5], Gen.Int[1, 4]);

    [Fact]
    public void Whatever_happens_repeats_change_nothing_and_a_replay_ends_where_the_order_is() =>
        Gen.Select(Gen.Int[0, 40_00], Step.Array[0, 30]).Sample((off, steps) =>
        {
            var life = OrderLife.In(
                OrderPhase.AwaitingPayment, OrderLife.Of(("K1", 3, 9_99), ("K2", 2, 0), ("K1", 4, 1_01)), off);
            foreach (var step in steps)
            {
                Run(life, step);
                var events = life.Events.Count;
                Run(life, step);
                Assert.Equal(events, life.Events.Count); // a repeat yields no event
            }

            var replayed = life.Events.Aggregate(Order.New(), (order, e) => order.Apply(RoundTrip(e)));
            Assert.Equal(Text(life.Order), Text(replayed));
            Assert.InRange(life.Order.RefundMinor, 0, life.Order.NetGoodsMinor);
            Assert.InRange(life.Order.PointsReversed, 0, life.Order.PointsEarned);
            Assert.True(life.Events.OfType<OrderEvent.PaymentTaken>().Count() <= 1);
        }, iter: 10_000);

    [Fact]
    public void All_goods_returned_in_any_parts_are_paid_back_to_the_last_minor_unit() =>
        Gen.Select(
            Gen.Select(Gen.Int[1, 5], Gen.Long[0, 10_000], Gen.Int[1, 3])
                .Array[1, 6], Gen.Long[0, 30_000], Gen.Int[0, 1_000_000])
            .Sample((lines, off, seed) =>
            {
                var content = OrderLife.Of([.. lines.Select(l => ($"K{l.Item3}", l.Item1, (long?)l.Item2))]);
                var life = OrderLife.In(OrderPhase.Paid, content, off);
                var units = content.Lines.SelectMany(l => Enumerable.Repeat(l.Sku, l.Quantity)).ToArray();
                new Random(seed).Shuffle(units);
                for (var i = 0; i < units.Length; i++) Assert.Null(life.Return($"r{i}", (units[i], 1)).Refusal);
                Assert.Equal((life.Order.NetGoodsMinor, life.Order.PointsEarned),
                    (life.Order.RefundMinor, life.Order.NetGoodsMinor == 0
                        ? life.Order.PointsEarned : life.Order.PointsReversed));
                Assert.All(life.Order.Returns.Values, r => Assert.True(r.RefundMinor >= 0 && r.Points >= 0));
                Assert.All(units, sku => Assert.Equal("order.return_exceeds", life.Return("more", (sku, 1))
                    .Refusal?.Code));
            }, iter: 10_000);

    [Fact]
    public void Every_event_is_stored_as_the_golden_lines_say()
    {
        var at = OrderLife.Noon;
        var content = new OrderContent("u1", "s1", "app", "c1", "p1", "h1", "SAVE-1", at,
            [new("K1", 2, 10_00), new("K2", 1)], [new("post", 3_00)]);
        var sent = new OrderShipping("home", "330106", "330100", 1_000, 10_00, at, at.AddHours(2), ["HZ-1"]);
        var happened = new PaymentEvent("e1", PaymentEventType.Captured, "o1", "pay-1", 25_00, "GBP", at);
        var events = new OrderEvent[]
        {
            new OrderEvent.Placed(1, content, at),
            new OrderEvent.Reserved([new("K1", 2, 10_00, 1_00, true)], "gb", "GBP", 20_00, 1_00, 3_00, at),
            new OrderEvent.Refused("stock.sold_out", RefusalKind.Conflict, "K1", at),
            new OrderEvent.PaymentAskedFor("pay-1", "k", "local", at),
            new OrderEvent.PaymentKept(happened, "another amount"),
            new OrderEvent.PaymentTaken("e1", "pay-1", 25_00, at),
            new OrderEvent.PaymentFailed("e1"),
            new OrderEvent.Paid(75, at),
            new OrderEvent.Cancelling("user", "k", at),
            new OrderEvent.Cancelled("user", "cancel", 25_00, at),
            new OrderEvent.Shipped("k", at),
            new OrderEvent.Delivered("k", at),
            new OrderEvent.ReturnAccepted("r", "torn", [new("K1", 1)], [new(0, "K1", 1, 10_00)], 9_50, 28, at),
            new OrderEvent.ReturnDone("r"),
            new OrderEvent.Refunded("e2", "r", 9_50, at),
            new OrderEvent.Refunded("e3", null, 25_00, at),
            new OrderEvent.Cancelling("user", "k", at, "ann"),
            new OrderEvent.Cancelled("user", "cancel", 25_00, at, "ann"),
            new OrderEvent.ReturnAccepted(
                "r2", "torn", [new("K1", 1)], [new(0, "K1", 1, 10_00)], 9_50, 28, at, "ann", 10_00),
            new OrderEvent.RefundNoted("r2", RefundState.Rejected, -9_50, at),
            new OrderEvent.Placed(1, content with { Coupon = null, ShipTo = new("home", null) }, at),
            new OrderEvent.Reserved([new("K1", 2, 10_00, 1_00, true)], "gb", "GBP", 20_00, 1_00, 13_00, at, sent),
            new OrderEvent.ReturnAccepted("r3", "torn", [new("K1", 1)], [new(0, "K1", 1, 10_00)], 19_50, 28, at, "ann",
                9_50, 10_00, true),
            new OrderEvent.ShipToChanged(sent with { AddressId = null }, at),
            new OrderEvent.Delayed(at, "agent", DelayRemedy.AskCarrier, at),
            new OrderEvent.DelayOver("delivered", at),
            new OrderEvent.Reserved([new("K1", 2, 10_00, 1_00, true)], "gb", "GBP", 20_00, 1_00, 3_00, at, null,
                new("s1", "app", "c1", null, "h1")),
        };
        GoldenLines.CheckText("Orders/Order.golden.jsonl", OrderJson.Default.OrderEvent, events);
    }

    private static void Run(OrderLife life, (int What, int Which, int Units) step)
    {
        var key = $"k{step.What}-{step.Which}-{step.Units}";
        var reference = step.Which == 0 ? null : $"r{step.Which}";
        switch (step.What)
        {
            case 0: life.Pay(key); break;
            case 1: Take(PaymentEventType.Captured, life.Order.PayableMinor); break;
            case 2: Take(step.Units == 1 ? PaymentEventType.Failed : PaymentEventType.Captured, step.Units); break;
            case 3:
                if (life.Order.Phase == OrderPhase.Paying)
                    life.Happens(new OrderEvent.Paid(life.Order.NetGoodsMinor / 100, life.Now));
                break;
            case 4: life.Return($"r{step.Which}-{step.Units}", ($"K{1 + step.Which % 2}", step.Units)); break;
            case 5: life.Return($"r{step.Which}", ("K1", 1)); break;
            case 6:
                Take(PaymentEventType.Refunded, life.Order.Returns.GetValueOrDefault(reference ?? "")?.RefundMinor
                ?? 0); break;
            case 7: life.Ship(key); break;
            default: if (step.Units == 4) life.Cancel(key); break;
        }

        void Take(PaymentEventType type, long amount) => life.Take(new(
            $"{type}-{step.Which}-{amount}", type, OrderLife.Id, reference, amount, "GBP", OrderLife.Noon));
    }

    private static string Text(Order order) => JsonSerializer.Serialize(order);

    private static OrderEvent RoundTrip(OrderEvent e) => JsonSerializer.Deserialize(
        JsonSerializer.Serialize(e, OrderJson.Default.OrderEvent), OrderJson.Default.OrderEvent)!;
}

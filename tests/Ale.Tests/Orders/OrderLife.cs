using System.Collections.Immutable;
using Ale.Audience;
using Ale.Kernel;
using Ale.Payments;
using Ale.Stock;

namespace Ale.Orders;

/// <summary>An order and what was decided about it; what others would have answered is said by the test.</summary>
internal sealed class OrderLife
{
    public const string Id = "o1";
    public static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private int _events;

    public Order Order { get; private set; } = Order.New();
    public List<OrderEvent> Events { get; } = [];
    public DateTimeOffset Now { get; set; } = Noon;

    public static PlaceOrder Of(params (string Sku, int Quantity, long? PriceMinor)[] lines) =>
        new([.. lines.Select(l => new OrderLine(l.Sku, l.Quantity, l.PriceMinor))]) { User = new("u1") };

    public static OrderLife In(OrderPhase phase, PlaceOrder? content = null, long couponOffMinor = 0)
    {
        var life = new OrderLife();
        if (phase == OrderPhase.None) return life;
        life.Place(content ?? Of(("K1", 2, 10_00), ("K2", 1, 5_00)));
        if (phase == OrderPhase.Placing) return life;
        if (phase == OrderPhase.Refused)
        {
            life.Happens(new OrderEvent.Refused("stock.sold_out", RefusalKind.Conflict, "K1", life.Now));
            return life;
        }

        life.Reserve(couponOffMinor);
        if (phase == OrderPhase.AwaitingPayment) return life;
        if (phase is OrderPhase.Cancelling or OrderPhase.Cancelled)
        {
            life.Cancel("c");
            if (phase == OrderPhase.Cancelled) life.Happens(new OrderEvent.Cancelled("user", null, 0, life.Now));
            return life;
        }

        life.Take(life.Event(PaymentEventType.Captured));
        if (phase == OrderPhase.Paying) return life;
        life.Happens(new OrderEvent.Paid(3 * (life.Order.NetGoodsMinor / 100), life.Now));
        if (phase == OrderPhase.Paid) return life;
        life.Ship("s");
        if (phase == OrderPhase.Delivered) life.Deliver("d");
        return life;
    }

    /// <summary>Awaited payment until its holds ended.</summary>
    public static OrderLife Lapsed()
    {
        var life = In(OrderPhase.AwaitingPayment);
        life.Now = life.Order.PayBy;
        life.Lapse();
        life.Happens(new OrderEvent.Cancelled("expired", null, 0, life.Now));
        return life;
    }

    public static OrderLife CancelledAfterPayment()
    {
        var life = In(OrderPhase.Paid);
        life.Cancel("c");
        life.Happens(new OrderEvent.Cancelled("user", Order.CancelRefundId, life.Order.PaidMinor, life.Now));
        return life;
    }

    public Outcome<Done> Place(PlaceOrder command, bool isRepeat = false) =>
        Run(Order.Decide(command, isRepeat, Now));

    public Outcome<Done> Reserve(
        long couponOffMinor = 0, string currency = "GBP", TouchSources? touched = null) =>
        Run(Order.DecideReserved(Held(currency), couponOffMinor, "gb", touched: touched));

    public Outcome<PaymentAsked> Pay(string key, string method = "local") =>
        Run(Order.Decide(new PayOrder(key, method, null), Id, Now));

    public Outcome<PaymentTakenState> Take(PaymentEvent happened) => Run(Order.Decide(happened, Now));

    public Outcome<Done> Cancel(string key) => Run(Order.DecideCancel(key, Now));

    public Outcome<Done> Lapse() => Run(Order.DecideLapse(Now));

    public Outcome<Done> Ship(string key) => Run(Order.DecideShip(key, Now));

    public Outcome<Done> Deliver(string key) => Run(Order.DecideDeliver(key, Now));

    public Outcome<Done> Return(string id, params (string Sku, int Quantity)[] lines) => Run(Order.Decide(
        new ReturnGoods(id, [.. lines.Select(l => new ReturnLine(l.Sku, l.Quantity))], "torn"), Now));

    /// <summary>An event of the acquirer's that fits, each with an id of its own.</summary>
    public PaymentEvent Event(PaymentEventType type, string? reference = null, long? amountMinor = null) =>
        new($"e{++_events}", type, Id, reference, amountMinor ?? Order.PayableMinor, "GBP", Now);

    public void Happens(OrderEvent e)
    {
        Order = Order.Apply(e);
        Events.Add(e);
    }

    private Dictionary<string, Reservation> Held(string currency) => Order.Content!.Demand.ToDictionary(
        d => d.Sku,
        d => new Reservation("o1/1", d.Sku, new("u1"), d.Quantity, 7_77, currency, ReservationState.Held,
            Now.AddMinutes(15), null)
        { Market = "gb" },
        StringComparer.Ordinal);

    private Outcome<T> Run<T>(Decision<OrderEvent, T> decision)
    {
        foreach (var e in decision.Events) Happens(e);
        return decision.Reply;
    }
}

using System.Collections.Immutable;
using Ale.Audience;
using Ale.Kernel;
using Ale.Payments;
using Ale.Policy;
using Ale.Engines;
using Ale.Stock;

namespace Ale.Orders;

/// <summary>What is decided about an order. All pure; asking others is the saga's (OrderSaga.cs).</summary>
internal sealed partial record Order
{
    /// <param name="isRepeat">The edge asks again: a refusal stands.</param>
    public Decision<OrderEvent, Done> Decide(PlaceOrder command, bool isRepeat, DateTimeOffset now)
    {
        var content = OrderContent.Of(command);
        if (Phase == OrderPhase.Refused && isRepeat && Content!.Equals(content)) return new Done();
        if (Phase is not (OrderPhase.None or OrderPhase.Refused))
            return Content!.Equals(content) ? new Done() : OrderRefusals.Changed;
        return new(new Done(), new OrderEvent.Placed(Attempt + 1, content, now));
    }

    /// <summary>All units are held: prices, discount and what is to be paid follow.</summary>
    public Decision<OrderEvent, Done> DecideReserved(
        IReadOnlyDictionary<string, Reservation> held, long couponOffMinor, string defaultMarket, string? area = null,
        FreightPolicy? freight = null, TouchSources? touched = null)
    {
        var any = held.Values.First();
        var goods = Content!.Lines.Sum(l => l.Quantity * PriceOf(l));
        var discount = Math.Min(couponOffMinor, goods);
        var shipping = area is null ? null : Sent(area, freight!, held, goods - discount);
        if (area is not null && shipping is null) return ShippingRefusals.NotServed;
        var charges = Content.Charges.Sum(c => c.AmountMinor) + (shipping?.FreightMinor ?? 0);
        if (goods - discount + charges < 0
            || Content.Charges.GroupBy(c => c.Code, StringComparer.Ordinal).Any(IsBelowZero))
            return OrderRefusals.Negative;
        var shares = Shares.Split(discount, [.. Content.Lines.Select(l => l.Quantity * PriceOf(l))]);
        var lines = Content.Lines.Select((l, i) =>
            new ReservedLine(l.Sku, l.Quantity, PriceOf(l), shares[i], held[l.Sku].EcoPackaging));
        return new(new Done(), new OrderEvent.Reserved([.. lines], any.Market.Length > 0 ? any.Market : defaultMarket,
            any.Currency, goods, discount, charges, held.Values.Min(r => r.ExpiresAt), shipping, Led(touched)));

        long PriceOf(OrderLine line) => line.PriceMinor ?? held[line.Sku].PriceMinor;

        // Postage that is let off twice would pay for goods (P08); a discount of the order has a code of its own.
        static bool IsBelowZero(IGrouping<string, OrderCharge> code) =>
            code.Any(c => c.AmountMinor > 0) && code.Sum(c => c.AmountMinor) < 0;
    }

    public Decision<OrderEvent, PaymentAsked> Decide(PayOrder command, string id, DateTimeOffset now)
    {
        if (Phase == OrderPhase.None) return OrderRefusals.Unknown;
        if (Keys.Find(command.Key, now) is { } before)
        {
            return before.Command == $"pay:{command.Method}"
                ? new PaymentAsked(before.Answer, State!.Value) : OrderRefusals.Changed;
        }

        return Phase switch
        {
            OrderPhase.Refused => OrderRefusals.Refused,
            OrderPhase.AwaitingPayment => Ask(),
            OrderPhase.Cancelled when Reason == "expired" => Ask(), // paying revives it
            OrderPhase.Cancelled or OrderPhase.Cancelling => OrderRefusals.Cancelled,
            _ => OrderRefusals.AlreadyPaid,
        };

        Decision<OrderEvent, PaymentAsked> Ask()
        {
            var paymentId = PaymentIds.Of(id, $"{Attempt}/{Payments.Length + 1}");
            return new(new PaymentAsked(paymentId, State!.Value),
                new OrderEvent.PaymentAskedFor(paymentId, command.Key, command.Method, now));
        }
    }

    /// <summary>What the acquirer says. An event that does not fit the order as it is, is kept and changes
    /// nothing.</summary>
    public Decision<OrderEvent, PaymentTakenState> Decide(PaymentEvent e, DateTimeOffset now)
    {
        if (PaymentEvents.Contains(e.EventId))
        {
            return Parked.Any(p => p.EventId == e.EventId) && WhyParked(e) is not null
                ? PaymentTakenState.Parked : Take(e, now, isNew: false);
        }

        return WhyParked(e) is { } why
            ? new(PaymentTakenState.Parked, new OrderEvent.PaymentKept(e, why))
            : Take(e, now, isNew: true);
    }

    private Decision<OrderEvent, PaymentTakenState> Take(PaymentEvent e, DateTimeOffset now, bool isNew)
    {
        if (!isNew && Parked.All(p => p.EventId != e.EventId)) return PaymentTakenState.Applied;
        return e.Type switch
        {
            PaymentEventType.Captured => new(PaymentTakenState.Applied,
                new OrderEvent.PaymentTaken(e.EventId, e.Ref, e.AmountMinor, now)),
            PaymentEventType.Failed => new(PaymentTakenState.Applied,
                new OrderEvent.PaymentFailed(e.EventId), new OrderEvent.Cancelling("payment", null, now)),
            _ => new(PaymentTakenState.Applied, [.. BackAfterAll(e, now), new OrderEvent.Refunded(
                e.EventId, RefOf(e) is { } id && Returns.ContainsKey(id) ? id : null, e.AmountMinor, now)]),
        };
    }

    private string? WhyParked(PaymentEvent e)
    {
        if (Phase is OrderPhase.None or OrderPhase.Placing or OrderPhase.Refused)
            return "the order does not await money";
        if (e.Currency != Currency) return "another currency";
        switch (e.Type)
        {
            case PaymentEventType.Captured:
                if (PaidBy is not null) return "it is paid already";
                if (e.AmountMinor != PayableMinor) return "another amount";
                if (Phase == OrderPhase.AwaitingPayment || (Phase == OrderPhase.Cancelled
                    && Reason == "expired")) return null;
                return "the order is cancelled";
            case PaymentEventType.Failed:
                if (Phase != OrderPhase.AwaitingPayment) return "the order does not await money";
                return e.AmountMinor == PayableMinor ? null : "another amount";
            default:
                if (PaidBy is null) return "nothing was paid";
                if (RefOf(e) is not { } reference) return "which refund it is is not said";
                var (asked, isDone) = Returns.TryGetValue(reference, out var r)
                    ? (r.RefundMinor, r.IsRefunded) : (PaidMinor, WasPaidBack);
                if (isDone) return "it is paid back already";
                return e.AmountMinor == asked ? null : "another amount";
        }
    }

    /// <summary>The refund that an event is about: as it says, or the only one open.</summary>
    private string? RefOf(PaymentEvent e)
    {
        var isCancelled = Phase == OrderPhase.Cancelled;
        if (e.Ref is { } named)
            return Returns.ContainsKey(named) || (isCancelled && named == CancelRefundId) ? named : null;
        if (isCancelled) return CancelRefundId;
        return Returns.Where(r => !r.Value.IsRefunded).Take(2).ToArray() is [var only] ? only.Key : null;
    }

    /// <summary>The refund of an order as a whole.</summary>
    public const string CancelRefundId = RefundKeys.Cancel;

    /// <summary>A payment that was parked for coming too early and fits now.</summary>
    public PaymentEvent? ParkedThatFits => Parked.FirstOrDefault(p => WhyParked(p) is null);

    public Decision<OrderEvent, Done> DecideCancel(string key, DateTimeOffset now, string? by = null)
    {
        if (Phase == OrderPhase.None) return OrderRefusals.Unknown;
        if (Keys.Find(key, now) is { } before) return before.Command == "cancel" ? new Done() : OrderRefusals.Changed;
        return Phase switch
        {
            OrderPhase.Refused => OrderRefusals.Refused,
            OrderPhase.Cancelled or OrderPhase.Cancelling => OrderRefusals.Cancelled,
            OrderPhase.Shipped or OrderPhase.Delivered => OrderRefusals.Shipped,
            _ when !Returns.IsEmpty => OrderRefusals.Shipped,
            // goods have been there and back: what is left is a return
            _ => new Decision<OrderEvent, Done>(new Done(), new OrderEvent.Cancelling("user", key, now, by)),
        };
    }

    /// <summary>The holds have ended unpaid.</summary>
    public Decision<OrderEvent, Done> DecideLapse(DateTimeOffset now) =>
        Phase == OrderPhase.AwaitingPayment && now >= PayBy
            ? new(new Done(), new OrderEvent.Cancelling("expired", null, now))
            : new Decision<OrderEvent, Done>(new Done(), []);

    public Decision<OrderEvent, Done> DecideShip(string key, DateTimeOffset now)
    {
        if (Phase == OrderPhase.None) return OrderRefusals.Unknown;
        if (Keys.Find(key, now) is { } before) return before.Command == "ship" ? new Done() : OrderRefusals.Changed;
        return Phase switch
        {
            OrderPhase.Paid when UnitsReturned == Lines.Sum(l => (long)l.Quantity) => OrderRefusals.NotPaid,
            OrderPhase.Paid => new Decision<OrderEvent, Done>(new Done(), new OrderEvent.Shipped(key, now)),
            OrderPhase.Shipped or OrderPhase.Delivered => OrderRefusals.Shipped,
            OrderPhase.Cancelled or OrderPhase.Cancelling => OrderRefusals.Cancelled,
            OrderPhase.Refused => OrderRefusals.Refused,
            _ => OrderRefusals.NotPaid,
        };
    }

    public Decision<OrderEvent, Done> DecideDeliver(string key, DateTimeOffset now)
    {
        if (Phase == OrderPhase.None) return OrderRefusals.Unknown;
        if (Keys.Find(key, now) is { } before) return before.Command == "deliver" ? new Done() : OrderRefusals.Changed;
        return Phase switch
        {
            OrderPhase.Shipped => new Decision<OrderEvent, Done>(new Done(),
                WithDelayOver(new OrderEvent.Delivered(key, now), "delivered", now)),
            OrderPhase.Cancelled or OrderPhase.Cancelling => OrderRefusals.Cancelled,
            OrderPhase.Refused => OrderRefusals.Refused,
            _ => OrderRefusals.NotShipped,
        };
    }

    /// <summary>
    /// Within the order the earliest line of the SKU first, at the price then paid less its share of the discount.
    /// Points
    /// reversed so far are ⌊points × refunded so far ÷ net goods⌋ (USR-06).
    /// </summary>
    public Decision<OrderEvent, Done> Decide(ReturnGoods command, DateTimeOffset now)
    {
        if (Phase == OrderPhase.None) return OrderRefusals.Unknown;
        var asked = command.Lines.Select(l => l with { Sku = l.Sku.ToUpperInvariant() }).ToImmutableArray();
        if (Returns.TryGetValue(command.Id, out var before))
        {
            return (before.Reason, before.Quality) == (command.Reason, command.Quality)
                && before.Asked.SequenceEqual(asked)
                ? new Done() : OrderRefusals.Changed;
        }

        if (Phase is OrderPhase.Cancelled or OrderPhase.Cancelling) return OrderRefusals.Cancelled;
        if (Phase is not (OrderPhase.Paid or OrderPhase.Shipped or OrderPhase.Delivered)) return OrderRefusals.NotPaid;
        var returned = new int[Lines.Length];
        foreach (var line in Returns.Values.SelectMany(r => r.Lines)) returned[line.Line] += line.Quantity;
        var taken = new List<ReturnedLine>();
        var goods = 0L;
        foreach (var wish in asked.GroupBy(l => l.Sku, StringComparer.Ordinal))
        {
            var left = wish.Sum(l => l.Quantity);
            for (var i = 0; i < Lines.Length && left > 0; i++)
            {
                var line = Lines[i];
                var units = line.Sku == wish.Key ? Math.Min(left, line.Quantity - returned[i]) : 0;
                if (units == 0) continue;
                goods += NetOf(line, returned[i] + units) - NetOf(line, returned[i]);
                taken.Add(new(i, line.Sku, units, line.PriceMinor));
                returned[i] += units;
                left -= units;
            }

            if (left > 0) return OrderRefusals.ReturnExceeds.With("sku", wish.Key);
        }

        var points = NetGoodsMinor == 0 ? 0
            : (long)((Int128)PointsEarned * (GoodsBackMinor + goods) / NetGoodsMinor) - PointsReversed;
        // A discount that is no line's own is not paid out: never more goes back than was paid and is still here.
        var refund = Math.Min(goods, PaidMinor - RefundMinor);
        var unitsBack = taken.Sum(t => (long)t.Quantity);
        var freight = Math.Min(FreightBack(command, unitsBack), PaidMinor - RefundMinor - refund);
        refund += freight;
        OrderEvent accepted = new OrderEvent.ReturnAccepted(command.Id, command.Reason, asked, [.. taken], refund,
            points, now, command.By, goods == refund ? null : goods, freight == 0 ? null : freight,
            command.Quality ? true : null);
        return new(new Done(), UnitsReturned + unitsBack == Units
            ? WithDelayOver(accepted, "returned", now) : [accepted]);

        // What the first units of a line cost together; rounded down, so that all of them cost exactly the line.
        static long NetOf(ReservedLine line, int units) => (long)((Int128)line.NetMinor * units / line.Quantity);
    }
}

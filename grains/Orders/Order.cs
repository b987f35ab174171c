using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Orders;

/// <summary>What the order is doing; all but the resting ones are driven on, by the next command or when they are
/// due.</summary>
internal enum OrderPhase
{
    /// <summary>Nobody has placed it.</summary>
    None,

    /// <summary>Its units are being asked for.</summary>
    Placing,

    /// <summary>At rest.</summary>
    Refused,

    /// <summary>At rest until it is paid or its holds end.</summary>
    AwaitingPayment,

    /// <summary>The money is there; its units are being sold.</summary>
    Paying,

    /// <summary>At rest.</summary>
    Paid,

    /// <summary>At rest.</summary>
    Shipped,

    /// <summary>At rest.</summary>
    Delivered,

    /// <summary>What it holds is being given back.</summary>
    Cancelling,

    /// <summary>At rest.</summary>
    Cancelled,
}

/// <summary>A return: accepted at once, then units and points follow, then the money.</summary>
internal sealed record OrderReturn(
    string Reason, ImmutableArray<ReturnLine> Asked, ImmutableArray<ReturnedLine> Lines, long RefundMinor, long Points,
    bool IsDone, bool IsRefunded)
{
    /// <summary>What the goods had cost; not less than what goes back for them, freight apart.</summary>
    public long GoodsMinor { get; init; } = RefundMinor;

    /// <summary>Who asked for it, a staff id; null: a rule.</summary>
    public string? By { get; init; }

    /// <summary>What of the refund is freight.</summary>
    public long FreightMinor { get; init; }

    /// <summary>For a fault of the goods.</summary>
    public bool Quality { get; init; }
}

/// <summary>
/// Invariants: an order that is refused or cancelled holds no unit, no coupon and no points; returned units of a line
/// never
/// exceed its quantity; refunds never exceed what was paid for goods; at most 1,000 lines.
/// </summary>
internal sealed partial record Order : IState<Order, OrderEvent>
{
    /// <summary>How long an unfinished step may take before the kernel drives it on.</summary>
    private static readonly TimeSpan DriveAfter = TimeSpan.FromSeconds(5);

    public static JsonTypeInfo<OrderEvent> EventJson => OrderJson.Default.OrderEvent;

    public OrderPhase Phase { get; init; }
    public int Attempt { get; init; }
    public OrderContent? Content { get; init; }
    public ImmutableArray<ReservedLine> Lines { get; init; } = [];
    public string Market { get; init; } = "";
    public string Currency { get; init; } = "";
    public long GoodsMinor { get; init; }
    public long DiscountMinor { get; init; }
    public long ChargesMinor { get; init; }
    public DateTimeOffset PayBy { get; init; }
    public Refusal? WhyRefused { get; init; }
    public string? Reason { get; init; }

    /// <summary>When the phase began.</summary>
    public DateTimeOffset Since { get; init; }

    public ImmutableArray<string> Payments { get; init; } = [];

    /// <summary>The acquirer's events that had their effect or are parked: each has at most one.</summary>
    public ImmutableHashSet<string> PaymentEvents { get; init; } = [];

    public ImmutableArray<Payments.PaymentEvent> Parked { get; init; } = [];
    public string? PaidBy { get; init; }
    public long PaidMinor { get; init; }
    public long PointsEarned { get; init; }
    public bool WasSold { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>What a cancelled order had been paid is back with the buyer.</summary>
    public bool WasPaidBack { get; init; }

    public ImmutableSortedDictionary<string, OrderReturn> Returns { get; init; } =
        ImmutableSortedDictionary.Create<string, OrderReturn>(StringComparer.Ordinal);

    /// <summary>Refunds of which more is to say than that they are on their way; by return, or <c>cancel</c>.</summary>
    public ImmutableSortedDictionary<string, RefundState> RefundNotes { get; init; } =
        ImmutableSortedDictionary.Create<string, RefundState>(StringComparer.Ordinal);

    /// <summary>Who cancelled it, a staff id; null: the buyer, or a rule.</summary>
    public string? CancelledBy { get; init; }

    public RememberedKeys<string> Keys { get; init; } = RememberedKeys<string>.None;

    public long PayableMinor => GoodsMinor - DiscountMinor + ChargesMinor;
    public long NetGoodsMinor => GoodsMinor - DiscountMinor;
    public long RefundMinor => Returns.Values.Sum(r => r.RefundMinor);
    public long GoodsBackMinor => Returns.Values.Sum(r => r.GoodsMinor);
    public long UnitsReturned => Returns.Values.Sum(r => r.Lines.Sum(l => (long)l.Quantity));
    public long PointsReversed => Returns.Values.Sum(r => r.Points);
    public bool IsUnderway => Phase is OrderPhase.Placing or OrderPhase.Paying or OrderPhase.Cancelling
        || Returns.Values.Any(r => !r.IsDone);

    public DateTimeOffset? DueAt => IsUnderway ? Since + DriveAfter
        : Phase == OrderPhase.AwaitingPayment ? PayBy : LateAt;

    public static Order New() => new();

    public Order Apply(OrderEvent happened) => happened switch
    {
        OrderEvent.Placed e => new Order
        {
            Phase = OrderPhase.Placing,
            Attempt = e.Attempt,
            Content = e.Content,
            Since = e.At,
            Parked = Parked,
            PaymentEvents = PaymentEvents,
            Keys = Keys,
        },
        OrderEvent.Reserved e => this with
        {
            Phase = OrderPhase.AwaitingPayment,
            Lines = e.Lines,
            Market = e.Market,
            Currency = e.Currency,
            GoodsMinor = e.GoodsMinor,
            DiscountMinor = e.DiscountMinor,
            ChargesMinor = e.ChargesMinor,
            PayBy = e.PayBy,
            Shipping = e.Shipping,
            Touched = e.Attribution,
        },
        OrderEvent.Refused e => this with
        {
            Phase = OrderPhase.Refused,
            Since = e.At,
            WhyRefused = e.Sku is null ? new(e.Kind, e.Code) : new Refusal(e.Kind, e.Code).With("sku", e.Sku),
        },
        OrderEvent.PaymentAskedFor e => this with
        {
            Payments = Payments.Add(e.PaymentId),
            Keys = Keys.Add(e.Key, $"pay:{e.Method}", e.PaymentId, e.At),
        },
        OrderEvent.PaymentKept e => this with
        {
            Parked = Parked.Add(e.Event),
            PaymentEvents = PaymentEvents.Add(e.Event.EventId),
        },
        OrderEvent.PaymentTaken e => this with
        {
            // Money for an order that had lapsed revives it: its units are claimed anew, under a new attempt.
            Attempt = Phase == OrderPhase.Cancelled ? Attempt + 1 : Attempt,
            Shipping = Phase == OrderPhase.Cancelled ? Shipping?.From(e.At) : Shipping,
            Phase = OrderPhase.Paying,
            Since = e.At,
            PaidBy = e.PaymentId ?? e.EventId,
            PaidMinor = e.AmountMinor,
            PaymentEvents = PaymentEvents.Add(e.EventId),
            Reason = null,
            Parked = Parked.RemoveAll(p => p.EventId == e.EventId),
        },
        OrderEvent.PaymentFailed e => this with
        {
            PaymentEvents = PaymentEvents.Add(e.EventId),
            Parked = Parked.RemoveAll(p => p.EventId == e.EventId),
        },
        OrderEvent.Paid e => this with
        {
            Phase = OrderPhase.Paid,
            PointsEarned = e.Points,
            WasSold = true,
            Since = e.At
        },
        OrderEvent.Cancelling e => this with
        {
            Phase = OrderPhase.Cancelling,
            Reason = e.Reason,
            Since = e.At,
            CancelledBy = e.By,
            Keys = e.Key is null ? Keys : Keys.Add(e.Key, "cancel", "", e.At),
        },
        OrderEvent.Cancelled e => this with { Phase = OrderPhase.Cancelled, Reason = e.Reason, Since = e.At },
        OrderEvent.Shipped e => this with
        {
            Phase = OrderPhase.Shipped,
            Since = e.At,
            Keys = Keys.Add(e.Key, "ship", "", e.At)
        },
        OrderEvent.Delivered e => this with
        {
            Phase = OrderPhase.Delivered,
            Since = e.At,
            DeliveredAt = e.At,
            Keys = Keys.Add(e.Key, "deliver", "", e.At),
        },
        OrderEvent.ReturnAccepted e => this with
        {
            Since = e.At,
            Returns = Returns.Add(e.Id, new(e.Reason, e.Asked, e.Lines, e.RefundMinor, e.Points, false,
                IsRefunded: e.RefundMinor == 0)
            {
                GoodsMinor = e.GoodsMinor ?? e.RefundMinor,
                By = e.By,
                FreightMinor = e.FreightMinor ?? 0,
                Quality = e.Quality == true,
            }),
        },
        OrderEvent.ReturnDone e => this with { Returns = Returns.SetItem(e.Id, Returns[e.Id] with { IsDone = true }) },
        OrderEvent.Refunded e => this with
        {
            PaymentEvents = PaymentEvents.Add(e.EventId),
            Returns = e.Ref is { } id ? Returns.SetItem(id, Returns[id] with { IsRefunded = true }) : Returns,
            WasPaidBack = WasPaidBack || e.Ref is null,
            Parked = Parked.RemoveAll(p => p.EventId == e.EventId),
        },
        OrderEvent.ShipToChanged e => this with { Shipping = e.Shipping },
        OrderEvent.Delayed => this with { IsDelayed = true, IsDelayOpen = true },
        OrderEvent.DelayOver => this with { IsDelayOpen = false },
        OrderEvent.RefundNoted e => this with { RefundNotes = RefundNotes.SetItem(e.Ref, e.State) },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    /// <summary>What callers see; null before anybody placed it.</summary>
    public OrderState? State
    {
        get
        {
            var refunded = Returns.Values.Where(r => r.IsRefunded).Sum(r => r.Lines.Sum(l => l.Quantity));
            if (refunded > 0) return refunded == Lines.Sum(l => l.Quantity) ? OrderState.Refunded
                : OrderState.PartlyRefunded;
            return Phase switch
            {
                OrderPhase.None => null,
                OrderPhase.Refused => OrderState.Refused,
                OrderPhase.Placing or OrderPhase.AwaitingPayment or OrderPhase.Paying => OrderState.AwaitingPayment,
                OrderPhase.Paid => OrderState.Paid,
                OrderPhase.Shipped => OrderState.Shipped,
                OrderPhase.Delivered => OrderState.Delivered,
                _ => OrderState.Cancelled,
            };
        }
    }

    /// <summary>Who buys; a guest is nobody.</summary>
    public UserId? Buyer => Content?.User is { } user ? new UserId(user) : null;

    public OrderView View(string id) => new(id, Buyer, State!.Value,
        Lines.IsEmpty ? [.. Content!.Lines.Select(l => new PricedLine(l.Sku, l.Quantity, l.PriceMinor ?? 0))]
            : [.. Lines.Select(l => new PricedLine(l.Sku, l.Quantity, l.PriceMinor))],
        GoodsMinor, DiscountMinor, ChargesMinor, PayableMinor, Currency, Phase == OrderPhase.AwaitingPayment ? PayBy
            : null)
    {
        Reason = Reason,
        PointsEarned = PointsEarned,
        PointsReversed = PointsReversed,
        RefundMinor = RefundMinor - RejectedMinor,
        SessionId = Content!.SessionId,
        Market = Market,
        PaidBy = PaidBy,
        Refunds = Refunds(id),
        Shipping = ShippingView,
        Attribution = Attribution,
    };

    public ReturnView ReturnView(string id) => new(id, Returns[id].IsRefunded ? ReturnState.Refunded
        : ReturnState.Accepted,
        [.. Returns[id].Lines.Select(l => new PricedLine(l.Sku, l.Quantity, l.PriceMinor))], Returns[id].RefundMinor,
        Returns[id].Points, State!.Value)
    { FreightMinor = Returns[id].FreightMinor };
}

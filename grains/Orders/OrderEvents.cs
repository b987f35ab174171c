using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ale.Audience;
using Ale.Payments;

namespace Ale.Orders;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Placed), "order.placed"), JsonDerivedType(typeof(Reserved), "order.reserved")]
[JsonDerivedType(typeof(Refused), "order.refused"), JsonDerivedType(typeof(PaymentAskedFor), "order.payment_asked")]
[JsonDerivedType(typeof(PaymentKept), "order.payment_parked"),
    JsonDerivedType(typeof(PaymentTaken), "order.payment_taken")]
[JsonDerivedType(typeof(PaymentFailed), "order.payment_failed"), JsonDerivedType(typeof(Paid), "order.paid")]
[JsonDerivedType(typeof(Cancelling), "order.cancelling"), JsonDerivedType(typeof(Cancelled), "order.cancelled")]
[JsonDerivedType(typeof(Shipped), "order.shipped"), JsonDerivedType(typeof(Delivered), "order.delivered")]
[JsonDerivedType(typeof(ReturnAccepted), "order.return_accepted"),
    JsonDerivedType(typeof(ReturnDone), "order.return_done")]
[JsonDerivedType(typeof(Refunded), "order.refunded"), JsonDerivedType(typeof(RefundNoted), "order.refund_noted")]
[JsonDerivedType(typeof(ShipToChanged), "order.ship_to_changed"), JsonDerivedType(typeof(Delayed), "order.delayed")]
[JsonDerivedType(typeof(DelayOver), "order.delay_over")]
internal abstract record OrderEvent
{
    /// <summary>The intent: from here on the order is driven to an end, whoever dies.</summary>
    internal sealed record Placed(int Attempt, OrderContent Content, DateTimeOffset At) : OrderEvent;

    /// <param name="ChargesMinor">With the freight.</param>
    /// <param name="Shipping">Where it goes; null: nobody said.</param>
    /// <param name="Attribution">What it is shown for; null: what it names itself.</param>
    internal sealed record Reserved(
        ImmutableArray<ReservedLine> Lines, string Market, string Currency, long GoodsMinor, long DiscountMinor,
        long ChargesMinor, DateTimeOffset PayBy, OrderShipping? Shipping = null, TouchSources? Attribution = null)
        : OrderEvent;

    internal sealed record Refused(string Code, RefusalKind Kind, string? Sku, DateTimeOffset At) : OrderEvent;

    internal sealed record PaymentAskedFor(string PaymentId, string Key, string Method, DateTimeOffset At) : OrderEvent;

    /// <summary>An event that does not fit the order as it is; it changes nothing.</summary>
    internal sealed record PaymentKept(PaymentEvent Event, string Why) : OrderEvent;

    /// <summary>The money is there; the units must now be sold or the money goes back.</summary>
    internal sealed record PaymentTaken(string EventId, string? PaymentId, long AmountMinor, DateTimeOffset At)
        : OrderEvent;

    internal sealed record PaymentFailed(string EventId) : OrderEvent;

    internal sealed record Paid(long Points, DateTimeOffset At) : OrderEvent;

    /// <param name="By">Who asked for it, a staff id; null: the buyer, or a rule.</param>
    internal sealed record Cancelling(string Reason, string? Key, DateTimeOffset At, string? By = null) : OrderEvent;

    /// <param name="RefundId">Under which the acquirer is asked for the money; null: nothing was paid.</param>
    /// <param name="By">Who asked for it, a staff id; null: the buyer, or a rule.</param>
    internal sealed record Cancelled(
        string Reason, string? RefundId, long RefundMinor, DateTimeOffset At, string? By = null) : OrderEvent;

    internal sealed record Shipped(string Key, DateTimeOffset At) : OrderEvent;

    internal sealed record Delivered(string Key, DateTimeOffset At) : OrderEvent;

    /// <param name="By">Who asked for it, a staff id; null: a rule.</param>
    /// <param name="GoodsMinor">What the goods had cost, where that is not what goes back; else null.</param>
    /// <param name="FreightMinor">What of the refund is freight; null: nothing.</param>
    /// <param name="Quality">True: for a fault of the goods.</param>
    internal sealed record ReturnAccepted(
        string Id, string Reason, ImmutableArray<ReturnLine> Asked, ImmutableArray<ReturnedLine> Lines,
        long RefundMinor, long Points, DateTimeOffset At, string? By = null, long? GoodsMinor = null,
        long? FreightMinor = null, bool? Quality = null) : OrderEvent;

    internal sealed record ReturnDone(string Id) : OrderEvent;

    /// <param name="Ref">The return; null: the order as a whole, which was cancelled.</param>
    internal sealed record Refunded(string EventId, string? Ref, long AmountMinor, DateTimeOffset At) : OrderEvent;

    /// <summary>Where a refund stands that does not go its way by itself.</summary>
    /// <param name="Ref">The return, or <c>cancel</c>.</param>
    /// <param name="ChangeMinor">
    /// What it takes from, or gives back to, the goods money that goes or went back; 0: neither.
    /// </param>
    internal sealed record RefundNoted(string Ref, RefundState State, long ChangeMinor, DateTimeOffset At) : OrderEvent;

    internal sealed record ShipToChanged(OrderShipping Shipping, DateTimeOffset At) : OrderEvent;

    /// <summary>The promise has passed (ORD-06).</summary>
    /// <param name="Role">Whose inbox hears of it.</param>
    internal sealed record Delayed(DateTimeOffset PromiseAt, string Role, DelayRemedy Remedy, DateTimeOffset At)
        : OrderEvent;

    internal sealed record DelayOver(string Why, DateTimeOffset At) : OrderEvent;
}

/// <summary>What was asked for, as stored.</summary>
internal sealed record OrderContent(
    string? User, string? SessionId, string? Channel, string? CampaignId, string? PlacementId, string? ShareId,
    string? Coupon, DateTimeOffset? RecordedAt, ImmutableArray<OrderLine> Lines, ImmutableArray<OrderCharge> Charges,
    string? Offer = null, OrderShipTo? ShipTo = null)
{
    public bool Equals(OrderContent? other) => other is not null
        && (User, SessionId, Channel, CampaignId, PlacementId, ShareId, Coupon, RecordedAt, Offer, ShipTo)
            == (other.User, other.SessionId, other.Channel, other.CampaignId, other.PlacementId, other.ShareId,
                other.Coupon, other.RecordedAt, other.Offer, other.ShipTo)
        && Lines.SequenceEqual(other.Lines) && Charges.SequenceEqual(other.Charges);

    public override int GetHashCode() => HashCode.Combine(User, SessionId, Coupon, Lines.Length);

    public static OrderContent Of(PlaceOrder p) => new(p.User?.Value, p.SessionId, p.Channel, p.CampaignId,
        p.PlacementId,
        p.ShareId, p.Coupon?.ToUpperInvariant(), p.RecordedAt,
        [.. p.Lines.Select(l => l with { Sku = l.Sku.ToUpperInvariant() })], p.Charges.IsDefault ? [] : p.Charges,
        p.Offer, p.ShipTo);

    /// <summary>Where it says that its buyer came from.</summary>
    [JsonIgnore]
    public TouchSources Sources => new(SessionId, Channel, CampaignId, PlacementId, ShareId);

    /// <summary>Units asked for of each SKU: lines of the same SKU are one reservation.</summary>
    [JsonIgnore]
    public IEnumerable<(string Sku, int Quantity)> Demand =>
        Lines.GroupBy(l => l.Sku, StringComparer.Ordinal).Select(g => (g.Key, g.Sum(l => l.Quantity)));
}

/// <summary>A line with its price and its share of the discount, so that a return gives back what was paid.</summary>
internal sealed record ReservedLine(string Sku, int Quantity, long PriceMinor, long DiscountMinor, bool Eco)
{
    [JsonIgnore]
    public long NetMinor => Quantity * PriceMinor - DiscountMinor;
}

/// <summary>Units of one line that came back, at what they had cost.</summary>
/// <param name="Line">The line's place in the order, from 0.</param>
internal sealed record ReturnedLine(int Line, string Sku, int Quantity, long PriceMinor);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OrderEvent))]
internal sealed partial class OrderJson : JsonSerializerContext;

using System.Collections.Immutable;
using Ale.Audience;
using Ale.Payments;

namespace Ale.Orders;

/// <summary>
/// One order (ORD-03): reserve all lines or none, apply the coupon, pay, confirm; whatever fails undoes what went
/// before.
/// </summary>
/// <remarks>The key is the order's id.</remarks>
[Alias("ale.order")]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>
    /// Places it. The same content again: the order as it is now; other content: <see cref="OrderRefusals.Changed"/>. A
    /// refused order holds nothing: placing it again, with any content, is its next attempt; a repeat of the edge's own
    /// gets the same refusal.
    /// </summary>
    [Alias("place")] Task<Outcome<OrderView>> Place(PlaceOrder command, CancellationToken ct = default);

    /// <summary>The order as it is now.</summary>
    [Alias("get")] Task<Outcome<OrderView>> Get(CancellationToken ct = default);

    /// <summary>
    /// Asks the acquirer for the money. The same key again: the same payment. Refused as <c>stock.sold_out</c> when a
    /// correction has taken the units from its hold (S05).
    /// </summary>
    [Alias("pay")] Task<Outcome<PaymentAsked>> Pay(PayOrder command, CancellationToken ct = default);

    /// <summary>
    /// Takes what the acquirer says; each event has one effect. What does not fit the order as it is (unknown, wrong
    /// amount
    /// or currency, out of order) is kept as parked and changes nothing.
    /// </summary>
    [Alias("take_payment")]
    Task<Outcome<PaymentTaken>> TakePayment(PaymentEvent happened,
        CancellationToken ct = default);

    /// <summary>Ends it: units, coupon, points and money go back. Refused once it is shipped.</summary>
    [Alias("cancel")] Task<Outcome<OrderView>> Cancel(string key, CancellationToken ct = default);

    /// <summary>The same, with who asks.</summary>
    [Alias("cancel_by")] Task<Outcome<OrderView>> Cancel(CancelOrder command, CancellationToken ct = default);

    /// <summary>It has left the house.</summary>
    [Alias("ship")] Task<Outcome<OrderView>> Ship(string key, CancellationToken ct = default);

    /// <summary>It has arrived; after-sales windows count from here.</summary>
    [Alias("deliver")] Task<Outcome<OrderView>> Deliver(string key, CancellationToken ct = default);

    /// <summary>Takes goods back: units, points and money follow. The same id again: the return as it is now.</summary>
    [Alias("return")] Task<Outcome<ReturnView>> Return(ReturnGoods command, CancellationToken ct = default);

    /// <summary>
    /// Sends it elsewhere, until it has left the house (SHP-07); the freight must be what was agreed. The same place
    /// again: the order as it is, with the address copied anew.
    /// </summary>
    [Alias("ship_to")] Task<Outcome<OrderView>> ShipTo(OrderShipTo to, CancellationToken ct = default);

    /// <summary>Where a refund stands (SHP-04); one of money that is back is not noted any more.</summary>
    /// <param name="reference">The return, or <see cref="RefundKeys.Cancel"/>.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("note_refund")]
    Task<Outcome<Done>> NoteRefund(string reference, RefundState state, CancellationToken ct = default);

    /// <summary>What an after-sales case is to know. Refuses as <see cref="Return"/> does before it is paid.</summary>
    [Alias("after_sales")] Task<Outcome<OrderAfterSales>> AfterSales(string sku, CancellationToken ct = default);
}

/// <summary>One line of an order; the same SKU may stand in several lines at different prices.</summary>
/// <param name="PriceMinor">The price agreed, minor units a unit; null: the SKU's.</param>
[GenerateSerializer, Immutable, Alias("ale.order.line")]
public sealed record OrderLine(
    [property: Id(0)] string Sku, [property: Id(1)] int Quantity, [property: Id(2)] long? PriceMinor = null);

/// <summary>Postage, a fee, or (negative) a discount; never stock.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.charge")]
public sealed record OrderCharge([property: Id(0)] string Code, [property: Id(1)] long AmountMinor);

/// <summary>What somebody wants to buy.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.place")]
public sealed record PlaceOrder([property: Id(0)] ImmutableArray<OrderLine> Lines)
{
    /// <summary>Who buys; null: a guest, without points and per-user limits.</summary>
    [Id(1)] public UserId? User { get; init; }

    /// <summary>The live session it was placed in.</summary>
    [Id(2)] public string? SessionId { get; init; }

    /// <summary>Where the buyer came from (ORD-07): channel, campaign, placement, share link.</summary>
    [Id(3)] public string? Channel { get; init; }

    /// <summary>See <see cref="Channel"/>.</summary>
    [Id(4)] public string? CampaignId { get; init; }

    /// <summary>See <see cref="Channel"/>.</summary>
    [Id(5)] public string? PlacementId { get; init; }

    /// <summary>See <see cref="Channel"/>.</summary>
    [Id(6)] public string? ShareId { get; init; }

    /// <summary>The code of a claimed coupon.</summary>
    [Id(7)] public string? Coupon { get; init; }

    /// <summary>Charges beside the goods.</summary>
    [Id(8)] public ImmutableArray<OrderCharge> Charges { get; init; } = [];

    /// <summary>When it was really made, for reports; rules use the server's clock.</summary>
    [Id(9)] public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>The session's offer whose live price one of the lines asks for; null: the lowest that has room.</summary>
    [Id(10)] public string? Offer { get; init; }

    /// <summary>Where it is to go: freight becomes a charge, and a time is promised; null: not said (SHP-07).</summary>
    [Id(20)] public OrderShipTo? ShipTo { get; init; }

    /// <inheritdoc/>
    public bool Equals(PlaceOrder? other) => other is not null
        && (User, SessionId, Channel, CampaignId, PlacementId, ShareId, Coupon, RecordedAt, Offer, ShipTo)
            == (other.User, other.SessionId, other.Channel, other.CampaignId, other.PlacementId, other.ShareId,
                other.Coupon, other.RecordedAt, other.Offer, other.ShipTo)
        && Lines.SequenceEqual(other.Lines) && Charges.SequenceEqual(other.Charges);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(User, SessionId, Coupon, Lines.Length);
}

/// <summary>Where an order stands.</summary>
public enum OrderState
{
    /// <summary>Its units could not be had; it holds nothing.</summary>
    Refused,

    /// <summary>It holds its units until <c>PayBy</c>.</summary>
    AwaitingPayment,

    /// <summary>Paid and sold.</summary>
    Paid,

    /// <summary>On its way.</summary>
    Shipped,

    /// <summary>Arrived.</summary>
    Delivered,

    /// <summary>Ended before it was shipped.</summary>
    Cancelled,

    /// <summary>All its goods were returned and paid back.</summary>
    Refunded,

    /// <summary>Some of its goods were returned and paid back.</summary>
    PartlyRefunded,
}

/// <summary>An order as it is now. <c>Payable = Goods − Discount + Charges</c>.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.view")]
public sealed record OrderView(
    [property: Id(0)] string Id, [property: Id(1)] UserId? User, [property: Id(2)] OrderState State,
    [property: Id(3)] ImmutableArray<PricedLine> Lines, [property: Id(4)] long GoodsMinor,
    [property: Id(5)] long DiscountMinor, [property: Id(6)] long ChargesMinor, [property: Id(7)] long PayableMinor,
    [property: Id(8)] string Currency, [property: Id(9)] DateTimeOffset? PayBy)
{
    /// <summary>Why it was cancelled: <c>user</c>, <c>expired</c>, <c>payment</c>, <c>stock</c>,
    /// <c>coupon</c>.</summary>
    [Id(10)] public string? Reason { get; init; }

    /// <summary>Points it earned, reversed ones included.</summary>
    [Id(11)] public long PointsEarned { get; init; }

    /// <summary>Points its returns took back.</summary>
    [Id(12)] public long PointsReversed { get; init; }

    /// <summary>Goods money that goes or went back; what was not approved does not count.</summary>
    [Id(13)] public long RefundMinor { get; init; }

    /// <summary>The live session it was placed in.</summary>
    [Id(14)] public string? SessionId { get; init; }

    /// <summary>Whose policy counts; empty before its units are held.</summary>
    [Id(15)] public string Market { get; init; } = "";

    /// <summary>The payment that was taken; null: it is not paid.</summary>
    [Id(16)] public string? PaidBy { get; init; }

    /// <summary>The money that goes or went back, or waits to (SHP-04).</summary>
    [Id(17)] public ImmutableArray<OrderRefund> Refunds { get; init; } = [];

    /// <summary>Where it goes; null: nobody said.</summary>
    [Id(20)] public OrderShippingView? Shipping { get; init; }

    /// <summary>What it is shown for: what it names, else its buyer's last touch once units are held.</summary>
    [Id(21)] public TouchSources? Attribution { get; init; }
}

/// <summary>A line with its price.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.priced")]
public sealed record PricedLine(
    [property: Id(0)] string Sku, [property: Id(1)] int Quantity, [property: Id(2)] long PriceMinor);

/// <summary>Goods that come back.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.return")]
public sealed record ReturnGoods(
    [property: Id(0)] string Id, [property: Id(1)] ImmutableArray<ReturnLine> Lines, [property: Id(2)] string Reason)
{
    /// <summary>Who asks, a staff id: he may not decide on the refund; null: a rule. No part of the content.</summary>
    [Id(3)] public string? By { get; init; }

    /// <summary>
    /// True: for a fault of the goods. When all of an order came back so, the freight goes back with the last (SHP-07).
    /// </summary>
    [Id(4)] public bool Quality { get; init; }

    /// <inheritdoc/>
    public bool Equals(ReturnGoods? other) =>
        other is not null && (Id, Reason, Quality) == (other.Id, other.Reason, other.Quality)
        && Lines.SequenceEqual(other.Lines);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);
}

/// <summary>Units of a SKU that come back.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.return_line")]
public sealed record ReturnLine([property: Id(0)] string Sku, [property: Id(1)] int Quantity);

/// <summary>Whether the money has gone back.</summary>
public enum ReturnState
{
    /// <summary>Units and points are back, the acquirer is asked.</summary>
    Accepted,

    /// <summary>The acquirer says that it is paid back.</summary>
    Refunded,
}

/// <summary>A return as it is now.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.return_view")]
public sealed record ReturnView(
    [property: Id(0)] string Id, [property: Id(1)] ReturnState State,
        [property: Id(2)] ImmutableArray<PricedLine> Lines,
    [property: Id(3)] long RefundMinor, [property: Id(4)] long PointsReversed, [property: Id(5)] OrderState OrderState)
{
    /// <summary>What of <see cref="RefundMinor"/> is freight.</summary>
    [Id(6)] public long FreightMinor { get; init; }
}

/// <summary>In order of precedence; after <see cref="Currency"/> come the first line's <c>stock.*</c>, then
/// <c>coupon.*</c>.</summary>
public static class OrderRefusals
{
    /// <summary>No such order.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "order.unknown");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "order.changed");

    /// <summary>A SKU nobody has defined; <c>sku</c> names it.</summary>
    public static readonly Refusal UnknownSku = new(RefusalKind.NotFound, "order.unknown_sku");

    /// <summary>SKUs of different currencies or markets.</summary>
    public static readonly Refusal Currency = new(RefusalKind.Conflict, "order.currency");

    /// <summary>Discounts above goods and charges, or a charge let off by more than it is.</summary>
    public static readonly Refusal Negative = new(RefusalKind.Conflict, "order.negative");

    /// <summary>Its units could not be had; place it again.</summary>
    public static readonly Refusal Refused = new(RefusalKind.Conflict, "order.refused");

    /// <summary>It has left the house already.</summary>
    public static readonly Refusal Shipped = new(RefusalKind.Conflict, "order.shipped");

    /// <summary>It is cancelled.</summary>
    public static readonly Refusal Cancelled = new(RefusalKind.Conflict, "order.cancelled");

    /// <summary>It is paid already.</summary>
    public static readonly Refusal AlreadyPaid = new(RefusalKind.Conflict, "order.already_paid");

    /// <summary>It is not paid.</summary>
    public static readonly Refusal NotPaid = new(RefusalKind.Conflict, "order.not_paid");

    /// <summary>It is not on its way.</summary>
    public static readonly Refusal NotShipped = new(RefusalKind.Conflict, "order.not_shipped");

    /// <summary>More than bought and not yet returned; <c>sku</c> names which.</summary>
    public static readonly Refusal ReturnExceeds = new(RefusalKind.Conflict, "order.return_exceeds");
}

/// <summary>Keys of the slice.</summary>
public static class OrderKeys
{
    /// <summary>The grain of an order.</summary>
    public static IOrderGrain Order(this IGrainFactory grains, string id) => grains.Ref<IOrderGrain>(id);

    /// <summary>Lists of orders.</summary>
    public static IOrderQueries OrderQueries(this IGrainFactory grains) => grains.GetGrain<IOrderQueries>(0);
}

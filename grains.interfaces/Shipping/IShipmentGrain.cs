using System.Collections.Immutable;

namespace Ale.Shipping;

/// <summary>
/// One parcel of an order (STK-11): a label is asked of the carrier that agreement and rank choose, then tracking events
/// tell where it is. The first that says it is under way ships the order, one that says it arrived delivers it.
/// </summary>
/// <remarks>
/// The key is the shipment's id. Tracking events may come in any order and more than once: each id counts once, and the
/// state is that of the event that is furthest on the way (picked, in transit, lost, then the later of delivered and
/// returned), whatever came last. At most <see cref="EventsMax"/> events are kept. It holds no personal data: the city
/// alone. An order may have several parcels; the first under way ships it, the first that arrives delivers it.
/// </remarks>
[Alias("ale.shipment")]
public interface IShipmentGrain : IGrainWithStringKey
{
    /// <summary>Most tracking events of a parcel, ever.</summary>
    public const int EventsMax = 200;

    /// <summary>
    /// Chooses the carrier and asks it for a label. The same content again: the shipment as it is now, whoever would be
    /// chosen by now; other: <see cref="ShipmentRefusals.Changed"/>. An unknown order is refused as the order does, one that
    /// is not paid as <see cref="ShipmentRefusals.OrderNotPaid"/>, no city of either as
    /// <see cref="Ale.Orders.ShippingRefusals.NoShipTo"/>, then a city that nobody serves as
    /// <see cref="CarrierRefusals.NotServed"/>.
    /// </summary>
    [Alias("open")] Task<Outcome<ShipmentView>> Open(OpenShipment command, CancellationToken ct = default);

    /// <summary>The shipment as it is now.</summary>
    [Alias("get")] Task<Outcome<ShipmentView>> Get(CancellationToken ct = default);

    /// <summary>
    /// Takes a tracking event. The same content again: the shipment as it is now; other:
    /// <see cref="ShipmentRefusals.Changed"/>.
    /// </summary>
    [Alias("track")] Task<Outcome<ShipmentView>> Track(TrackShipment command, CancellationToken ct = default);
}

/// <summary>What is to be carried.</summary>
/// <param name="City">In lower case; empty: the city that the order goes to, by its official code.</param>
/// <param name="Grams">Of the parcel, 1 to 1,000,000.</param>
[GenerateSerializer, Immutable, Alias("ale.shipment.terms")]
public sealed record ShipmentTerms(
    [property: Id(0)] string OrderId, [property: Id(1)] string City, [property: Id(2)] int Grams)
{
    /// <summary>Heaviest parcel, grams.</summary>
    public const int GramsMax = 1_000_000;
}

/// <summary>A wish to send a parcel.</summary>
/// <param name="By">Whose token it was: a staff id.</param>
[GenerateSerializer, Immutable, Alias("ale.shipment.open")]
public sealed record OpenShipment([property: Id(0)] ShipmentTerms Terms, [property: Id(1)] string By);

/// <summary>What a tracking event says.</summary>
public enum TrackingKind
{
    /// <summary>The carrier has it.</summary>
    Picked,

    /// <summary>It is on its way.</summary>
    InTransit,

    /// <summary>It has arrived.</summary>
    Delivered,

    /// <summary>It is on its way back, or came back, unopened.</summary>
    Returned,

    /// <summary>Nobody knows where it is.</summary>
    Lost,
}

/// <summary>A tracking event.</summary>
/// <param name="Id">Made by the carrier, its own within the shipment.</param>
/// <param name="HappenedAt">By the carrier's clock.</param>
/// <param name="Note">Where, or why; no personal data. At most 200 characters.</param>
[GenerateSerializer, Immutable, Alias("ale.shipment.track")]
public sealed record TrackShipment(
    [property: Id(0)] string Id, [property: Id(1)] TrackingKind Kind, [property: Id(2)] DateTimeOffset HappenedAt,
    [property: Id(3)] string? Note)
{
    /// <summary>Longest <see cref="Note"/>, characters.</summary>
    public const int NoteLengthMax = 200;
}

/// <summary>Where a parcel stands, in the order of the way.</summary>
public enum ShipmentState
{
    /// <summary>The label is asked for.</summary>
    Asked,

    /// <summary>It has its label and waits for the carrier.</summary>
    Labelled,

    /// <summary>The carrier has it.</summary>
    Picked,

    /// <summary>On its way.</summary>
    InTransit,

    /// <summary>Lost; a later event may find it.</summary>
    Lost,

    /// <summary>Arrived.</summary>
    Delivered,

    /// <summary>Came back.</summary>
    Returned,
}

/// <summary>A shipment as it is now.</summary>
/// <param name="Agreement">The entry of the register that makes it a priority dispatch; null: it is none.</param>
/// <param name="RatedMinor">What it costs by the carrier's rates when the label was asked for, minor units.</param>
/// <param name="LabelId">The number on the parcel; null: not there yet.</param>
/// <param name="FreightMinor">What the carrier takes; null: the label is not there yet.</param>
/// <param name="Events">In the order in which they happened.</param>
[GenerateSerializer, Immutable, Alias("ale.shipment.view")]
public sealed record ShipmentView(
    [property: Id(0)] string Id, [property: Id(1)] ShipmentTerms Terms, [property: Id(2)] ShipmentState State,
    [property: Id(3)] string Carrier, [property: Id(4)] string? Agreement, [property: Id(5)] string? LabelId,
    [property: Id(6)] long RatedMinor, [property: Id(7)] long? FreightMinor, [property: Id(8)] string Currency,
    [property: Id(9)] DateTimeOffset OpenedAt, [property: Id(10)] ImmutableArray<TrackShipment> Events);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ShipmentRefusals
{
    /// <summary>A member has not its form or range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "shipment.bad_terms");

    /// <summary>No such shipment, or no such label.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "shipment.unknown");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "shipment.changed");

    /// <summary>The order is not paid, or is cancelled.</summary>
    public static readonly Refusal OrderNotPaid = new(RefusalKind.Conflict, "shipment.order_not_paid");

    /// <summary>It has <see cref="IShipmentGrain.EventsMax"/> events.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "shipment.full");
}

/// <summary>Keys of shipments.</summary>
public static class ShipmentKeys
{
    /// <summary>The grain of a shipment.</summary>
    public static IShipmentGrain Shipment(this IGrainFactory grains, string id) => grains.Ref<IShipmentGrain>(id);

    /// <summary>The lists of shipments.</summary>
    public static IShipmentQueries ShipmentQueries(this IGrainFactory grains) => grains.GetGrain<IShipmentQueries>(0);

    /// <summary>Takes carriers' files.</summary>
    public static IShipmentTracking ShipmentTracking(this IGrainFactory grains) =>
        grains.GetGrain<IShipmentTracking>(0);
}

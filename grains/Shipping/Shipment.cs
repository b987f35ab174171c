using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;
using Ale.Orders;

namespace Ale.Shipping;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Opened), "shipment.opened"), JsonDerivedType(typeof(Labelled), "shipment.labelled")]
[JsonDerivedType(typeof(Tracked), "shipment.tracked")]
internal abstract record ShipmentEvent
{
    /// <summary>The carrier is chosen, and a label is to be had from it.</summary>
    /// <param name="Agreement">What makes it a priority dispatch; null: it is none.</param>
    internal sealed record Opened(
        ShipmentTerms Terms, string By, string Carrier, string? Agreement, long RatedMinor, string Currency,
        DateTimeOffset At) : ShipmentEvent;

    /// <param name="State">Where the parcel stands after it: tracking may have been faster.</param>
    internal sealed record Labelled(string LabelId, long FreightMinor, ShipmentState State, DateTimeOffset At)
        : ShipmentEvent;

    /// <param name="State">Where the parcel stands after it.</param>
    internal sealed record Tracked(TrackShipment Event, ShipmentState State, DateTimeOffset At) : ShipmentEvent;
}

/// <summary>
/// One parcel. Invariants: its carrier is chosen once, and labels it once; each tracking id counts once, at most 200;
/// the state depends on which events came, never on their order.
/// </summary>
internal sealed record Shipment : IState<Shipment, ShipmentEvent>
{
    /// <summary>How long a label may take before the kernel asks for it again.</summary>
    private static readonly TimeSpan DriveAfter = TimeSpan.FromSeconds(5);

    public static JsonTypeInfo<ShipmentEvent> EventJson => ShipmentJson.Default.ShipmentEvent;

    public ShipmentEvent.Opened? Opening { get; private init; }
    public ShipmentEvent.Labelled? Label { get; private init; }

    public ImmutableDictionary<string, TrackShipment> Events { get; private init; } =
        ImmutableDictionary.Create<string, TrackShipment>(StringComparer.Ordinal);

    /// <summary>The event furthest on the way; null: none has come.</summary>
    public TrackShipment? Furthest { get; private init; }

    public DateTimeOffset? DueAt => Opening is { } o && Label is null ? o.At + DriveAfter : null;

    private ShipmentState State => StateAfter(Furthest);

    public static Shipment New() => new();

    /// <summary>The city a new parcel goes to: the one named, else the order's.</summary>
    public static (string? City, Refusal? Why) Destination(ShipmentTerms terms, OrderView order) =>
        order.State is OrderState.AwaitingPayment or OrderState.Refused or OrderState.Cancelled
            ? (null, ShipmentRefusals.OrderNotPaid)
        : terms.City.Length > 0 ? (terms.City, null)
        : order.Shipping is { } to ? (Areas.CityOf(to.Area), null) : (null, ShippingRefusals.NoShipTo);

    /// <param name="choice">Who carries it; null: it is known already.</param>
    public Decision<ShipmentEvent, ShipmentView> Decide(
        OpenShipment command, CarrierChoice? choice, string id, DateTimeOffset now)
    {
        var t = command.Terms;
        // Who names no city does not take back the one it went to.
        if (t.City.Length == 0 && Opening is not null) t = t with { City = Opening.Terms.City };
        if (!Limits.IsId(t.OrderId) || !CarrierKeys.IsCity(t.City) || t.Grams is < 1 or > ShipmentTerms.GramsMax)
            return ShipmentRefusals.BadTerms;
        if (Opening is not null) return t == Opening.Terms ? View(id) : ShipmentRefusals.Changed;
        if (choice is null) return CarrierRefusals.NotServed;
        var (carrier, terms) = (choice.Carrier.Id, choice.Carrier.Terms);
        return After(id, new ShipmentEvent.Opened(
            t, command.By, carrier, choice.Agreement, CarrierBook.RateOf(terms, t.Grams), terms.Currency, now));
    }

    public Decision<ShipmentEvent, ShipmentView> DecideLabelled(CarrierLabel label, string id, DateTimeOffset now) =>
        Label is not null ? View(id) : After(id, new ShipmentEvent.Labelled(label.Id, label.FreightMinor,
            Furthest is null ? ShipmentState.Labelled : State, now));

    public Decision<ShipmentEvent, ShipmentView> Decide(TrackShipment command, string id, DateTimeOffset now)
    {
        if (!Limits.IsId(command.Id) || !Enum.IsDefined(command.Kind)
            || command.Note is { Length: > TrackShipment.NoteLengthMax }) return ShipmentRefusals.BadTerms;
        if (Opening is null) return ShipmentRefusals.Unknown;
        if (Events.TryGetValue(command.Id, out var known))
            return known == command ? View(id) : ShipmentRefusals.Changed;
        if (Events.Count >= IShipmentGrain.EventsMax) return ShipmentRefusals.Full;
        return After(id, new ShipmentEvent.Tracked(command, StateAfter(Further(Furthest, command)), now));
    }

    public Shipment Apply(ShipmentEvent happened) => happened switch
    {
        ShipmentEvent.Opened e => this with { Opening = e },
        ShipmentEvent.Labelled e => this with { Label = e },
        ShipmentEvent.Tracked e => this with
        {
            Events = Events.Add(e.Event.Id, e.Event),
            Furthest = Further(Furthest, e.Event),
        },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    public ShipmentView View(string id) => new(id, Opening!.Terms, State, Opening.Carrier, Opening.Agreement,
        Label?.LabelId, Opening.RatedMinor, Label?.FreightMinor, Opening.Currency, Opening.At,
        [.. Events.Values.OrderBy(e => e.HappenedAt).ThenBy(e => e.Id, StringComparer.Ordinal)]);

    public LabelWanted Wanted(string id) => new(id, Opening!.Carrier, Opening.Terms.City, Opening.Terms.Grams,
        Opening.Agreement is not null, Opening.RatedMinor, Opening.Currency);

    private ShipmentState StateAfter(TrackShipment? furthest) => furthest?.Kind switch
    {
        null => Label is null ? ShipmentState.Asked : ShipmentState.Labelled,
        TrackingKind.Picked => ShipmentState.Picked,
        TrackingKind.InTransit => ShipmentState.InTransit,
        TrackingKind.Lost => ShipmentState.Lost,
        TrackingKind.Delivered => ShipmentState.Delivered,
        TrackingKind.Returned => ShipmentState.Returned,
        _ => throw new UnreachableException($"Unknown kind {furthest.Kind}"),
    };

    /// <summary>A lost parcel may be found; of delivered and returned the later one tells, and at once, returned.</summary>
    private static TrackShipment Further(TrackShipment? a, TrackShipment b) =>
        a is null || Place(b).CompareTo(Place(a)) > 0 ? b : a;

    private static (int Rank, DateTimeOffset At, TrackingKind Kind, string Id) Place(TrackShipment e) => (e.Kind switch
    {
        TrackingKind.Picked => 0,
        TrackingKind.InTransit => 1,
        TrackingKind.Lost => 2,
        _ => 3,
    }, e.HappenedAt, e.Kind, e.Id);

    private Decision<ShipmentEvent, ShipmentView> After(string id, ShipmentEvent happened) =>
        new(Apply(happened).View(id), happened);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ShipmentEvent))]
internal sealed partial class ShipmentJson : JsonSerializerContext;

using System.Text.Json.Serialization;
using Ale.Engines;

namespace Ale.Stock;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Defined), "stock.defined"), JsonDerivedType(typeof(Received), "stock.received")]
[JsonDerivedType(typeof(Adjusted), "stock.adjusted"), JsonDerivedType(typeof(Held), "stock.held")]
[JsonDerivedType(typeof(Renewed), "stock.renewed"), JsonDerivedType(typeof(Confirmed), "stock.confirmed")]
[JsonDerivedType(typeof(Reclaimed), "stock.reclaimed"), JsonDerivedType(typeof(Released), "stock.released")]
[JsonDerivedType(typeof(Expired), "stock.expired"), JsonDerivedType(typeof(PutBack), "stock.put_back")]
[JsonDerivedType(typeof(Changed), "stock.changed"), JsonDerivedType(typeof(Signalled), "stock.signalled")]
[JsonDerivedType(typeof(Told), "stock.told"), JsonDerivedType(typeof(OfferPlanned), "stock.offer_planned")]
[JsonDerivedType(typeof(OfferChanged), "stock.offer_changed")]
[JsonDerivedType(typeof(OfferStarted), "stock.offer_started"), JsonDerivedType(typeof(OfferEnded), "stock.offer_ended")]
[JsonDerivedType(typeof(Missed), "stock.missed"), JsonDerivedType(typeof(Inspected), "stock.inspected")]
[JsonDerivedType(typeof(InspectionLate), "stock.inspection_late"), JsonDerivedType(typeof(Short), "stock.short")]
[JsonDerivedType(typeof(NoticeTold), "stock.notice_told"), JsonDerivedType(typeof(ClaimOpened), "stock.claim_opened")]
[JsonDerivedType(typeof(PricePlanned), "stock.price_planned")]
[JsonDerivedType(typeof(PriceDropped), "stock.price_dropped")]
[JsonDerivedType(typeof(PriceStarted), "stock.price_started"), JsonDerivedType(typeof(Shelved), "stock.shelved")]
internal abstract record StockEvent
{
    internal sealed record Defined(SkuTerms Terms) : StockEvent;

    internal sealed record Changed(SkuTerms Terms, string Key, string Actor, DateTimeOffset At) : StockEvent;

    internal sealed record Received(string Id, int Quantity, string? Batch, string? Warehouse = null) : StockEvent;

    internal sealed record Adjusted(string Id, int Delta, string Reason, string? Warehouse = null) : StockEvent;

    internal sealed record Held(
        string Id, string? User, int Quantity, string? SessionId, long PriceMinor, DateTimeOffset At,
            DateTimeOffset ExpiresAt, string? Offer = null, string? Warehouse = null)
        : StockEvent;

    internal sealed record Renewed(string Id, string Key, DateTimeOffset ExpiresAt) : StockEvent;

    internal sealed record Confirmed(string Id, int Quantity, DateTimeOffset At) : StockEvent;

    /// <summary>Sold although the hold had ended: a new claim, made and confirmed at once.</summary>
    internal sealed record Reclaimed(
        string Id, string? User, int Quantity, string? SessionId, long PriceMinor, DateTimeOffset At,
        string? Offer = null) : StockEvent;

    /// <summary>Given back; quantity 0 when the id was unknown, so that its late original is refused.</summary>
    internal sealed record Released(string Id, int Quantity, DateTimeOffset At) : StockEvent;

    internal sealed record Expired(string Id, int Quantity, DateTimeOffset At) : StockEvent;

    /// <param name="InspectBy">When units in quarantine are to be scanned (SHP-02); null: there is no clock.</param>
    internal sealed record PutBack(
        string Id, string ReservationId, string? User, int Quantity, string? SessionId, bool Undo, DateTimeOffset At,
        bool Quarantine = false, string? Offer = null, DateTimeOffset? InspectBy = null, string? Warehouse = null)
        : StockEvent;

    /// <summary>A mark was reached, fallen below, or is in order again (STK-04 to STK-06).</summary>
    /// <param name="Episode">Incidents of the mark so far.</param>
    /// <param name="Falls">How often the figure fell below the mark in the latest one (A04).</param>
    internal sealed record Signalled(
        StockLevel Mark, SignalState To, int Episode, int Falls, long Figure, int Line, DateTimeOffset? CalmAt,
        DateTimeOffset At) : StockEvent;

    /// <summary>The reminder, or the purchase, that follows from so many changes of a mark is there.</summary>
    /// <param name="Order">The latest purchase order of the mark; 0: none.</param>
    internal sealed record Told(StockLevel Mark, int Moves, int Order, DateTimeOffset At) : StockEvent;

    /// <summary>A scan of units in quarantine (SHP-02).</summary>
    internal sealed record Inspected(
        string Id, string? ReturnId, int Quantity, InspectionGrade Grade, string Actor, DateTimeOffset At,
        string? OrderId = null) : StockEvent;

    /// <summary>A return was to be scanned by <c>DueAt</c>, and is not (SHP-02).</summary>
    /// <param name="Id">Of its put-back.</param>
    internal sealed record InspectionLate(string Id, int Units, DateTimeOffset DueAt, DateTimeOffset At) : StockEvent;

    /// <summary>A correction left fewer units on hand than are held (S05).</summary>
    /// <param name="Id">Of the correction.</param>
    /// <param name="Units">Held and not there.</param>
    /// <param name="Holds">Ids of the youngest, which they are missing for, by commas; at most 20.</param>
    internal sealed record Short(string Id, int Units, string Holds, DateTimeOffset At) : StockEvent;

    /// <summary>Somebody was told.</summary>
    internal sealed record NoticeTold(long No, DateTimeOffset At) : StockEvent;

    /// <summary>Scrap is claimed from its supplier (SHP-02); whoever deals with suppliers was told.</summary>
    /// <param name="Id">Of the scan.</param>
    /// <param name="Supplier">Who is registered for the SKU; null: nobody.</param>
    internal sealed record ClaimOpened(
        long No, string Id, int Quantity, string? Supplier, string? ReturnId, string? OrderId, DateTimeOffset At)
        : StockEvent;

    /// <summary>So many attempts were refused for stock lately, in a session or (null) in the shop (STK-03).</summary>
    internal sealed record Missed(string? SessionId, int Attempts, DateTimeOffset At) : StockEvent;

    internal sealed record PricePlanned(
        string Id, long PriceMinor, DateTimeOffset StartsAt, string Actor, DateTimeOffset At) : StockEvent;

    internal sealed record PriceDropped(string Id, string Actor, DateTimeOffset At) : StockEvent;

    /// <summary>It is the list price from now on; sales do not wait for this event.</summary>
    internal sealed record PriceStarted(string Id, long PriceMinor, DateTimeOffset At) : StockEvent;

    /// <summary>The product is sold, or not.</summary>
    /// <param name="Move">How often it has said so.</param>
    internal sealed record Shelved(bool IsOnSale, int Move, DateTimeOffset At) : StockEvent;

    internal sealed record OfferPlanned(string Id, OfferTerms Terms, string Actor, DateTimeOffset At) : StockEvent;

    /// <summary>Before it began.</summary>
    internal sealed record OfferChanged(string Id, OfferTerms Terms, string Key, string Actor, DateTimeOffset At)
        : StockEvent;

    /// <summary>Its first second has come; sales do not wait for this event.</summary>
    internal sealed record OfferStarted(string Id, DateTimeOffset At) : StockEvent;

    /// <summary>It has ended by whatever came first; sales do not wait for this event.</summary>
    internal sealed record OfferEnded(string Id, OfferEnd By, DateTimeOffset At) : StockEvent;
}

/// <summary>A reservation in memory.</summary>
/// <param name="Keys">The keys of its latest renewals; never changed, only replaced.</param>
internal sealed record Hold(
    string? User, int Quantity, string? SessionId, long PriceMinor, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt,
    string[]? Keys, string? Offer = null, string? Warehouse = null);

/// <summary>An ended reservation, remembered for a while.</summary>
internal sealed record EndedHold(string Id, Hold Hold, ReservationState State, DateTimeOffset At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StockEvent)), JsonSerializable(typeof(FrozenStock))]
internal sealed partial class StockJson : JsonSerializerContext;

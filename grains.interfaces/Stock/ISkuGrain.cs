using System.Collections.Immutable;
using Ale.Feed;

namespace Ale.Stock;

/// <summary>One SKU's stock (STK-01): every unit is reserved, confirmed or given back here, one command at a
/// time.</summary>
/// <remarks>The key is the SKU, upper case.</remarks>
[Alias("ale.sku")]
public interface ISkuGrain : IGrainWithStringKey, IFeedSource
{
    /// <summary>How long refusals for stock are summed in memory before they are kept (STK-03); a crash loses so
    /// much of them.</summary>
    public static readonly TimeSpan TellsRefusalsWithin = TimeSpan.FromSeconds(1);

    /// <summary>Creates it. The terms as they are now again: same answer; others: <see cref="StockRefusals.Changed"/>.</summary>
    [Alias("define")] Task<Outcome<SkuTerms>> Define(SkuTerms terms, CancellationToken ct = default);

    /// <summary>The terms as they are now.</summary>
    [Alias("get")] Task<Outcome<SkuTerms>> Get(CancellationToken ct = default);

    /// <summary>The terms as they are now, with the version that <see cref="Change"/> expects.</summary>
    [Alias("info")] Task<Outcome<SkuInfo>> Info(CancellationToken ct = default);

    /// <summary>
    /// Changes terms, of the version named alone. Holds keep the price they were made at. No difference, no event; the
    /// same key again: the same answer.
    /// </summary>
    [Alias("change")] Task<Outcome<SkuInfo>> Change(ChangeSku command, CancellationToken ct = default);

    /// <summary>The figures as they are now.</summary>
    [Alias("levels")] Task<Outcome<StockLevels>> Levels(CancellationToken ct = default);

    /// <summary>Takes units in. The id is remembered for ever: a repeat changes nothing.</summary>
    [Alias("receive")] Task<Outcome<StockMove>> Receive(ReceiveStock command, CancellationToken ct = default);

    /// <summary>
    /// Corrects units on hand. Refuses to go below zero on hand; it may go below what is held: available shows 0 then.
    /// </summary>
    [Alias("adjust")] Task<Outcome<StockMove>> Adjust(AdjustStock command, CancellationToken ct = default);

    /// <summary>Holds units for a while. The same id again: the reservation as it is now, expired ones too.</summary>
    [Alias("reserve")] Task<Outcome<Reservation>> Reserve(ReserveStock command, CancellationToken ct = default);

    /// <summary>As many <see cref="Reserve"/>s, decided one after the other, in their order; one's refusal is not
    /// another's. Use <see cref="SkuCalls"/>, which gathers them.</summary>
    [Alias("reserve_each")]
    Task<ImmutableArray<Outcome<Reservation>>> ReserveEach(
        ImmutableArray<ReserveStock> commands, CancellationToken ct = default);

    /// <summary>
    /// Sells the held units. After expiry it claims them anew when they are there, else
    /// <see cref="StockRefusals.Expired"/>. A confirmed one again: same answer. Other content than the reservation's:
    /// <see cref="StockRefusals.Changed"/>. Held units that a correction took: <see cref="StockRefusals.SoldOut"/>.
    /// </summary>
    [Alias("confirm")] Task<Outcome<Reservation>> Confirm(ConfirmStock command, CancellationToken ct = default);

    /// <summary>Gives the held units back. A released or expired one again: as it is.</summary>
    [Alias("release")] Task<Outcome<Reservation>> Release(ReleaseStock command, CancellationToken ct = default);

    /// <summary>Begins the hold time again, up to the hard cap of the policy counted from the first hold.</summary>
    [Alias("renew")] Task<Outcome<Reservation>> Renew(RenewStock command, CancellationToken ct = default);

    /// <summary>Sold units come back on hand. The id is remembered for ever.</summary>
    [Alias("put_back")] Task<Outcome<StockMove>> PutBack(PutBackStock command, CancellationToken ct = default);

    /// <summary>
    /// Grades units in quarantine (SHP-02): A puts them on hand, B leaves them out until they are refurbished and
    /// scanned again, C scraps them. The id is remembered for ever; with other units or grade:
    /// <see cref="StockRefusals.Changed"/>.
    /// </summary>
    [Alias("inspect")] Task<Outcome<StockInspection>> Inspect(InspectStock command, CancellationToken ct = default);

    /// <summary>
    /// Whether units are there for an open hold after all that began before it (S05). True for one that is not held:
    /// it is claimed anew or it is not.
    /// </summary>
    [Alias("covers")] Task<Outcome<bool>> Covers(string id, CancellationToken ct = default);

    /// <summary>
    /// What <see cref="Reserve"/> would answer now: the price and until when, or the refusal. Nothing is held.
    /// </summary>
    /// <param name="wish">Its id counts for nothing.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("would")] Task<Outcome<Reservation>> Would(ReserveStock wish, CancellationToken ct = default);

    /// <summary>
    /// What it believes just now, durable or not, and without asking whether another activation knows more: a hint for
    /// who asks several SKUs, never an answer to somebody outside.
    /// </summary>
    [Alias("glance")] Task<Outcome<SkuGlance>> Glance(CancellationToken ct = default);

    /// <summary>
    /// Plans a live price (SHP-01). The same content again: the offer as it is now; other:
    /// <see cref="OfferRefusals.Changed"/>.
    /// </summary>
    [Alias("offer")] Task<Outcome<OfferView>> Offer(PutOffer command, CancellationToken ct = default);

    /// <summary>
    /// Changes a live price before its start, and only the version named (SHP-01). The same key again: the same answer.
    /// </summary>
    [Alias("change_offer")] Task<Outcome<OfferView>> ChangeOffer(ChangeOffer command, CancellationToken ct = default);

    /// <summary>The offers that it remembers: all that have not ended, and ended ones for some days.</summary>
    [Alias("offers")] Task<Outcome<OffersOfSku>> Offers(CancellationToken ct = default);

    /// <summary>
    /// Plans another list price (SHP-05); a sale at its first instant has it. The same content again: the plan as it is
    /// now; other: <see cref="PriceRefusals.Changed"/>.
    /// </summary>
    [Alias("plan_price")] Task<Outcome<PricePlanView>> PlanPrice(PlanPrice command, CancellationToken ct = default);

    /// <summary>Takes a planned price back. Again: the plan as it is.</summary>
    [Alias("drop_price")] Task<Outcome<PricePlanView>> DropPrice(DropPrice command, CancellationToken ct = default);

    /// <summary>The product says whether it is sold; units that are held stay held. Again: nothing changes.</summary>
    [Alias("shelve")] Task<Outcome<Done>> Shelve(ShelveSku command, CancellationToken ct = default);

    /// <summary>A reservation as it is now.</summary>
    [Alias("reservation")] Task<Outcome<Reservation>> Reservation(string id, CancellationToken ct = default);
}

/// <summary>Which mark the figures are below; the lowest one tells.</summary>
public enum StockLevel
{
    /// <summary>No marks are set.</summary>
    None,

    /// <summary>At or above all marks.</summary>
    Ok,

    /// <summary>On hand below the safety mark.</summary>
    Safety,

    /// <summary>On hand below the warning mark.</summary>
    Warning,

    /// <summary>Available below the minimum.</summary>
    Minimum,
}

/// <summary>A SKU's figures, units. <c>Available = max(0, OnHand − Held)</c>.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.levels")]
public sealed record StockLevels(
    [property: Id(0)] string Sku, [property: Id(1)] long OnHand, [property: Id(2)] long Held,
        [property: Id(3)] long Sold,
    [property: Id(4)] long Quarantine, [property: Id(5)] long Available, [property: Id(6)] StockLevel Level,
    [property: Id(7)] bool LiveSelling, [property: Id(8)] long Version) : IFeedBody
{
    /// <summary>What of it lies in which warehouse (STK-12); null: in none.</summary>
    [Id(20)] public ImmutableArray<WarehouseStock>? Warehouses { get; init; }
}

/// <summary>A wish for units under an id of the caller's.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.reserve")]
public sealed record ReserveStock([property: Id(0)] string Id, [property: Id(1)] int Quantity)
{
    /// <summary>Whose limits count; null: a guest's.</summary>
    [Id(2)] public UserId? User { get; init; }

    /// <summary>The live session it is sold in; null: the shop.</summary>
    [Id(3)] public string? SessionId { get; init; }

    /// <summary>
    /// The offer whose price it asks for, as <see cref="PutOffer.Id"/>; null: the lowest price of the session's offers
    /// that has room, if any.
    /// </summary>
    [Id(4)] public string? Offer { get; init; }

    /// <summary>
    /// Warehouses to serve it from, the first that has all units free; when none has, it is served from anywhere. No
    /// part of the content.
    /// </summary>
    [Id(5)] public ImmutableArray<string> Warehouses { get; init; } = [];
}

/// <summary>The sale of a reservation. With its content it claims anew even when the reservation is
/// forgotten.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.confirm")]
public sealed record ConfirmStock([property: Id(0)] string Id)
{
    /// <summary>What it was: needed only to claim anew.</summary>
    [Id(1)] public ReserveStock? Content { get; init; }

    /// <summary>The price agreed then, minor units.</summary>
    [Id(2)] public long? PriceMinor { get; init; }
}

/// <summary>A reservation is not wanted any more.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.release")]
public sealed record ReleaseStock([property: Id(0)] string Id)
{
    /// <summary>
    /// True: an unknown id is marked as released, so that its late original is refused. What undoes a saga says so.
    /// </summary>
    [Id(1)] public bool Fence { get; init; }
}

/// <summary>More time for a reservation; <c>Key</c> tells a repeat from a second wish.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.renew")]
public sealed record RenewStock([property: Id(0)] string Id, [property: Id(1)] string Key);

/// <summary>What became of a reservation.</summary>
public enum ReservationState
{
    /// <summary>Units wait until <c>ExpiresAt</c>.</summary>
    Held,

    /// <summary>Sold.</summary>
    Confirmed,

    /// <summary>Given back.</summary>
    Released,

    /// <summary>Time ran out; the units went back.</summary>
    Expired,
}

/// <summary>A reservation as it is now.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.reservation")]
public sealed record Reservation(
    [property: Id(0)] string Id, [property: Id(1)] string Sku, [property: Id(2)] UserId? User,
        [property: Id(3)] int Quantity,
    [property: Id(4)] long PriceMinor, [property: Id(5)] string Currency, [property: Id(6)] ReservationState State,
    [property: Id(7)] DateTimeOffset ExpiresAt, [property: Id(8)] string? SessionId)
{
    /// <summary>The market of the SKU.</summary>
    [Id(9)] public string Market { get; init; } = "";

    /// <summary>Packed in a way that earns extra points.</summary>
    [Id(10)] public bool EcoPackaging { get; init; }

    /// <summary>The offer whose price was frozen in it; null: the SKU's own price was the lowest.</summary>
    [Id(11)] public string? Offer { get; init; }

    /// <summary>What a unit of the SKU weighs, grams; null: the policy says.</summary>
    [Id(20)] public int? WeightGrams { get; init; }

    /// <summary>The warehouse that has its units; null: they come from anywhere.</summary>
    [Id(21)] public string? Warehouse { get; init; }
}

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class StockRefusals
{
    /// <summary>No such SKU.</summary>
    public static readonly Refusal UnknownSku = new(RefusalKind.NotFound, "stock.unknown_sku");

    /// <summary>No such market.</summary>
    public static readonly Refusal UnknownMarket = new(RefusalKind.Invalid, "stock.unknown_market");

    /// <summary>Marks not in the order safety &gt; warning &gt; minimum ≥ 0.</summary>
    public static readonly Refusal BadLevels = new(RefusalKind.Invalid, "stock.bad_levels");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "stock.changed");

    /// <summary>The terms have another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "stock.stale");

    /// <summary>Of the terms that may not change, or not any more.</summary>
    public static readonly Refusal Fixed = new(RefusalKind.Conflict, "stock.fixed");

    /// <summary>No such reservation, or long ended and forgotten.</summary>
    public static readonly Refusal UnknownReservation = new(RefusalKind.NotFound, "stock.unknown_reservation");

    /// <summary>Imported, and without valid conformity papers (CMP-06).</summary>
    public static readonly Refusal NoPapers = new(RefusalKind.Conflict, "stock.no_papers");

    /// <summary>Its product is a draft, or archived (SHP-05).</summary>
    public static readonly Refusal OffSale = new(RefusalKind.Conflict, "stock.off_sale");

    /// <summary>A limited edition is sold out for good.</summary>
    public static readonly Refusal Closed = new(RefusalKind.Gone, "stock.closed");

    /// <summary>Per-user, per-session or edition limit reached.</summary>
    public static readonly Refusal Limit = new(RefusalKind.Conflict, "stock.limit");

    /// <summary>Fewer units available than asked.</summary>
    public static readonly Refusal SoldOut = new(RefusalKind.Conflict, "stock.sold_out");

    /// <summary>Live selling is paused: available is below the minimum.</summary>
    public static readonly Refusal Paused = new(RefusalKind.Conflict, "stock.paused");

    /// <summary>The hold has ended and its units are gone.</summary>
    public static readonly Refusal Expired = new(RefusalKind.Gone, "stock.expired");

    /// <summary>The reservation was given back.</summary>
    public static readonly Refusal Released = new(RefusalKind.Conflict, "stock.released");

    /// <summary>The reservation is sold already.</summary>
    public static readonly Refusal Confirmed = new(RefusalKind.Conflict, "stock.confirmed");

    /// <summary>A correction below zero on hand.</summary>
    public static readonly Refusal Negative = new(RefusalKind.Conflict, "stock.negative");
}

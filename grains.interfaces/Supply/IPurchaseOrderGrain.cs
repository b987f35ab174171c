using Ale.Approvals;

namespace Ale.Supply;

/// <summary>
/// One purchase order (STK-05): opened by a shortage, cleared by the day's amount or by an approval, sent to the
/// supplier, and closed by people. It never changes stock; only a receipt does.
/// </summary>
/// <remarks>The key is the order's id. It decides its own approvals, of the kind <c>po</c>.</remarks>
[Alias("ale.purchase")]
public interface IPurchaseOrderGrain : IDecides
{
    /// <summary>
    /// Opens it and takes it as far as it goes without people. Its id says which shortage it is for, so the same id
    /// again is the order as it is now, whatever would be ordered by now.
    /// </summary>
    [Alias("open")] Task<Outcome<PurchaseOrder>> Open(PurchaseTerms terms, CancellationToken ct = default);

    /// <summary>The order as it is now.</summary>
    [Alias("get")] Task<Outcome<PurchaseOrder>> Get(CancellationToken ct = default);

    /// <summary>
    /// The goods have come, or are not wanted any more. The same key again within 24 h: the same answer; another key:
    /// <see cref="PurchaseRefusals.Closed"/>.
    /// </summary>
    [Alias("close")] Task<Outcome<PurchaseOrder>> Close(ClosePurchase command, CancellationToken ct = default);
}

/// <summary>What one market has ordered in one of its days without an approval .</summary>
/// <remarks>The key is <c>market/yyyy-MM-dd</c>.</remarks>
[Alias("ale.purchase.day")]
public interface IPurchaseDayGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes an order's amount from what the policy lets go unasked that day; exactly all of it may go. False: there is
    /// not so much left. The same order again: the same answer.
    /// </summary>
    [Alias("take")] Task<Outcome<bool>> Take(string orderId, long amountMinor, CancellationToken ct = default);
}

/// <summary>What is ordered.</summary>
/// <param name="Quantity">Units, 1 to <see cref="Limits.QuantityMax"/>.</param>
/// <param name="CostMinor">What a unit costs, minor units; null: nobody knows, so people decide.</param>
/// <param name="Currency">Of the cost, ISO 4217.</param>
/// <param name="Market">Whose day and policy count.</param>
/// <param name="Episode">Which shortage of the SKU it is for.</param>
[GenerateSerializer, Immutable, Alias("ale.purchase.terms")]
public sealed record PurchaseTerms(
    [property: Id(0)] string Sku, [property: Id(1)] int Quantity, [property: Id(2)] long? CostMinor,
    [property: Id(3)] string Currency, [property: Id(4)] string Market, [property: Id(5)] int Episode);

/// <summary>Where an order stands.</summary>
public enum PurchaseState
{
    /// <summary>It is looked up whether it may go unasked.</summary>
    Checking,

    /// <summary>Waits for an approval.</summary>
    Waiting,

    /// <summary>Cleared, on its way to the supplier.</summary>
    Sending,

    /// <summary>The supplier has it, as far as the port can tell.</summary>
    Sent,

    /// <summary>The goods have come.</summary>
    Received,

    /// <summary>Not wanted any more.</summary>
    Cancelled,

    /// <summary>Not approved, or not in time.</summary>
    Refused,
}

/// <summary>An order as it is now.</summary>
/// <param name="AmountMinor">Of all units; null: the cost is not known.</param>
/// <param name="ApprovalId">The approval it waits or waited for; null: it needed none.</param>
/// <param name="Supplier">Who it is for; <c>unknown</c>: nobody is registered; null: it was not sent.</param>
/// <param name="Note">How it was sent, or why it was closed.</param>
[GenerateSerializer, Immutable, Alias("ale.purchase.order")]
public sealed record PurchaseOrder(
    [property: Id(0)] string Id, [property: Id(1)] PurchaseTerms Terms, [property: Id(2)] long? AmountMinor,
    [property: Id(3)] PurchaseState State, [property: Id(4)] DateTimeOffset OpenedAt,
    [property: Id(5)] string? ApprovalId, [property: Id(6)] string? Supplier, [property: Id(7)] string? Note,
    [property: Id(8)] DateTimeOffset? ClosedAt)
{
    /// <summary>True while goods may still come of it.</summary>
    public bool IsOpen =>
        State is PurchaseState.Checking or PurchaseState.Waiting or PurchaseState.Sending or PurchaseState.Sent;
}

/// <summary>A person's word that an order is over.</summary>
/// <param name="Received">True: the goods have come, and are booked by a receipt of their own.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.purchase.close")]
public sealed record ClosePurchase(
    [property: Id(0)] bool Received, [property: Id(1)] string Key, [property: Id(2)] string Actor,
    [property: Id(3)] string Reason);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class PurchaseRefusals
{
    /// <summary>No such order.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "purchase.unknown");

    /// <summary>Terms or a reason out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "purchase.bad_terms");

    /// <summary>The key was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "purchase.changed");

    /// <summary>The order is over.</summary>
    public static readonly Refusal Closed = new(RefusalKind.Conflict, "purchase.closed");

    /// <summary>Goods have come of an order that was never sent.</summary>
    public static readonly Refusal NotSent = new(RefusalKind.Conflict, "purchase.not_sent");
}

/// <summary>Keys of the slice.</summary>
public static class PurchaseKeys
{
    /// <summary>The kind of an order's approvals.</summary>
    public const string Kind = "po";

    /// <summary>The register whose valid entry about a SKU names who is preferred to supply it …</summary>
    public const string SupplierRegister = "preferred_supplier";

    /// <summary>… by this attribute.</summary>
    public const string SupplierAttribute = "supplier";

    /// <summary>The id of a SKU's n-th emergency order.</summary>
    public static string IdOf(string sku, int number) => CauseIds.Of(Kind, $"sku/{sku}/{number}").Replace(':', '-');

    /// <summary>The grain of an order.</summary>
    public static IPurchaseOrderGrain PurchaseOrder(this IGrainFactory grains, string id) =>
        grains.Ref<IPurchaseOrderGrain>(id);

    /// <summary>The lists of orders.</summary>
    public static IPurchaseQueries PurchaseQueries(this IGrainFactory grains) => grains.GetGrain<IPurchaseQueries>(0);
}

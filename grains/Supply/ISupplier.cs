namespace Ale.Supply;

/// <summary>
/// Who takes an order: a supplier's system, or its mailbox. A port. The same order again orders nothing more.
/// </summary>
internal interface ISupplier
{
    /// <summary>Hands the order over; a fault leaves it open whether it arrived, and it is handed over again.</summary>
    /// <param name="preferred">Who is preferred for the SKU; null: nobody is registered.</param>
    Task<SupplierReply> Send(PurchaseOrder order, string? preferred);
}

/// <param name="Supplier">Who it is for.</param>
/// <param name="IsDelivered">False: the order was not handed to anybody; somebody has to.</param>
/// <param name="Note">What became of it, for people.</param>
internal sealed record SupplierReply(string Supplier, bool IsDelivered, string Note);

/// <summary>
/// No supplier is connected: the order stands in the journal, in the list of orders and in the inbox of those who buy,
/// and says that nobody was told.
/// </summary>
internal sealed class LocalSupplier : ISupplier
{
    public Task<SupplierReply> Send(PurchaseOrder order, string? preferred) => Task.FromResult(new SupplierReply(
        preferred ?? "unknown", IsDelivered: false, preferred is null
            ? "Recorded here; no supplier is registered for the SKU, choose one and send it by hand."
            : "Recorded here; the supplier is not connected, send it by hand."));
}

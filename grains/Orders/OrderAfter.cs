using Ale.Kernel;

namespace Ale.Orders;

internal sealed partial class OrderGrain
{
    public Task<Outcome<OrderAfterSales>> AfterSales(string sku, CancellationToken ct) =>
        Commit(State.AfterSales(sku.ToUpperInvariant()), ct);
}

internal sealed partial record Order
{
    /// <summary>As for a return: only what is paid has an after.</summary>
    public Decision<OrderEvent, OrderAfterSales> AfterSales(string sku)
    {
        if (Phase == OrderPhase.None) return OrderRefusals.Unknown;
        if (Phase is OrderPhase.Cancelled or OrderPhase.Cancelling) return OrderRefusals.Cancelled;
        if (Phase is not (OrderPhase.Paid or OrderPhase.Shipped or OrderPhase.Delivered)) return OrderRefusals.NotPaid;
        var bought = Lines.Where(l => l.Sku == sku).Sum(l => l.Quantity);
        var returned = Returns.Values.SelectMany(r => r.Lines).Where(l => l.Sku == sku).Sum(l => l.Quantity);
        return new OrderAfterSales(Market, Currency, bought - returned, DeliveredAt);
    }
}

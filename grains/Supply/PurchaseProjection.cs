using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Supply;

/// <summary>Purchase orders as a table.</summary>
internal sealed class PurchaseProjection()
    : Projection<PurchaseEvent>("purchases", 1, "purchase", PurchaseJson.Default.PurchaseEvent, Orders)
{
    /// <summary><c>state</c> as in <see cref="PurchaseState"/>, lower case.</summary>
    public static readonly Table Orders = new("purchase_order",
    [
        Column.TextKey("id"), Column.Text("sku"), Column.Number("quantity"), Column.Number("cost_minor"),
        Column.Text("currency"), Column.Text("market"), Column.Number("episode"), Column.Text("state"),
        Column.Number("opened_at"), Column.Text("approval_id"), Column.Text("supplier"), Column.Text("note"),
        Column.Number("closed_at"),
    ], "opened_at, id", "sku, opened_at, id");

    protected override void Project(string key, PurchaseEvent happened, JournalRow row, ViewBatch views)
    {
        var order = views.Row(Orders, key);
        switch (happened)
        {
            case PurchaseEvent.Opened { Terms: var t } e:
                order.Set("sku", t.Sku).Set("quantity", t.Quantity).Set("cost_minor", t.CostMinor)
                    .Set("currency", t.Currency).Set("market", t.Market).Set("episode", t.Episode)
                    .Set("state", NameOf(PurchaseState.Checking)).Set("opened_at", e.At);
                break;
            case PurchaseEvent.Asked e:
                order.Set("state", NameOf(PurchaseState.Waiting)).Set("approval_id", e.ApprovalId);
                break;
            case PurchaseEvent.Cleared:
                order.Set("state", NameOf(PurchaseState.Sending));
                break;
            case PurchaseEvent.Refused e:
                order.Set("state", NameOf(PurchaseState.Refused)).Set("note", e.Reason).Set("closed_at", e.At);
                break;
            case PurchaseEvent.Sent e:
                order.Set("state", NameOf(PurchaseState.Sent)).Set("supplier", e.Supplier).Set("note", e.Note);
                break;
            case PurchaseEvent.Closed e:
                order.Set("state", NameOf(e.Received ? PurchaseState.Received : PurchaseState.Cancelled))
                    .Set("note", e.Reason).Set("closed_at", e.At);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A state's name in the table.</summary>
    public static string NameOf(PurchaseState state) => state.ToString().ToLowerInvariant();
}

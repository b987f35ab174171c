using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Orders;

/// <summary>Refunds as a table: the desk's queue.</summary>
internal sealed class RefundProjection()
    : Projection<RefundEvent>("refunds", 1, "refund", RefundJson.Default.RefundEvent, Refunds)
{
    /// <summary><c>state</c> as in <see cref="RefundState"/>, lower case; an empty <c>note</c> says nothing.</summary>
    public static readonly Table Refunds = new("refund",
    [
        Column.TextKey("id"), Column.Text("order_id"), Column.Text("ref"), Column.Text("cause"),
        Column.Number("amount_minor"), Column.Text("currency"), Column.Text("market"), Column.Text("state"),
        Column.Number("quorum"), Column.Text("approval_id"), Column.Text("note"),
        Column.Number("asked_at"), Column.Number("paid_at"), Column.Sum("tries"),
    ], "asked_at, id", "order_id", "state, asked_at, id");

    protected override void Project(string key, RefundEvent happened, JournalRow row, ViewBatch views)
    {
        var refund = views.Row(Refunds, key);
        switch (happened)
        {
            case RefundEvent.Opened { Terms: var t } e:
                refund.Set("order_id", t.OrderId).Set("ref", t.Ref).Set("cause", t.Cause)
                    .Set("amount_minor", t.AmountMinor).Set("currency", t.Currency).Set("market", t.Market)
                    .Set("state", NameOf(e.Quorum == 0 ? RefundState.Paying : RefundState.Waiting))
                    .Set("quorum", e.Quorum).Set("asked_at", t.AskedAt);
                break;
            case RefundEvent.Asked e:
                refund.Set("approval_id", e.ApprovalId);
                break;
            case RefundEvent.Cleared:
                refund.Set("state", NameOf(RefundState.Paying)).Set("note", "");
                break;
            case RefundEvent.Rejected e:
                refund.Set("state", NameOf(RefundState.Rejected)).Set("note", e.Reason);
                break;
            case RefundEvent.Tried e:
                refund.Add("tries", 1).Set("note", e.Fault ?? "");
                break;
            case RefundEvent.Failed:
                refund.Set("state", NameOf(RefundState.Failed));
                break;
            case RefundEvent.Retried e:
                refund.Set("state", NameOf(e.FailedAt is null ? RefundState.Waiting : RefundState.Paying))
                    .Set("note", "");
                break;
            case RefundEvent.Paid e:
                refund.Set("state", NameOf(RefundState.Paid)).Set("note", "").Set("paid_at", e.At);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A state's name in the table.</summary>
    public static string NameOf(RefundState state) => state.ToString().ToLowerInvariant();
}

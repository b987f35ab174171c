using System.Diagnostics;
using System.Text.Json;
using Ale.Kernel;

namespace Ale.Care;

/// <summary>After-sales cases as a table.</summary>
internal sealed class CaseProjection()
    : Projection<CaseEvent>("cases", 2, "case", CaseJson.Default.CaseEvent, Cases)
{
    /// <summary>States, kinds, windows and remedies in snake_case; <c>due_at</c> is empty when it is over.</summary>
    public static readonly Table Cases = new("care_case",
    [
        Column.TextKey("id"), Column.Text("order_id"), Column.Text("sku"), Column.Number("quantity"),
        Column.Text("kind"), Column.Text("market"), Column.Text("band"), Column.Text("voucher"), Column.Text("state"),
        Column.Text("remedy"), Column.Text("opened_by"), Column.Number("opened_at"), Column.Number("delivered_at"),
        Column.Number("due_at"), Column.Sum("steps_late"), Column.Number("refund_minor"), Column.Number("closed_at"),
        Column.Number("decided_at"),
    ], "opened_at, id", "order_id, opened_at, id", "due_at");

    protected override void Project(string key, CaseEvent happened, JournalRow row, ViewBatch views)
    {
        var care = views.Row(Cases, key);
        switch (happened)
        {
            case CaseEvent.Opened { Terms: var t } e:
                care.Set("order_id", t.OrderId).Set("sku", t.Sku).Set("quantity", t.Quantity)
                    .Set("kind", NameOf(t.Kind)).Set("market", e.Market).Set("band", NameOf(e.Window))
                    .Set("voucher", e.Voucher).Set("state", NameOf(CaseState.Opened)).Set("opened_by", e.By)
                    .Set("opened_at", e.At).Set("delivered_at", e.DeliveredAt).Set("due_at", e.DueAt);
                break;
            case CaseEvent.Evidenced { IsFirst: true } e:
                care.Set("state", NameOf(CaseState.Evidenced)).Set("due_at", e.DueAt);
                break;
            case CaseEvent.Evidenced:
                break; // the clock runs since the first
            case CaseEvent.Decided { Remedy: CaseRemedy.None } e:
                care.Set("state", NameOf(CaseState.Refused)).Set("remedy", NameOf(e.Remedy)).Set("due_at", (long?)null)
                    .Set("closed_at", e.At).Set("decided_at", e.At);
                break;
            case CaseEvent.Decided e:
                care.Set("state", NameOf(CaseState.Decided)).Set("remedy", NameOf(e.Remedy)).Set("due_at", e.DueAt)
                    .Set("decided_at", e.At);
                break;
            case CaseEvent.GoodsBack e:
                care.Set("state", NameOf(CaseState.GoodsBack)).Set("due_at", e.DueAt);
                break;
            case CaseEvent.Settling or CaseEvent.NotSettled:
                break;
            case CaseEvent.Settled e:
                care.Set("state", NameOf(CaseState.Settled)).Set("due_at", (long?)null)
                    .Set("refund_minor", e.RefundMinor).Set("closed_at", e.At);
                break;
            case CaseEvent.Breached:
                care.Add("steps_late", 1);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A name in the table.</summary>
    public static string NameOf<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}");

    /// <summary>What a name in the table means.</summary>
    public static T ValueOf<T>(string name) where T : struct, Enum =>
        Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}

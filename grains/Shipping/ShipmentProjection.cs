using System.Diagnostics;
using System.Text.Json;
using Ale.Kernel;

namespace Ale.Shipping;

/// <summary>Shipments as a table.</summary>
internal sealed class ShipmentProjection()
    : Projection<ShipmentEvent>("shipments", 1, "shipment", ShipmentJson.Default.ShipmentEvent, Shipments)
{
    /// <summary>States in snake_case; <c>moved_at</c> is when the last event came, by our clock.</summary>
    public static readonly Table Shipments = new("shipment",
    [
        Column.TextKey("id"), Column.Text("order_id"), Column.Text("city"), Column.Number("grams"),
        Column.Text("carrier"), Column.Text("agreement"), Column.Text("label_id"), Column.Text("state"),
        Column.Number("rated_minor"), Column.Number("freight_minor"), Column.Text("currency"),
        Column.Number("opened_at"), Column.Number("moved_at"),
    ], "opened_at, id", "order_id, opened_at, id", "label_id");

    protected override void Project(string key, ShipmentEvent happened, JournalRow row, ViewBatch views)
    {
        var shipment = views.Row(Shipments, key);
        switch (happened)
        {
            case ShipmentEvent.Opened { Terms: var t } e:
                shipment.Set("order_id", t.OrderId).Set("city", t.City).Set("grams", t.Grams)
                    .Set("carrier", e.Carrier).Set("agreement", e.Agreement).Set("rated_minor", e.RatedMinor)
                    .Set("currency", e.Currency).Set("state", NameOf(ShipmentState.Asked)).Set("opened_at", e.At);
                break;
            case ShipmentEvent.Labelled e:
                shipment.Set("label_id", e.LabelId).Set("freight_minor", e.FreightMinor)
                    .Set("state", NameOf(e.State));
                break;
            case ShipmentEvent.Tracked e:
                shipment.Set("state", NameOf(e.State)).Set("moved_at", e.At);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A state's name in the table.</summary>
    public static string NameOf(ShipmentState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");

    /// <summary>The state that the table names.</summary>
    public static ShipmentState StateOf(string name) =>
        Enum.Parse<ShipmentState>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}

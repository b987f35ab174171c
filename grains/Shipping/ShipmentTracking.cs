using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Ale.Shipping;

[StatelessWorker]
internal sealed class ShipmentTracking : Grain, IShipmentTracking
{
    /// <summary>Shipments that are told at once, and labels that one query looks for.</summary>
    private const int AtOnce = 32, LabelsAtOnce = 500;

    private const int RefusedMax = 100;

    public async Task<Outcome<TrackingImported>> Import(ImmutableArray<TrackingRow> rows, CancellationToken ct)
    {
        if (rows.Length > IShipmentTracking.RowsMax) return ShipmentRefusals.BadTerms;
        var shipments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var labels in rows.Select(r => r.LabelId).Distinct(StringComparer.Ordinal).Chunk(LabelsAtOnce))
        {
            var found = await GrainFactory.ShipmentQueries().OfLabels([.. labels], ct);
            if (found.Refusal is { } refusal) return refusal;
            foreach (var label in found.Value) shipments[label.LabelId] = label.ShipmentId;
        }

        var refused = new List<TrackingRefused>();
        var (accepted, at) = (0, default(JournalPlace));
        foreach (var groups in rows.GroupBy(r => shipments.GetValueOrDefault(r.LabelId)).Chunk(AtOnce))
        {
            var told = await Task.WhenAll(groups.Select(group => Tell(group.Key, group, ct)));
            foreach (var (row, outcome) in told.SelectMany(some => some))
            {
                // All again is harmless: what has been taken counts once.
                if (outcome.Refusal is { Kind: RefusalKind.Busy } busy) return busy;
                if (outcome.Refusal is { } refusal) refused.Add(new(row.Line, refusal.Code));
                else (accepted, at) = (accepted + 1, JournalPlace.Max(at, outcome.At));
            }
        }

        return new Outcome<TrackingImported>(new TrackingImported(
            rows.Length, accepted, [.. refused.OrderBy(r => r.Line).Take(RefusedMax)]), null)
        { At = at };
    }

    /// <summary>The rows of one shipment, in order; null: no shipment has the label.</summary>
    private async Task<List<(TrackingRow, Outcome<ShipmentView>)>> Tell(
        string? shipment, IEnumerable<TrackingRow> rows, CancellationToken ct)
    {
        var told = new List<(TrackingRow, Outcome<ShipmentView>)>();
        foreach (var row in rows)
        {
            told.Add((row, shipment is null
                ? ShipmentRefusals.Unknown : await GrainFactory.Shipment(shipment).Track(row.Event, ct)));
        }

        return told;
    }
}

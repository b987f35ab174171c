using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Shipping;

[StatelessWorker]
internal sealed class ShipmentQueries(Views views) : Grain, IShipmentQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string OrderId { get; init; } = "";
        public string City { get; init; } = "";
        public string State { get; init; } = "";
        public string Carrier { get; init; } = "";
        public string? Agreement { get; init; }
        public string? LabelId { get; init; }
        public long? FreightMinor { get; init; }
        public string Currency { get; init; } = "";
        public long OpenedAt { get; init; }
    }

    private sealed class LabelRow
    {
        public string LabelId { get; init; } = "";
        public string Id { get; init; } = "";
    }

    public async Task<Outcome<ImmutableArray<ShipmentRow>>> Shipments(
        ShipmentsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.OrderId is not null) where += " and order_id = @order";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.BeforeOpened is not null) where += " and (opened_at, id) < (@opened, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, order_id as OrderId, city, state, carrier, agreement, label_id as LabelId,
                   freight_minor as FreightMinor, currency, opened_at as OpenedAt
            from {shipment} where 1 = 1{{where}} order by opened_at desc, id desc limit @limit
            """, new
        {
            order = wanted.OrderId ?? "",
            state = wanted.State is { } state ? ShipmentProjection.NameOf(state) : "",
            opened = wanted.BeforeOpened?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ShipmentRow(r.Id, r.OrderId, r.City,
            ShipmentProjection.StateOf(r.State), r.Carrier, r.Agreement is not null, r.LabelId, r.FreightMinor,
            r.Currency, Instants.Of(r.OpenedAt))));
    }

    public async Task<Outcome<ImmutableArray<ShipmentLabel>>> OfLabels(
        ImmutableArray<string> labels, CancellationToken ct)
    {
        var rows = await views.Query<LabelRow>(
            $"select label_id as LabelId, id from {{shipment}} where {views.In("label_id", "@labels")}",
            new { labels = labels.ToArray() }, ct);
        return ImmutableArray.CreateRange(rows.Select(r => new ShipmentLabel(r.LabelId, r.Id)));
    }
}

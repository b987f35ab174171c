using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Supply;

[StatelessWorker]
internal sealed class PurchaseQueries(Views views) : Grain, IPurchaseQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string Sku { get; init; } = "";
        public long Quantity { get; init; }
        public long? CostMinor { get; init; }
        public string? Currency { get; init; }
        public string? Market { get; init; }
        public long Episode { get; init; }
        public string State { get; init; } = "";
        public long OpenedAt { get; init; }
        public string? ApprovalId { get; init; }
        public string? Supplier { get; init; }
        public string? Note { get; init; }
        public long? ClosedAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<PurchaseOrder>>> Orders(
        PurchasesWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Sku is not null) where += " and sku = @sku";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.BeforeOpened is not null) where += " and (opened_at, id) < (@opened, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, sku, quantity, cost_minor as CostMinor, currency, market, episode, state,
                   opened_at as OpenedAt, approval_id as ApprovalId, supplier, note, closed_at as ClosedAt
            from {purchase_order} where 1 = 1{{where}} order by opened_at desc, id desc limit @limit
            """, new
        {
            sku = wanted.Sku ?? "",
            state = wanted.State is { } state ? PurchaseProjection.NameOf(state) : "",
            opened = wanted.BeforeOpened?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(Info));
    }

    private static PurchaseOrder Info(Row row)
    {
        var terms = new PurchaseTerms(row.Sku, (int)row.Quantity, row.CostMinor, row.Currency ?? "", row.Market ?? "",
            (int)row.Episode);
        return new(row.Id, terms, Purchase.AmountOf(terms), Enum.Parse<PurchaseState>(row.State, ignoreCase: true),
            Instants.Of(row.OpenedAt), row.ApprovalId, row.Supplier, row.Note,
            Instants.Of(row.ClosedAt));
    }
}

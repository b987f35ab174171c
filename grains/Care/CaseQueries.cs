using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Care;

[StatelessWorker]
internal sealed class CaseQueries(Views views, JournalClock clock) : Grain, ICaseQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string OrderId { get; init; } = "";
        public string Sku { get; init; } = "";
        public long Quantity { get; init; }
        public string Kind { get; init; } = "";
        public string State { get; init; } = "";
        public string Band { get; init; } = "";
        public string? Remedy { get; init; }
        public string OpenedBy { get; init; } = "";
        public long OpenedAt { get; init; }
        public long? DueAt { get; init; }
        public long StepsLate { get; init; }
        public long? RefundMinor { get; init; }
    }

    public async Task<Outcome<ImmutableArray<CaseRow>>> Cases(
        CasesWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.OrderId is not null) where += " and order_id = @order";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.LateOnly) where += " and due_at < @now";
        if (wanted.BeforeOpened is not null) where += " and (opened_at, id) < (@opened, @id)";
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (rows, refusal) = await views.List<Row>($$"""
            select id, order_id as OrderId, sku, quantity, kind, state, band, remedy, opened_by as OpenedBy,
                   opened_at as OpenedAt, due_at as DueAt, steps_late as StepsLate, refund_minor as RefundMinor
            from {care_case} where 1 = 1{{where}} order by opened_at desc, id desc limit @limit
            """, new
        {
            order = wanted.OrderId ?? "",
            state = wanted.State is { } state ? CaseProjection.NameOf(state) : "",
            now,
            opened = wanted.BeforeOpened?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => Info(r, now)));
    }

    private static CaseRow Info(Row r, long now) => new(r.Id, r.OrderId, r.Sku, (int)r.Quantity,
        CaseProjection.ValueOf<CaseKind>(r.Kind), CaseProjection.ValueOf<CaseState>(r.State),
        CaseProjection.ValueOf<CaseWindow>(r.Band),
        r.Remedy is { } remedy ? CaseProjection.ValueOf<CaseRemedy>(remedy) : null, r.OpenedBy,
        Instants.Of(r.OpenedAt), Instants.Of(r.DueAt), r.DueAt < now, (int)r.StepsLate,
        r.RefundMinor);
}

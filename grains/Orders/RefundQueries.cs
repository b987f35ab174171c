using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Orders;

[StatelessWorker]
internal sealed class RefundQueries(Views views) : Grain, IRefundQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string OrderId { get; init; } = "";
        public string Ref { get; init; } = "";
        public string Cause { get; init; } = "";
        public long AmountMinor { get; init; }
        public string Currency { get; init; } = "";
        public string Market { get; init; } = "";
        public string State { get; init; } = "";
        public long Quorum { get; init; }
        public string? ApprovalId { get; init; }
        public long Tries { get; init; }
        public string? Note { get; init; }
        public long AskedAt { get; init; }
        public long? PaidAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<RefundRow>>> Refunds(
        RefundsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.OrderId is not null) where += " and order_id = @order";
        if (wanted.Cause is not null) where += " and cause = @cause";
        if (wanted.BeforeAsked is not null) where += " and (asked_at, id) < (@asked, @id)";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, order_id as OrderId, ref, cause, amount_minor as AmountMinor, currency, market, state, quorum,
                   approval_id as ApprovalId, tries, note, asked_at as AskedAt, paid_at as PaidAt
            from {refund} where 1 = 1{{where}} order by asked_at desc, id desc limit @limit
            """, new
        {
            state = wanted.State is { } state ? RefundProjection.NameOf(state) : "",
            order = wanted.OrderId ?? "",
            cause = wanted.Cause ?? "",
            asked = wanted.BeforeAsked?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new RefundRow(r.Id, r.OrderId, r.Ref, r.Cause,
            r.AmountMinor, r.Currency, r.Market, Enum.Parse<RefundState>(r.State, ignoreCase: true), (int)r.Quorum,
            r.ApprovalId, (int)r.Tries, string.IsNullOrEmpty(r.Note) ? null : r.Note,
            Instants.Of(r.AskedAt), Instants.Of(r.PaidAt))));
    }
}

using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Orders;

[StatelessWorker]
internal sealed class OrderQueries(Views views) : Grain, IOrderQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string? UserId { get; init; }
        /// <summary>As the grain tells it: money that is back makes the order refunded, or partly so.</summary>
        public string ShownState { get; init; } = "";
        public string? Currency { get; init; }
        public long? GoodsMinor { get; init; }
        public long? PayableMinor { get; init; }
        public long RefundedMinor { get; init; }
        public long Lines { get; init; }
        public long PlacedAt { get; init; }
        public string? SessionId { get; init; }

        public OrderState Shown => Enum.Parse<OrderState>(ShownState.Replace("_", "", StringComparison.Ordinal), true);
    }

    private sealed class Back
    {
        public string OrderId { get; init; } = "";
        public string Id { get; init; } = "";
        public string State { get; init; } = "";
        public string Reason { get; init; } = "";
        public long Units { get; init; }
        public long RefundMinor { get; init; }
        public string? Currency { get; init; }
        public long At { get; init; }
    }

    public async Task<Outcome<ImmutableArray<ReturnRow>>> Returns(
        ReturnsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.State is not null) where += " and r.state = @state";
        if (wanted.OrderId is not null) where += " and r.order_id = @order";
        if (wanted.Before is not null) where += " and (r.at, r.order_id, r.id) < (@before, @beforeOrder, @beforeId)";
        var (rows, refusal) = await views.List<Back>($$"""
            select r.order_id as OrderId, r.id as Id, r.state as State, r.reason as Reason,
                   r.refund_minor as RefundMinor, r.at as At, o.currency as Currency,
                   (select cast(coalesce(sum(l.quantity), 0) as bigint) from {sales_return_line} l
                    where l.order_id = r.order_id and l.return_id = r.id) as Units
            from {sales_return} r join {sales_order} o on o.id = r.order_id
            where r.at is not null{{where}} order by r.at desc, r.order_id desc, r.id desc limit @limit
            """, new
        {
            state = wanted.State is { } state ? state.ToString().ToLowerInvariant() : "",
            order = wanted.OrderId ?? "",
            before = wanted.Before?.At.ToUnixTimeMilliseconds() ?? 0,
            beforeOrder = wanted.Before?.OrderId ?? "",
            beforeId = wanted.Before?.Id ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ReturnRow(r.OrderId, r.Id,
            Enum.Parse<ReturnState>(r.State, ignoreCase: true), r.Reason, r.Units, r.RefundMinor, r.Currency ?? "",
            Instants.Of(r.At))));
    }

    public async Task<Outcome<ImmutableArray<OrderRow>>> Orders(
        UserId? user, OrderState? state, OrderCursor? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select * from (
                select found.*, case when state = 'placing' then 'awaiting_payment'
                                     when back is null then state
                                     when back = units then 'refunded' else 'partly_refunded' end as ShownState
                from (
                    select o.id, o.user_id as UserId, o.state, o.currency, o.goods_minor as GoodsMinor, o.units, o.lines,
                           o.payable_minor as PayableMinor, o.refunded_minor as RefundedMinor, o.placed_at as PlacedAt,
                           o.session_id as SessionId,
                           (select sum(l.quantity) from {sales_return} r
                            join {sales_return_line} l on l.order_id = r.order_id and l.return_id = r.id
                            where r.order_id = o.id and r.state = 'refunded') as back
                    from {sales_order} o
                    where o.placed_at is not null and (@user is null or o.user_id = @user)
                      and (o.placed_at < @ms or (o.placed_at = @ms and o.id < @id))) found) shown
            where @state is null or ShownState = @state
            order by PlacedAt desc, id desc limit @limit
            """, new
        {
            user = user?.Value,
            state = state is { } s ? OrderProjection.StateName(s) : null,
            ms = after?.PlacedAtMs ?? long.MaxValue,
            id = after?.Id ?? "",
            limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new OrderRow(r.Id, r.UserId is { } u ? new UserId(u) : null,
            r.Shown, r.Currency ?? "", r.GoodsMinor ?? 0, r.PayableMinor ?? 0, r.RefundedMinor, (int)r.Lines,
            Instants.Of(r.PlacedAt), r.SessionId)));
    }
}

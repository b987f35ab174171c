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
        public string State { get; init; } = "";
        public string? Currency { get; init; }
        public long? GoodsMinor { get; init; }
        public long? PayableMinor { get; init; }
        public long RefundedMinor { get; init; }
        public long Units { get; init; }
        public long UnitsReturned { get; init; }
        public long RefundsOpen { get; init; }
        public long Lines { get; init; }
        public long PlacedAt { get; init; }
        public string? SessionId { get; init; }

        /// <summary>As the grain tells it: money that is back makes the order refunded, or partly so.</summary>
        public OrderState Shown => State == "placing" ? OrderState.AwaitingPayment
            : UnitsReturned == 0 || RefundsOpen > 0 ? Enum.Parse<OrderState>(State.Replace("_", "",
                StringComparison.Ordinal), true)
            : UnitsReturned == Units ? OrderState.Refunded : OrderState.PartlyRefunded;
    }

    public async Task<Outcome<ImmutableArray<OrderRow>>> Orders(
        UserId? user, OrderState? state, OrderCursor? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select o.id, o.user_id as UserId, o.state, o.currency, o.goods_minor as GoodsMinor, o.payable_minor as PayableMinor,
                   o.refunded_minor as RefundedMinor, o.units, o.units_returned as UnitsReturned, o.lines,
                   o.placed_at as PlacedAt, o.session_id as SessionId,
                   (select count(*) from {sales_return} r where r.order_id = o.id and r.state = 'accepted') as RefundsOpen
            from {sales_order} o
            where o.placed_at is not null and (@user is null or o.user_id = @user)
              and (@state is null or o.state = @state)
              and (o.placed_at < @ms or (o.placed_at = @ms and o.id < @id))
            order by o.placed_at desc, o.id desc limit @limit
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
            DateTimeOffset.FromUnixTimeMilliseconds(r.PlacedAt), r.SessionId)));
    }
}

using System.Collections.Immutable;
using System.Diagnostics;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Insight;

[StatelessWorker]
internal sealed class AttributionQueries(Views views) : Grain, IAttributionQueries
{
    private const string Counted = """
        o.paid_at >= @from and o.paid_at < @to and o.state <> 'cancelled' and (@market is null or o.market = @market)
        """;

    private sealed class SalesRow
    {
        public string Source { get; init; } = "";
        public string Currency { get; init; } = "";
        public long Orders { get; init; }
        public long PaidMinor { get; init; }
        public long RefundMinor { get; init; }
    }

    private sealed class OrderRow
    {
        public string Id { get; init; } = "";
        public string Currency { get; init; } = "";
        public long PaidMinor { get; init; }
        public long RefundMinor { get; init; }
        public long PaidAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<AttributedSales>>> Sales(
        AttributionWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var source = SourceOf(wanted.By);
        var (rows, refusal) = await views.List<SalesRow>($$"""
            select {{source}} as Source, o.currency as Currency, count(*) as Orders,
                   cast(sum(o.paid_minor) as bigint) as PaidMinor,
                   cast(sum(o.refunded_minor) as bigint) as RefundMinor
            from {sales_order} o {{Joined(wanted.By)}}
            where {{source}} is not null and {{Counted}}
            group by {{source}}, o.currency
            order by sum(o.paid_minor) - sum(o.refunded_minor) desc, {{source}}, o.currency limit @limit
            """, Arguments(wanted), at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new AttributedSales(
            r.Source, r.Currency, r.Orders, r.PaidMinor, r.RefundMinor, r.PaidMinor - r.RefundMinor)));
    }

    public async Task<Outcome<ImmutableArray<AttributedOrder>>> Orders(string source, AttributedCursor? after,
        AttributionWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<OrderRow>($$"""
            select o.id as Id, o.currency as Currency, o.paid_minor as PaidMinor, o.refunded_minor as RefundMinor,
                   o.paid_at as PaidAt
            from {sales_order} o {{Joined(wanted.By)}}
            where {{SourceOf(wanted.By)}} = @source and {{Counted}}
              and (o.paid_at < @ms or (o.paid_at = @ms and o.id < @id))
            order by o.paid_at desc, o.id desc limit @limit
            """, Arguments(wanted, source, after), at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new AttributedOrder(r.Id, r.Currency, r.PaidMinor,
            r.RefundMinor, Instants.Of(r.PaidAt))));
    }

    private static object Arguments(AttributionWanted wanted, string source = "", AttributedCursor? after = null) => new
    {
        from = wanted.From.ToUnixTimeMilliseconds(),
        to = wanted.To.ToUnixTimeMilliseconds(),
        market = wanted.Market,
        limit = wanted.Limit,
        source,
        ms = after?.PaidAt.ToUnixTimeMilliseconds() ?? long.MaxValue,
        id = after?.OrderId ?? "",
    };

    private static string SourceOf(AttributionBy by) => by switch
    {
        AttributionBy.Session => "o.session_id",
        AttributionBy.Host => "s.host_id",
        AttributionBy.Channel => "o.channel",
        AttributionBy.Campaign => "o.campaign_id",
        AttributionBy.Placement => "o.placement_id",
        AttributionBy.Share => "o.share_id",
        _ => throw new UnreachableException(),
    };

    // A host cannot change once the session is live, so who hosts it now hosted it when the order was placed.
    private static string Joined(AttributionBy by) =>
        by == AttributionBy.Host ? "join {session} s on s.id = o.session_id" : "";
}

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
        public string? Source { get; init; }
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
        var source = ShownFor.Sql(wanted.By);
        var (rows, refusal) = await views.List<SalesRow>($$"""
            select Source, Currency, Orders, PaidMinor, RefundMinor
            from (select {{source}} as Source, o.currency as Currency, count(*) as Orders,
                         cast(sum(o.paid_minor) as bigint) as PaidMinor,
                         cast(sum(o.refunded_minor) as bigint) as RefundMinor,
                         cast(sum(o.paid_minor) - sum(o.refunded_minor) as bigint) as NetMinor
                  from {{ShownFor.Orders(wanted.By)}}
                  where {{Counted}}
                  group by {{source}}, o.currency) g
            where NetMinor < @net or (NetMinor = @net and (coalesce(Source, '') > @source
              or (coalesce(Source, '') = @source and Currency > @currency)))
            order by NetMinor desc, coalesce(Source, ''), Currency limit @limit
            """, Arguments(wanted, wanted.After?.Source ?? ""), at, ct);
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
            from {{ShownFor.Orders(wanted.By)}}
            where {{ShownFor.Sql(wanted.By)}} = @source and {{Counted}}
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
        net = wanted.After?.NetMinor ?? long.MaxValue,
        currency = wanted.After?.Currency ?? "",
    };
}

/// <summary>What an order is shown for, in SQL, alike for all boards; a placement names its campaign and channel.</summary>
internal static class ShownFor
{
    /// <summary>An order <c>o</c> with its placement <c>p</c>, and its session <c>s</c> for hosts.</summary>
    public static string Orders(AttributionBy by) => "{sales_order} o left join {placement} p on p.id = o.by_placement"
        + (by == AttributionBy.Host ? " left join {session} s on s.id = o.by_session" : "");

    // A host cannot change once the session is live, so who hosts it now hosted it when the order was placed.
    public static string Sql(AttributionBy by) => by switch
    {
        AttributionBy.Session => "nullif(o.by_session, '')",
        AttributionBy.Host => "s.host_id",
        AttributionBy.Channel => "coalesce(nullif(o.by_channel, ''), p.channel)",
        AttributionBy.Campaign => "coalesce(nullif(o.by_campaign, ''), p.campaign_id)",
        AttributionBy.Placement => "nullif(o.by_placement, '')",
        AttributionBy.Share => "nullif(o.by_share, '')",
        _ => throw new UnreachableException(),
    };
}

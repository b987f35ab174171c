using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Policy;
using Orleans.Concurrency;

namespace Ale.Carts;

[StatelessWorker]
internal sealed class CartQueries(Views views, PolicyBook policies, JournalClock clock) : Grain, ICartQueries
{
    private sealed class Row
    {
        public string Via { get; init; } = "";
        public long Added { get; init; }
        public long Checkouts { get; init; }
        public long Orders { get; init; }
        public long Paid { get; init; }
    }

    public async Task<Outcome<CartFunnel>> Funnel(FunnelWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select via as Via, cast(sum(added) as bigint) as Added, cast(sum(checkouts) as bigint) as Checkouts,
                   cast(sum(orders) as bigint) as Orders, cast(sum(paid) as bigint) as Paid
            from (
              select via, 1 as added, 0 as checkouts, 0 as orders, 0 as paid from {cart_added}
              where at >= @from and at < @to and (@session is null or session_id = @session)
              union all
              select c.via, 0, 1, case when c.state = 'ordered' then 1 else 0 end,
                     case when o.paid_at is not null then 1 else 0 end
              from {cart_checkout} c left join {sales_order} o on c.state = 'ordered' and o.id = c.order_id
              where c.at >= @from and c.at < @to and (@session is null or c.session_id = @session)) steps
            group by via
            """, new
        {
            session = wanted.SessionId,
            from = wanted.From.ToUnixTimeMilliseconds(),
            to = wanted.To.ToUnixTimeMilliseconds(),
        }, at, ct);
        if (refusal is not null) return refusal;
        return Of(Enum.GetValues<CartVia>().Select(via =>
        {
            var row = rows!.FirstOrDefault(r => r.Via == CartProjection.NameOf(via)) ?? new Row();
            return new FunnelSteps(via, row.Added, row.Checkouts, row.Orders, row.Paid,
                Percent(row.Paid, row.Checkouts));
        }), policies.For(null, clock.GetUtcNow()).Carts.UpliftPercent);
    }

    /// <summary>Puts the ways side by side. Pure.</summary>
    internal static CartFunnel Of(IEnumerable<FunnelSteps> ways, int goal)
    {
        var all = ways.ToImmutableArray();
        var (floating, page) = (all.First(w => w.Via == CartVia.Floating), all.First(w => w.Via == CartVia.Page));
        // From the counts, not from rounded percentages: floating's share over page's, less one.
        return new(all, floating.Checkouts == 0 || page.Paid == 0 ? null : Round(
            (100m * floating.Paid * page.Checkouts / ((decimal)floating.Checkouts * page.Paid)) - 100), goal);
    }

    internal static decimal? Percent(long part, long whole) => whole == 0 ? null : Round(100m * part / whole);

    private static decimal Round(decimal percent) => Math.Round(percent, 1, MidpointRounding.AwayFromZero);
}

using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Stock;

[StatelessWorker]
internal sealed class StockQueries(Views views) : Grain, IStockQueries
{
    private sealed class Row
    {
        public string Sku { get; init; } = "";
        public string? Title { get; init; }
        public long? PriceMinor { get; init; }
        public string? Currency { get; init; }
        public string? Market { get; init; }
        public long OnHand { get; init; }
        public long Held { get; init; }
        public long Sold { get; init; }
    }

    private const string Select =
        "select sku, title, price_minor as PriceMinor, currency, market, on_hand as OnHand, held, sold from {sku}";

    public async Task<Outcome<ImmutableArray<SkuRow>>> Skus(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>(
            $"{Select} where sku > @after order by sku limit @limit", new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new SkuRow(r.Sku, r.Title ?? "", r.PriceMinor ?? 0,
            r.Currency ?? "", r.Market ?? "", r.OnHand, r.Held, r.Sold, Math.Max(0, r.OnHand - r.Held))));
    }

    private sealed class RateRow
    {
        public string Sku { get; init; } = "";
        public long Held { get; init; }
        public long Refused { get; init; }
    }

    public async Task<Outcome<OutRate>> OutRate(OutRateWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<RateRow>("""
            select a.sku as Sku, cast(sum(a.held) as bigint) as Held, cast(sum(a.refused) as bigint) as Refused
            from (
              select sku, 1 as held, 0 as refused from {reservation}
              where quantity > 0 and (@session is null or session_id = @session) and at >= @from and at < @to
              union all
              select sku, 0 as held, attempts as refused from {stock_miss}
              where (@session is null or session_id = @session) and slot >= @fromSlot and slot < @toSlot
            ) a join {sku} k on k.sku = a.sku
            where (@market is null or k.market = @market) group by a.sku
            """, new
        {
            session = wanted.SessionId,
            market = wanted.Market,
            from = wanted.From?.ToUnixTimeMilliseconds() ?? 0,
            to = wanted.To?.ToUnixTimeMilliseconds() ?? long.MaxValue,
            fromSlot = wanted.From is { } from ? StockProjection.Slot(from) : 0,
            toSlot = wanted.To is { } to ? StockProjection.Slot(to) : long.MaxValue,
        }, at, ct);
        if (refusal is not null) return refusal;
        return new OutRate(rows!.Sum(r => r.Held + r.Refused), rows!.Sum(r => r.Refused),
        [
            .. rows!.OrderByDescending(r => r.Refused).ThenBy(r => r.Sku, StringComparer.Ordinal).Take(100)
                .Select(r => new OutRateOfSku(r.Sku, r.Held + r.Refused, r.Refused)),
        ]);
    }

    private sealed class SoldRow
    {
        public string SessionId { get; init; } = "";
        public string Sku { get; init; } = "";
        public long Units { get; init; }
    }

    public async Task<Outcome<ImmutableArray<SoldInSession>>> SoldInSessions(
        ImmutableArray<string> sessions, ImmutableArray<string> skus, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<SoldRow>($$"""
            select r.session_id as SessionId, r.sku as Sku,
                   cast(sum(r.quantity - coalesce(b.units, 0)) as bigint) as Units
            from {reservation} r left join (
              select sku, reservation_id, sum(delta) as units from {stock_move}
              where kind = 'put_back' and {{views.In("sku", "@skus")}} group by sku, reservation_id
            ) b on b.sku = r.sku and b.reservation_id = r.id
            where r.state = 'confirmed' and {{views.In("r.session_id", "@sessions")}}
              and {{views.In("r.sku", "@skus")}}
            group by r.session_id, r.sku
            """, new { sessions = sessions.ToArray(), skus = skus.ToArray() }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new SoldInSession(r.SessionId, r.Sku, r.Units)));
    }

    public async Task<Outcome<ImmutableArray<SkuGlance>>> Glance(ImmutableArray<string> skus, CancellationToken ct)
    {
        var rows = await views.Query<Row>($"{Select} where {views.In("sku", "@skus")}", new { skus = skus.ToArray() },
            ct);
        return ImmutableArray.CreateRange(rows.Where(r => r.Currency is not null)
            .Select(r => new SkuGlance(r.Sku, r.Currency!, Math.Max(0, r.OnHand - r.Held))));
    }
}

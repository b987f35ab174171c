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
        public long? Version { get; init; }
    }

    private const string Select =
        "select sku, title, price_minor as PriceMinor, currency, market, on_hand as OnHand, held, sold, version from {sku}";

    public Task<Outcome<ImmutableArray<SkuRow>>> Skus(
        string? after, int limit, JournalPlace at, CancellationToken ct) => Find(new(after, limit, null, null), at, ct);

    public async Task<Outcome<ImmutableArray<SkuRow>>> Find(SkusWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Product is not null) where += " and product = @product";
        if (wanted.Barcode is not null) where += " and barcode = @barcode";
        var (rows, refusal) = await views.List<Row>(
            $"{Select} where sku > @after{where} order by sku limit @limit", new
            {
                after = wanted.After ?? "",
                limit = wanted.Limit,
                product = wanted.Product ?? "",
                barcode = wanted.Barcode ?? "",
            }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new SkuRow(r.Sku, r.Title ?? "", r.PriceMinor ?? 0,
            r.Currency ?? "", r.Market ?? "", r.OnHand, r.Held, r.Sold, Math.Max(0, r.OnHand - r.Held))));
    }

    private sealed class PriceEntry
    {
        public string Plan { get; init; } = "";
        public long StartsAt { get; init; }
        public long PriceMinor { get; init; }
        public string State { get; init; } = "";
        public string? Actor { get; init; }
    }

    public async Task<Outcome<ImmutableArray<PriceRow>>> Prices(
        PricesWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<PriceEntry>("""
            select plan, starts_at as StartsAt, price_minor as PriceMinor, state, actor from {sku_price}
            where sku = @sku and (starts_at, plan) < (@before, @plan)
            order by starts_at desc, plan desc, version desc limit @limit
            """, new
        {
            sku = wanted.Sku,
            before = wanted.Before?.ToUnixTimeMilliseconds() ?? long.MaxValue,
            plan = wanted.BeforePlan,
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        // A change of other terms says the price that was there.
        var news = rows!.Where((r, i) => r.Plan.Length > 0 || i + 1 == rows!.Count
            || rows[i + 1] is not { State: "started" } older || older.PriceMinor != r.PriceMinor);
        return ImmutableArray.CreateRange(news.Select(r => new PriceRow(
            Instants.Of(r.StartsAt), r.PriceMinor,
            Enum.Parse<PriceState>(r.State, ignoreCase: true), r.Plan.Length == 0 ? null : r.Plan, r.Actor)));
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

    public Task<Outcome<ImmutableArray<SkuGlance>>> Glance(ImmutableArray<string> skus, CancellationToken ct) =>
        GlanceAt(skus, default, ct);

    public async Task<Outcome<ImmutableArray<SkuGlance>>> GlanceAt(
        ImmutableArray<string> skus, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>(
            $"{Select} where {views.In("sku", "@skus")}", new { skus = skus.ToArray() }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Where(r => r.Currency is not null)
            .Select(r => new SkuGlance(r.Sku, r.Currency!, Math.Max(0, r.OnHand - r.Held), r.Version ?? 0)));
    }
}

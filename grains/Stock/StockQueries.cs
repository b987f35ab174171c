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

    public async Task<Outcome<ImmutableArray<SkuGlance>>> Glance(ImmutableArray<string> skus, CancellationToken ct)
    {
        var rows = await views.Query<Row>($"{Select} where {views.In("sku", "@skus")}", new { skus = skus.ToArray() },
            ct);
        return ImmutableArray.CreateRange(rows.Where(r => r.Currency is not null)
            .Select(r => new SkuGlance(r.Sku, r.Currency!, Math.Max(0, r.OnHand - r.Held))));
    }
}

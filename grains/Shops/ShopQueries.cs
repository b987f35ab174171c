using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Shops;

[StatelessWorker]
internal sealed class ShopQueries(Views views) : Grain, IShopQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string? Title { get; init; }
        public string? Endpoint { get; init; }
        public string? Market { get; init; }
        public long? Seq { get; init; }
        public long? AwaySince { get; init; }
        public long? ReconciledAt { get; init; }
        public long? Different { get; init; }
    }

    private sealed class ListingRow
    {
        public string Sku { get; init; } = "";
        public long Moved { get; init; }
    }

    private sealed class MovementRow
    {
        public long Seq { get; init; }
        public string Sku { get; init; } = "";
        public long Delta { get; init; }
        public string Kind { get; init; } = "";
        public long SoldAt { get; init; }
        public long BookedAt { get; init; }
        public string? Refused { get; init; }
    }

    public async Task<Outcome<ImmutableArray<ShopRow>>> Shops(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select id, title, endpoint, market, seq, away_since as AwaySince, reconciled_at as ReconciledAt, different
            from {shop} where id > @after order by id limit @limit
            """, new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ShopRow(r.Id, r.Title ?? "", r.Endpoint ?? "",
            r.Market ?? "", r.Seq ?? 0, Instants.Of(r.AwaySince), Instants.Of(r.ReconciledAt), r.Different)));
    }

    public async Task<Outcome<ImmutableArray<ShopListingRow>>> Listings(
        string shop, string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<ListingRow>("""
            select sku, moved from {shop_listing}
            where shop = @shop and listed = 1 and sku > @after order by sku limit @limit
            """, new { shop, after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ShopListingRow(r.Sku, r.Moved)));
    }

    public async Task<Outcome<ImmutableArray<ShopMovementRow>>> Movements(
        ShopMovementsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Sku is not null) where += " and sku = @sku";
        if (wanted.RefusedOnly) where += " and refused is not null";
        if (wanted.Before is not null) where += " and seq < @before";
        var (rows, refusal) = await views.List<MovementRow>($$"""
            select seq, sku, delta, kind, sold_at as SoldAt, booked_at as BookedAt, refused
            from {shop_movement} where shop = @shop{{where}} order by seq desc limit @limit
            """, new
        {
            shop = wanted.Shop,
            sku = wanted.Sku ?? "",
            before = wanted.Before ?? 0,
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ShopMovementRow(
            r.Seq, r.Sku, r.Delta, r.Kind, Instants.Of(r.SoldAt), Instants.Of(r.BookedAt), r.Refused)));
    }
}

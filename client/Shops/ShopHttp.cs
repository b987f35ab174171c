using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Shops;

/// <summary>Shops whose ledgers are kept in step with our stock (STK-02).</summary>
internal static class ShopHttp
{
    public static void MapShops(this IEndpointRouteBuilder api)
    {
        var shops = api.MapGroup("/shops").WithTags("Shops");

        shops.MapPut("/{id}", (Id id, ShopBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Shop(id).Connect(new(body.Terms, caller.Subject), ct), ShopReply.Of))
            .Allow(Permission.ShopWrite).WithName("putShop")
            .WithSummary("Connects a shop's ledger; from then on it is asked for movements");

        shops.MapPatch("/{id}", (Id id, ShopPatch body, ExpectedVersion version, CommandKey key, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Shop(id).Change(
                    new(version, key, caller.Subject, body.Title, body.Endpoint), ct), ShopReply.Of))
            .Allow(Permission.ShopWrite).WithName("changeShop").WithSummary("Changes where a shop's ledger is");

        shops.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Shop(id).Get(ct), ShopReply.Of))
            .Allow(Permission.ShopRead).WithName("getShop")
            .WithSummary("How a shop and we stand: what is booked, what is told, how the ledgers compared");

        shops.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.ShopQueries().Shops(after, page.Limit + 1, page.At ?? default, ct),
                    found => Page<ShopRow>.Of(found, page.Limit, row => Cursor.Of(row.Id)));
            })
            .Allow(Permission.ShopRead).WithName("listShops").WithSummary("Shops in order of their id");

        shops.MapPut("/{id}/listings/{sku}", (Id id, SkuCode sku, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Shop(id).List(new(sku, true, caller.Subject), ct)))
            .Allow(Permission.ShopWrite).WithName("listSku").WithSummary("The shop sells it, and is told its level");

        shops.MapDelete("/{id}/listings/{sku}",
                (Id id, SkuCode sku, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.Shop(id).List(new(sku, false, caller.Subject), ct)))
            .Allow(Permission.ShopWrite).WithName("unlistSku").WithSummary("The shop is told no more of the SKU");

        shops.MapGet("/{id}/listings", (Id id, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.ShopQueries().Listings(id, after, page.Limit + 1, page.At ?? default, ct),
                    found => Page<ShopListingRow>.Of(found, page.Limit, row => Cursor.Of(row.Sku)));
            })
            .Allow(Permission.ShopRead).WithName("listListings").WithSummary("What a shop lists, in order of the SKU");

        shops.MapPost("/{id}/movements",
                (Id id, MovementsBody body, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.Shop(id).Take(body.Told, ct)))
            .Allow(Permission.StockWrite).WithName("tellMovements")
            .WithSummary("Sales and returns of the shop, each booked once by its number; gaps are asked for again");

        shops.MapGet("/{id}/movements", (Id id, SkuCode? sku, bool? refused, PageRequest page, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var wanted = new ShopMovementsWanted(id, page.Limit + 1)
                {
                    Sku = sku?.Value,
                    RefusedOnly = refused == true,
                    Before = page.After?.Long(0),
                };
                return edge.Run(
                    ct => grains.ShopQueries().Movements(wanted, page.At ?? default, ct),
                    found => Page<ShopMovementRow>.Of(found, page.Limit, row => Cursor.Of(row.Seq)));
            })
            .Allow(Permission.ShopRead).WithName("listMovements")
            .WithSummary("Movements as booked, the latest first; ?refused=true: those our stock could not follow");

        shops.MapPost("/{id}/reconcile", (Id id, CommandKey key, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Shop(id).Reconcile(key, ct)))
            .Allow(Permission.ShopWrite).WithName("reconcileShop").WithSummary("Compares both ledgers now");
    }

    /// <param name="Endpoint">Where the shop's ledger answers, http or https.</param>
    /// <param name="Market">Absent: the default market.</param>
    internal sealed record ShopBody(string Title, string Endpoint, string? Market = null) : IValidated
    {
        internal ShopTerms Terms => new(Title, Endpoint, Market ?? "");

        public void Validate(Problems p)
        {
            new ShopPatch { Title = Title, Endpoint = Endpoint }.Validate(p);
            p.Text("market", Market, 8, 1);
        }
    }

    internal sealed record ShopPatch : IValidated
    {
        public string? Title { get; init; }
        public string? Endpoint { get; init; }

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Text("endpoint", Endpoint, min: 1);
        }
    }

    /// <summary>At most 500 movements, in any order.</summary>
    internal sealed record MovementsBody(IReadOnlyList<MovementBody> Movements) : IValidated
    {
        internal ImmutableArray<ShopMovement> Told =>
            [.. Movements.Select(m => new ShopMovement(m.Seq, m.Sku.Value, m.Delta, m.Kind, m.At))];

        public void Validate(Problems p) => p.Each("movements", Movements, ShopWire.PageMax, 1);
    }

    /// <summary>The members mean what they do in <see cref="ShopMovement"/>.</summary>
    internal sealed record MovementBody(long Seq, SkuCode Sku, int Delta, Id Kind, DateTimeOffset At) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Range("seq", Seq, 1, long.MaxValue - 1);
            p.Range("delta", Delta, -Limits.QuantityMax, Limits.QuantityMax);
            p.Require(Delta != 0, "delta", "Must not be 0.");
            p.Instant("at", At);
        }
    }

    /// <summary>A shop as answered; the members mean what they do in <see cref="ShopInfo"/>.</summary>
    internal sealed record ShopReply(
        string Id, string Title, string Endpoint, string Market, long Version, ShopState State, long Seq, long LastSeq,
        int Listings, int Untold, DateTimeOffset? AwaySince, string? Why, ShopReconciliation? LastReconciliation)
    {
        public static ShopReply Of(ShopInfo s) => new(s.Id, s.Terms.Title, s.Terms.Endpoint, s.Terms.Market, s.Version,
            s.State, s.Seq, s.LastSeq, s.Listings, s.Untold, s.AwaySince, s.Why, s.Last);
    }
}

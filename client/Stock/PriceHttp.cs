using Ale.Edge;

namespace Ale.Stock;

/// <summary>List prices to come, and those that were (SHP-05).</summary>
internal static class PriceHttp
{
    public static void Map(IEndpointRouteBuilder skus)
    {
        skus.MapPut("/{sku}/prices/{id}", (SkuCode sku, Id id, PriceBody body, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(ct => grains.Sku(sku).PlanPrice(new(id, body.PriceMinor, body.StartsAt, caller.Subject), ct)))
            .Allow(Permission.StockWrite).WithName("planPrice")
            .WithSummary("Plans another list price from a whole minute on; holds keep the price they were made at");

        skus.MapDelete("/{sku}/prices/{id}", (SkuCode sku, Id id, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Sku(sku).DropPrice(new(id, caller.Subject), ct)))
            .Allow(Permission.StockWrite).WithName("dropPrice").WithSummary("Takes a planned price back");

        skus.MapGet("/{sku}/prices", (SkuCode sku, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new PricesWanted(sku, page.After?.Instant(0), page.After?.Text(1) ?? "", page.Limit + 1);
                return edge.Run(
                    ct => grains.StockQueries().Prices(wanted, page.At ?? default, ct),
                    found => Page<PriceRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.StartsAt.ToUnixTimeMilliseconds(), last.PlanId ?? "")));
            })
            .Allow(Permission.StockRead).WithName("listPrices")
            .WithSummary("List prices, the latest first: those to come, those that were, those taken back");
    }

    /// <param name="StartsAt">A whole minute to come.</param>
    internal sealed record PriceBody(long PriceMinor, DateTimeOffset StartsAt) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Money("priceMinor", PriceMinor);
            p.Instant("startsAt", StartsAt);
        }
    }
}

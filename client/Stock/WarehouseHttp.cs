using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Stock;

/// <summary>Forward warehouses (STK-12).</summary>
internal static class WarehouseHttp
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var warehouses = api.MapGroup("/warehouses").WithTags(StockHttp.Tag);

        warehouses.MapPut("/{id}", (Id id, WarehouseBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Warehouses().Put(body.Of(id), caller.Subject, ct)))
            .Allow(Permission.StockWrite).WithName("putWarehouse")
            .WithSummary("Sets a warehouse and the areas it covers; what was said last counts for new orders.");

        warehouses.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Warehouses().Get(id, ct)))
            .Allow(Permission.StockRead).WithName("getWarehouse").WithSummary("A warehouse and the areas it covers.");

        warehouses.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.Warehouses().List(after, page.Limit + 1, ct),
                    found => Page<Warehouse>.Of(found, page.Limit, w => Cursor.Of(w.Id)));
            })
            .Allow(Permission.StockRead).WithName("listWarehouses").WithSummary("All warehouses, by id.");
    }

    /// <summary>The members mean what they do in <see cref="Warehouse"/>.</summary>
    internal sealed record WarehouseBody(string City, ImmutableArray<string> Covers) : IValidated
    {
        public Warehouse Of(Id id) => new(id, City, Covers);

        public void Validate(Problems p)
        {
            p.Text("city", City, 6, 6);
            p.Count("covers", Covers, IWarehouses.CoversMax);
            foreach (var area in Covers)
            {
                p.Require(area is not null, "covers", "Must not hold null.");
                p.Text("covers", area, 6, 6);
            }
        }
    }
}

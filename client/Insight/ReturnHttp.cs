using Ale.Edge;

namespace Ale.Insight;

/// <summary>What paid placements brought for what they cost (CAM-03).</summary>
internal static class ReturnHttp
{
    public static void MapReturns(this IEndpointRouteBuilder api) =>
        api.MapGroup("/roi").WithTags("Insight")
            .MapGet("/{by}", (string by, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var what = QueryEnum.Of<ReturnBy>("by", by)!.Value;
                var skip = (int)Math.Clamp(page.After?.Long(0) ?? 0, 0, int.MaxValue);
                return edge.Run(
                    ct => grains.Returns().Page(new(what, skip, page.Limit + 1), page.At ?? default, ct),
                    found => Page<ReturnRow>.Of(found, page.Limit, _ => Cursor.Of((long)skip + page.Limit)));
            })
            .Allow(Permission.PlacementRead, Permission.SalesRead).WithName("listRoi")
            .WithSummary("Spend, net revenue and return by placement, campaign or channel, the best first; as CSV too");
}

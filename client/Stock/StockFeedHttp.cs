using Ale.Edge;
using Ale.Feed;

namespace Ale.Stock;

/// <summary>Live figures of SKUs as server-sent events (ORD-01).</summary>
internal static class StockFeedHttp
{
    public static void Map(RouteGroupBuilder skus) =>
        skus.MapGet("/events", async (HttpContext http, string? skus, PageRequest page, LastEventId last,
                IGrainFactory grains, EdgeCall edge, EventStreams streams) =>
            {
                var codes = skus is null ? null : Codes(skus);
                if (codes is null)
                {
                    var after = page.After?.Text(0);
                    var listed = await edge.Run(
                        ct => grains.StockQueries().Skus(after, page.Limit, page.At ?? default, ct),
                        found => found.Select(row => row.Sku).ToList());
                    if (listed.Problem is not null) return listed;
                    codes = listed.Value;
                }

                return await streams.Serve(http, edge, [.. codes!.Select(sku => grains.StockSubject(sku))], last);
            })
            .Allow(Permission.StockRead).SendsEvents().WithName("watchStock")
            .WithSummary("Figures of SKUs (?skus=A,B, or a page of all) as they are, and whenever they change: "
                + "server-sent events named stock.");

    private static List<string> Codes(string text)
    {
        var parts = text.Split(',');
        var p = new Problems();
        p.Require(parts.Length <= FeedLimits.TopicsOfWatchMax, "skus",
            $"Must be at most {FeedLimits.TopicsOfWatchMax} SKUs.");
        p.Require(parts.All(Limits.IsId), "skus", "Must be SKUs with commas between them.");
        p.ThrowIfAny();
        return [.. parts.Select(part => part.ToUpperInvariant()).Distinct(StringComparer.Ordinal)];
    }
}

using Ale.Edge;

namespace Ale.Insight;

/// <summary>What was sold by session, host, channel, campaign, placement and share link (ORD-07).</summary>
internal static class AttributionHttp
{
    public static void MapAttribution(this IEndpointRouteBuilder api)
    {
        var attribution = api.MapGroup("/attribution").WithTags("Insight");

        attribution.MapGet("/{by}", (string by, Within paid, Id? market, PageRequest page, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var wanted = new AttributionWanted(ByOf(by), paid.From, paid.To, market?.Value, page.Limit + 1)
                {
                    After = page.After is { } c ? new(c.Long(0), c.Text(1), c.Text(2)) : null,
                };
                return edge.Run(
                    ct => grains.Attribution().Sales(wanted, page.At ?? default, ct),
                    found => Page<AttributedSales>.Of(found, page.Limit,
                        last => Cursor.Of(last.NetMinor, last.Source ?? "", last.Currency)));
            })
            .Allow(Permission.SalesRead).WithName("listAttribution")
            .WithSummary("Orders and money by session, host, channel, campaign, placement or share, most net first; "
                + "source null is the rest, so that each adds up to the total");

        attribution.MapGet("/{by}/{source}/orders", (string by, Id source, Within paid, Id? market,
                PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new AttributionWanted(ByOf(by), paid.From, paid.To, market?.Value, page.Limit + 1);
                var after = page.After is { } c ? new AttributedCursor(c.Instant(0), c.Text(1)) : null;
                return edge.Run(
                    ct => grains.Attribution().Orders(source, after, wanted, page.At ?? default, ct),
                    found => Page<AttributedOrder>.Of(found, page.Limit,
                        last => Cursor.Of(last.PaidAt.ToUnixTimeMilliseconds(), last.OrderId)));
            })
            .Allow(Permission.SalesRead).WithName("listAttributedOrders")
            .WithSummary("The orders behind one source's figures, the latest paid first");
    }

    private static AttributionBy ByOf(string by) => QueryEnum.Of<AttributionBy>("by", by)!.Value;
}

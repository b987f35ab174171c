using Ale.Edge;

namespace Ale.Insight;

/// <summary>What campaigns and themes came to (CAM-06, CAM-09, CAM-10, CAM-12).</summary>
internal static class CampaignResultHttp
{
    public static void MapCampaignResults(this IEndpointRouteBuilder api)
    {
        api.MapGet("/campaigns/{id}/results", (Id id, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.CampaignResults().Of(id, page.At ?? default, ct)))
            .WithTags("Insight").Allow(Permission.CampaignRead).WithName("getCampaignResults")
            .WithSummary("Budget, views, orders, revenue and share of mentions of a campaign, and by channel");

        api.MapGet("/themes/{plan}", (Id plan, int? quarter, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                if (quarter is < 1 or > 4)
                    throw new ProblemException(Problem.Invalid("quarter", "Must be from 1 to 4."));
                return edge.Run(ct => grains.CampaignResults().Themes(plan, quarter, page.At ?? default, ct));
            })
            .WithTags("Insight").Allow(Permission.CampaignRead).WithName("getThemes")
            .WithSummary("Themes of a year's plan, as cn-2026: done, late, due and ahead; ?quarter= narrows it");

        api.MapGet("/prime-slots", (DateOnly day, PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.CampaignResults().Slots(day, page.At ?? default, ct),
                found => new Page<HostSlots>(found, null)))
            .WithTags("Insight").Allow(Permission.CampaignRead).WithName("listPrimeSlots")
            .WithSummary("Hosts with extra prime slots in the quarter of a day, and what they used; as CSV too");
    }
}

using Ale.Edge;

namespace Ale.Insight;

/// <summary>The board of targets (DAT-08, DAT-12).</summary>
internal static class TargetHttp
{
    public static void MapTargets(this IEndpointRouteBuilder api) =>
        api.MapGroup("/targets").WithTags("Insight")
            .MapGet("", (DateOnly? day, PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.Targets().Targets(day, page.At ?? default, ct),
                found => new Page<TargetView>(found, null)))
            .Allow(Permission.SalesRead).WithName("listTargets")
            .WithSummary("Each target with baseline, now, goal, pace, forecast, formula; ?day=, else the day before");
}

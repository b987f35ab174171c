using Ale.Budgets;
using Ale.Edge;

namespace Ale.Insight;

/// <summary>What work costs (BUD-13, BUD-14, BUD-18).</summary>
internal static class CostHttp
{
    public static void MapCosts(this IEndpointRouteBuilder api)
    {
        var costs = api.MapGroup("/costs").WithTags("Insight");

        costs.MapGet("/steps", (DateOnly month, PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.Costs().Steps(FirstOf(month), page.At ?? default, ct),
                found => new Page<StepCost>(found, null)))
            .Allow(Permission.BudgetRead).WithName("listStepCosts")
            .WithSummary("What each step cost on average in the month of a day, and its cap; as CSV too");

        costs.MapGet("/categories", (DateOnly day, int? weeks, PageRequest page, IGrainFactory grains,
                EdgeCall edge) =>
            {
                if (weeks is < 1 or > 52) throw new ProblemException(Problem.Invalid("weeks", "Must be from 1 to 52."));
                return edge.Run(ct => grains.Costs().Categories(day, weeks ?? 0, page.At ?? default, ct),
                    found => new Page<CategoryWeek>(found, null));
            })
            .Allow(Permission.BudgetRead).WithName("listCategoryWeeks")
            .WithSummary("Visits, buyers and conversion by category and week, back from the week of a day; as CSV too");

        costs.MapGet("/structure", (DateOnly month, PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.Costs().Structure(FirstOf(month), page.At ?? default, ct)))
            .Allow(Permission.BudgetRead).WithName("getCostStructure")
            .WithSummary("What automations saved in the month of a day, and the share of creative hours");

        costs.MapGet("/tilt", (int year, IGrainFactory grains, EdgeCall edge) =>
            {
                var key = BudgetHttp.YearOf(year);
                return edge.Run(ct => grains.Costs().Tilt(key, ct));
            })
            .Allow(Permission.BudgetRead).WithName("getPlanTilt")
            .WithSummary("The year's flexible lines by their share, and whether those the phase leans to come first");
    }

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);
}

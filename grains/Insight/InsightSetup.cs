using Ale.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Insight;

/// <summary>What the silo registers for this slice.</summary>
internal static class InsightSetup
{
    public static IServiceCollection AddInsight(this IServiceCollection services) =>
        services.AddJob(ReturnsJob.Definition)
            .AddJob(CostJobs.Steps).AddJob(CostJobs.Lead).AddJob(CostJobs.Structure);
}

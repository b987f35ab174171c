using Ale.Jobs;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Insight;

/// <summary>What the silo registers for this slice.</summary>
internal static class InsightSetup
{
    public static IServiceCollection AddInsight(this IServiceCollection services) =>
        services.AddJob(ReturnsJob.Definition).AddJob(BudgetReviewJob.Definition).AddJob(TargetJob.Definition)
            .AddJob(CostJobs.Steps).AddJob(CostJobs.Lead).AddJob(CostJobs.Structure)
            .AddJob(CampaignJobs.Themes).AddJob(CampaignJobs.Effects).AddJob(CampaignJobs.Boost)
            .AddJob(CampaignJobs.Tilt).AddSingleton(ClipBoost.Runner).AddSingleton<Reaction, HotTopics>();
}

using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Approvals;

/// <summary>What the silo registers for this slice. A slice to the right adds its <see cref="Decider"/>.</summary>
internal static class ApprovalsSetup
{
    public static IServiceCollection AddApprovals(this IServiceCollection services) =>
        services.AddSingleton<Projection, ApprovalProjection>().AddSingleton<Reaction, ApprovalReactions>()
            .AddSingleton<Deciders>();
}

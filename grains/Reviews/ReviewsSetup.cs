using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Reviews;

/// <summary>What the silo registers for this slice. A slice to the right adds its <see cref="EffectRunner"/>.</summary>
internal static class ReviewsSetup
{
    public static IServiceCollection AddReviews(this IServiceCollection services) =>
        services.AddSingleton<Projection, ReviewProjection>().AddSingleton<Reaction, ReviewReactions>()
            .AddSingleton<ReviewEffects>();
}

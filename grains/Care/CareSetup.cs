using Ale.Kernel;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ale.Care;

/// <summary>What the silo registers for this slice.</summary>
internal static class CareSetup
{
    public static IServiceCollection AddCare(this IServiceCollection services)
    {
        services.TryAddSingleton<MarketBook>();
        return services.AddSingleton<Projection, CaseProjection>().AddSingleton<Reaction, CaseReactions>()
            .AddTransient<JournalCheck, CaseCheck>();
    }
}

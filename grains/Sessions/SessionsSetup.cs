using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Sessions;

/// <summary>What the silo registers for this slice.</summary>
internal static class SessionsSetup
{
    public static IServiceCollection AddSessions(this IServiceCollection services) =>
        services.AddSingleton<Projection, SessionProjection>().AddSingleton<Reaction, SessionReactions>()
            .AddSingleton<Reaction, ForecastReactions>().AddSingleton<Reaction, ForecastFreightReactions>();
}

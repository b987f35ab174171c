using Ale.Kernel;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ale.Users;

/// <summary>Puts the slice into a silo; the host registers the <see cref="IPeopleStore"/>.</summary>
internal static class UsersSetup
{
    public static IServiceCollection AddUsers(this IServiceCollection services)
    {
        services.TryAddSingleton<MarketBook>();
        services.AddSingleton<Projection, UserProjection>();
        services.AddTransient<JournalCheck, UserCheck>();
        services.AddTransient<JournalCheck>(s => new SnapshotCheck<User, UserEvent>(
            "user", User.Snapshots, s.GetRequiredService<IJournalStore>()));
        services.AddSingleton<UserIdMap>(
            s => new(s.GetRequiredService<IPeopleStore>(), s.GetRequiredService<JournalClock>()));
        return services;
    }
}

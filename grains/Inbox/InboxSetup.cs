using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Inbox;

/// <summary>What the silo registers for this slice.</summary>
internal static class InboxSetup
{
    public static IServiceCollection AddInbox(this IServiceCollection services) =>
        services.AddSingleton<Projection, InboxProjection>();
}

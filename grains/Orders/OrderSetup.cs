using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Orders;

internal static class OrderSetup
{
    public static IServiceCollection AddOrders(this IServiceCollection services) =>
        services
        .AddSingleton<Projection, OrderProjection>().AddSingleton<Reaction, OrderReactions>()
        .AddTransient<JournalCheck, OrderCheck>();
}

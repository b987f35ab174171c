using Ale.Approvals;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Orders;

internal static class OrderSetup
{
    public static IServiceCollection AddOrders(this IServiceCollection services) =>
        services
        .AddSingleton<Projection, OrderProjection>().AddSingleton<Reaction, OrderReactions>()
        .AddTransient<JournalCheck, OrderCheck>()
        .AddSingleton<Projection, RefundProjection>().AddSingleton<Reaction, RefundReactions>()
        .AddTransient<JournalCheck, RefundCheck>()
        .AddSingleton(new Decider(RefundKeys.Kind, (grains, key) => grains.Refund(key)));
}

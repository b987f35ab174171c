using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Carts;

internal static class CartSetup
{
    public static IServiceCollection AddCarts(this IServiceCollection services) =>
        services
        .AddSingleton<Projection, CartProjection>().AddSingleton<Reaction, CartReactions>()
        .AddTransient<JournalCheck>(s => new SnapshotCheck<Cart, CartEvent>(
            "cart", Cart.Snapshots, s.GetRequiredService<IJournalStore>()));
}

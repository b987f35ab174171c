using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ale.Supply;

/// <summary>What the silo registers for this slice.</summary>
internal static class SupplySetup
{
    public static IServiceCollection AddSupply(this IServiceCollection services)
    {
        services.TryAddSingleton<MarketBook>();
        return services.AddSingleton<Projection, PurchaseProjection>().AddSingleton<Reaction, PurchaseReactions>()
            .AddSingleton<ISupplier, LocalSupplier>()
            .AddSingleton(new Decider(PurchaseKeys.Kind, (grains, key) => grains.PurchaseOrder(key)));
    }
}

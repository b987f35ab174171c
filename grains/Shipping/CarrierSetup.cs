using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Shipping;

/// <summary>What the silo registers for carriers and shipments.</summary>
internal static class CarrierSetup
{
    public static IServiceCollection AddCarriers(this IServiceCollection services) => services
        .AddSingleton<Projection, ShipmentProjection>().AddSingleton<Reaction, ShipmentReactions>()
        .AddSingleton<ICarrier, LocalCarrier>();
}

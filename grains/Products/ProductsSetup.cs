using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Products;

/// <summary>What the silo registers for this slice.</summary>
internal static class ProductsSetup
{
    public static IServiceCollection AddProducts(this IServiceCollection services) =>
        services.AddSingleton<Projection, ProductProjection>();
}

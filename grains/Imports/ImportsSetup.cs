using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Imports;

/// <summary>What the silo registers for this slice.</summary>
internal static class ImportsSetup
{
    public static IServiceCollection AddImports(this IServiceCollection services) =>
        services.AddSingleton<Projection, ImportProjection>().AddSingleton<Projection, ImportDocumentProjection>();
}

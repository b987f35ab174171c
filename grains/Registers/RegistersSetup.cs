using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Registers;

/// <summary>What the silo registers for this slice.</summary>
internal static class RegistersSetup
{
    public static IServiceCollection AddRegisters(this IServiceCollection services) =>
        services.AddSingleton<Projection, RegisterProjection>().AddSingleton<Reaction, RegisterReactions>();
}

using System.Net;
using Ale.Campaigns;
using Ale.Stock;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Ale;

/// <summary>How a backend that is an Orleans client itself finds the cluster.</summary>
public sealed class AleClientOptions
{
    /// <summary>The cluster's <c>Ale:ClusterId</c>. Default <c>ale</c>.</summary>
    public string ClusterId { get; set; } = "ale";

    /// <summary>
    /// Addresses of silos that were started with <c>Ale:GatewayPort</c>, at least one. Name several: while one is away
    /// the others are asked.
    /// </summary>
    public IList<IPEndPoint> Gateways { get; } = [];
}

/// <summary>
/// The typed client: grains called over Orleans' own protocol instead of HTTP. After it an <c>IClusterClient</c> is
/// registered, and <c>client.Sku("K1").Reserve(…)</c> is a call.
/// </summary>
/// <remarks>
/// A gateway asks for no token: whoever reaches its port can call any grain with any content, also the operators'. Open
/// the port to trusted backends alone, by the network. Roles, rates and bodies are checked by the HTTP edge only.
/// </remarks>
public static class AleClient
{
    /// <summary>Adds the client; it connects when the host starts, and the start fails when no gateway
    /// answers.</summary>
    /// <exception cref="ArgumentException">No gateway, or no cluster id.</exception>
    public static IHostApplicationBuilder AddAleClient(this IHostApplicationBuilder builder,
        Action<AleClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddAleClient(configure);
        return builder;
    }

    /// <inheritdoc cref="AddAleClient(IHostApplicationBuilder, Action{AleClientOptions})"/>
    public static IServiceCollection AddAleClient(this IServiceCollection services, Action<AleClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new AleClientOptions();
        configure(options);
        if (options.Gateways.Count == 0)
            throw new ArgumentException("Gateways is empty; add the address of a silo with Ale:GatewayPort.",
                nameof(configure));
        if (string.IsNullOrWhiteSpace(options.ClusterId))
            throw new ArgumentException("ClusterId is empty; leave it out for 'ale'.", nameof(configure));
        services.TryAddSingleton<SkuCalls>();
        services.TryAddSingleton<PlacementCalls>();
        return services.AddOrleansClient(client => client
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, "ale"))
            .UseStaticClustering([.. options.Gateways]));
    }
}

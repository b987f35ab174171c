using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Ale.Edge;

/// <summary>What the host tells the edge that it cannot know itself.</summary>
internal sealed class EdgeHooks
{
    /// <summary>Asked by <c>/health/ready</c>; null: ready as soon as the process answers.</summary>
    public Func<CancellationToken, Task<Readiness>>? Ready { get; set; }

    /// <summary>Maps what only the host has (<c>/metrics</c>, the dashboard), with the edge's rules in force.</summary>
    public Action<IEndpointRouteBuilder>? MapMore { get; set; }
}

/// <summary>
/// The HTTP edge in three calls: <c>builder.AddAleEdge()</c>, <c>app.UseAleEdge()</c>, <c>app.MapAle()</c>. The host
/// registers a <see cref="LocalKey"/> and, for endpoints that call grains, a grain factory.
/// </summary>
internal static class AleEdge
{
    /// <summary>
    /// Adds the edge: JSON, limits, tokens, permissions, the API document. Options are read from <c>Ale:Auth</c> and
    /// <c>Ale:Limits</c> and checked at start; a fault there stops the start with a sentence that names the setting.
    /// </summary>
    public static WebApplicationBuilder AddAleEdge(this WebApplicationBuilder builder,
        Action<EdgeHooks>? configure = null)
    {
        var (services, settings) = (builder.Services, builder.Configuration);
        var hooks = new EdgeHooks();
        configure?.Invoke(hooks);
        services.AddSingleton(hooks);
        services.AddSingleton<JsonLines>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PersonRate>();
        services.AddSingleton<OneTimeLinks>();
        services.AddSingleton<IValidateOptions<EdgeLimits>, CheckLimits>();
        services.AddSingleton<IValidateOptions<EdgeAuthOptions>, CheckAuth>();
        services.AddOptions<EdgeLimits>().Bind(settings.GetSection(EdgeLimits.Section)).ValidateOnStart();
        services.AddOptions<EdgeAuthOptions>().Bind(settings.GetSection(EdgeAuthOptions.Section)).ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => EdgeJson.Apply(json.SerializerOptions));
        // The framework's own 400 has no body; thrown, it passes through EdgeErrors in every environment alike.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<EdgeLimits>>((kestrel, limits) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = limits.Value.BodyBytesMax;
            kestrel.Limits.MinRequestBodyDataRate =
                new(limits.Value.BodyBytesPerSecondMin, TimeSpan.FromSeconds(5));
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.Value.HeaderSeconds);
        });
        // They write each request's address, and an address may hold a user's id, which may be a phone number.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        EdgeAuth.Add(services);
        EdgeDocument.Add(services);
        return builder;
    }

    /// <summary>Puts the edge's steps in their order. Call it first, before anything else that handles
    /// requests.</summary>
    public static WebApplication UseAleEdge(this WebApplication app)
    {
        app.UseMiddleware<EdgeErrors>();
        app.UseRouting();
        app.UseMiddleware<RequestClock>();
        app.UseAuthentication();
        app.Use((http, next) => EdgeAuth.CheckOrigin(http, next));
        app.Use((http, next) => http.RequestServices.GetRequiredService<PersonRate>().Check(http, next));
        app.UseAuthorization();
        return app;
    }

    /// <summary>
    /// Maps health, the API document and its page, the one-time links, the host's own, and every slice. Returns the
    /// group of the API, <c>/api</c>, whose bodies are validated.
    /// </summary>
    public static RouteGroupBuilder MapAle(this WebApplication app)
    {
        EdgeHealth.Map(app);
        EdgeDocument.Map(app);
        OneTimeLinks.Map(app);
        LoginPage.Map(app);
        app.Services.GetRequiredService<EdgeHooks>().MapMore?.Invoke(app);
        var api = app.MapGroup("/api").Validated();
        return api;
    }

    private sealed class CheckLimits : IValidateOptions<EdgeLimits>
    {
        public ValidateOptionsResult Validate(string? name, EdgeLimits options) => Result(options.Fault());
    }

    private sealed class CheckAuth : IValidateOptions<EdgeAuthOptions>
    {
        public ValidateOptionsResult Validate(string? name, EdgeAuthOptions options) => Result(options.Fault());
    }

    private static ValidateOptionsResult Result(string? fault) =>
        fault is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(fault);
}

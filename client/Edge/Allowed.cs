using Microsoft.AspNetCore.Authorization;

namespace Ale.Edge;

/// <summary>The permissions of which an endpoint asks one.</summary>
internal sealed partial class Allowed(params Permission[] permissions)
    : IAuthorizationRequirement, IAuthorizationHandler
{
    /// <summary>One of these is enough.</summary>
    public IReadOnlyList<Permission> Permissions { get; } = permissions;

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        // No route matched, or none for this method or media type: 404, 405 and 415 are nobody's secret.
        var nothingThere = context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;
        if (nothingThere || Access.Allows(Caller.Of(context.User).Roles, Permissions)) context.Succeed(this);
        return Task.CompletedTask;
    }
}

/// <summary>How endpoints say who may call them. One that says nothing may be called by nobody.</summary>
internal static class AllowedBuilder
{
    /// <summary>Callers with one of <paramref name="permissions"/>.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder builder, params Permission[] permissions)
        where TBuilder : IEndpointConventionBuilder
    {
        var allowed = new Allowed(permissions);
        builder.RequireAuthorization(policy => policy.AddRequirements(allowed));
        return builder.WithMetadata(allowed);
    }

    /// <summary>Everybody, without a token.</summary>
    public static TBuilder Open<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AllowAnonymous();

    /// <summary>Takes the room page's viewer cookie beside a bearer token.</summary>
    public static TBuilder TakesViewerCookie<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ViewerCookieTaken());

    /// <summary>
    /// Stays open for long (events, sockets): not cut by the request's time limit and not counted as in progress.
    /// </summary>
    public static TBuilder LongLived<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new LongLivedEndpoint());
}

/// <summary>Mark of <see cref="AllowedBuilder.TakesViewerCookie"/>.</summary>
internal sealed class ViewerCookieTaken;

/// <summary>Mark of <see cref="AllowedBuilder.LongLived"/>.</summary>
internal sealed class LongLivedEndpoint;

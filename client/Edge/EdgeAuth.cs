using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Ale.Edge;

/// <summary>
/// Three ways to say who one is: a bearer token, the cookie of a browser session (one-time link), the cookie of a
/// room's viewer. A bearer token in the request always decides; a cookie is never looked at beside it.
/// </summary>
internal static partial class EdgeAuth
{
    public const string Bearer = "bearer", Browser = "browser", Viewer = "viewer", Any = "ale";

    /// <summary>Audiences of cookies: a cookie is no bearer token and no cookie of another kind.</summary>
    public const string BrowserAudience = "ale.browser", ViewerAudience = "ale.viewer";

    /// <summary>Names of the cookies.</summary>
    public const string BrowserCookie = "ale-session", ViewerCookie = "ale-viewer";

    /// <summary>Life of a viewer's cookie, hours.</summary>
    public const int ViewerHours = 12;

    // Clocks of nodes and authorities differ a little; a token is never good after its end.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication(Any)
            .AddPolicyScheme(Any, null, options => options.ForwardDefaultSelector = Choose)
            .AddJwtBearer(Bearer, _ => { }).AddJwtBearer(Browser, _ => { }).AddJwtBearer(Viewer, _ => { });
        services.AddAuthorization(options =>
        {
            options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            // An endpoint that forgot to say who may call it is closed, not open.
            options.FallbackPolicy = new AuthorizationPolicyBuilder().AddRequirements(new Allowed()).Build();
        });
        services.AddOptions<JwtBearerOptions>(Bearer)
            .Configure<IOptions<EdgeAuthOptions>, TimeProvider, IServiceProvider>((jwt, auth, time, provider) =>
            {
                Common(jwt, auth.Value, auth.Value.RoleClaim, auth.Value.Audience, time);
                if (auth.Value.Authority is { } authority)
                {
                    jwt.Authority = authority;
                    jwt.RequireHttpsMetadata = !new Uri(authority).IsLoopback;
                    // A public key must never be taken for the secret of an HMAC.
                    jwt.TokenValidationParameters.ValidAlgorithms =
                        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
                }
                else Local(jwt, provider.GetRequiredService<LocalKey>());
                jwt.Events.OnMessageReceived = LoginPage.TakeToken;
            });
        Cookie(services, Browser, BrowserCookie, BrowserAudience);
        Cookie(services, Viewer, ViewerCookie, ViewerAudience);
    }

    /// <summary>Refuses an unsafe request of a cookie that another site's page sent.</summary>
    public static Task CheckOrigin(HttpContext http, RequestDelegate next)
    {
        var unsafeRequest = !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
            || HttpMethods.IsOptions(http.Request.Method)) || http.WebSockets.IsWebSocketRequest;
        if (!unsafeRequest || http.User.Identity?.AuthenticationType is not (Browser or Viewer)) return next(http);
        var origin = http.Request.Headers.Origin.ToString();
        // The scheme is left out: behind a proxy that ends TLS the server sees http and the page https.
        return Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && string.Equals(from.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase)
            ? next(http)
            : new Problem(403, "auth.forbidden", "A cookie's request must come from a page of this server (Origin).")
                .Write(http);
    }

    /// <summary>
    /// The viewer of a room's page: the one his cookie names, or a new one with a random subject, who gets a cookie for
    /// <see cref="ViewerHours"/>. Returns the subject.
    /// </summary>
    public static async Task<string> Viewing(HttpContext http)
    {
        var known = await http.AuthenticateAsync(Viewer);
        if (known.Succeeded) return Caller.Of(known.Principal).Subject;
        var subject = "v-" + Guid.NewGuid().ToString("N");
        var (key, time) = (http.RequestServices.GetRequiredService<LocalKey>(),
            http.RequestServices.GetRequiredService<TimeProvider>());
        var token = LocalTokens.Mint(key, Roles.Viewer, subject, ViewerHours, time.GetUtcNow(), ViewerAudience);
        SetCookie(http, ViewerCookie, token, TimeSpan.FromHours(ViewerHours));
        return subject;
    }

    internal static void SetCookie(HttpContext http, string name, string token, TimeSpan life) =>
        http.Response.Cookies.Append(name, token, new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            IsEssential = true,
            MaxAge = life,
            Path = "/",
        });

    private static string Choose(HttpContext http)
    {
        if (http.Request.Headers.Authorization.Count > 0) return Bearer;
        if (http.GetEndpoint()?.Metadata.GetMetadata<ViewerCookieTaken>() is not null
            && http.Request.Cookies.ContainsKey(ViewerCookie)) return Viewer;
        return http.Request.Cookies.ContainsKey(BrowserCookie) ? Browser : Bearer;
    }

    private static void Cookie(IServiceCollection services, string scheme, string cookie, string audience) =>
        services.AddOptions<JwtBearerOptions>(scheme)
            .Configure<IOptions<EdgeAuthOptions>, TimeProvider, LocalKey>((jwt, auth, time, key) =>
            {
                Common(jwt, auth.Value, "role", audience, time);
                Local(jwt, key);
                jwt.TokenValidationParameters.AuthenticationType = scheme;
                jwt.Events.OnMessageReceived = received =>
                {
                    received.Token = received.Request.Cookies[cookie];
                    return Task.CompletedTask;
                };
            });

    private static void Common(
        JwtBearerOptions jwt, EdgeAuthOptions auth, string roleClaim, string audience, TimeProvider time)
    {
        jwt.MapInboundClaims = false;
        jwt.TimeProvider = time;
        jwt.TokenHandlers.Clear();
        jwt.TokenHandlers.Add(new CheckedTokens(auth, time) { MapInboundClaims = false });
        jwt.TokenValidationParameters = new()
        {
            AuthenticationType = Bearer,
            NameClaimType = "sub",
            RoleClaimType = roleClaim,
            ValidAudience = audience,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) =>
            {
                var now = time.GetUtcNow().UtcDateTime;
                return until > now && (from is null || from <= now + Skew);
            },
        };
        jwt.Events = new()
        {
            OnTokenValidated = validated =>
            {
                if (string.IsNullOrEmpty(validated.Principal?.FindFirst("sub")?.Value)) validated.Fail("no sub");
                return Task.CompletedTask;
            },
            OnChallenge = challenge =>
            {
                challenge.HandleResponse();
                if (LoginPage.IsWanted(challenge.Request))
                {
                    LoginPage.Send(challenge.HttpContext);
                    return Task.CompletedTask;
                }

                challenge.Response.Headers.WWWAuthenticate = challenge.AuthenticateFailure is null
                    ? "Bearer" : "Bearer error=\"invalid_token\"";
                var problem = challenge.AuthenticateFailure is null
                    && challenge.Request.Headers.Authorization.Count == 0
                    ? Problem.OfStatus(401)!
                    : new Problem(401, "auth.invalid",
                        "The token is not valid: forged, expired, or for another audience.");
                return problem.Write(challenge.HttpContext);
            },
            OnForbidden = forbidden =>
            {
                var http = forbidden.HttpContext;
                // Not the subject: a user's may be a phone number.
                Forbidden(http.RequestServices.GetRequiredService<ILogger<Allowed>>(), http.Request.Method,
                    http.GetEndpoint()?.DisplayName, string.Join(',', Caller.Of(http.User).Roles));
                return Problem.OfStatus(403)!.Write(http);
            },
        };
    }

    private static void Local(JwtBearerOptions jwt, LocalKey key)
    {
        jwt.TokenValidationParameters.ValidIssuer = LocalTokens.Issuer;
        jwt.TokenValidationParameters.IssuerSigningKey = key.Key;
        jwt.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Endpoint} forbidden to roles [{Roles}]")]
    private static partial void Forbidden(ILogger log, string method, string? endpoint, string roles);
}

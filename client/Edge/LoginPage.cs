using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Ale.Edge;

/// <summary>
/// <c>/login</c>: where a browser without a session is sent. Whoever has a bearer token pastes it and gets a session of
/// the token's roles, for <see cref="OneTimeLinks.SessionHours"/> or until the token ends, whichever comes first.
/// </summary>
internal static class LoginPage
{
    private const string Rules = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        + "frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/login", (string? next, HttpContext http) => Page(http, next, null))
            .Open().ExcludeFromDescription();
        app.MapPost("/login", SignIn).Open().ExcludeFromDescription();
    }

    /// <summary>A page that a person asked for in a browser, rather than a program for data.</summary>
    public static bool IsWanted(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api")
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Sends the browser to the page, and back afterwards.</summary>
    public static void Send(HttpContext http) =>
        http.Response.Redirect("/login?next=" + Uri.EscapeDataString(http.Request.Path + http.Request.QueryString));

    /// <summary>The token that the page's form brings, for the bearer scheme to check like any other.</summary>
    public static async Task TakeToken(MessageReceivedContext received)
    {
        var request = received.Request;
        if (!HttpMethods.IsPost(request.Method) || request.Path != "/login" || !request.HasFormContentType) return;
        var form = await request.ReadFormAsync(received.HttpContext.RequestAborted);
        received.Token = form["token"].ToString().Trim();
    }

    private static async Task<IResult> SignIn(HttpContext http, LocalKey key, TimeProvider time)
    {
        if (!http.Request.HasFormContentType) throw new ProblemException(Problem.OfStatus(415)!);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var next = form["next"].ToString();
        var known = await http.AuthenticateAsync(EdgeAuth.Bearer);
        if (!known.Succeeded)
            return Page(http, next, "This token is not valid: mistyped, expired, or for another audience.");
        var caller = Caller.Of(known.Principal);
        var roles = caller.Roles.Where(Access.Table.ContainsKey).ToArray();
        var now = time.GetUtcNow();
        var life = TimeSpan.FromHours(OneTimeLinks.SessionHours);
        if (known.Properties.ExpiresUtc is { } ends && ends - now < life) life = ends - now;
        if (roles.Length == 0) return Page(http, next, "This token has no role that opens a page.");
        var session = LocalTokens.Mint(key, roles, caller.Subject, life, now, EdgeAuth.BrowserAudience);
        EdgeAuth.SetCookie(http, EdgeAuth.BrowserCookie, session, life);
        return Results.LocalRedirect(IsLocal(next) ? next : "/reference");
    }

    // "//host" and "/\host" would leave this server.
    private static bool IsLocal(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\');

    private static IResult Page(HttpContext http, string? next, string? fault)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentSecurityPolicy = Rules;
        var told = fault is null ? "" : $"""<p role="alert">{WebUtility.HtmlEncode(fault)}</p>""";
        return Results.Content($$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Sign in to Ale</title>
            <style>
              :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
              body { max-width: 34rem; margin: 12vh auto; padding: 0 1rem }
              textarea { width: 100%; box-sizing: border-box; font: 13px monospace; padding: .5rem }
              button { font: inherit; padding: .4rem 1.2rem; margin-top: .5rem }
              [role=alert] { color: #c62828 }
              code { background: #8882; padding: .1rem .3rem; border-radius: .2rem }
            </style>
            </head>
            <body>
            <h1>Sign in to Ale</h1>
            {{told}}
            <form method="post" action="/login">
              <label for="token">A token, as printed by <code>ale token --role ops</code></label>
              <textarea id="token" name="token" rows="4" required autofocus autocomplete="off"
                spellcheck="false"></textarea>
              <input type="hidden" name="next" value="{{WebUtility.HtmlEncode(next)}}">
              <button>Sign in</button>
            </form>
            <p>The link that the server prints when it starts opens this too, once, within 15 minutes.</p>
            </body>
            </html>
            """, "text/html; charset=utf-8", statusCode: fault is null ? 200 : 401);
    }
}

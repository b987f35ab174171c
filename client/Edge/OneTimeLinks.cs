using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Ale.Edge;

/// <summary>
/// Links that open the browser pages: role <c>ops</c>, good once, for 15 minutes, on the node that made them. Opening
/// one sets a cookie for 8 h and goes on to the reference page.
/// </summary>
/// <remarks>Invariant: at most <see cref="LinksMax"/> links; the oldest goes first.</remarks>
internal sealed class OneTimeLinks(LocalKey key, TimeProvider time)
{
    /// <summary>Most links open at a time.</summary>
    public const int LinksMax = 100;

    /// <summary>Life of a link, minutes, and of the session it opens, hours.</summary>
    public const int LinkMinutes = 15, SessionHours = 8;

    private readonly ConcurrentDictionary<string, DateTimeOffset> open = new(StringComparer.Ordinal);

    /// <summary>The path of a new link, <c>/login/…</c>.</summary>
    public string New()
    {
        var now = time.GetUtcNow();
        foreach (var (hash, until) in open)
            if (until <= now) open.TryRemove(hash, out _);
        while (open.Count >= LinksMax) open.TryRemove(open.MinBy(link => link.Value).Key, out _);
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        open[HashOf(secret)] = now.AddMinutes(LinkMinutes);
        return "/login/" + secret;
    }

    /// <summary>The session's token when <paramref name="secret"/> is an open link, which it then is no
    /// longer.</summary>
    public string? Use(string secret) =>
        open.TryRemove(HashOf(secret), out var until) && time.GetUtcNow() < until
            ? LocalTokens.Mint(key, Roles.Ops, "browser", SessionHours, time.GetUtcNow(), EdgeAuth.BrowserAudience)
            : null;

    /// <summary>Maps <c>/login/{secret}</c>.</summary>
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/login/{secret}", IResult (string secret, OneTimeLinks links, HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-store";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            if (links.Use(secret) is not { } token)
                return new EdgeReply<Done>(default, new(410, "auth.link_used",
                    "This link was used, or its time is over."), default);
            EdgeAuth.SetCookie(http, EdgeAuth.BrowserCookie, token, TimeSpan.FromHours(SessionHours));
            return Results.LocalRedirect("/reference");
        }).Open().ExcludeFromDescription();

    // By hash, so that the time of the look-up tells nothing of a secret.
    private static string HashOf(string secret) =>
        Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)));
}

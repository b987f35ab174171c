using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Edge;

/// <summary>Sessions of browsers: links, the page that takes a token, and what a cookie may do.</summary>
[Trait("needs", "server")]
public sealed class EdgeBrowserTests : IAsyncLifetime
{
    private EdgeHost host = null!;

    public async ValueTask InitializeAsync() => host = await EdgeHost.Start(api =>
    {
        api.MapGet("/stock", (Caller caller) => caller.Subject).Allow(Permission.StockRead);
        api.MapPost("/rooms/{id}/presence", (Caller caller) => caller.Subject).Allow(Permission.RoomTake)
            .TakesViewerCookie();
        api.MapGet("/page", (Delegate)EdgeAuth.Viewing).Open();
        api.MapPost("/jobs", () => "run").Allow(Permission.JobWrite);
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_room_page_makes_a_viewer_once()
    {
        var first = await host.Get("/api/page", role: null);
        var cookie = ("Cookie", first.Headers["Set-Cookie"].Split(';')[0]);
        var again = await host.Get("/api/page", role: null, headers: cookie);
        Assert.Equal(first.Text, again.Text);
        Assert.False(again.Headers.ContainsKey("Set-Cookie"));
        Assert.NotEqual(first.Text, (await host.Get("/api/page", role: null)).Text);
        Assert.Equal(first.Text, (await host.Send(HttpMethod.Post, "/api/rooms/s1/presence", role: null,
            headers: [cookie, ("Origin", host.Address.ToString())])).Text);
    }

    [Fact]
    public async Task A_one_time_link_opens_a_session_once()
    {
        var link = host.App.Services.GetRequiredService<OneTimeLinks>().New();
        var first = await host.Get(link, role: null);
        Assert.Equal(302, first.Status);
        Assert.Equal("/reference", first.Headers["Location"]);
        var cookie = first.Headers["Set-Cookie"];
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=strict", cookie);
        Assert.Contains("max-age=28800", cookie);
        var session = ("Cookie", cookie.Split(';')[0]);
        (await host.Get(link, role: null)).IsProblem(410, "auth.link_used");
        (await host.Get("/login/" + new string('0', 64), role: null)).IsProblem(410, "auth.link_used");

        (await host.Get("/reference/", role: null)).IsProblem(401, "auth.required");
        Assert.Equal(200, (await host.Get("/reference/", role: null, headers: session)).Status);
        Assert.Equal("browser", (await host.Get("/api/stock", role: null, headers: session)).Text);
        host.Time.Advance(TimeSpan.FromHours(8));
        (await host.Get("/reference/", role: null, headers: session)).IsProblem(401, "auth.invalid");
    }

    [Fact]
    public async Task A_browser_without_a_session_is_sent_to_sign_in_and_back()
    {
        var page = ("Accept", "text/html,application/xhtml+xml");
        var sent = await host.Get("/reference/?a=1", role: null, headers: page);
        Assert.Equal((302, "/login?next=%2Freference%2F%3Fa%3D1"), (sent.Status, sent.Headers["Location"]));
        (await host.Get("/api/stock", role: null, headers: page)).IsProblem(401, "auth.required");
        Assert.Contains("<form", (await host.Get(sent.Headers["Location"], role: null)).Text);

        var wrong = await SignIn("nonsense", "/reference/");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Contains("not valid", await wrong.Content.ReadAsStringAsync());
        foreach (var (next, to) in new[] { ("/reference/?a=1", "/reference/?a=1"), ("//elsewhere", "/reference"),
            ("https://elsewhere", "/reference"), ("/\\elsewhere", "/reference"), ("", "/reference") })
        {
            var right = await SignIn(host.Token("ops"), next);
            Assert.Equal((HttpStatusCode.Found, to), (right.StatusCode, right.Headers.Location!.ToString()));
            var session = ("Cookie", right.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
            Assert.Equal(200, (await host.Get("/reference/", role: null, headers: session)).Status);
        }

        async Task<HttpResponseMessage> SignIn(string token, string next)
        {
            using var handler = new HttpClientHandler { AllowAutoRedirect = false };
            using var client = new HttpClient(handler) { BaseAddress = host.Address };
            return await client.PostAsync("/login", new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["token"] = token,
                ["next"] = next,
            }));
        }
    }

    [Fact]
    public async Task A_link_ends_after_fifteen_minutes_and_a_hundred_are_open_at_most()
    {
        var links = host.App.Services.GetRequiredService<OneTimeLinks>();
        var late = links.New();
        host.Time.Advance(TimeSpan.FromMinutes(15));
        (await host.Get(late, role: null)).IsProblem(410, "auth.link_used");
        var first = links.New();
        host.Time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < OneTimeLinks.LinksMax; i++) links.New();
        Assert.Null(links.Use(first["/login/".Length..]));
    }

    [Fact]
    public async Task A_cookies_unsafe_request_must_come_from_a_page_of_this_server()
    {
        var cookie = ("Cookie", $"{EdgeAuth.BrowserCookie}={host.Token("ops", audience: EdgeAuth.BrowserAudience)}");
        Task<Answer> Post(params (string, string)[] more) =>
            host.Send(HttpMethod.Post, "/api/jobs", role: null, headers: [cookie, .. more]);
        (await Post()).IsProblem(403, "auth.forbidden");
        (await Post(("Origin", "https://evil.example"))).IsProblem(403, "auth.forbidden");
        (await Post(("Origin", "null"))).IsProblem(403, "auth.forbidden");
        Assert.Equal("run", (await Post(("Origin", $"https://{host.Address.Authority}"))).Text);
        Assert.Equal("run", (await host.Send(HttpMethod.Post, "/api/jobs", role: "ops")).Text);
    }

    [Fact]
    public async Task A_viewers_cookie_opens_its_room_and_nothing_else()
    {
        var token = host.Token("viewer", "v1", audience: EdgeAuth.ViewerAudience);
        (string, string)[] cookie =
            [("Cookie", $"{EdgeAuth.ViewerCookie}={token}"), ("Origin", host.Address.ToString())];
        Assert.Equal("v1", (await host.Send(HttpMethod.Post, "/api/rooms/s1/presence", role: null,
            headers: cookie)).Text);
        (await host.Get("/api/stock", role: null, headers: cookie)).IsProblem(401, "auth.required");
        (await host.Send(HttpMethod.Post, "/api/rooms/s1/presence", role: null,
            headers: [("Cookie", $"{EdgeAuth.BrowserCookie}={token}"), cookie[1]])).IsProblem(401, "auth.invalid");
    }
}

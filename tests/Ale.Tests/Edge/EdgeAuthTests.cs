using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Ale.Edge;

[Trait("needs", "server")]
public sealed class EdgeAuthTests : IAsyncLifetime
{
    private EdgeHost host = null!;

    public async ValueTask InitializeAsync() => host = await EdgeHost.Start(api =>
    {
        api.MapGet("/stock", (Caller caller) => caller.Subject).Allow(Permission.StockRead);
        api.MapPost("/budget", () => "spent").Allow(Permission.BudgetSpend, Permission.BudgetPlan);
        api.MapPut("/orders/{id}", (Caller caller, string? userId) => caller.Own(userId) ?? "guest")
            .Allow(Permission.OrderPlace);
        api.MapPost("/rooms/{id}/presence", (Caller caller) => caller.Subject).Allow(Permission.RoomTake)
            .TakesViewerCookie();
        api.MapGet("/open", (Caller caller) => $"[{caller.Subject}]").Open();
        api.MapGet("/orders/{id}", (Caller caller, string owner) => caller.Sees(owner, Permission.OrderRead))
            .Allow(Permission.OrderRead);
        api.MapGet("/users/{id}/fails", string (Id id) => throw new InvalidOperationException())
            .Allow(Permission.UserRead);
        api.MapGet("/forgotten", () => "secret");
        api.MapPost("/jobs", () => "run").Allow(Permission.JobWrite);
    });

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private Task<Answer> With(string? authorization) => host.Get("/api/stock", role: null,
        headers: authorization is null ? [] : [("Authorization", authorization)]);

    [Fact]
    public async Task Without_a_token_it_is_auth_required()
    {
        (await With(null)).IsProblem(401, "auth.required");
        Assert.Equal("[]", (await host.Get("/api/open", role: null)).Text);
    }

    public static TheoryData<string> Bad =>
        ["none", "forged", "expired", "early", "audience", "cookie", "issuer", "no_sub", "no_expiry", "garbage",
            "basic", "empty"];

    [Theory, MemberData(nameof(Bad))]
    public async Task A_token_that_is_not_ours_is_auth_invalid(string kind)
    {
        var good = host.Token();
        var now = host.Time.GetUtcNow();
        var token = kind switch
        {
            "none" => "Bearer " + Part("""{"alg":"none","typ":"JWT"}""") + "." + good.Split('.')[1] + ".",
            "forged" => "Bearer " + LocalTokens.Mint(new("another-key-another-key-another-k"u8), "ops", "u1", 1, now),
            "expired" => "Bearer " + LocalTokens.Mint(EdgeHost.Key, "ops", "u1", 1, now.AddHours(-1)),
            "early" => "Bearer " + LocalTokens.Mint(EdgeHost.Key, "ops", "u1", 1, now.AddMinutes(1)),
            "audience" => "Bearer " + host.Token(audience: "other"),
            "cookie" => "Bearer " + host.Token("ops", audience: EdgeAuth.BrowserAudience),
            "issuer" => "Bearer " + Make(new()
            {
                ["iss"] = "x",
                ["aud"] = "ale",
                ["sub"] = "u1",
                ["role"] = "ops",
                ["exp"] = now.ToUnixTimeSeconds() + 60
            }),
            "no_sub" => "Bearer " + Make(new()
            {
                ["iss"] = "ale",
                ["aud"] = "ale",
                ["role"] = "ops",
                ["exp"] = now.ToUnixTimeSeconds() + 60
            }),
            "no_expiry" => "Bearer " + Make(new()
            {
                ["iss"] = "ale",
                ["aud"] = "ale",
                ["sub"] = "u1",
                ["role"] = "ops"
            }),
            "garbage" => "Bearer a.b.c",
            "basic" => "Basic YTpi",
            _ => "Bearer ",
        };
        (await With(token)).IsProblem(401, "auth.invalid");
    }

    private static string Part(string json) => Base64UrlEncoder.Encode(json);

    private static string Make(Dictionary<string, object> claims)
    {
        var head = Part("""{"alg":"HS256","typ":"JWT"}""") + "." + Part(JsonSerializer.Serialize(claims));
        var hash = System.Security.Cryptography.HMACSHA256.HashData(EdgeHost.Key.Key.Key,
            Encoding.ASCII.GetBytes(head));
        return head + "." + Base64UrlEncoder.Encode(hash);
    }

    [Fact]
    public async Task Roles_may_be_an_array()
    {
        var token = Make(new()
        {
            ["iss"] = "ale",
            ["aud"] = "ale",
            ["sub"] = "u9",
            ["role"] = new[] { "pr", "service" },
            ["exp"] = host.Time.GetUtcNow().ToUnixTimeSeconds() + 60,
        });
        Assert.Equal("u9", (await With("Bearer " + token)).Text);
    }

    [Fact]
    public async Task A_token_ends_when_it_expires_although_it_is_remembered()
    {
        var token = "Bearer " + host.Token(hours: 1);
        host.Time.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await With(token)).Status);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        (await With(token)).IsProblem(401, "auth.invalid");
    }

    [Fact]
    public async Task TEC_12_a_host_who_spends_from_a_budget_is_forbidden_and_logged()
    {
        (await host.Send(HttpMethod.Post, "/api/budget", role: "host")).IsProblem(403, "auth.forbidden");
        Assert.Contains(host.Log.From(Microsoft.Extensions.Logging.LogLevel.Warning),
            line => line.Text.Contains("/api/budget") && line.Text.Contains("[host]"));
        (await host.Send(HttpMethod.Post, "/api/budget", role: "ops")).IsProblem(403, "auth.forbidden");
        Assert.Equal("spent", (await host.Send(HttpMethod.Post, "/api/budget", role: "finance")).Text);
    }

    [Fact]
    public async Task An_endpoint_that_forgot_to_say_who_may_call_it_is_closed_to_all()
    {
        (await host.Get("/api/forgotten", role: null)).IsProblem(401, "auth.required");
        (await host.Get("/api/forgotten", role: "ops")).IsProblem(403, "auth.forbidden");
    }

    [Theory]
    [InlineData("user", "u1", null, 200, "u1")]
    [InlineData("user", "u1", "u1", 200, "u1")]
    [InlineData("user", "u1", "u2", 403, "auth.not_yours")]
    [InlineData("user", "u1", "U1", 403, "auth.not_yours")]
    [InlineData("user", "a b", null, 403, "auth.forbidden")]
    [InlineData("service", "shop", "u2", 200, "u2")]
    [InlineData("ops", "me", "u2", 200, "u2")]
    [InlineData("service", "shop", null, 200, "guest")]
    public async Task A_user_acts_for_himself_and_a_backend_for_whom_it_names(
        string role, string subject, string? named, int status, string expected)
    {
        var answer = await host.Send(HttpMethod.Put, "/api/orders/o1" + (named is null ? "" : "?userId=" + named),
            role: role, subject: subject);
        if (status == 200) Assert.Equal(expected, answer.Text);
        else answer.IsProblem(status, expected);
    }

    [Theory]
    [InlineData("user", "u1", true)]
    [InlineData("user", "u2", false)]
    [InlineData("agent", "u2", true)]
    [InlineData("service", "u2", true)]
    public async Task A_user_sees_his_own_things_and_staff_all(string role, string owner, bool sees) =>
        Assert.Equal(sees ? "true" : "false", (await host.Get("/api/orders/o1?owner=" + owner, role: role)).Text);

    [Fact]
    public async Task Nothing_logged_names_a_user()
    {
        const string phone = "13912345678";
        await host.Get($"/api/users/{phone}/fails", role: "user", subject: phone);
        await host.Get($"/api/users/{phone}/fails", role: "pr", subject: phone);
        await host.Get($"/api/users/{phone}/nothing", role: "user", subject: phone);
        await host.Get($"/api/orders/{phone}", role: "user", subject: phone);
        Assert.NotEmpty(host.Log.From(Microsoft.Extensions.Logging.LogLevel.Error));
        Assert.DoesNotContain(host.Log.From(Microsoft.Extensions.Logging.LogLevel.Information),
            line => line.Text.Contains(phone));
    }

    [Fact]
    public async Task A_checked_token_is_remembered_for_sixty_seconds_and_bad_ones_never()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var tokens = new CheckedTokens(new() { CacheEntriesMax = 100 }, time);
        var rules = new TokenValidationParameters
        {
            ValidAudience = "ale",
            ValidIssuer = LocalTokens.Issuer,
            IssuerSigningKey = EdgeHost.Key.Key,
            LifetimeValidator = (_, until, _, _) => until > time.GetUtcNow().UtcDateTime,
        };
        string Mint(string subject) => LocalTokens.Mint(EdgeHost.Key, "user", subject, 1, time.GetUtcNow());
        var token = Mint("u1");
        for (var i = 0; i < 5; i++) Assert.True((await tokens.ValidateTokenAsync(token, rules)).IsValid);
        Assert.Equal(1, tokens.Checks);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.True((await tokens.ValidateTokenAsync(token, rules)).IsValid);
        Assert.Equal(2, tokens.Checks);
        for (var i = 0; i < 5; i++) Assert.False((await tokens.ValidateTokenAsync(token + "x", rules)).IsValid);
        Assert.Equal(7, tokens.Checks);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True((await tokens.ValidateTokenAsync(Mint("u" + i), rules)).IsValid);
            Assert.InRange(tokens.Count, 1, 100);
        }
    }

    [Theory]
    [InlineData("Ale:Auth:Authority", "login")]
    [InlineData("Ale:Auth:CacheSeconds", "61")]
    [InlineData("Ale:Limits:InProgressMax", "0")]
    [InlineData("Ale:Limits:RepeatSeconds", "31")]
    public async Task A_setting_out_of_range_stops_the_start_and_is_named(string name, string value)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() =>
            EdgeHost.Start(_ => { }, new Dictionary<string, string?> { [name] = value }));
        Assert.Contains(name, fault.ToString());
    }
}

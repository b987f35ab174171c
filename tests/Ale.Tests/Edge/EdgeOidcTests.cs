using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Ale.Edge;

/// <summary>Tokens of an OIDC authority, here one on loopback that publishes a real RSA key.</summary>
[Trait("needs", "server")]
public sealed class EdgeOidcTests : IAsyncLifetime
{
    private readonly RsaSecurityKey key = new(RSA.Create(2048)) { KeyId = "k1" };
    private WebApplication authority = null!;
    private EdgeHost host = null!;
    private string issuer = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        authority = builder.Build();
        authority.MapGet("/.well-known/openid-configuration", () => Results.Json(
            new { issuer, jwks_uri = issuer + "/keys" }));
        authority.MapGet("/keys", () =>
        {
            var half = new RsaSecurityKey(key.Rsa.ExportParameters(includePrivateParameters: false));
            var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(half);
            var published = new { kty = "RSA", use = "sig", kid = "k1", n = jwk.N, e = jwk.E };
            return Results.Json(new { keys = new[] { published } });
        });
        await authority.StartAsync();
        issuer = authority.Urls.Single();
        host = await EdgeHost.Start(
            api => api.MapGet("/stock", (Caller caller) => caller.Subject).Allow(Permission.StockRead),
            new Dictionary<string, string?>
            {
                ["Ale:Auth:Authority"] = issuer,
                ["Ale:Auth:Audience"] = "shop",
                ["Ale:Auth:RoleClaim"] = "groups",
            });
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await authority.DisposeAsync();
    }

    private Task<Answer> Ask(SigningCredentials signing, string audience = "shop", string? from = null)
    {
        var now = host.Time.GetUtcNow().UtcDateTime;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = from ?? issuer,
            Audience = audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object> { ["sub"] = "auth0|7", ["groups"] = new[] { "staff", "service" } },
            SigningCredentials = signing,
        });
        return host.Get("/api/stock", role: null, headers: ("Authorization", "Bearer " + token));
    }

    [Fact]
    public async Task A_token_of_the_authority_is_taken()
    {
        var rsa = new SigningCredentials(key, SecurityAlgorithms.RsaSha256);
        Assert.Equal("auth0|7", (await Ask(rsa)).Text);
        (await Ask(rsa, audience: "other")).IsProblem(401, "auth.invalid");
        (await Ask(rsa, from: "https://elsewhere.example")).IsProblem(401, "auth.invalid");
    }

    [Fact]
    public async Task A_token_of_another_key_or_of_the_local_key_is_not()
    {
        using var other = RSA.Create(2048);
        (await Ask(new(new RsaSecurityKey(other) { KeyId = "k1" }, SecurityAlgorithms.RsaSha256)))
            .IsProblem(401, "auth.invalid");
        (await host.Get("/api/stock", role: "ops")).IsProblem(401, "auth.invalid");
        // The public key, which everybody has, used as if it were a shared secret.
        var published = new SymmetricSecurityKey(key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = "k1" };
        (await Ask(new(published, SecurityAlgorithms.HmacSha256))).IsProblem(401, "auth.invalid");
    }
}

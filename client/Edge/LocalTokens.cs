using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ale.Edge;

/// <summary>
/// The key of tokens that the system makes itself: 32 bytes or more, the same on every node. The host keeps it and
/// registers it as a singleton; with an OIDC authority it signs browser sessions and viewers only.
/// </summary>
internal sealed class LocalKey
{
    /// <summary>Fewest bytes of a key: those of the hash.</summary>
    public const int BytesMin = 32;

    /// <summary>A key of <see cref="BytesMin"/> bytes or more.</summary>
    public LocalKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length < BytesMin) throw new ArgumentException($"A signing key has {BytesMin} bytes or more.");
        Key = new SymmetricSecurityKey(secret.ToArray());
    }

    /// <summary>A new random key.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(BytesMin);

    internal SymmetricSecurityKey Key { get; }
}

/// <summary>Makes tokens with the local key.</summary>
internal static class LocalTokens
{
    /// <summary>Issuer of every token made here.</summary>
    public const string Issuer = "ale";

    /// <summary>Longest life, hours: a year.</summary>
    public const int HoursMax = 24 * 366;

    /// <summary>
    /// A token for <paramref name="subject"/> in <paramref name="role"/>, good from <paramref name="now"/> for
    /// <paramref name="hours"/> (1 to <see cref="HoursMax"/>), HMAC-SHA256.
    /// </summary>
    public static string Mint(LocalKey key, string role, string subject, int hours, DateTimeOffset now,
        string audience = "ale", string roleClaim = "role")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hours, HoursMax);
        return Mint(key, [role], subject, TimeSpan.FromHours(hours), now, audience, roleClaim);
    }

    /// <summary>The same for several roles and any life.</summary>
    public static string Mint(LocalKey key, IReadOnlyList<string> roles, string subject, TimeSpan life,
        DateTimeOffset now, string audience = "ale", string roleClaim = "role")
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        if (roles.FirstOrDefault(role => !Access.Table.ContainsKey(role)) is { } unknown)
        {
            throw new ArgumentException(
                $"No role {unknown}; there are {string.Join(", ", Access.Table.Keys.Order())}.");
        }

        var at = now.UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                Audience = audience,
                IssuedAt = at,
                NotBefore = at,
                Expires = at + life,
                Claims = new Dictionary<string, object> { ["sub"] = subject, [roleClaim] = roles.Count == 1 ? roles[0] : roles },
                SigningCredentials = new SigningCredentials(key.Key, SecurityAlgorithms.HmacSha256),
            });
    }
}

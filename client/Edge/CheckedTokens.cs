using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ale.Edge;

/// <summary>
/// Checks a token once and remembers the result by the token's SHA-256, until the token expires, 60 s at most: a key or
/// a right that is withdrawn works no longer than that. Only good tokens are remembered, so that bad ones fill nothing.
/// </summary>
internal sealed class CheckedTokens(EdgeAuthOptions options, TimeProvider time) : JsonWebTokenHandler
{
    private readonly RecentCache<Hash, Entry> known =
        new(options.CacheEntriesMax, TimeSpan.FromSeconds(Math.Max(1, options.CacheSeconds)), time);

    private int checks;

    /// <summary>Tokens remembered now.</summary>
    public int Count => known.Count;

    /// <summary>How often a token was really checked.</summary>
    public int Checks => checks;

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(
        string token, TokenValidationParameters validationParameters)
    {
        var hash = Hash.Of(token);
        var now = time.GetUtcNow();
        if (known.TryGet(hash, out var entry) && now < entry.Until) return entry.Result;
        Interlocked.Increment(ref checks);
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid) return result;
        var until = now.AddSeconds(options.CacheSeconds);
        var expires = new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero);
        known.Set(hash, new(result, expires < until ? expires : until));
        return result;
    }

    private sealed record Entry(TokenValidationResult Result, DateTimeOffset Until);

    private readonly record struct Hash(ulong A, ulong B, ulong C, ulong D)
    {
        public static Hash Of(string token)
        {
            Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
            var text = Encoding.UTF8.GetBytes(token);
            SHA256.HashData(text, bytes);
            return MemoryMarshal.Read<Hash>(bytes);
        }
    }
}

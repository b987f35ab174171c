using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ale.Payments;

/// <summary>The secret shared with the acquirer.</summary>
internal sealed record PaymentSecret(byte[] Bytes);

/// <summary><c>t=&lt;unix seconds&gt;,v1=&lt;hex HMAC-SHA256 of "t.body"&gt;</c>.</summary>
internal static class PaymentSignature
{
    public static string Sign(ReadOnlySpan<byte> body, DateTimeOffset at, PaymentSecret secret)
    {
        var stamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={stamp},v1={Convert.ToHexStringLower(Hash(stamp, body, secret))}";
    }

    /// <summary>True when the body is signed with the secret and the stamp is at most <paramref name="off"/> from
    /// now.</summary>
    public static bool IsGood(
        ReadOnlySpan<byte> body, string? signature, DateTimeOffset now, TimeSpan off, PaymentSecret secret)
    {
        if (signature is null || signature.Length > 200) return false;
        string? stamp = null, hash = null;
        foreach (var part in signature.Split(','))
        {
            var trimmed = part.Trim();
            if (trimmed.StartsWith("t=", StringComparison.Ordinal)) stamp = trimmed[2..];
            else if (trimmed.StartsWith("v1=", StringComparison.Ordinal)) hash = trimmed[3..];
        }

        if (!long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > 253_402_300_799 || hash is not { Length: 64 }) return false;
        Span<byte> given = stackalloc byte[32];
        if (Convert.FromHexString(hash, given, out _, out var written) != System.Buffers.OperationStatus.Done
            || written != 32)
            return false;
        return CryptographicOperations.FixedTimeEquals(given, Hash(stamp!, body, secret))
            && (now - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() <= off;
    }

    private static byte[] Hash(string stamp, ReadOnlySpan<byte> body, PaymentSecret secret)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Bytes);
        hmac.AppendData(Encoding.ASCII.GetBytes(stamp + "."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}

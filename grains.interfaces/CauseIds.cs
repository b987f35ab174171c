using System.Security.Cryptography;
using System.Text;

namespace Ale;

/// <summary>Ids of what one slice opens in another: made of the cause, so that its repeat finds it there.</summary>
public static class CauseIds
{
    /// <summary>Longest kind, so that kind and hash together are an id.</summary>
    public const int KindLengthMax = Limits.IdLengthMax - 33;

    /// <summary>
    /// The kind and 128 bits of the cause's SHA-256, the same for ever. A cause that may come again must say which time
    /// it is.
    /// </summary>
    public static string Of(string kind, string cause)
    {
        if (kind.Length > KindLengthMax || !Limits.IsId(kind))
            throw new ArgumentException($"A kind is an id of at most {KindLengthMax} characters.", nameof(kind));
        return $"{kind}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cause)).AsSpan(0, 16))}";
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Ale.Users;

/// <summary>
/// A field under the key of its person: AES-256-GCM, bound to person and field, so that no row can stand in for
/// another. Stored as nonce, tag, cipher text.
/// </summary>
internal static class PersonSeal
{
    private const int KeyBytes = 32, NonceBytes = 12, TagBytes = 16;

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    public static SealedField Seal(byte[] key, UserId user, string name, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(bytes.AsSpan(0, NonceBytes), plain, bytes.AsSpan(NonceBytes + TagBytes),
            bytes.AsSpan(NonceBytes, TagBytes), Bound(user, name));
        return new(name, bytes);
    }

    /// <summary>
    /// The text; throws <see cref="CryptographicException"/> for another key, person, field or altered bytes.
    /// </summary>
    public static string Open(byte[] key, UserId user, SealedField field)
    {
        var bytes = field.Bytes.AsSpan();
        if (bytes.Length < NonceBytes + TagBytes) throw new CryptographicException("A sealed field is too short");
        var plain = new byte[bytes.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(bytes[..NonceBytes], bytes[(NonceBytes + TagBytes)..], bytes[NonceBytes..(NonceBytes + TagBytes)],
            plain, Bound(user, field.Name));
        return Encoding.UTF8.GetString(plain);
    }

    private static byte[] Bound(UserId user, string name) => Encoding.UTF8.GetBytes($"{user.Value}/{name}");
}

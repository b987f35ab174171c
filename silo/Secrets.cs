using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Ale;

/// <summary>
/// The local signing key, the payments secret and the audit key: given, or made once and kept. With a database the
/// first two lie there, so that all silos share them; the audit key never does, only its fingerprint.
/// </summary>
internal sealed record Secrets(byte[] LocalKey, byte[] Payments, byte[] Audit)
{
    private const int BytesMin = 32;

    public static async Task<Secrets> Load(SiloSettings settings, DataFolder folder, NpgsqlDataSource? database)
    {
        var file = folder.FileOf("audit.key");
        var given = Given(settings.AuditKey, "Ale:Audit:Key");
        // A key made now could only be a wrong one, and would lie there as if it were right.
        if (given is null && database is not null && !File.Exists(file) && await Has(database, "audit_fingerprint"))
            throw NotThisJournals("is missing", file);
        var audit = given ?? FromFile(file);
        if (database is null)
        {
            return new(FromFile(folder.FileOf("local.key")),
                Given(settings.PaymentsSecret, "Ale:Payments:Secret")
                    ?? FromFile(folder.FileOf("payments.key")), audit);
        }

        var fingerprint = HMACSHA256.HashData(audit, "ale audit key"u8);
        if (!CryptographicOperations.FixedTimeEquals(await FromDatabase(database, "audit_fingerprint", fingerprint),
            fingerprint))
        {
            throw NotThisJournals("is not the one this journal was written with", file);
        }

        return new(await FromDatabase(database, "local_key", RandomNumberGenerator.GetBytes(BytesMin)),
            Given(settings.PaymentsSecret, "Ale:Payments:Secret")
                ?? await FromDatabase(database, "payments_secret", RandomNumberGenerator.GetBytes(BytesMin)), audit);
    }

    private static StartException NotThisJournals(string what, string file) => new(
        $"The audit key {what}: all silos of one database have the same. Give the first silo's by Ale__Audit__Key, copy its "
        + $"audit.key to {file}, or, on the same machine, start with its data folder (Ale__Data).");

    private static async Task<bool> Has(NpgsqlDataSource database, string name)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>("select exists (select 1 from ale_secret where name = @name)",
            new { name });
    }

    private static byte[]? Given(string? base64, string setting)
    {
        if (base64 is null) return null;
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64.Trim(), bytes, out var length) || length < BytesMin)
            throw new StartException(
                $"{setting} is not base64 of {BytesMin} bytes or more (openssl rand -base64 {BytesMin}).");
        return bytes[..length];
    }

    private static byte[] FromFile(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows()) options.UnixCreateMode =
                    UnixFileMode.UserRead | UnixFileMode.UserWrite;
                using var file = new FileStream(path, options);
                file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(
                    RandomNumberGenerator.GetBytes(BytesMin)) + "\n"));
                file.Flush(flushToDisk: true);
            }
        }
        catch (IOException) when (File.Exists(path))
        {
            // another silo on the folder has made it at the same moment
        }

        return Given(File.ReadAllText(path), path)!;
    }

    private static async Task<byte[]> FromDatabase(NpgsqlDataSource database, string name, byte[] made)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into ale_secret values (@name, @made) on conflict do nothing",
            new { name, made });
        return await connection.QuerySingleAsync<byte[]>("select value from ale_secret where name = @name",
            new { name });
    }
}

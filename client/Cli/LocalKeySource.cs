using System.Globalization;
using Ale.Edge;
using Npgsql;

namespace Ale.Cli;

/// <summary>
/// The signing key that a silo without an OIDC authority makes once: base64 text in <c>local.key</c> of its data
/// folder, or, when it has a database, the bytes of the row <c>local_key</c> of <c>ale_secret</c> there.
/// </summary>
internal static class LocalKeySource
{
    private const string Otherwise = "pass --token (or ALE_TOKEN), --data or --postgres";

    /// <summary>The key; the database wins when both places are named.</summary>
    /// <exception cref="CommandFailed">Wrong usage: no key there; the message says what to pass.</exception>
    public static async Task<LocalKey> Read(string data, string? postgres, CancellationToken ct)
    {
        var (key, place) = postgres is { Length: > 0 }
            ? (await FromPostgres(postgres, ct), "the database")
            : (await FromFolder(data, ct), $"'{Path.Combine(data, "local.key")}'");
        if (key is null) throw new CommandFailed($"no local key in {place}: {Otherwise}", CommandLine.WrongUsage);
        return key.Length >= LocalKey.BytesMin
            ? new LocalKey(key)
            : throw new CommandFailed($"the local key in {place} is shorter than {LocalKey.BytesMin} bytes");
    }

    private static async Task<byte[]?> FromFolder(string data, CancellationToken ct)
    {
        var path = Path.Combine(data, "local.key");
        try
        {
            return File.Exists(path) ? Convert.FromBase64String((await File.ReadAllTextAsync(path, ct)).Trim()) : null;
        }
        catch (FormatException)
        {
            throw new CommandFailed($"'{path}' is not base64 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailed(string.Create(CultureInfo.InvariantCulture, $"cannot read '{path}': {e.Message}"));
        }
    }

    private static async Task<byte[]?> FromPostgres(string connectionString, CancellationToken ct)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var command = source.CreateCommand("select value from ale_secret where name = 'local_key'");
            return await command.ExecuteScalarAsync(ct) as byte[];
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException)
        {
            var why = e.Message.ReplaceLineEndings(" ");
            throw new CommandFailed($"cannot read the local key from the database: {why}");
        }
    }
}

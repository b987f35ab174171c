using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Ale.Storage;

/// <summary>
/// One numbered SQL file. Once applied it is never edited: a change is a new file. A PostgreSQL file whose first line
/// is <c>-- no transaction</c> runs statement by statement outside a transaction, as <c>create index concurrently</c>
/// must; in it a statement ends with <c>;</c> at the end of a line, and each must bear being run again.
/// </summary>
internal sealed record Migration(string Name, string Sql)
{
    private const string Resources = "sql/";

    public string Sha256 { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    public bool IsOutsideTransaction => Sql.StartsWith("-- no transaction\n", StringComparison.Ordinal);

    public IEnumerable<string> Statements =>
        Sql.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The files of <paramref name="folder"/> that this build carries, in the order of their names.</summary>
    public static IReadOnlyList<Migration> Embedded(string folder)
    {
        var assembly = typeof(Migration).Assembly;
        var prefix = Resources + folder + "/";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration(name[prefix.Length..], Read(name)))];

        string Read(string name)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            return reader.ReadToEnd().ReplaceLineEndings("\n"); // the same hash whatever checked the file out
        }
    }

    /// <summary>True when it is applied already; an applied file of another content is refused.</summary>
    public bool IsIn(IReadOnlyDictionary<string, string> applied)
    {
        if (!applied.TryGetValue(Name, out var sha256)) return false;
        if (sha256 == Sha256) return true;
        throw new InvalidOperationException(
            $"Migration {Name} is applied with another content (sha256 {sha256}, here {Sha256}). An applied file is " +
            "never edited: restore it and put the change in a new file with the next number.");
    }

    public InvalidOperationException Failed(Exception cause) => new($"Migration {Name} failed: {cause.Message}", cause);
}

/// <summary>
/// Brings a database to what this build needs, at start. Each file runs once, also when several silos start at the same
/// moment: the others wait, then find it applied. <c>ale_migration</c> lists what is applied.
/// </summary>
internal static class Migrations
{
    /// <summary>Longest wait for another silo's migrations; an index over a large table takes minutes.</summary>
    private static readonly TimeSpan LockWaitMax = TimeSpan.FromMinutes(5);

    private const long LockKey = 0x416c_654d_6967_7231; // "AleMigr1": one migrator per database at a time
    private const int StatementSecondsMax = 600;

    private const string Table =
        "create table if not exists ale_migration" +
        "(name text primary key, sha256 text not null, applied_at bigint not null)";

    private const string List = "select name, sha256 from ale_migration";

    /// <summary>Applies <c>deploy/sql/postgres</c>. Throws, naming file and cause; that file is then undone.</summary>
    public static Task Postgres(NpgsqlDataSource source) =>
        Postgres(source, Migration.Embedded("postgres"), LockWaitMax);

    /// <summary>
    /// Applies <c>deploy/sql/sqlite/<paramref name="file"/></c> (journal, views, orleans, people), makes the file and
    /// its folder when missing, and puts it into WAL mode.
    /// </summary>
    public static Task Sqlite(string connectionString, string file) =>
        Sqlite(connectionString, Migration.Embedded("sqlite/" + file));

    internal static async Task Postgres(NpgsqlDataSource source, IReadOnlyList<Migration> files, TimeSpan lockWaitMax)
    {
        await using var connection = await source.OpenConnectionAsync();
        await Lock(connection, lockWaitMax);
        try
        {
            await connection.ExecuteAsync(Table);
            // A change of a table waits for its readers, and everybody else behind it: better to fail and be restarted.
            await connection.ExecuteAsync("set lock_timeout = '10s'");
            var applied = Applied(await connection.QueryAsync<(string, string)>(List));
            foreach (var file in files)
                if (!file.IsIn(applied)) await Apply(connection, file);
        }
        finally
        {
            // Closing would do as well, unless the server is gone; then there is nothing to unlock.
            if (connection.State == System.Data.ConnectionState.Open)
                await connection.ExecuteAsync(
                    "reset lock_timeout; select pg_advisory_unlock(@LockKey)", new { LockKey });
        }
    }

    internal static Task Sqlite(string connectionString, IReadOnlyList<Migration> files) => Task.Run(() =>
    {
        var path = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("pragma journal_mode = wal");
        foreach (var file in files)
        {
            // Immediate: the list is read under the write lock, so a second process waits here and then sees it.
            using var transaction = connection.BeginTransaction(deferred: false);
            connection.Execute(Table, transaction: transaction);
            if (file.IsIn(Applied(connection.Query<(string, string)>(List, transaction: transaction)))) continue;
            try
            {
                connection.Execute(file.Sql, transaction: transaction, commandTimeout: StatementSecondsMax);
                connection.Execute(
                    "insert into ale_migration values (@Name, @Sha256, cast(unixepoch('subsec') * 1000 as integer))",
                    file, transaction);
                transaction.Commit();
            }
            catch (SqliteException e)
            {
                throw file.Failed(e);
            }
        }
    });

    private static Dictionary<string, string> Applied(IEnumerable<(string Name, string Sha256)> rows) =>
        rows.ToDictionary(row => row.Name, row => row.Sha256, StringComparer.Ordinal);

    // Asked again and again rather than waited for: a waiting statement holds a snapshot, and "create index
    // concurrently" in the silo that has the lock would wait for that snapshot for ever.
    private static async Task Lock(NpgsqlConnection connection, TimeSpan waitMax)
    {
        var waited = TimeProvider.System.GetTimestamp();
        while (!await connection.ExecuteScalarAsync<bool>("select pg_try_advisory_lock(@LockKey)", new { LockKey }))
        {
            if (TimeProvider.System.GetElapsedTime(waited) > waitMax)
                throw new InvalidOperationException(
                    $"Another process has held the migration lock of database {connection.Database} for " +
                    $"{waitMax.TotalSeconds:0} s. It is the session in pg_locks with locktype 'advisory'; end it, or " +
                    "start again when it is done.");
            await Task.Delay(100);
        }
    }

    private static async Task Apply(NpgsqlConnection connection, Migration file)
    {
        const string Record =
            "insert into ale_migration values (@Name, @Sha256, (extract(epoch from clock_timestamp()) * 1000)::bigint)";
        try
        {
            if (file.IsOutsideTransaction)
            {
                foreach (var statement in file.Statements)
                    await connection.ExecuteAsync(statement, commandTimeout: StatementSecondsMax);
                await connection.ExecuteAsync(Record, file);
                return;
            }

            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync(file.Sql, transaction: transaction, commandTimeout: StatementSecondsMax);
            await connection.ExecuteAsync(Record, file, transaction);
            await transaction.CommitAsync();
        }
        catch (NpgsqlException e)
        {
            throw file.Failed(e);
        }
    }
}

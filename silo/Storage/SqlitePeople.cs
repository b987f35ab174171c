using Ale.Users;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ale.Storage;

/// <summary>
/// Personal data in a SQLite file of its own. What is deleted is overwritten. Its calls block until the disk has it, so
/// they run on the pool; writers take turns.
/// </summary>
internal sealed class SqlitePeople(string connectionString) : IPeopleStore, IDisposable
{
    private const long ReceiptMs = 24 * 3_600_000L;

    private readonly SemaphoreSlim _turn = new(1);

    public Task<IReadOnlyDictionary<string, string>> Internal(
        IReadOnlyCollection<(string ExternalId, string Candidate)> wanted, long at, CancellationToken ct) =>
        Write<IReadOnlyDictionary<string, string>>(connection =>
        {
            var found = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (external, candidate) in wanted)
            {
                connection.Execute("""
                    insert into person (external_id, user_id, made_at) values (@external, @candidate, @at)
                    on conflict (external_id) do nothing
                    """, new { external, candidate, at });
                found[external] = FindIn(connection, external)!;
            }

            return found;
        }, ct);

    public Task<string?> Find(string externalId, CancellationToken ct) =>
        Read(connection => FindIn(connection, externalId), ct);

    public Task<IReadOnlyDictionary<string, string>> External(
        IReadOnlyCollection<string> userIds, CancellationToken ct) =>
        Read<IReadOnlyDictionary<string, string>>(connection =>
        {
            var found = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var userId in userIds)
                if (connection.QueryFirstOrDefault<string>(
                        "select external_id from person where user_id = @userId", new { userId }) is { } external)
                    found[userId] = external;
            return found;
        }, ct);

    public Task<byte[]?> Key(string userId, byte[] candidate, CancellationToken ct) => Write(connection =>
    {
        connection.Execute("""
            insert into person_key select user_id, @candidate from person where user_id = @userId
            on conflict do nothing
            """, new { userId, candidate });
        return connection.QueryFirstOrDefault<byte[]>(
            "select key from person_key where user_id = @userId", new { userId });
    }, ct);

    public Task<bool> Put(string userId, IReadOnlyCollection<SealedField> fields, long at, CancellationToken ct) =>
        Write(connection =>
        {
            if (!IsThere(connection, userId)) return false;
            foreach (var (name, bytes) in fields)
                connection.Execute("""
                    insert into person_field values (@userId, @name, @bytes, @at)
                    on conflict (user_id, name) do update set sealed = excluded.sealed, changed_at = excluded.changed_at
                    """, new { userId, name, bytes, at });
            return true;
        }, ct);

    public Task<bool> Drop(string userId, string name, CancellationToken ct) => Write(connection =>
        connection.Execute(
            "delete from person_field where user_id = @userId and name = @name", new { userId, name }) > 0, ct);

    public Task<SealedPerson?> Read(string userId, CancellationToken ct) =>
        Read(userId, "name not like '%/%'", "", "", ct);

    public Task<SealedPerson?> Read(string userId, string first, string last, CancellationToken ct) =>
        Read(userId, "name >= @first and name <= @last", first, last, ct);

    private Task<SealedPerson?> Read(
        string userId, string which, string first, string last, CancellationToken ct) =>
        Read<SealedPerson?>(connection =>
    {
        using var snapshot = connection.BeginTransaction(deferred: true); // an erasure is seen whole or not at all
        if (!IsThere(connection, userId)) return null;
        var key = connection.QueryFirstOrDefault<byte[]>(
            "select key from person_key where user_id = @userId", new { userId });
        var fields = connection.Query<(string Name, byte[] Bytes)>(
            $"select name, sealed from person_field where user_id = @userId and {which}", new { userId, first, last });
        return new(key, [.. fields.Select(f => new SealedField(f.Name, f.Bytes))]);
    }, ct);

    public Task<long?> Erase(
        string externalId, byte[] receipt, long at, CancellationToken ct) => Write<long?>(connection =>
    {
        connection.Execute("delete from erasure where erased_at < @before", new { before = at - ReceiptMs });
        if (connection.QueryFirstOrDefault<long?>(
                "select erased_at from erasure where receipt = @receipt", new { receipt }) is { } erased) return erased;
        if (connection.Execute("delete from person where external_id = @externalId", new { externalId }) == 0)
            return null;
        connection.Execute("insert into erasure values (@receipt, @at)", new { receipt, at });
        return at;
    }, ct);

    public void Dispose() => _turn.Dispose();

    private static string? FindIn(SqliteConnection connection, string external) =>
        connection.QueryFirstOrDefault<string>(
            "select user_id from person where external_id = @external", new { external });

    private static bool IsThere(SqliteConnection connection, string userId) =>
        connection.ExecuteScalar<bool>("select exists (select 1 from person where user_id = @userId)", new { userId });

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.Execute("""
            pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000;
            pragma foreign_keys = on; pragma secure_delete = on;
            """);
        return connection;
    }

    private Task<T> Read<T>(Func<SqliteConnection, T> read, CancellationToken ct) => Task.Run(() =>
    {
        using var connection = Open();
        return read(connection);
    }, ct);

    private async Task<T> Write<T>(Func<SqliteConnection, T> write, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return await Task.Run(() =>
            {
                using var connection = Open();
                connection.Execute("begin immediate");
                try
                {
                    var result = write(connection);
                    connection.Execute("commit");
                    return result;
                }
                catch
                {
                    connection.Execute("rollback");
                    throw;
                }
            }, CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }
}

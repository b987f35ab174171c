using Ale.Users;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Ale.Storage;

/// <summary>Personal data in PostgreSQL, in a schema of its own.</summary>
internal sealed class PostgresPeople(NpgsqlDataSource source) : IPeopleStore
{
    private const long ReceiptMs = 24 * 3_600_000L;

    public async Task<IReadOnlyDictionary<string, string>> Internal(
        IReadOnlyCollection<(string ExternalId, string Candidate)> wanted, long at, CancellationToken ct)
    {
        string[] ids = [.. wanted.Select(w => w.ExternalId)];
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await ByExternal(connection, ids, ct);
        while (found.Count < wanted.Count)
        {
            // In one order on every node, so that two that insert the same people wait for each other in one direction.
            var missing = wanted.Where(w => !found.ContainsKey(w.ExternalId))
                .OrderBy(w => w.ExternalId, StringComparer.Ordinal).ToArray();
            await using var insert = new NpgsqlCommand("""
                insert into people.person (external_id, user_id, made_at) select *, $3 from unnest($1, $2)
                on conflict (external_id) do nothing
                """, connection);
            insert.Parameters.Add(Texts([.. missing.Select(m => m.ExternalId)]));
            insert.Parameters.Add(Texts([.. missing.Select(m => m.Candidate)]));
            insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at });
            await insert.ExecuteNonQueryAsync(ct);
            // A statement of its own sees the rows it waited for; an erasure in between makes one more round.
            found = await ByExternal(connection, ids, ct);
        }

        return found;
    }

    public async Task<string?> Find(string externalId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await ByExternal(connection, [externalId], ct)).GetValueOrDefault(externalId);
    }

    public async Task<IReadOnlyDictionary<string, string>> External(
        IReadOnlyCollection<string> userIds, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await Pairs(connection,
            "select user_id, external_id from people.person where user_id = any($1)", [.. userIds], ct);
    }

    public async Task<byte[]?> Key(string userId, byte[] candidate, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await Lock(connection, userId)) return null;
        await connection.ExecuteAsync(
            "insert into people.person_key values (@userId, @candidate) on conflict do nothing",
            new { userId, candidate });
        var key = await connection.ExecuteScalarAsync<byte[]>(
            "select key from people.person_key where user_id = @userId", new { userId });
        await transaction.CommitAsync(ct);
        return key;
    }

    public async Task<bool> Put(string userId, IReadOnlyCollection<SealedField> fields, long at, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await Lock(connection, userId)) return false;
        foreach (var (name, bytes) in fields)
            await connection.ExecuteAsync("""
                insert into people.person_field values (@userId, @name, @bytes, @at)
                on conflict (user_id, name) do update set sealed = excluded.sealed, changed_at = excluded.changed_at
                """, new { userId, name, bytes, at });
        await transaction.CommitAsync(ct);
        return true;
    }

    public async Task<bool> Drop(string userId, string name, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(
            "delete from people.person_field where user_id = @userId and name = @name", new { userId, name }) > 0;
    }

    public Task<SealedPerson?> Read(string userId, CancellationToken ct) =>
        Read(userId, "f.name not like '%/%'", "", "", ct);

    public Task<SealedPerson?> Read(string userId, string first, string last, CancellationToken ct) =>
        Read(userId, "f.name >= @first and f.name <= @last", first, last, ct);

    private async Task<SealedPerson?> Read(
        string userId, string which, string first, string last, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        // One statement: an erasure is seen whole or not at all.
        var rows = (await connection.QueryAsync<(byte[]? Key, string? Name, byte[]? Bytes)>($"""
            select k.key, f.name, f.sealed from people.person p
            left join people.person_key k on k.user_id = p.user_id
            left join people.person_field f on f.user_id = p.user_id and {which} where p.user_id = @userId
            """, new { userId, first, last })).AsList();
        if (rows.Count == 0) return null;
        return new(rows[0].Key,
            [.. rows.Where(r => r.Name is not null).Select(r => new SealedField(r.Name!, r.Bytes!))]);
    }

    public async Task<long?> Erase(string externalId, byte[] receipt, long at, CancellationToken ct)
    {
        const string known = "select erased_at from people.erasure where receipt = @receipt";
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(
            "delete from people.erasure where erased_at < @before", new { before = at - ReceiptMs });
        if (await connection.QueryFirstOrDefaultAsync<long?>(known, new { receipt }) is { } erased) return erased;
        var gone = await connection.ExecuteAsync(
            "delete from people.person where external_id = @externalId", new { externalId });
        // A repeat at the same moment has waited for the other's delete, and sees its receipt now.
        if (gone == 0) return await connection.QueryFirstOrDefaultAsync<long?>(known, new { receipt });
        await connection.ExecuteAsync("insert into people.erasure values (@receipt, @at)", new { receipt, at });
        await transaction.CommitAsync(ct);
        return at;
    }

    private static async Task<bool> Lock(NpgsqlConnection connection, string userId) =>
        await connection.ExecuteScalarAsync<bool>(
            "select exists (select 1 from people.person where user_id = @userId for key share)", new { userId });

    private static Task<Dictionary<string, string>> ByExternal(
        NpgsqlConnection connection, string[] ids, CancellationToken ct) =>
        Pairs(connection, "select external_id, user_id from people.person where external_id = any($1)", ids, ct);

    private static async Task<Dictionary<string, string>> Pairs(
        NpgsqlConnection connection, string sql, string[] ids, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(Texts(ids));
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) pairs.Add(reader.GetString(0), reader.GetString(1));
        return pairs;
    }

    private static NpgsqlParameter Texts(string[] texts) =>
        new() { Value = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}

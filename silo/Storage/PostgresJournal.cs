using Ale.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace Ale.Storage;

/// <summary>The journal in PostgreSQL 15 or later.</summary>
internal sealed class PostgresJournal(NpgsqlDataSource source) : IJournalStore, IAsyncDisposable
{
    private const string AppendSql = """
        insert into journal (stream, version, count, kind, slot, events, hash, due, at, hops)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict do nothing
        returning tx, position, stream
        """;

    private const string FindSql = """
        select j.stream, j.version, j.hash, j.tx, j.position
        from unnest($1, $2) as q(stream, version) join journal j on j.stream = q.stream and j.version = q.version
        """;

    // Lateral with an order of its own: the planner, which knows nothing of a young table, would else read all of it.
    private const string LoadSql = """
        with q as materialized (
          select * from unnest($1, $2) with ordinality as t(stream, shape, n)),
        s as materialized (
          select q.n, s.stream, s.row_version, s.next, s.hash, s.shape, s.state,
                 e.kind, e.slot, e.due, e.at, e.hops, e.tx, e.position
          from q join snapshot s on s.stream = q.stream and s.shape = q.shape
          cross join lateral (
            select * from journal j where j.stream = s.stream and j.version = s.row_version and j.hash = s.hash
              and j.version + j.count = s.next limit 1) e),
        b as materialized (
          select q.n, q.stream, coalesce(s.next, 0) as base from q left join s on s.n = q.n)
        select n, true, stream, row_version, next, kind, slot, state, hash, due, at, hops, tx, position, shape from s
        union all
        select b.n, false, j.stream, j.version, j.count, j.kind, j.slot, j.events, j.hash, j.due, j.at, j.hops, j.tx,
               j.position, ''
        from b cross join lateral (
          select * from journal t where t.stream = b.stream and t.version >= b.base order by t.version offset 0) j
        order by 1, 2 desc, 4
        """;

    private const string NextSql = """
        select coalesce((select j.version + j.count from journal j where j.stream = q.stream
                         order by j.version desc limit 1), 0)
        from unnest($1) with ordinality as q(stream, n) order by q.n
        """;

    private const string Xmin = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    private const string ReadSql = $"""
        select tx, position, stream, version, count, kind, slot, events, hash, due, at, hops
        from journal
        where (tx, position) > ($1, $2) and tx < {Xmin}
          and ($3::text[] is null or kind = any($3)) and (not $4 or due is not null)
        order by tx, position limit $5
        """;

    private const string SnapshotSql = """
        insert into snapshot (stream, row_version, next, hash, shape, state) values ($1, $2, $3, $4, $5, $6)
        on conflict (stream) do update
          set row_version = excluded.row_version, next = excluded.next, hash = excluded.hash, shape = excluded.shape,
              state = excluded.state
          where snapshot.next < excluded.next or snapshot.shape <> excluded.shape
        """;

    private NpgsqlConnection? _appending; // the writer's own, so that a full pool never keeps a flush waiting

    public bool IsShared => true;

    /// <summary>
    /// Refuses a journal that was restored from a logical dump: its transaction numbers would lie in the future and its
    /// readers would pass over new rows.
    /// </summary>
    public async Task CheckAge(CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select coalesce(max(tx), 0) < pg_snapshot_xmax(pg_current_snapshot())::text::bigint from journal");
        if (await command.ExecuteScalarAsync(ct) is not true)
        {
            throw new InvalidOperationException("The journal is ahead of this server's transactions: it comes from a "
                + "logical dump. Restore a physical base backup with its WAL instead.");
        }
    }

    public Task<DateTimeOffset?> ReadClock(CancellationToken ct) => PostgresFaults.Guard<DateTimeOffset?>(async () =>
    {
        await using var command = source.CreateCommand("select clock_timestamp()");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!);
    });

    public async Task<JournalPlace?[]> Append(IReadOnlyList<PendingRow> rows, CancellationToken ct)
    {
        try
        {
            _appending ??= await source.OpenConnectionAsync(ct);
            return await Append(_appending, rows, ct);
        }
        catch (Exception e)
        {
            if (_appending is { } broken && (PostgresFaults.IsLost(e)
                || broken.FullState != System.Data.ConnectionState.Open))
            {
                _appending = null;
                await broken.DisposeAsync();
            }

            if (PostgresFaults.IsLost(e)) throw new StoreLostException(e.Message, e);
            throw;
        }
    }

    private static async Task<JournalPlace?[]> Append(
        NpgsqlConnection connection, IReadOnlyList<PendingRow> rows, CancellationToken ct)
    {
        var n = rows.Count;
        var (streams, versions, counts, kinds) = (new string[n], new long[n], new int[n], new string[n]);
        var (slots, events, hashes, dues) = (new short[n], new ReadOnlyMemory<byte>[n], new byte[n][], new long?[n]);
        var (ats, hops) = (new long[n], new short[n]);
        for (var i = 0; i < n; i++)
        {
            var row = rows[i];
            (streams[i], versions[i], counts[i], kinds[i]) = (row.Handle.StreamName, row.Version, row.Count,
                row.Handle.Kind);
            (slots[i], events[i], hashes[i], dues[i]) = ((short)row.Handle.Slot, row.Events, row.Hash, row.Due);
            (ats[i], hops[i]) = (row.At, (short)row.Hops);
        }

        await using var command = new NpgsqlCommand(AppendSql, connection);
        var p = command.Parameters;
        p.Add(new() { Value = streams, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        p.Add(new() { Value = versions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        p.Add(new() { Value = counts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        p.Add(new() { Value = kinds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        p.Add(new() { Value = slots, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint });
        p.Add(new() { Value = events, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        p.Add(new() { Value = hashes, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        p.Add(new() { Value = dues, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        p.Add(new() { Value = ats, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        p.Add(new() { Value = hops, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint });

        var places = new JournalPlace?[n];
        await using var reader = await command.ExecuteReaderAsync(ct);
        var next = 0;
        while (await reader.ReadAsync(ct)) // inserted rows come in the order sent, a stream once: its name tells which
        {
            var stream = reader.GetString(2);
            while (streams[next] != stream) next++;
            places[next++] = new(reader.GetInt64(0), reader.GetInt64(1));
        }

        return places;
    }

    public Task<JournalPlace?[]> FindOwn(IReadOnlyList<PendingRow> rows, CancellationToken ct) =>
        PostgresFaults.Guard(async () =>
    {
        await using var command = source.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = rows.Select(r => r.Handle.StreamName).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Version).ToArray() });
        var found = new Dictionary<(string, long), (byte[] Hash, JournalPlace Place)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            found[(reader.GetString(0), reader.GetInt64(1))] =
                ((byte[])reader.GetValue(2), new(reader.GetInt64(3), reader.GetInt64(4)));
        }

        return rows.Select(r => found.TryGetValue((r.Handle.StreamName, r.Version), out var f)
            && f.Hash.AsSpan().SequenceEqual(r.Hash) ? f.Place : (JournalPlace?)null).ToArray();
    });

    public Task<IReadOnlyList<LoadedStream>> Load(
        IReadOnlyList<(string Stream, string Shape)> asked, CancellationToken ct) => PostgresFaults.Guard(async () =>
    {
        await using var command = source.CreateCommand(LoadSql);
        command.Parameters.Add(new() { Value = asked.Select(a => a.Stream).ToArray() });
        command.Parameters.Add(new() { Value = asked.Select(a => a.Shape).ToArray() });
        var loading = asked.Select(a => new StreamLoading(a.Stream)).ToArray();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var place = new JournalPlace(reader.GetInt64(12), reader.GetInt64(13));
            var due = reader.IsDBNull(9) ? (long?)null : reader.GetInt64(9);
            var target = loading[reader.GetInt64(0) - 1];
            var (version, bytes, hash) = (reader.GetInt64(3), (byte[])reader.GetValue(7), (byte[])reader.GetValue(8));
            if (reader.GetBoolean(1))
            {
                target.Base(new(target.Stream, version, reader.GetInt64(4), hash, reader.GetString(14), bytes),
                    place, reader.GetInt64(10), due);
            }
            else
            {
                target.Add(new(place, target.Stream, version, (int)reader.GetInt64(4), reader.GetString(5),
                    reader.GetInt16(6), bytes, hash, due, reader.GetInt64(10), reader.GetInt16(11)));
            }
        }

        return (IReadOnlyList<LoadedStream>)[.. loading.Select(l => l.Loaded)];
    });

    public Task<long[]> NextVersions(IReadOnlyList<string> streams, CancellationToken ct) =>
        PostgresFaults.Guard(async () =>
    {
        await using var command = source.CreateCommand(NextSql);
        command.Parameters.Add(new() { Value = streams.ToArray() });
        var versions = new List<long>(streams.Count);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) versions.Add(reader.GetInt64(0));
        return versions.ToArray();
    });

    public Task<JournalPage> Read(JournalFilter filter, JournalPlace after, int limit, CancellationToken ct) =>
        PostgresFaults.Guard(async () =>
        {
            await using var batch = source.CreateBatch();
            batch.BatchCommands.Add(new($"select {Xmin}"));
            var read = new NpgsqlBatchCommand(ReadSql);
            read.Parameters.Add(new() { Value = after.Tx });
            read.Parameters.Add(new() { Value = after.Position });
            read.Parameters.Add(new()
            {
                Value = filter.Kinds.Length == 0 ? DBNull.Value : filter.Kinds,
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            });
            read.Parameters.Add(new() { Value = filter.DueOnly });
            read.Parameters.Add(new() { Value = limit });
            batch.BatchCommands.Add(read);

            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            var xmin = reader.GetInt64(0);
            await reader.NextResultAsync(ct);
            var rows = new List<JournalRow>();
            while (await reader.ReadAsync(ct))
            {
                rows.Add(new(new(reader.GetInt64(0), reader.GetInt64(1)), reader.GetString(2), reader.GetInt64(3),
                    reader.GetInt32(4), reader.GetString(5), reader.GetInt16(6), (byte[])reader.GetValue(7),
                    (byte[])reader.GetValue(8), reader.IsDBNull(9) ? null : reader.GetInt64(9), reader.GetInt64(10),
                    reader.GetInt16(11)));
            }

            var full = rows.Count == limit;
            var horizon = full ? rows[^1].Place : JournalPlace.Max(after, new(xmin - 1, long.MaxValue));
            return new JournalPage(rows, rows.Count > 0 ? JournalPlace.Max(horizon, rows[^1].Place) : horizon, full);
        });

    public Task<JournalPlace> End(CancellationToken ct) => PostgresFaults.Guard(async () =>
    {
        await using var command = source.CreateCommand(
            "select tx, position from journal order by tx desc, position desc limit 1");
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new JournalPlace(reader.GetInt64(0), reader.GetInt64(1)) : default;
    });

    public Task SaveSnapshot(SnapshotRow snapshot, CancellationToken ct) => PostgresFaults.Guard(async () =>
    {
        await using var command = source.CreateCommand(SnapshotSql);
        command.Parameters.Add(new() { Value = snapshot.Stream });
        command.Parameters.Add(new() { Value = snapshot.RowVersion });
        command.Parameters.Add(new() { Value = snapshot.Next });
        command.Parameters.Add(new() { Value = snapshot.Hash });
        command.Parameters.Add(new() { Value = snapshot.Shape });
        command.Parameters.Add(new() { Value = snapshot.State });
        return await command.ExecuteNonQueryAsync(ct);
    });

    public Task<IReadOnlyList<SnapshotRow>> Snapshots(string after, int limit, CancellationToken ct) =>
        PostgresFaults.Guard<IReadOnlyList<SnapshotRow>>(async () =>
        {
            await using var command = source.CreateCommand(
                "select stream, row_version, next, hash, shape, state from snapshot where stream > $1 order by stream limit $2");
            command.Parameters.Add(new() { Value = after });
            command.Parameters.Add(new() { Value = limit });
            var found = new List<SnapshotRow>();
            await using var r = await command.ExecuteReaderAsync(ct);
            while (await r.ReadAsync(ct))
            {
                found.Add(new(r.GetString(0), r.GetInt64(1), r.GetInt64(2), (byte[])r.GetValue(3), r.GetString(4),
                    (byte[])r.GetValue(5)));
            }

            return found;
        });

    public async ValueTask DisposeAsync()
    {
        if (_appending is { } open) await open.DisposeAsync();
    }
}

using Ale.Kernel;
using Microsoft.Data.Sqlite;

namespace Ale.Storage;

/// <summary>
/// The journal in one SQLite file (WAL, synchronous=FULL), written by the writer alone. The folder is locked to one
/// silo, so nobody else can write a stream. SQLite's calls block: reads run on the pool, appends on the writer's turn.
/// </summary>
internal sealed class SqliteJournal : IJournalStore, IDisposable
{
    private const string RowColumns =
        "position, stream, version, count, kind, slot, events, hash, due, at, hops";

    private readonly string _connectionString;
    private readonly SqliteConnection _writing;
    private readonly SqliteCommand _insert;

    public SqliteJournal(string connectionString)
    {
        _connectionString = connectionString;
        _writing = Open();
        using var pragma = _writing.CreateCommand();
        pragma.CommandText = "pragma synchronous=full; pragma busy_timeout=5000;"; // WAL is set by the migrations
        pragma.ExecuteNonQuery();
        _insert = _writing.CreateCommand();
        _insert.CommandText = """
            insert into journal (stream, version, count, kind, slot, events, hash, due, at, hops)
            values ($stream, $version, $count, $kind, $slot, $events, $hash, $due, $at, $hops)
            on conflict do nothing returning position
            """;
        foreach (var name in new[] { "$stream", "$version", "$count", "$kind", "$slot", "$events", "$hash", "$due",
            "$at", "$hops" })
            _insert.Parameters.Add(new SqliteParameter { ParameterName = name });
        _insert.Prepare();
    }

    public bool IsShared => false;

    public Task<DateTimeOffset?> ReadClock(CancellationToken ct) => Task.FromResult<DateTimeOffset?>(null);

    public Task<JournalPlace?[]> Append(IReadOnlyList<PendingRow> rows, CancellationToken ct)
    {
        var places = new JournalPlace?[rows.Count];
        using var transaction = _writing.BeginTransaction(deferred: false);
        _insert.Transaction = transaction;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var p = _insert.Parameters;
            p[0].Value = row.Handle.StreamName;
            p[1].Value = row.Version;
            p[2].Value = row.Count;
            p[3].Value = row.Handle.Kind;
            p[4].Value = row.Handle.Slot;
            p[5].Value = row.Events.ToArray();
            p[6].Value = row.Hash;
            p[7].Value = row.Due is { } due ? due : DBNull.Value;
            p[8].Value = row.At;
            p[9].Value = row.Hops;
            if (_insert.ExecuteScalar() is long position) places[i] = new(0, position);
        }

        transaction.Commit();
        return Task.FromResult(places);
    }

    public Task<JournalPlace?[]> FindOwn(IReadOnlyList<PendingRow> rows, CancellationToken ct) => Reading(connection =>
        rows.Select(row =>
        {
            using var command = connection.CreateCommand();
            command.CommandText =
                "select position from journal where stream = $stream and version = $version and hash = $hash";
            command.Parameters.AddWithValue("$stream", row.Handle.StreamName);
            command.Parameters.AddWithValue("$version", row.Version);
            command.Parameters.AddWithValue("$hash", row.Hash);
            return command.ExecuteScalar() is long position ? new JournalPlace(0, position) : (JournalPlace?)null;
        }).ToArray());

    public Task<IReadOnlyList<LoadedStream>> Load(
        IReadOnlyList<(string Stream, string Shape)> asked, CancellationToken ct) =>
        Reading<IReadOnlyList<LoadedStream>>(connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: true); // one view of snapshot and tail
            using var snapshot = connection.CreateCommand();
            snapshot.CommandText = """
                select s.row_version, s.next, s.hash, s.state, e.position, e.at, e.due
                from snapshot s join journal e on e.stream = s.stream and e.version = s.row_version
                  and e.hash = s.hash and e.version + e.count = s.next
                where s.stream = $stream and s.shape = $shape
                """;
            snapshot.Parameters.Add(new SqliteParameter { ParameterName = "$stream" });
            snapshot.Parameters.Add(new SqliteParameter { ParameterName = "$shape" });
            using var tail = connection.CreateCommand();
            tail.CommandText =
                $"select {RowColumns} from journal where stream = $stream and version >= $base order by version";
            tail.Parameters.Add(new SqliteParameter { ParameterName = "$stream" });
            tail.Parameters.Add(new SqliteParameter { ParameterName = "$base" });
            return [.. asked.Select(a => LoadOne(snapshot, tail, a.Stream, a.Shape))];
        });

    private static LoadedStream LoadOne(SqliteCommand snapshot, SqliteCommand tail, string stream, string shape)
    {
        var loading = new StreamLoading(stream);
        if (shape.Length > 0)
        {
            snapshot.Parameters[0].Value = stream;
            snapshot.Parameters[1].Value = shape;
            using var reader = snapshot.ExecuteReader();
            if (reader.Read())
            {
                loading.Base(new(stream, reader.GetInt64(0), reader.GetInt64(1), (byte[])reader.GetValue(2), shape,
                        (byte[])reader.GetValue(3)),
                    new(0, reader.GetInt64(4)), reader.GetInt64(5), reader.IsDBNull(6) ? null : reader.GetInt64(6));
            }
        }

        tail.Parameters[0].Value = stream;
        tail.Parameters[1].Value = loading.Loaded.Next;
        using var rows = tail.ExecuteReader();
        while (rows.Read()) loading.Add(Row(rows));
        return loading.Loaded;
    }

    public Task<long[]> NextVersions(IReadOnlyList<string> streams, CancellationToken ct) => Reading(connection =>
        streams.Select(stream =>
        {
            using var command = connection.CreateCommand();
            command.CommandText =
                "select version + count from journal where stream = $stream order by version desc limit 1";
            command.Parameters.AddWithValue("$stream", stream);
            return command.ExecuteScalar() is long next ? next : 0;
        }).ToArray());

    public Task<JournalPage> Read(JournalFilter filter, JournalPlace after, int limit, CancellationToken ct) =>
        Reading(connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: true);
            using var end = connection.CreateCommand();
            end.CommandText = "select coalesce(max(position), 0) from journal";
            var last = (long)end.ExecuteScalar()!;

            using var command = connection.CreateCommand();
            command.CommandText = $"""
                select {RowColumns} from journal
                where position > $after and ($kinds is null or kind in (select value from json_each($kinds)))
                  and ($all or due is not null)
                order by position limit $limit
                """;
            command.Parameters.AddWithValue("$after", after.Position);
            command.Parameters.AddWithValue("$kinds", filter.Kinds.Length == 0
                ? DBNull.Value : System.Text.Json.JsonSerializer.Serialize(filter.Kinds));
            command.Parameters.AddWithValue("$all", !filter.DueOnly);
            command.Parameters.AddWithValue("$limit", limit);
            var rows = new List<JournalRow>();
            using var reader = command.ExecuteReader();
            while (reader.Read()) rows.Add(Row(reader));
            var full = rows.Count == limit;
            return new JournalPage(rows, full ? rows[^1].Place : JournalPlace.Max(after, new(0, last)), full);
        });

    public Task<JournalPlace> End(CancellationToken ct) => Reading(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select coalesce(max(position), 0) from journal";
        return new JournalPlace(0, (long)command.ExecuteScalar()!);
    });

    /// <summary>A rare second writer in the file: it waits for its turn, and the writer for it.</summary>
    public Task SaveSnapshot(SnapshotRow snapshot, CancellationToken ct) => Reading(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            insert into snapshot (stream, row_version, next, hash, shape, state)
            values ($stream, $row, $next, $hash, $shape, $state)
            on conflict (stream) do update
              set row_version = excluded.row_version, next = excluded.next, hash = excluded.hash,
                  shape = excluded.shape, state = excluded.state
              where snapshot.next < excluded.next or snapshot.shape <> excluded.shape
            """;
        command.Parameters.AddWithValue("$stream", snapshot.Stream);
        command.Parameters.AddWithValue("$row", snapshot.RowVersion);
        command.Parameters.AddWithValue("$next", snapshot.Next);
        command.Parameters.AddWithValue("$hash", snapshot.Hash);
        command.Parameters.AddWithValue("$shape", snapshot.Shape);
        command.Parameters.AddWithValue("$state", snapshot.State);
        return command.ExecuteNonQuery();
    });

    public Task<IReadOnlyList<SnapshotRow>> Snapshots(string after, int limit, CancellationToken ct) =>
        Reading<IReadOnlyList<SnapshotRow>>(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = """
                select stream, row_version, next, hash, shape, state from snapshot
                where stream > $after order by stream limit $limit
                """;
            command.Parameters.AddWithValue("$after", after);
            command.Parameters.AddWithValue("$limit", limit);
            var found = new List<SnapshotRow>();
            using var r = command.ExecuteReader();
            while (r.Read())
            {
                found.Add(new(r.GetString(0), r.GetInt64(1), r.GetInt64(2), (byte[])r.GetValue(3), r.GetString(4),
                    (byte[])r.GetValue(5)));
            }

            return found;
        });

    public void Dispose()
    {
        _insert.Dispose();
        _writing.Dispose();
    }

    private static JournalRow Row(SqliteDataReader r) => new(new(0, r.GetInt64(0)), r.GetString(1), r.GetInt64(2),
        r.GetInt32(3), r.GetString(4), r.GetInt32(5), (byte[])r.GetValue(6), (byte[])r.GetValue(7),
        r.IsDBNull(8) ? null : r.GetInt64(8), r.GetInt64(9), r.GetInt32(10));

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    private Task<T> Reading<T>(Func<SqliteConnection, T> work) => Task.Run(() =>
    {
        using var connection = Open();
        return work(connection);
    });
}

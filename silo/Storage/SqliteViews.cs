using System.Data.Common;
using Ale.Kernel;
using Microsoft.Data.Sqlite;

namespace Ale.Storage;

/// <summary>
/// The projections' tables in a SQLite file of their own. Writers take turns on one connection, whose statements stay
/// prepared; readers have connections of their own and wait for nobody (WAL, set by the migrations).
/// </summary>
internal sealed class SqliteViews(string connectionString) : IViewStore, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<(Table Table, int Generation), SqliteCommand> _upserts = [];
    private SqliteConnection? _writing;

    public string TextType => "text";

    public Task<DbConnection> Open(CancellationToken ct)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        return Task.FromResult<DbConnection>(connection);
    }

    public async Task<IViewTransaction> Begin(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            _writing ??= Writing();
            return new Work(this, _writing, _writing.BeginTransaction(deferred: false));
        }
        catch
        {
            Forget();
            _turn.Release();
            throw;
        }
    }

    public void Dispose()
    {
        Forget();
        _turn.Dispose();
    }

    private SqliteConnection Writing()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var pragma = connection.CreateCommand();
        // The journal is the truth: after a power cut the last rows here are read from it again.
        pragma.CommandText = "pragma synchronous=normal; pragma busy_timeout=5000;";
        pragma.ExecuteNonQuery();
        return connection;
    }

    private void Forget()
    {
        foreach (var command in _upserts.Values) command.Dispose();
        _upserts.Clear();
        _writing?.Dispose();
        _writing = null;
    }

    private SqliteCommand UpsertOf(Table table, int generation)
    {
        if (_upserts.TryGetValue((table, generation), out var known)) return known;
        var command = _writing!.CreateCommand();
        var names = table.Columns.Select((_, i) => $"$p{i}").ToArray();
        command.CommandText = table.Upsert(generation, $"values ({string.Join(", ", names)})");
        foreach (var name in names) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return _upserts[(table, generation)] = command;
    }

    private sealed class Work(SqliteViews views, SqliteConnection connection, SqliteTransaction transaction)
        : IViewTransaction
    {
        private bool _failed;

        public DbConnection Connection => connection;
        public DbTransaction Transaction => transaction;

        public Task Upsert(Table table, int generation, ICollection<object?[]> rows)
        {
            _failed = true; // until all rows are in
            var command = views.UpsertOf(table, generation);
            command.Transaction = transaction;
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Length; i++) command.Parameters[i].Value = row[i] ?? DBNull.Value;
                command.ExecuteNonQuery();
            }

            _failed = false;
            return Task.CompletedTask;
        }

        public Task Commit()
        {
            transaction.Commit();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            transaction.Dispose();
            if (_failed) views.Forget();
            views._turn.Release();
            return ValueTask.CompletedTask;
        }
    }
}

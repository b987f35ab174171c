using System.Data.Common;
using Ale.Kernel;
using Microsoft.Data.Sqlite;

namespace Ale.Storage;

/// <summary>The projections' tables in a SQLite file of their own; writers take turns.</summary>
internal sealed class SqliteViews(string connectionString) : IViewStore, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public string TextType => "text";

    public Task<DbConnection> Open(CancellationToken ct)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var pragma = connection.CreateCommand();
        // The journal is the truth: after a power cut the last rows here are read from it again.
        pragma.CommandText = "pragma journal_mode=wal; pragma synchronous=normal; pragma busy_timeout=5000;";
        pragma.ExecuteNonQuery();
        return Task.FromResult<DbConnection>(connection);
    }

    public async Task<IViewTransaction> Begin(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var connection = (SqliteConnection)await Open(ct);
            return new Work(connection, connection.BeginTransaction(deferred: false), _turn);
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    public void Dispose() => _turn.Dispose();

    private sealed class Work(SqliteConnection connection, SqliteTransaction transaction, SemaphoreSlim turn) : IViewTransaction
    {
        public DbConnection Connection => connection;
        public DbTransaction Transaction => transaction;

        public Task Upsert(Table table, int generation, ICollection<object?[]> rows)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            var names = table.Columns.Select((_, i) => $"$p{i}").ToArray();
            command.CommandText = table.Upsert(generation, $"values ({string.Join(", ", names)})");
            foreach (var name in names) command.Parameters.Add(new SqliteParameter { ParameterName = name });
            foreach (var row in rows)
            {
                for (var i = 0; i < row.Length; i++) command.Parameters[i].Value = row[i] ?? DBNull.Value;
                command.ExecuteNonQuery();
            }

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
            connection.Dispose();
            turn.Release();
            return ValueTask.CompletedTask;
        }
    }
}

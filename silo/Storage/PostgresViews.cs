using System.Data.Common;
using Ale.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace Ale.Storage;

/// <summary>The projections' tables in PostgreSQL, in the journal's database.</summary>
internal sealed class PostgresViews(NpgsqlDataSource source) : IViewStore
{
    public string TextType => "text collate \"C\"";

    /// <summary>Dapper gives lists to this engine as arrays.</summary>
    public string In(string column, string parameter) => $"{column} = any({parameter})";

    public async Task<DbConnection> Open(CancellationToken ct) => await source.OpenConnectionAsync(ct);

    public async Task<IViewTransaction> Begin(CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct);
        return new Work(connection, await connection.BeginTransactionAsync(ct));
    }

    private sealed class Work(NpgsqlConnection connection, NpgsqlTransaction transaction) : IViewTransaction
    {
        public DbConnection Connection => connection;
        public DbTransaction Transaction => transaction;

        public async Task Upsert(Table table, int generation, ICollection<object?[]> rows)
        {
            var columns = table.Columns;
            var source = $"select * from unnest({string.Join(", ", columns.Select((_, i) => $"${i + 1}"))})";
            await using var command = new NpgsqlCommand(table.Upsert(generation, source), connection, transaction);
            for (var i = 0; i < columns.Length; i++)
            {
                var (ordinal, text) = (i, columns[i].IsText);
                command.Parameters.Add(new()
                {
                    Value = text ? rows.Select(r => (string?)r[ordinal]).ToArray() : rows.Select(r => (long?)r[ordinal])
                        .ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | (text ? NpgsqlDbType.Text : NpgsqlDbType.Bigint),
                });
            }

            await command.ExecuteNonQueryAsync();
        }

        public Task Commit() => transaction.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}

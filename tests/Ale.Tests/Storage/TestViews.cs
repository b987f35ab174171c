using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Ale.Storage;

/// <summary>The tables of some projections in a new database, filled by hand; nothing reads a journal.</summary>
internal sealed class TestViews : IAsyncDisposable
{
    private readonly IViewStore _store;
    private readonly Func<ValueTask> _end;

    private TestViews(IViewStore store, Projection[] projections, Func<ValueTask> end)
    {
        (_store, _end) = (store, end);
        Views = new(store, new ReaderCatalog(projections, []), null!, TimeProvider.System);
    }

    public Views Views { get; }

    /// <param name="engine"><c>postgres</c> or <c>sqlite</c>.</param>
    public static async Task<TestViews> Create(string engine, params Projection[] projections)
    {
        TestViews views;
        if (engine == "postgres")
        {
            var source = NpgsqlDataSource.Create(await (await PostgresServer.Shared).NewDatabase());
            await Migrations.Postgres(source);
            views = new(new PostgresViews(source), projections, source.DisposeAsync);
        }
        else
        {
            var folder = Directory.CreateTempSubdirectory("ale-views-").FullName;
            var file = $"Data Source={Path.Combine(folder, "views.db")};Pooling=False";
            await Migrations.Sqlite(file, "views");
            var store = new SqliteViews(file);
            views = new(store, projections, () =>
            {
                store.Dispose();
                Directory.Delete(folder, recursive: true);
                return ValueTask.CompletedTask;
            });
        }

        await using var connection = await views._store.Open(default);
        var tables = projections.SelectMany(p => p.Tables);
        foreach (var statement in tables.SelectMany(t => t.Ddl(1, views._store.TextType)))
            await connection.ExecuteAsync(statement);
        foreach (var p in projections)
            await connection.ExecuteAsync("insert into reader values (@Name, 1, @Shape, 'active', 0, 0, 0)", p);
        return views;
    }

    /// <summary>Writes what <paramref name="fill"/> puts into a batch.</summary>
    public async Task Put(Action<ViewBatch> fill)
    {
        var batch = new ViewBatch();
        fill(batch);
        await using var work = await _store.Begin(default);
        foreach (var (table, rows) in batch.Changes) await work.Upsert(table, 1, rows);
        await work.Commit();
    }

    /// <summary>One row of the journal with these events.</summary>
    public static JournalRow Row<TEvent>(string stream, long version, JsonTypeInfo<TEvent> json, params TEvent[] events)
    {
        var array = $"[{string.Join(',', events.Select(e => JsonSerializer.Serialize(e, json)))}]";
        return new(new(1, version + 1), stream, version, events.Length, JournalNames.Kind(stream), 0,
            System.Text.Encoding.UTF8.GetBytes(array), [], null, 0, 0);
    }

    public ValueTask DisposeAsync() => _end();
}

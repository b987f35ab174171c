using System.Collections.Concurrent;
using System.Text;
using Ale.Storage;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Ale.Kernel;

/// <summary>Journal and views of one engine, new and empty; gone at the end.</summary>
internal sealed class KernelStores : IAsyncDisposable
{
    public static readonly AuditKey Key = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    private readonly List<object> _open = [];
    private string? _folder;
    private Func<IJournalStore>? _again;

    public required IJournalStore Journal { get; init; }
    public required IViewStore Views { get; init; }

    public static async Task<KernelStores> Sqlite()
    {
        var folder = Directory.CreateTempSubdirectory("ale-kernel-").FullName;
        var (journal, views) = ($"Data Source={folder}/journal.db", $"Data Source={folder}/views.db");
        await Migrations.Sqlite(journal, "journal");
        await Migrations.Sqlite(views, "views");
        var stores = new KernelStores { Journal = new SqliteJournal(journal), Views = new SqliteViews(views) };
        (stores._folder, stores._again) = (folder, () => new SqliteJournal(journal));
        stores._open.AddRange([stores.Journal, stores.Views]);
        return stores;
    }

    public static async Task<KernelStores> Postgres()
    {
        var source = NpgsqlDataSource.Create(await (await PostgresServer.Shared).NewDatabase());
        await Migrations.Postgres(source);
        var stores = new KernelStores { Journal = new PostgresJournal(source), Views = new PostgresViews(source) };
        stores._again = () => new PostgresJournal(source);
        stores._open.AddRange([source, stores.Journal]);
        return stores;
    }

    /// <summary>The same database, opened once more.</summary>
    public IJournalStore Again()
    {
        var journal = _again!();
        _open.Add(journal);
        return journal;
    }

    /// <summary>A statement behind the kernel's back, on the journal.</summary>
    public async Task Tamper(string sql)
    {
        if (_folder is null)
        {
            await using var connection = await Views.Open(default);
            await connection.ExecuteAsync(sql);
            return;
        }

        await using var file = new SqliteConnection($"Data Source={_folder}/journal.db");
        await file.ExecuteAsync(sql);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open))
        {
            if (open is IAsyncDisposable later) await later.DisposeAsync();
            else (open as IDisposable)?.Dispose();
        }

        if (_folder is null) return;
        for (var attempt = 1; ; attempt++)
        {
            SqliteConnection.ClearAllPools();
            try
            {
                Directory.Delete(_folder, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 20) // a snapshot is still being written
            {
                await Task.Delay(100);
            }
        }
    }
}

/// <summary>Short words for what the tests do with a journal.</summary>
internal static class JournalWords
{
    public static JournalWriter Writer(this IJournalStore store, WriterLimits? limits = null) =>
        new(store, KernelStores.Key, limits ?? new(), NullLogger<JournalWriter>.Instance);

    public static TallyEvent.Added Added(string id, long amount = 1) => new(id, amount);

    public static async Task<StreamHandle> Open(this JournalWriter writer, string stream, string shape = "") =>
        (await writer.Open(stream, JournalNames.Kind(stream), shape)).Handle;

    public static PendingRow Hand(this StreamHandle handle, params TallyEvent[] events) => handle.Hand(null, 0, events);

    public static PendingRow Hand(this StreamHandle handle, long? due, int hops, params TallyEvent[] events) =>
        handle.Hand<TallyEvent>(events, TallyJson.Default.TallyEvent, due, 1_000, hops);

    /// <summary>A sealed row, as a writer sends it.</summary>
    public static PendingRow Row(string stream, long version, byte[]? previous, params TallyEvent[] events)
    {
        var row = new PendingRow(new StreamHandle(null!, stream, JournalNames.Kind(stream)), version);
        row.Add<TallyEvent>(events, TallyJson.Default.TallyEvent, 1_000 + version, 0);
        using var chain = new HashChain(KernelStores.Key);
        row.Seal(chain, previous ?? Encoding.UTF8.GetBytes(stream));
        return row;
    }

    public static async Task<IReadOnlyList<JournalRow>> All(this IJournalStore store)
    {
        await store.Readable();
        return (await store.Read(JournalFilter.All, default, 100_000, default)).Rows;
    }

    /// <summary>Waits until readers may see the last row: another test's transaction on the server keeps them back.</summary>
    public static async Task Readable(this IJournalStore store)
    {
        var end = await store.End(default);
        if (end == default) return;
        for (var i = 0; i < 1_000; i++)
        {
            var last = await store.Read(JournalFilter.All, end with { Position = end.Position - 1 }, 1, default);
            if (last.Rows.Count > 0) return;
            await Task.Delay(10);
        }
    }

    public static async Task<LoadedStream> LoadOne(this IJournalStore store, string stream, string shape = "") =>
        (await store.Load([(stream, shape)], default))[0];

    public static string[] Ids(this IEnumerable<JournalRow> rows) =>
        [.. rows.SelectMany(r => EventJson.Read(r.Events, TallyJson.Default.TallyEvent)).OfType<TallyEvent.Added>()
            .Select(e => e.Id)];
}

/// <summary>A journal that fails as told, before or after its work.</summary>
internal sealed class UnreliableJournal(IJournalStore inner, bool isShared = false) : IJournalStore
{
    private int _appends, _checks;

    /// <summary>For each append in turn; none left: it works.</summary>
    public ConcurrentQueue<Func<IReadOnlyList<PendingRow>, Task>> Before { get; } = new();

    public ConcurrentQueue<Func<IReadOnlyList<PendingRow>, Task>> After { get; } = new();

    /// <summary>Asked before every append.</summary>
    public Func<IReadOnlyList<PendingRow>, Task>? Always { get; set; }

    public Func<Task>? OnCheck { get; set; }

    public Func<Task>? OnLoad { get; set; }

    public ConcurrentQueue<PendingRow[]> Flushes { get; } = new();
    public int Appends => Volatile.Read(ref _appends);
    public int Checks => Volatile.Read(ref _checks);
    public bool IsShared => isShared || inner.IsShared;

    public Task<DateTimeOffset?> ReadClock(CancellationToken ct) => inner.ReadClock(ct);

    public async Task<JournalPlace?[]> Append(IReadOnlyList<PendingRow> rows, CancellationToken ct)
    {
        Interlocked.Increment(ref _appends);
        Flushes.Enqueue([.. rows]);
        if (Always is { } always) await always(rows);
        if (Before.TryDequeue(out var before)) await before(rows);
        var places = await inner.Append(rows, ct);
        if (After.TryDequeue(out var after)) await after(rows);
        return places;
    }

    public Task<JournalPlace?[]> FindOwn(IReadOnlyList<PendingRow> rows, CancellationToken ct) =>
        inner.FindOwn(rows, ct);

    public async Task<IReadOnlyList<LoadedStream>> Load(
        IReadOnlyList<(string Stream, string Shape)> asked, CancellationToken ct)
    {
        if (OnLoad is { } load) await load();
        return await inner.Load(asked, ct);
    }

    public async Task<long[]> NextVersions(IReadOnlyList<string> streams, CancellationToken ct)
    {
        Interlocked.Increment(ref _checks);
        var versions = await inner.NextVersions(streams, ct);
        if (OnCheck is { } check) await check();
        return versions;
    }

    public Task<JournalPage> Read(JournalFilter filter, JournalPlace after, int limit, CancellationToken ct) =>
        inner.Read(filter, after, limit, ct);

    public Task<JournalPlace> End(CancellationToken ct) => inner.End(ct);

    public Task SaveSnapshot(SnapshotRow snapshot, CancellationToken ct) => inner.SaveSnapshot(snapshot, ct);

    public Task<IReadOnlyList<SnapshotRow>> Snapshots(string after, int limit, CancellationToken ct) =>
        inner.Snapshots(after, limit, ct);
}

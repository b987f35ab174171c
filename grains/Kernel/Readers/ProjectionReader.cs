using Dapper;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>
/// Keeps a projection's tables: its rows and its place in one transaction, the place by compare-and-set, so that a
/// second reader of the same name changes nothing.
/// </summary>
internal partial class ProjectionReader(
    Projection projection, IJournalStore journal, IViewStore views, TimeProvider time, ILogger log)
    : ReaderLoop(projection.Name, log)
{
    private const int RowsMax = 2_000; // one transaction stays far below a second
    private static readonly TimeSpan DropAfter = TimeSpan.FromMinutes(1); // other silos may still read the old tables

    private readonly List<Generation> _generations = [];
    private volatile bool _reload;

    /// <summary>The generation that is read now.</summary>
    protected int? ActiveGeneration => _generations.Find(g => g.State == "active")?.Number;

    /// <summary>Fills new tables from the beginning; the lists read the old ones until it has caught up.</summary>
    public async Task Rebuild(CancellationToken ct)
    {
        await using (var tx = await views.Begin(ct))
        {
            await Add(tx, "building");
            await tx.Commit();
        }

        _reload = true;
        Nudge();
    }

    protected override async Task Load(CancellationToken ct)
    {
        _reload = false;
        await using var tx = await views.Begin(ct);
        var stored = await Stored(tx);
        if (!stored.Exists(s => s.Shape == projection.Shape))
        {
            await Add(tx, stored.Exists(s => s.State == "active") ? "building" : "active");
            stored = await Stored(tx);
        }

        await tx.Commit();
        _generations.Clear();
        foreach (var s in stored)
        {
            // An active generation of another shape is what an older release keeps; it is left alone until the swap.
            if (s.Shape != projection.Shape && s.State != "retired") continue;
            _generations.Add(new((int)s.Generation, s.State, new(s.Tx, s.Position), s.ChangedAt));
        }
    }

    protected override async Task<bool> Step(CancellationToken ct)
    {
        var more = false;
        if (_reload) await Load(ct);
        foreach (var generation in _generations.ToArray())
        {
            if (generation.State == "retired")
            {
                if (Now() - generation.ChangedAt > DropAfter.TotalMilliseconds) await Drop(generation, ct);
                continue;
            }

            var page = await journal.Read(projection.Filter, generation.Place, RowsMax, ct);
            var isActive = generation.State == "active";
            if (isActive && page.Rows.Count > 0) IsBehind(page.Rows[0].At);
            if (page.Rows.Count > 0 && !await Write(generation, page, ct))
                throw new InvalidOperationException("another reader has moved the place");
            if (isActive) IsBehind(page.Full ? page.Rows[^1].At : null);
            generation.Place = page.Horizon;
            more |= page.Full;
            if (isActive) MoveTo(generation.Place);
            else if (!page.Full) await Swap(generation, ct);
        }

        return more;
    }

    private async Task<bool> Write(Generation generation, JournalPage page, CancellationToken ct)
    {
        var batch = new ViewBatch();
        foreach (var row in page.Rows) projection.Project(row, batch);

        await using var tx = await views.Begin(ct);
        foreach (var (table, rows) in batch.Changes) await tx.Upsert(table, generation.Number, rows);
        var place = page.Rows[^1].Place;
        if (!await ReaderPlaces.Move(tx, Name, generation.Number, generation.Stored, place, Now())) return false;
        await tx.Commit();
        generation.Stored = place;
        KernelMetrics.Took(Name, Now(), page.Rows[^1]);
        return true;
    }

    private async Task Swap(Generation caughtUp, CancellationToken ct)
    {
        await using (var tx = await views.Begin(ct)) // ended before Load, which on SQLite waits for the same turn
        {
            await tx.Connection.ExecuteAsync(
                "update reader set state = 'retired', changed_at = @now where name = @Name and state = 'active'",
                new { Name, now = Now() }, tx.Transaction);
            await tx.Connection.ExecuteAsync(
                "update reader set state = 'active', changed_at = @now where name = @Name and generation = @Number",
                new { Name, caughtUp.Number, now = Now() }, tx.Transaction);
            await tx.Commit();
        }

        LogSwapped(Log, Name, caughtUp.Number);
        await Load(ct);
    }

    private async Task Drop(Generation old, CancellationToken ct)
    {
        await using var tx = await views.Begin(ct);
        foreach (var table in projection.Tables)
            await tx.Connection.ExecuteAsync($"drop table if exists {table.NameOf(old.Number)}", null, tx.Transaction);
        await tx.Connection.ExecuteAsync(
            "delete from reader where name = @Name and generation = @Number", new { Name, old.Number }, tx.Transaction);
        await tx.Commit();
        _generations.Remove(old);
    }

    private async Task Add(IViewTransaction tx, string state)
    {
        var number = 1 + await tx.Connection.ExecuteScalarAsync<int>(
            "select coalesce(max(generation), 0) from reader where name = @Name", new { Name }, tx.Transaction);
        foreach (var sql in projection.Tables.SelectMany(t => t.Ddl(number, views.TextType)))
            await tx.Connection.ExecuteAsync(sql, null, tx.Transaction);
        await tx.Connection.ExecuteAsync(
            "insert into reader values (@Name, @number, @Shape, @state, 0, 0, @now) on conflict do nothing",
            new { Name, number, projection.Shape, state, now = Now() }, tx.Transaction);
    }

    private async Task<List<ReaderRow>> Stored(IViewTransaction tx) => (await tx.Connection.QueryAsync<ReaderRow>(
        "select generation, shape, state, tx, position, changed_at as ChangedAt from reader where name = @Name",
        new { Name }, tx.Transaction)).AsList();

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Generation(int number, string state, JournalPlace place, long changedAt)
    {
        public int Number => number;
        public string State => state;
        public long ChangedAt => changedAt;

        /// <summary>As stored: moved only with rows, so that an idle reader writes nothing.</summary>
        public JournalPlace Stored { get; set; } = place;

        /// <summary>As read: beyond the last row when nothing more can precede it.</summary>
        public JournalPlace Place { get; set; } = place;
    }

    private sealed class ReaderRow
    {
        public long Generation { get; init; }
        public string Shape { get; init; } = "";
        public string State { get; init; } = "";
        public long Tx { get; init; }
        public long Position { get; init; }
        public long ChangedAt { get; init; }
    }

    [LoggerMessage(41, LogLevel.Information,
        "Projection {Name} is rebuilt: generation {Generation} is read from now on")]
    private static partial void LogSwapped(ILogger log, string name, int generation);
}

/// <summary>The places of readers, moved by compare-and-set.</summary>
internal static class ReaderPlaces
{
    /// <summary>False when another reader of the same name has moved it.</summary>
    public static async Task<bool> Move(
        IViewTransaction tx, string name, int generation, JournalPlace from, JournalPlace to, long now) =>
        await tx.Connection.ExecuteAsync("""
            update reader set tx = @ToTx, position = @ToPosition, changed_at = @now
            where name = @name and generation = @generation and tx = @FromTx and position = @FromPosition
            """, new
        {
            name,
            generation,
            now,
            FromTx = from.Tx,
            FromPosition = from.Position,
            ToTx = to.Tx,
            ToPosition = to.Position,
        }, tx.Transaction) == 1;

    /// <summary>The stored place of a reader without tables of its own; made when it is new.</summary>
    public static async Task<JournalPlace> Load(IViewStore views, string name, long now, CancellationToken ct)
    {
        await using var tx = await views.Begin(ct);
        await tx.Connection.ExecuteAsync(
            "insert into reader values (@name, 1, '', 'active', 0, 0, @now) on conflict do nothing",
            new { name, now }, tx.Transaction);
        var (at, position) = await tx.Connection.QuerySingleAsync<(long, long)>(
            "select tx, position from reader where name = @name and generation = 1", new { name }, tx.Transaction);
        await tx.Commit();
        return new(at, position);
    }
}

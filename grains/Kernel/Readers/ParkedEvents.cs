using Dapper;

namespace Ale.Kernel;

/// <summary>
/// Events whose reaction waits. <c>parked</c>: until a person replays or drops the first of the stream;
/// <c>retrying</c>:
/// tried again by itself. Later events of a listed stream wait behind it; other streams go on.
/// </summary>
internal sealed class ParkedEvents(IViewStore views, TimeProvider time)
{
    public const string Parked = "parked", Retrying = "retrying";
    private const int ErrorLengthMax = 1_000;

    internal sealed class Entry
    {
        public string Reaction { get; init; } = "";
        public string Stream { get; init; } = "";
        public long Version { get; init; }
        public long Tx { get; init; }
        public long Position { get; init; }
        public string Mark { get; init; } = "";
        public long Attempts { get; init; }
        public string Error { get; init; } = "";
        public long Since { get; init; }
        public long NextAt { get; init; }
    }

    private const string Columns =
        "reaction, stream, version, tx, position, mark, attempts, error, since, next_at as NextAt";

    /// <summary>Listed streams, the first event of each, oldest first.</summary>
    public async Task<IReadOnlyList<Entry>> Firsts(string? reaction, string? mark, int limit, CancellationToken ct)
    {
        await using var connection = await views.Open(ct);
        return (await connection.QueryAsync<Entry>($"""
            select {Columns} from parked p
            where (@reaction is null or reaction = @reaction) and (@mark is null or mark = @mark)
              and version = (select min(version) from parked f where f.reaction = p.reaction and f.stream = p.stream)
            order by since, reaction, stream limit @limit
            """, new { reaction, mark, limit })).AsList();
    }

    /// <summary>How many streams wait for a person, and how many are tried again by themselves.</summary>
    public async Task<(long Parked, long Retrying)> Counts(CancellationToken ct)
    {
        await using var connection = await views.Open(ct);
        var counts = (await connection.QueryAsync<(string Mark, long Count)>("""
            select mark, count(*) from parked p
            where version = (select min(version) from parked f where f.reaction = p.reaction and f.stream = p.stream)
            group by mark
            """)).ToDictionary(c => c.Mark, c => c.Count);
        return (counts.GetValueOrDefault(Parked), counts.GetValueOrDefault(Retrying));
    }

    /// <summary>The first event of one listed stream.</summary>
    public async Task<Entry?> First(string reaction, string stream, CancellationToken ct)
    {
        await using var connection = await views.Open(ct);
        return await connection.QueryFirstOrDefaultAsync<Entry>($"""
            select {Columns} from parked where reaction = @reaction and stream = @stream order by version limit 1
            """, new { reaction, stream });
    }

    public async Task<HashSet<string>> Streams(string reaction, CancellationToken ct)
    {
        await using var connection = await views.Open(ct);
        return (await connection.QueryAsync<string>("select distinct stream from parked where reaction = @reaction",
            new { reaction })).ToHashSet(StringComparer.Ordinal);
    }

    public Task Add(IViewTransaction tx, string reaction, JournalRow row, string mark, string error) =>
        tx.Connection.ExecuteAsync("""
            insert into parked (reaction, stream, version, tx, position, mark, attempts, error, since, next_at)
            values (@reaction, @Stream, @Version, @Tx, @Position, @mark, 0, @error, @now, @now) on conflict do nothing
            """, new
        {
            reaction,
            row.Stream,
            row.Version,
            row.Place.Tx,
            row.Place.Position,
            mark,
            error = error.Cut(ErrorLengthMax),
            now = Now(),
        }, tx.Transaction);

    /// <summary>The event has taken effect, or a person dropped it. True: the stream has no more in the list.</summary>
    public async Task<bool> Remove(string reaction, string stream, long version, CancellationToken ct)
    {
        await using var tx = await views.Begin(ct);
        await tx.Connection.ExecuteAsync(
            "delete from parked where reaction = @reaction and stream = @stream and version = @version",
            new { reaction, stream, version }, tx.Transaction);
        var left = await tx.Connection.ExecuteScalarAsync<long>(
            "select count(*) from parked where reaction = @reaction and stream = @stream", new { reaction, stream },
                tx.Transaction);
        await tx.Commit();
        return left == 0;
    }

    /// <summary>The first event of a stream was tried and is not done; those behind it stay as they are.</summary>
    public async Task Mark(Entry first, string mark, string error, long attempts, TimeSpan wait, CancellationToken ct)
    {
        await using var tx = await views.Begin(ct);
        await tx.Connection.ExecuteAsync("""
            update parked set mark = @mark, error = @error, attempts = @attempts, next_at = @next
            where reaction = @Reaction and stream = @Stream and version = @Version
            """, new
        {
            first.Reaction,
            first.Stream,
            first.Version,
            mark,
            error = error.Cut(ErrorLengthMax),
            attempts,
            next = Now() + (long)wait.TotalMilliseconds,
        }, tx.Transaction);
        await tx.Commit();
    }

    /// <summary>
    /// A person has mended the cause: the stream's first event is tried again at once, marked as a repeat, and those
    /// behind it follow. False: nothing of the stream is parked.
    /// </summary>
    public Task<bool> Replay(string reaction, string stream, CancellationToken ct) => Decide(
        "update parked set mark = 'retrying', attempts = 0, next_at = @now", reaction, stream, null, ct);

    /// <summary>
    /// A person has decided that this event shall have no effect; those behind it follow. False: it is not the stream's
    /// first, or not parked (any more): nothing is changed.
    /// </summary>
    public Task<bool> Drop(string reaction, string stream, long version, CancellationToken ct) =>
        Decide("delete from parked", reaction, stream, version, ct);

    private async Task<bool> Decide(string change, string reaction, string stream, long? version, CancellationToken ct)
    {
        await using var tx = await views.Begin(ct);
        var changed = await tx.Connection.ExecuteAsync($"""
            {change} where reaction = @reaction and stream = @stream and mark = 'parked'
              and version = (select min(version) from parked where reaction = @reaction and stream = @stream)
              and version = coalesce(@version, version)
            """, new { reaction, stream, version, now = Now() }, tx.Transaction);
        await tx.Commit();
        return changed > 0;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

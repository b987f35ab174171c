using System.Globalization;
using System.Runtime.CompilerServices;

namespace Ale.Kernel;

/// <summary>
/// The projections' tables hold what the journal makes of them. Looked at are projections of one kind whose first table
/// has one row a stream with its <c>version</c>; their other tables as far as their keys begin with the stream's.
/// A stream that has moved on since the run began is passed over: its table is younger than what was folded.
/// </summary>
internal sealed class TableCheck(
    IJournalStore journal, Views views, ReaderCatalog catalog, IGrainFactory grains)
{
    public const string Name = "tables";
    private const int RowsAtOnceMax = 400_000, StreamsAtOnceMax = 200, PageMax = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private sealed class Key
    {
        public string Id { get; init; } = "";
        public long Version { get; init; }
    }

    private IEnumerable<(Projection Projection, Table Main, string Kind)> Compared => catalog.Projections
        .Where(p => p.Filter.Kinds.Length == 1 && p.Tables is [{ KeyCount: 1 } main, ..]
            && main.Columns.Any(c => c.Name == "version"))
        .Select(p => (p, p.Tables[0], p.Filter.Kinds[0]));

    /// <summary>Streams compared so far.</summary>
    public long Streams { get; private set; }

    /// <param name="next">The version after the last row folded, by stream.</param>
    public async IAsyncEnumerable<VerifyFailure> Run(JournalPlace end, long rows, Func<string, long> next,
        [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var (_, main, kind) in Compared)
            await foreach (var failure in CutOff(main, kind, next, ct)) yield return failure;

        // Rows of a table take more room than the journal's: what does not fit at once is folded slot by slot.
        var passes = (int)Math.Min(JournalNames.Slots, rows / RowsAtOnceMax + 1);
        for (var pass = 0; pass < passes; pass++)
        {
            foreach (var (projection, folded) in await Fold(end, passes, pass, ct))
                await foreach (var failure in Compare(projection, folded, end, ct)) yield return failure;
        }
    }

    /// <summary>Streams whose table knows more than the journal: their last rows were deleted.</summary>
    private async IAsyncEnumerable<VerifyFailure> CutOff(Table main, string kind, Func<string, long> next,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var id = main.Columns[0].Name;
        for (var after = ""; ;)
        {
            var page = await views.Query<Key>(
                $$"""
                select {{id}} as Id, version from {{{main.Name}}} where {{id}} > @after order by {{id}} limit @limit
                """,
                new { after, limit = PageMax }, ct);
            var ahead = page.Where(k => k.Version > next($"{kind}/{k.Id}")).ToList();
            // Asked after the table: it may only be later.
            var ends = await journal.NextVersions([.. ahead.Select(k => $"{kind}/{k.Id}")], ct);
            for (var i = 0; i < ahead.Count; i++)
            {
                if (ends[i] >= ahead[i].Version) continue;
                yield return Failure($"{kind}/{ahead[i].Id}",
                    $"table {main.Name} is at {ahead[i].Version}, the stream ends at {ends[i]}: rows are missing");
            }

            if (page.Count < PageMax) yield break;
            after = page[^1].Id;
        }
    }

    private async Task<List<(Projection Projection, ViewBatch Rows)>> Fold(
        JournalPlace end, int passes, int pass, CancellationToken ct)
    {
        var compared = Compared.Select(c => (c.Projection, Rows: new ViewBatch(), c.Kind)).ToLookup(c => c.Kind);
        var filter = new JournalFilter([.. compared.Select(c => c.Key)]);
        for (var place = default(JournalPlace); place < end;)
        {
            var page = await journal.Read(filter, place, PageMax, ct);
            foreach (var row in page.Rows.Where(r => r.Place <= end && r.Slot % passes == pass))
            {
                foreach (var (projection, rows, _) in compared[row.Kind])
                {
                    try { projection.Project(row, rows); }
                    catch (Exception) { continue; } // its own slice's check has said so
                }
            }

            place = page.Horizon;
            if (!page.Full) break;
        }

        return [.. compared.SelectMany(c => c).Select(c => (c.Projection, c.Rows))];
    }

    private async IAsyncEnumerable<VerifyFailure> Compare(Projection projection, ViewBatch folded, JournalPlace end,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var (main, kind) = (projection.Tables[0], projection.Filter.Kinds[0]);
        var rows = projection.Tables.ToDictionary(t => t,
            t => folded.Changes.FirstOrDefault(c => c.Table == t).Rows ?? []);
        var version = main.Ordinal("version");
        var versions = rows[main].ToDictionary(r => (string)r[0]!, r => (long)r[version]!, StringComparer.Ordinal);
        // Tables that count over many streams are no stream's own.
        var tables = projection.Tables
            .Where(t => rows[t].All(r => r[0] is string id && versions.ContainsKey(id))).ToList();
        var byStream = tables.ToDictionary(t => t, t => rows[t].ToLookup(r => (string)r[0]!, StringComparer.Ordinal));
        foreach (var chunk in versions.Keys.Chunk(StreamsAtOnceMax))
        {
            Streams += chunk.Length;
            foreach (var table in tables)
            {
                var stored = await Stored(main, table, chunk, ct);
                if (chunk.Any(IsLate) && await grains.GetGrain<IReaderGrain>(projection.Name).Reached(end, Patience))
                {
                    stored = await Stored(main, table, chunk, ct);
                    foreach (var id in chunk.Where(IsLate))
                        yield return Failure($"{kind}/{id}", $"table {main.Name} lacks events that the stream has");
                }

                foreach (var id in chunk)
                {
                    if (!stored.TryGetValue(id, out var found) || found.Version != versions[id]) continue;
                    foreach (var detail in Differences(table, byStream[table][id], found.Rows))
                        yield return Failure($"{kind}/{id}", detail);
                }

                bool IsLate(string id) => !stored.TryGetValue(id, out var found) || found.Version < versions[id];
            }
        }
    }

    /// <summary>Rows of the table with the stream's version, both as of one moment.</summary>
    private async Task<Dictionary<string, (long Version, List<object?[]> Rows)>> Stored(
        Table main, Table table, string[] ids, CancellationToken ct)
    {
        var columns = string.Join(", ", table.Columns.Select((c, i) => $"t.{c.Name} as c{i}"));
        var id = main.Columns[0].Name;
        var found = await views.Query<dynamic>($$"""
            select m.{{id}} as k, m.version as v, {{columns}} from {{{main.Name}}} m
            left join {{{table.Name}}} t on t.{{table.Columns[0].Name}} = m.{{id}} where {{views.In($"m.{id}", "@ids")}}
            """, new { ids }, ct);
        var stored = new Dictionary<string, (long Version, List<object?[]> Rows)>(StringComparer.Ordinal);
        foreach (IDictionary<string, object?> row in found)
        {
            var name = (string)row["k"]!;
            if (!stored.TryGetValue(name, out var of)) stored[name] = of = (row["v"] is long v ? v : 0, []);
            if (row["c0"] is not null) of.Rows.Add([.. table.Columns.Select((_, i) => row[$"c{i}"])]);
        }

        return stored;
    }

    private static IEnumerable<FormattableString> Differences(Table table, IEnumerable<object?[]> folded,
        List<object?[]> stored)
    {
        var left = stored.ToDictionary(r => KeyOf(table, r), StringComparer.Ordinal);
        foreach (var row in folded)
        {
            if (!left.Remove(KeyOf(table, row), out var found))
            {
                yield return $"table {table.Name} has no row {KeyOf(table, row)}";
                continue;
            }

            for (var i = table.KeyCount; i < row.Length; i++)
            {
                if (Equals(row[i], found[i])) continue;
                var column = table.Columns[i].Name;
                yield return
                    $"{column} of {KeyOf(table, row)} in {table.Name} is {Text(found[i])}, by events {Text(row[i])}";
            }
        }

        foreach (var key in left.Keys) yield return $"table {table.Name} has a row {key} that no event made";
    }

    private static string KeyOf(Table table, object?[] row) =>
        string.Join('/', row.Take(table.KeyCount).Select(k => Convert.ToString(k, CultureInfo.InvariantCulture)));

    private static string Text(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "nothing";

    private static VerifyFailure Failure(string stream, FormattableString detail) =>
        new(stream, Name, FormattableString.Invariant(detail));
}

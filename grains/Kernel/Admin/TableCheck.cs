using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;

namespace Ale.Kernel;

/// <summary>
/// The projections' tables hold what the journal makes of them, row for row: nothing altered, missing or added. A table
/// and its reader's place are read by one statement, so they are of one moment also while the silo serves; then the
/// journal is folded anew up to exactly that place.
/// </summary>
/// <remarks>
/// Invariant: in memory are at most about <see cref="RowsAtOnceMax"/> rows as stored and as many as folded. What is more
/// is compared in several passes, each of the rows whose key's hash falls to it, and each reads journal and tables anew.
/// </remarks>
internal sealed class TableCheck(IJournalStore journal, IViewStore views, ReaderCatalog catalog, IGrainFactory grains)
{
    public const string Name = "tables";
    private const int PageMax = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Table rows held at once; fewer are slower, as each pass reads the whole journal.</summary>
    public int RowsAtOnceMax { get; init; } = 400_000;

    /// <summary>Rows compared so far, of all tables.</summary>
    public long Rows { get; private set; }

    /// <param name="rows">Rows of the journal up to the end.</param>
    public async IAsyncEnumerable<VerifyFailure> Run(
        JournalPlace end, long rows, [EnumeratorCancellation] CancellationToken ct)
    {
        List<StoredTable> tables = [];
        foreach (var projection in catalog.Projections)
        {
            if (await Active(projection, ct) is not { } generation) continue; // just being rebuilt
            var reached = await grains.GetGrain<IReaderGrain>(projection.Name).Reached(end, Patience);
            tables.AddRange(projection.Tables.Select(t => new StoredTable(projection, t, generation, reached)));
        }

        // Of a table that was emptied, the journal tells about how many rows it should have.
        var most = Math.Max(rows, await Count(tables, ct));
        var passes = (int)(most / RowsAtOnceMax + 1);
        for (var pass = 0; pass < passes; pass++)
        {
            foreach (var table in tables) await Read(table, key => IsOf(pass, passes, key), ct);
            var folded = new FoldedRows(tables, key => IsOf(pass, passes, key));
            await Fold(folded, tables, end, ct);
            foreach (var table in tables)
            {
                if (pass == 0 && table is { HasReached: true, Lacks: { } lost })
                    yield return Failure(lost, $"table {table.Table.Name} lacks events that the stream has");
                foreach (var failure in Compare(table, folded)) yield return failure;
            }
        }
    }

    private static bool IsOf(int pass, int passes, string key) =>
        passes == 1 || (string.GetHashCode(key, StringComparison.Ordinal) & int.MaxValue) % passes == pass;

    /// <summary>The generation that is read now; null when an older release made it in another shape.</summary>
    private async Task<int?> Active(Projection projection, CancellationToken ct)
    {
        await using var connection = await views.Open(ct);
        return (int?)await connection.ExecuteScalarAsync<long?>(
            "select max(generation) from reader where name = @Name and state = 'active' and shape = @Shape",
            new { projection.Name, projection.Shape });
    }

    private async Task<long> Count(List<StoredTable> tables, CancellationToken ct)
    {
        await using var connection = await views.Open(ct);
        var sum = 0L;
        foreach (var table in tables)
            sum += await connection.ExecuteScalarAsync<long>($"select count(*) from {table.Stored}");
        return sum;
    }

    /// <summary>Place and rows by one statement, and row by row: those of other passes are not kept.</summary>
    private async Task Read(StoredTable of, Func<string, bool> isWanted, CancellationToken ct)
    {
        of.Rows.Clear();
        var columns = of.Table.Columns;
        await using var connection = await views.Open(ct);
        await using var row = await connection.ExecuteReaderAsync(new CommandDefinition($"""
            select r.tx, r.position, {string.Join(", ", columns.Select(c => $"t.{c.Name}"))}
            from reader r left join {of.Stored} t on 1 = 1 where r.name = @name and r.generation = @Generation
            """, new { name = of.Projection.Name, of.Generation }, cancellationToken: ct));
        while (await row.ReadAsync(ct))
        {
            of.Place = new(row.GetInt64(0), row.GetInt64(1));
            if (row.IsDBNull(2)) return; // the place alone: the table is empty
            var key = ViewBatch.NameOf([.. Enumerable.Range(2, of.Table.KeyCount).Select(row.GetValue)]);
            if (!isWanted(key)) continue;
            var values = new object?[columns.Length];
            for (var i = 0; i < values.Length; i++) values[i] = row.IsDBNull(i + 2) ? null : row.GetValue(i + 2);
            of.Rows[key] = values;
        }
    }

    private async Task Fold(FoldedRows folded, List<StoredTable> tables, JournalPlace end, CancellationToken ct)
    {
        var byProjection = tables.GroupBy(t => t.Projection).ToList();
        var last = tables.Aggregate(end, (place, t) => JournalPlace.Max(place, t.Place));
        for (var place = default(JournalPlace); place < last;)
        {
            var page = await journal.Read(JournalFilter.All, place, PageMax, ct);
            foreach (var row in page.Rows.TakeWhile(r => r.Place <= last))
            {
                folded.Now = row;
                foreach (var of in byProjection.Where(p => p.Key.Filter.Wants(row)))
                {
                    foreach (var table in of.Where(t => row.Place > t.Place && row.Place <= end))
                        table.Lacks ??= row.Stream;
                    if (of.All(t => row.Place > t.Place)) continue;
                    try { of.Key.Project(row, folded); }
                    catch (Exception) { continue; } // its own slice's check has said so
                }
            }

            place = page.Horizon;
            if (!page.Full) break;
        }
    }

    private IEnumerable<VerifyFailure> Compare(StoredTable of, FoldedRows folded)
    {
        var table = of.Table;
        foreach (var (key, row) in folded.Of(table))
        {
            Rows++;
            var stream = FoldedRows.StreamOf(table, row);
            if (!of.Rows.Remove(key, out var found))
            {
                yield return Failure(stream, $"table {table.Name} has no row {KeyOf(table, row)}");
                continue;
            }

            for (var i = table.KeyCount; i < table.Columns.Length; i++)
            {
                if (Equals(row[i], found[i])) continue;
                var column = table.Columns[i].Name;
                yield return Failure(stream,
                    $"{column} of {KeyOf(table, row)} in {table.Name} is {Text(found[i])}, by events {Text(row[i])}");
            }
        }

        foreach (var row in of.Rows.Values)
        {
            Rows++;
            yield return Failure(of.StreamOf(row),
                $"table {table.Name} has a row {KeyOf(table, row)} that no event made");
        }
    }

    private static string KeyOf(Table table, object?[] row) =>
        string.Join('/', row.Take(table.KeyCount).Select(k => Convert.ToString(k, CultureInfo.InvariantCulture)));

    private static string Text(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "nothing";

    private static VerifyFailure Failure(string stream, FormattableString detail) =>
        new(stream, Name, FormattableString.Invariant(detail));

    /// <summary>A table as it is stored at one moment, as far as the pass wants its rows.</summary>
    private sealed class StoredTable(Projection projection, Table table, int generation, bool hasReached)
    {
        public Projection Projection => projection;
        public Table Table => table;
        public int Generation => generation;

        /// <summary>Its reader says that all events up to the run's end are in it.</summary>
        public bool HasReached => hasReached;

        public string Stored { get; } = table.NameOf(generation);
        public JournalPlace Place { get; set; }
        public Dictionary<string, object?[]> Rows { get; } = new(StringComparer.Ordinal);

        /// <summary>The first stream with an event up to the run's end that lies beyond the table's place.</summary>
        public string? Lacks { get; set; }

        /// <summary>Whose a row is that no event made, as far as its key can tell.</summary>
        public string StreamOf(object?[] row) =>
            projection.Filter.Kinds is [var kind] && table == projection.Tables[0] && table.KeyCount == 1
                ? $"{kind}/{row[0]}"
                : $"table {table.Name}";
    }

    /// <summary>Rows as the events make them, each up to its own table's place, with the stream that made it.</summary>
    private sealed class FoldedRows(List<StoredTable> tables, Func<string, bool> isWanted) : ViewBatch
    {
        private readonly Dictionary<Table, StoredTable> _tables = tables.ToDictionary(t => t.Table);

        /// <summary>The row of the journal that is folded now.</summary>
        public JournalRow Now { get; set; } = null!;

        public static string StreamOf(Table table, object?[] row) => (string)row[table.Columns.Length]!;

        protected override bool Takes(Table table, string key) => Now.Place <= _tables[table].Place && isWanted(key);

        // One place more than the table has columns.
        protected override object?[] New(Table table)
        {
            var row = new object?[table.Columns.Length + 1];
            row[^1] = Now.Stream;
            return row;
        }
    }
}

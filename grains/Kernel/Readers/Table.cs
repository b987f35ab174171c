using System.Globalization;
using System.Text;

namespace Ale.Kernel;

/// <summary>How a column takes a new value when the row is there already.</summary>
internal enum Merge
{
    /// <summary>Part of the row's key.</summary>
    Key,

    /// <summary>The latest value; nothing said keeps the old one.</summary>
    Last,

    /// <summary>The first value said stays.</summary>
    First,

    /// <summary>Numbers are added up.</summary>
    Sum,
}

/// <summary>A column of text or of 64-bit numbers (instants in ms since 1970, money in minor units, flags 0 or
/// 1).</summary>
internal sealed record Column(string Name, bool IsText, Merge Merge)
{
    public static Column TextKey(string name) => new(name, true, Merge.Key);
    public static Column NumberKey(string name) => new(name, false, Merge.Key);
    public static Column Text(string name) => new(name, true, Merge.Last);
    public static Column Number(string name) => new(name, false, Merge.Last);
    public static Column FirstText(string name) => new(name, true, Merge.First);
    public static Column FirstNumber(string name) => new(name, false, Merge.First);
    public static Column Sum(string name) => new(name, false, Merge.Sum);
}

/// <summary>
/// A projection's table, declared once: its DDL, its upsert and its contract with readers of other slices all follow
/// from this. The same SQL runs on PostgreSQL and SQLite.
/// </summary>
internal sealed class Table
{
    private readonly Dictionary<string, int> _ordinals;
    private readonly string[] _indexes;

    /// <param name="indexes">Column lists to be indexed, as in SQL: <c>"user_id, at"</c>.</param>
    public Table(string name, Column[] columns, params string[] indexes)
    {
        (Name, Columns, _indexes) = (name, columns, indexes);
        KeyCount = columns.TakeWhile(c => c.Merge == Merge.Key).Count();
        if (KeyCount == 0 || columns.Skip(KeyCount).Any(c => c.Merge == Merge.Key))
            throw new ArgumentException($"The key of {name} must be its first columns", nameof(columns));
        _ordinals = columns.Select((c, i) => (c.Name, i)).ToDictionary(x => x.Name, x => x.i, StringComparer.Ordinal);
    }

    public string Name { get; }
    public Column[] Columns { get; }
    public int KeyCount { get; }

    public int Ordinal(string column) => _ordinals[column];

    /// <summary>The name of the table that a generation fills; the first one bears the plain name.</summary>
    public string NameOf(int generation) =>
        generation == 1 ? Name : $"{Name}_{generation.ToString(CultureInfo.InvariantCulture)}";

    public IEnumerable<string> Ddl(int generation, string textType)
    {
        var name = NameOf(generation);
        var sql = new StringBuilder($"create table if not exists {name} (");
        foreach (var c in Columns)
        {
            sql.Append("\n  ").Append(c.Name).Append(' ').Append(c.IsText ? textType : "bigint");
            sql.Append(c.Merge switch { Merge.Key => " not null,", Merge.Sum => " not null default 0,", _ => "," });
        }

        yield return sql.Append("\n  primary key (").AppendJoin(", ", Columns.Take(KeyCount).Select(c => c.Name))
            .Append("))")
            .ToString();
        for (var i = 0; i < _indexes.Length; i++)
            yield return $"create index if not exists {name}_i{i} on {name} ({_indexes[i]})";
    }

    /// <summary>The upsert of rows that <paramref name="source"/> (a select or a values list) yields.</summary>
    public string Upsert(int generation, string source)
    {
        var set = Columns.Skip(KeyCount).Select(c => c.Merge switch
        {
            Merge.Sum => $"{c.Name} = t.{c.Name} + excluded.{c.Name}",
            Merge.First => $"{c.Name} = coalesce(t.{c.Name}, excluded.{c.Name})",
            _ => $"{c.Name} = coalesce(excluded.{c.Name}, t.{c.Name})",
        }).ToArray();
        return $"""
            insert into {NameOf(generation)} as t ({string.Join(", ", Columns.Select(c => c.Name))}) {source}
            on conflict ({string.Join(", ", Columns.Take(KeyCount).Select(c => c.Name))}) do
            {(set.Length == 0 ? "nothing" : $"update set {string.Join(", ", set)}")}
            """;
    }
}

/// <summary>The changes of one batch of journal rows, merged by key before they touch the database.</summary>
internal class ViewBatch
{
    private readonly Dictionary<Table, Dictionary<string, object?[]>> _changes = [];

    public IEnumerable<(Table Table, ICollection<object?[]> Rows)> Changes =>
        _changes.Select(c => (c.Key, (ICollection<object?[]>)c.Value.Values));

    /// <summary>The table's rows by the name of their key.</summary>
    public IReadOnlyDictionary<string, object?[]> Of(Table table) =>
        _changes.GetValueOrDefault(table) ?? new(StringComparer.Ordinal);

    /// <summary>The row with this key, to be changed.</summary>
    public ViewRow Row(Table table, params ReadOnlySpan<object> key)
    {
        var name = NameOf(key);
        if (!Takes(table, name)) return new(table, Fresh(table, key)); // changed in vain
        if (!_changes.TryGetValue(table, out var rows)) _changes[table] = rows = new(StringComparer.Ordinal);
        if (!rows.TryGetValue(name, out var values)) values = rows[name] = Fresh(table, key);
        return new(table, values);
    }

    /// <summary>A key as one text, different for different keys of a table.</summary>
    public static string NameOf(ReadOnlySpan<object> key) => key.Length == 1 ? Part(key[0]) : Join(key);

    /// <summary>False: what happens to this row is not wanted.</summary>
    protected virtual bool Takes(Table table, string key) => true;

    /// <summary>An empty row.</summary>
    protected virtual object?[] New(Table table) => new object?[table.Columns.Length];

    private object?[] Fresh(Table table, ReadOnlySpan<object> key)
    {
        var values = New(table);
        for (var i = 0; i < table.Columns.Length; i++)
        {
            if (i < key.Length) values[i] = key[i] is int n ? (long)n : key[i];
            else if (table.Columns[i].Merge == Merge.Sum) values[i] = 0L;
        }

        return values;
    }

    private static string Join(ReadOnlySpan<object> key)
    {
        var text = new StringBuilder();
        foreach (var part in key) text.Append(Part(part)).Append('\u001f');
        return text.ToString();
    }

    private static string Part(object part) => Convert.ToString(part, CultureInfo.InvariantCulture)!;
}

/// <summary>One row under change. What is not said stays as it is.</summary>
internal readonly record struct ViewRow(Table Table, object?[] Values)
{
    public ViewRow Set(string column, string? value)
    {
        if (value is not null) Put(column, value);
        return this;
    }

    public ViewRow Set(string column, long? value)
    {
        if (value is { } number) Put(column, number);
        return this;
    }

    public ViewRow Set(string column, bool value) => Set(column, value ? 1L : 0L);

    public ViewRow Set(string column, DateTimeOffset? at) => Set(column, at?.ToUnixTimeMilliseconds());

    public ViewRow Add(string column, long delta)
    {
        var i = Table.Ordinal(column);
        Values[i] = (long)Values[i]! + delta;
        return this;
    }

    private void Put(string column, object value)
    {
        var i = Table.Ordinal(column);
        if (Table.Columns[i].Merge == Merge.First && Values[i] is not null) return;
        Values[i] = value;
    }
}

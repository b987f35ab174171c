using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Ale.Kernel;

/// <summary>
/// Events to table rows, for lists, boards and reports. A pure description: which kinds, which tables, what one row of
/// the journal changes. A changed shape makes a rebuild: new tables fill beside the old ones and are swapped in when
/// caught up.
/// </summary>
/// <param name="meaning">Raise it when the same events come to mean other rows.</param>
internal abstract class Projection(string name, int meaning, string[] kinds, params Table[] tables)
{
    public string Name => name;
    public Table[] Tables => tables;

    public virtual JournalFilter Filter { get; } = new(kinds);

    public string Shape { get; } = meaning.ToString(CultureInfo.InvariantCulture) + "-" + Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(tables.SelectMany(t => t.Ddl(1, "text"))))).AsSpan(0, 6));

    public abstract void Project(JournalRow row, ViewBatch views);
}

/// <summary>A projection of one kind of stream.</summary>
internal abstract class Projection<TEvent>(
    string name, int meaning, string kind, JsonTypeInfo<TEvent> json, params Table[] tables)
    : Projection(name, meaning, [kind], tables)
{
    public sealed override void Project(JournalRow row, ViewBatch views)
    {
        foreach (var e in EventJson.Read(row.Events, json)) Project(row.Key, e, row, views);
    }

    /// <param name="key">The thing's id.</param>
    protected abstract void Project(string key, TEvent happened, JournalRow row, ViewBatch views);
}

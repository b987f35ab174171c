using System.Text.RegularExpressions;
using Dapper;

namespace Ale.Kernel;

/// <summary>
/// Lists ask here. Table names in braces (<c>{sku}</c>) stand for the generation that is read now; <c>at</c> makes the
/// query wait until its projection has got there.
/// </summary>
internal sealed partial class Views(IViewStore store, ReaderCatalog catalog, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2), NamesFor = TimeSpan.FromSeconds(1);

    private TableNames? _names;

    /// <summary>Rows of the query, or <see cref="KernelRefusals.Lagging"/> when a projection it reads is too
    /// late.</summary>
    public async Task<Outcome<IReadOnlyList<T>>> List<T>(
        string sql, object? args = null, JournalPlace at = default, CancellationToken ct = default)
    {
        if (!await Reached(sql, at)) return KernelRefusals.Lagging;
        if (at != default) _names = null; // after a swap the tables known before do not grow any more
        return new Outcome<IReadOnlyList<T>>(await Query<T>(sql, args, ct), null) { At = at };
    }

    public async Task<IReadOnlyList<T>> Query<T>(string sql, object? args = null, CancellationToken ct = default)
    {
        var names = await Names(ct);
        await Exist(sql, names, ct);
        var text = Braced().Replace(sql, m => names[m.Groups[1].Value]);
        await using var connection = await store.Open(ct);
        return (await connection.QueryAsync<T>(new CommandDefinition(text, args, cancellationToken: ct))).AsList();
    }

    public async Task<T?> Single<T>(string sql, object? args = null, CancellationToken ct = default) =>
        await Query<T>(sql, args, ct) is [var first, ..] ? first : default;

    /// <summary>The condition that a column is one of the texts of a list parameter (<c>@names</c>).</summary>
    public string In(string column, string parameter) => store.In(column, parameter);

    /// <summary>True when the projections that fill the named tables have got to the place within 2 s.</summary>
    public async Task<bool> Reached(string sql, JournalPlace at)
    {
        if (at == default) return true;
        foreach (var reader in Braced().Matches(sql).Select(m => catalog.ReaderOf(m.Groups[1].Value)).Distinct())
            if (!await grains.GetGrain<IReaderGrain>(reader).Reached(at, WaitMax)) return false;
        return true;
    }

    /// <summary>In a new system the first list may come before the readers have made their tables.</summary>
    private async Task Exist(string sql, Dictionary<string, string> names, CancellationToken ct)
    {
        foreach (var table in Braced().Matches(sql).Select(m => m.Groups[1].Value).Where(t => !names.ContainsKey(t)))
        {
            var started = time.GetTimestamp();
            while (true)
            {
                await grains.GetGrain<IReaderGrain>(catalog.ReaderOf(table)).Ping();
                _names = null;
                if ((await Names(ct)).TryGetValue(table, out var name))
                {
                    names[table] = name;
                    break;
                }

                if (time.GetElapsedTime(started) > WaitMax)
                    throw new InvalidOperationException($"The table {table} is not there yet");
                await Task.Delay(20, ct);
            }
        }
    }

    private async ValueTask<Dictionary<string, string>> Names(CancellationToken ct)
    {
        if (Volatile.Read(ref _names) is { } cached && time.GetElapsedTime(
            cached.ReadAt) < NamesFor) return cached.Names;
        var read = time.GetTimestamp();
        await using var connection = await store.Open(ct);
        var active = (await connection.QueryAsync<(string Name, long Generation)>(
                "select name, max(generation) from reader where state = 'active' group by name"))
            .ToDictionary(r => r.Name, r => (int)r.Generation, StringComparer.Ordinal);
        var names = catalog.Projections.Where(p => active.ContainsKey(p.Name))
            .SelectMany(p => p.Tables.Select(t => (t.Name, Active: t.NameOf(active[p.Name]))))
            .ToDictionary(x => x.Name, x => x.Active, StringComparer.Ordinal);
        Volatile.Write(ref _names, new(read, names));
        return names;
    }

    private sealed record TableNames(long ReadAt, Dictionary<string, string> Names);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Braced();
}

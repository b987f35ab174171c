using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Ale.Policy;

/// <summary>
/// Every number of the plan, per market and instant (TEC-14): read from files at start, and what people have changed
/// since (<see cref="Take"/>). Bounded by the files and the bound on changes. What it knows is replaced as a whole, so
/// that grains on any thread read it without a lock.
/// </summary>
internal sealed class PolicyBook
{
    /// <summary>What is known at one time.</summary>
    private sealed class Table
    {
        private readonly FrozenDictionary<string, PolicySet[]> _sets; // by market, beside _starts
        private readonly FrozenDictionary<string, PolicyEntry[]> _entries; // by key, oldest first
        private readonly DateTimeOffset[] _starts; // every instant at which some value changes, ascending

        public Table(string[] markets, IReadOnlyCollection<PolicyEntry> entries)
        {
            foreach (var entry in entries) CheckColumns(entry, markets);
            _entries = entries.GroupBy(entry => entry.Key.Key).ToFrozenDictionary(group => group.Key,
                group => group.OrderBy(entry => entry.EffectiveAt).ToArray(), StringComparer.Ordinal);
            CheckDates(_entries, markets);
            _starts = [.. entries.Select(entry => entry.EffectiveAt).Distinct().Order()];
            _sets = markets.ToFrozenDictionary(
                market => market, market => Array.ConvertAll(_starts, at => SetFor(market, at)),
                StringComparer.Ordinal);
            foreach (var market in markets)
                for (var i = 0; i < _starts.Length; i++)
                {
                    if (_sets[market][i].Contradiction() is not var (key, rule)) continue;
                    throw new PolicyFileException(Find(key, _starts[i])!.File, key, $"{rule} in market {market}");
                }
        }

        public IEnumerable<string> Keys => _entries.Keys.Order(StringComparer.Ordinal);

        public PolicyEntry? Find(string key, DateTimeOffset at) => _entries.TryGetValue(key, out var entries)
            ? Array.FindLast(entries, entry => entry.EffectiveAt <= at) : null;

        private PolicySet SetFor(string market, DateTimeOffset at) =>
            PolicySet.From(market, key => Find(key, at)!.For(market)!.Value);

        public PolicySet For(string market, DateTimeOffset now)
        {
            if (!_sets.TryGetValue(market, out var sets))
                throw new ArgumentException($"There is no market '{market}'.", nameof(market));
            for (var i = _starts.Length - 1; i > 0; i--)
                if (_starts[i] <= now) return sets[i];
            return sets[0];
        }
    }

    /// <summary>What is known, and the changes that do not hold, by version, each with the rule that it breaks.</summary>
    private sealed record Known(Table Table, IReadOnlyDictionary<long, string> LeftOut);

    private readonly PolicyEntry[] _files;
    private readonly string[] _markets;
    private volatile Known _known;

    private PolicyBook(string[] markets, PolicyEntry[] files)
    {
        (_markets, _files) = ([.. markets.Order(StringComparer.Ordinal)], files);
        Markets = [.. _markets];
        _known = new(new(_markets, files), FrozenDictionary<long, string>.Empty);
        DefaultMarket = _known.Table.Find("market.default", DateTimeOffset.MaxValue)!
            .Values[PolicyEntry.DefaultColumn].GetString()!;
    }

    /// <summary>The codes of all markets, in order.</summary>
    public ImmutableArray<string> Markets { get; }

    /// <summary>The market of a request that names none.</summary>
    public string DefaultMarket { get; }

    /// <summary>True when there is such a market; codes are compared as written, in lower case.</summary>
    public bool Knows(string market) => Array.BinarySearch(_markets, market, StringComparer.Ordinal) >= 0;

    /// <summary>
    /// The numbers in force. Costs one look-up: it is made for the hot path. Null is the default market; an unknown
    /// market is the caller's mistake (ask <see cref="Knows"/> first) and throws. Before the first date the first
    /// values hold, so that a clock that is behind stops no sale.
    /// </summary>
    public PolicySet For(string? market, DateTimeOffset now) =>
        _known.Table.For(market ?? DefaultMarket, now);

    /// <summary>All keys, in order.</summary>
    internal IEnumerable<string> Keys => _known.Table.Keys;

    /// <summary>The entry of a key in force at an instant; null before its first date or for an unknown key.</summary>
    internal PolicyEntry? Find(string key, DateTimeOffset at) =>
        _known.Table.Find(key, at);

    /// <summary>
    /// Knows these changes from now on, and none else. One that breaks a rule together with the files and those taken
    /// before it (new files may contradict what was in order) is left out; the others hold.
    /// </summary>
    internal void Take(IEnumerable<PolicyChange> changes) => _known = Sift(changes);

    /// <summary>The changes that do not hold, each with the rule that it breaks.</summary>
    internal IReadOnlyDictionary<long, string> LeftOut => _known.LeftOut;

    /// <summary>The rule that the last of these changes breaks; null: none.</summary>
    internal string? WhyNot(IReadOnlyList<PolicyChange> changes) =>
        Sift(changes).LeftOut.GetValueOrDefault(changes[^1].Version);

    private Known Sift(IEnumerable<PolicyChange> changes)
    {
        var (held, leftOut) = (changes.ToList(), new Dictionary<long, string>());
        while (true)
        {
            var (table, rule) = TableOf(held);
            if (table is not null) return new(table, leftOut);
            var (good, bad) = (0, held.Count); // the files alone break none
            while (bad - good > 1)
            {
                var middle = (good + bad) / 2;
                var (found, why) = TableOf(held.Take(middle));
                if (found is not null) good = middle;
                else (bad, rule) = (middle, why);
            }

            leftOut.Add(held[bad - 1].Version, rule!);
            held.RemoveAt(bad - 1);
        }
    }

    private (Table? Table, string? Rule) TableOf(IEnumerable<PolicyChange> changes)
    {
        try
        {
            return (new(_markets, With(changes)), null);
        }
        catch (PolicyFileException e)
        {
            return (null, e.Rule);
        }
    }

    /// <summary>
    /// The files' entries, and each change upon what is in force at its instant, whatever the order in which they were
    /// taken: a change of one column changes that column from its instant on, and nothing else. An entry of the files
    /// says all columns.
    /// </summary>
    private List<PolicyEntry> With(IEnumerable<PolicyChange> changes)
    {
        var entries = _files.ToList();
        foreach (var change in changes.OrderBy(change => change.EffectiveAt).ThenBy(change => change.Version))
        {
            var before = entries.Where(e => e.Key.Key == change.Key && e.EffectiveAt <= change.EffectiveAt)
                .MaxBy(e => e.EffectiveAt) ?? throw new PolicyFileException("", change.Key, "has no value yet then");
            if (before.EffectiveAt == change.EffectiveAt) entries.Remove(before); // the later word
            entries.Add(PolicyFile.After(before, ColumnOf(change, before.Key)));
        }

        return entries;
    }

    /// <summary>
    /// Of a key of the house a change of the default market, taken while that could be said, is one of the only column.
    /// </summary>
    private PolicyChange ColumnOf(PolicyChange change, PolicyKey key) =>
        key.IsOfHouse && change.Market == DefaultMarket ? change with { Market = null } : change;

    /// <summary>Reads all <c>*.json</c> of a folder, or throws <see cref="PolicyFileException"/>.</summary>
    public static PolicyBook Load(string folder)
    {
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
        if (paths.Length == 0) throw new PolicyFileException(folder, "*.json", "there is no policy file here");
        Array.Sort(paths, StringComparer.Ordinal);
        var files = Array.ConvertAll(paths, PolicyFile.Read);
        return new(MarketsOf(paths, files), [.. files.SelectMany(file => file.Entries)]);
    }

    private static string[] MarketsOf(string[] paths, (string[]? Markets, PolicyEntry[] Entries)[] files)
    {
        string[]? markets = null;
        var naming = "markets.json";
        for (var i = 0; i < paths.Length; i++)
        {
            if (files[i].Markets is not { } named) continue;
            var file = Path.GetFileName(paths[i]);
            if (markets is not null) throw new PolicyFileException(file, "markets", $"are named in {naming} already");
            (markets, naming) = (named, file);
        }

        if (markets is not { Length: > 0 })
            throw new PolicyFileException(naming, "markets", "no file names the markets");
        foreach (var market in markets)
            if (market == PolicyEntry.DefaultColumn || !PolicyKeys.IsMarket(market))
                throw new PolicyFileException(naming, "markets", $"'{market}' is not 2 to 8 lower-case letters");
        if (markets.Distinct(StringComparer.Ordinal).Count() < markets.Length)
            throw new PolicyFileException(naming, "markets", "a market stands there twice");
        return markets;
    }

    private static void CheckColumns(PolicyEntry entry, string[] markets)
    {
        foreach (var column in entry.Values.Keys)
            if (column != PolicyEntry.DefaultColumn && !markets.Contains(column))
                throw new PolicyFileException(entry.File, entry.Key.Key, $"there is no market '{column}'");
        foreach (var market in markets)
            if (entry.For(market) is null)
                throw new PolicyFileException(entry.File, entry.Key.Key, $"has no value for market {market}");
        if (entry.Key.IsOfHouse && (entry.Values.Count > 1 || !entry.Values.ContainsKey(PolicyEntry.DefaultColumn)))
            throw new PolicyFileException(entry.File, entry.Key.Key, PolicyKey.OneColumn);
        if (entry.Key.Key != "market.default") return;
        if (!markets.Contains(entry.Values[PolicyEntry.DefaultColumn].GetString()))
            throw new PolicyFileException(entry.File, entry.Key.Key, "is not one of the markets");
    }

    private static void CheckDates(FrozenDictionary<string, PolicyEntry[]> byKey, string[] markets)
    {
        foreach (var key in PolicyKeys.All.Keys)
            if (!byKey.ContainsKey(key)) throw new PolicyFileException("*.json", key, "no file gives it a value");
        var first = byKey.Values.Min(entries => entries[0].EffectiveAt);
        foreach (var (key, entries) in byKey)
        {
            if (entries[0].EffectiveAt > first)
                throw new PolicyFileException(entries[0].File, key, $"has no value from {first:yyyy-MM-dd} on");
            for (var i = 1; i < entries.Length; i++)
            {
                var (earlier, entry) = (entries[i - 1], entries[i]);
                var at = entry.EffectiveAt;
                if (earlier.EffectiveAt == at)
                    throw new PolicyFileException(entry.File, key, $"stands twice for {at:yyyy-MM-dd HH:mm}");
                // Money and days already booked cannot move to another currency, zone or market.
                if (key is "market.default" or "market.currency" or "market.timeZone"
                    && markets.Any(market => Text(entry, market) != Text(earlier, market)))
                    throw new PolicyFileException(entry.File, key, "may not change");
            }
        }
    }

    private static string? Text(PolicyEntry entry, string market) => entry.For(market)!.Value.GetString();
}

namespace Ale.Kernel;

/// <summary>One stored row: what one grain decided during one flush.</summary>
/// <param name="Version">Number of its first event in the stream, from 0.</param>
/// <param name="Events">UTF-8 JSON array of <paramref name="Count"/> events.</param>
/// <param name="Hash">Follows from the stream's previous hash by <see cref="HashChain"/>.</param>
/// <param name="Due">Next due instant, ms since 1970; 0: none any more; null: none, and none before.</param>
/// <param name="At">When it was decided, ms since 1970, by the database's clock.</param>
/// <param name="Hops">How many reactions lie between a person's command and this row.</param>
internal sealed record JournalRow(
    JournalPlace Place, string Stream, long Version, int Count, string Kind, int Slot, byte[] Events, byte[] Hash,
    long? Due, long At, int Hops)
{
    /// <summary>The thing's own key: what follows the kind in the stream's name.</summary>
    public string Key => Stream[(Kind.Length + 1)..];

    /// <summary>Version that the next row of this stream begins with.</summary>
    public long Next => Version + Count;
}

/// <summary>What a reader got: rows in (tx, position) order, and how far it may then say it has read.</summary>
/// <param name="Horizon">Up to here nothing of the filter can appear any more when the page was not full.</param>
internal sealed record JournalPage(IReadOnlyList<JournalRow> Rows, JournalPlace Horizon, bool Full);

/// <summary>A stored state; <c>Next</c> is the version after the last event in it, <c>Hash</c> that row's
/// hash.</summary>
internal sealed record SnapshotRow(string Stream, long RowVersion, long Next, byte[] Hash, string Shape, byte[] State);

/// <summary>What an activation starts from: a fitting snapshot, if any, and the rows after it.</summary>
internal sealed record LoadedStream(string Stream, SnapshotRow? Snapshot, IReadOnlyList<JournalRow> Tail)
{
    public long Next { get; init; }
    public byte[] Hash { get; init; } = [];
    public long LastAt { get; init; }
    public long? Due { get; init; }
    public JournalPlace At { get; init; }

    /// <summary>Why the stream cannot be opened, or null. It is told of this stream alone, not of those loaded with
    /// it.</summary>
    public string? Broken { get; init; }
}

/// <summary>Which rows a reader wants. Empty kinds: all.</summary>
internal sealed record JournalFilter(string[] Kinds, bool DueOnly = false)
{
    public static readonly JournalFilter All = new([]);

    /// <summary>The same as the stores tell by their statement.</summary>
    public bool Wants(JournalRow row) =>
        (Kinds.Length == 0 || Kinds.Contains(row.Kind)) && (!DueOnly || row.Due is not null);
}

/// <summary>Names of streams, their slots, and instants as the tables keep them.</summary>
internal static class JournalNames
{
    public const int Slots = 256;

    /// <summary>A stable hash of the stream's name: the journal splits by it when one database is full.</summary>
    public static int Slot(string stream)
    {
        var hash = 2166136261u; // FNV-1a: fixed for ever, as rows carry the result
        unchecked
        {
            foreach (var c in stream) hash = (hash ^ c) * 16777619u;
        }

        return (int)(hash % Slots);
    }

    /// <summary>
    /// What the hash of a stream's first row follows from: its name, so that rows of one stream do not pass for
    /// another's.
    /// </summary>
    public static byte[] ChainStart(string stream) => System.Text.Encoding.UTF8.GetBytes(stream);

    public static string Kind(string stream) => stream[..stream.IndexOf('/', StringComparison.Ordinal)];
}

/// <summary>Puts a stream together from what the database returns.</summary>
internal sealed class StreamLoading(string stream)
{
    private readonly List<JournalRow> _tail = [];
    private LoadedStream _loaded = new(stream, null, []);

    public string Stream => stream;

    public LoadedStream Loaded => _loaded with { Tail = _tail };

    public void Base(SnapshotRow snapshot, JournalPlace place, long at, long? due) =>
        _loaded = _loaded with
        {
            Snapshot = snapshot,
            Next = snapshot.Next,
            Hash = snapshot.Hash,
            At = place,
            LastAt = at,
            Due = due,
        };

    public void Add(JournalRow row)
    {
        if (_loaded.Broken is not null) return;
        if (row.Version != _loaded.Next)
        {
            _loaded = _loaded with { Broken = $"{stream}: version {_loaded.Next} is missing; run `ale verify`" };
            return;
        }

        _tail.Add(row);
        _loaded = _loaded with
        {
            Next = row.Next,
            Hash = row.Hash,
            At = row.Place,
            LastAt = Math.Max(_loaded.LastAt, row.At),
            Due = row.Due,
        };
    }
}

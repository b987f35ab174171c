namespace Ale.Kernel;

/// <summary>
/// The database below the journal; one implementation for PostgreSQL, one for SQLite, one contract suite over both.
/// Losing the connection is told as <see cref="StoreLostException"/> (the outcome is unknown); every other exception is
/// definite: the statement did nothing.
/// </summary>
internal interface IJournalStore
{
    /// <summary>True when another process may write the same streams, so that an idle activation must be
    /// checked.</summary>
    bool IsShared { get; }

    /// <summary>The database's clock; null: the machine's own is used.</summary>
    Task<DateTimeOffset?> ReadClock(CancellationToken ct);

    /// <summary>
    /// Inserts all rows whose (stream, version) is free, in one durable transaction, and tells each one's place;
    /// null: taken.
    /// </summary>
    Task<JournalPlace?[]> Append(IReadOnlyList<PendingRow> rows, CancellationToken ct);

    /// <summary>Where these rows stand if the stored ones are ours by hash; null: another's, or none.</summary>
    Task<JournalPlace?[]> FindOwn(IReadOnlyList<PendingRow> rows, CancellationToken ct);

    /// <summary>Snapshot and tail of each stream, in one round trip.</summary>
    Task<IReadOnlyList<LoadedStream>> Load(IReadOnlyList<(string Stream, string Shape)> asked, CancellationToken ct);

    /// <summary>For each stream the version its next row must have.</summary>
    Task<long[]> NextVersions(IReadOnlyList<string> streams, CancellationToken ct);

    /// <summary>Rows after a place that no running transaction can still precede.</summary>
    Task<JournalPage> Read(JournalFilter filter, JournalPlace after, int limit, CancellationToken ct);

    /// <summary>The place of the last row visible now, also of rows that readers may not pass yet.</summary>
    Task<JournalPlace> End(CancellationToken ct);

    /// <summary>Keeps the newest snapshot of a stream; an older one than stored is dropped silently.</summary>
    Task SaveSnapshot(SnapshotRow snapshot, CancellationToken ct);

    /// <summary>Stored snapshots of the streams after a name, in the order of their names.</summary>
    Task<IReadOnlyList<SnapshotRow>> Snapshots(string after, int limit, CancellationToken ct);
}

/// <summary>The connection or the server went away in the middle: whether the statement took effect is
/// unknown.</summary>
[GenerateSerializer, Alias("ale.store_lost")]
public sealed class StoreLostException : Exception
{
    public StoreLostException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    public StoreLostException()
    {
    }

    public StoreLostException(string message) : base(message)
    {
    }
}

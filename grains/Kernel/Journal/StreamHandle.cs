using System.Text.Json.Serialization.Metadata;

namespace Ale.Kernel;

/// <summary>
/// An activation's right to append to its stream. It holds the next version and the last hash. Once a batch is lost the
/// handle is closed for ever: what was gathered behind the lost batch is dropped unsent, and nothing more is taken.
/// (Without it the loser's next batch would slip in behind the winner's.)
/// At most one row is in flight and one gathers.
/// </summary>
internal sealed class StreamHandle(JournalWriter writer, string stream, string kind)
{
    private readonly Lock _gate = new();
    private PendingRow? _gathering, _inFlight;
    private byte[] _hash = [];
    private bool _hadDue;
    private Exception? _closed, _ending;
    private long _rowVersion; // first version of the last sealed row
    private long _freshSince; // timestamp of when the last successful append or check was sent

    public string StreamName => stream;
    public string Kind => kind;
    public int Slot { get; } = JournalNames.Slot(stream);

    /// <summary>Version of the next event to be handed over.</summary>
    public long Next { get; private set; }

    /// <summary>When the stream's last event was decided, ms since 1970.</summary>
    public long LastAt { get; private set; }

    /// <summary>Place of the last durable row.</summary>
    public JournalPlace At { get; private set; }

    public bool IsClosed => Volatile.Read(ref _closed) is not null;
    public bool IsGathering => _gathering is not null;

    /// <summary>The row whose durability covers everything decided so far; null when all is durable.</summary>
    public PendingRow? LastPending => _gathering ?? _inFlight;

    public long FreshSince => Volatile.Read(ref _freshSince);

    public void Begin(LoadedStream loaded, long freshSince)
    {
        (Next, LastAt, At) = (loaded.Next, loaded.LastAt, loaded.At);
        _hash = loaded.Next == 0 ? JournalNames.ChainStart(stream) : loaded.Hash;
        _rowVersion = loaded.Tail.Count > 0 ? loaded.Tail[^1].Version : loaded.Snapshot?.RowVersion ?? 0;
        _hadDue = loaded.Due is > 0;
        _freshSince = freshSince;
    }

    /// <summary>
    /// The last sealed row: where a snapshot stands that is taken while nothing gathers, and what must be durable
    /// first.
    /// </summary>
    public (long RowVersion, byte[] Hash, PendingRow? After) SealedEnd()
    {
        lock (_gate) return (_rowVersion, _hash, _inFlight);
    }

    public PendingRow Hand<TEvent>(
        ReadOnlySpan<TEvent> events, JsonTypeInfo<TEvent> format, long? due, long at, int hops)
    {
        PendingRow row;
        var isNew = false;
        lock (_gate)
        {
            if ((_closed ?? _ending) is { } why) throw Unknown(why);
            if (_gathering is null)
            {
                _gathering = new PendingRow(this, Next);
                isNew = _inFlight is null; // else it is queued when the row before it has ended
            }

            row = _gathering;
            try
            {
                row.Add(events, format, at, hops);
            }
            catch (Exception e) // half an event is in the row: it must never be taken
            {
                Close(e);
                throw;
            }

            row.Due = due ?? (_hadDue ? 0 : null);
            Next += events.Length;
            LastAt = Math.Max(LastAt, at);
        }

        writer.Handed(this, events.Length, isNew);
        return row;
    }

    /// <summary>The writer takes what has gathered; from here on it is sent as it is.</summary>
    public PendingRow? Take(HashChain chain)
    {
        lock (_gate)
        {
            if (_gathering is null || _inFlight is not null || _closed is not null) return null;
            (_inFlight, _gathering) = (_gathering, null);
            _inFlight.Seal(chain, _hash);
            (_hash, _rowVersion) = (_inFlight.Hash, _inFlight.Version);
            _hadDue = _inFlight.Due is > 0;
            return _inFlight;
        }
    }

    /// <summary>The row in flight is durable. True when another has gathered behind it and must be queued.</summary>
    public bool Ended(PendingRow row, JournalPlace place, long sent)
    {
        bool more;
        lock (_gate)
        {
            if (ReferenceEquals(_inFlight, row)) _inFlight = null;
            (At, _freshSince) = (place, sent);
            more = _gathering is not null && _closed is null;
        }

        row.Succeed(place);
        return more;
    }

    public void Checked(long sent)
    {
        lock (_gate) _freshSince = Math.Max(_freshSince, sent);
    }

    /// <summary>Ends the handle. Everything not durable is lost to its waiters: they hear "unknown".</summary>
    public void Close(Exception why)
    {
        PendingRow? inFlight, gathered;
        lock (_gate)
        {
            if (_closed is not null) return;
            Volatile.Write(ref _closed, why);
            (inFlight, gathered) = (_inFlight, _gathering);
            (_inFlight, _gathering) = (null, null);
        }

        if (gathered is not null) writer.Dropped(gathered.Count);
        inFlight?.Fail(Unknown(why));
        gathered?.Fail(Unknown(why));
    }

    public void ThrowIfClosed()
    {
        if ((Volatile.Read(ref _closed) ?? Volatile.Read(ref _ending)) is { } why) throw Unknown(why);
    }

    /// <summary>Takes nothing more; what was handed over is still written. After <see cref="Settle"/> it can be
    /// closed.</summary>
    public void StopTaking(Exception why)
    {
        lock (_gate) _ending ??= why;
    }

    /// <summary>Waits until nothing is in flight, whatever the outcome.</summary>
    public async Task Settle()
    {
        while (LastPending is { } row)
        {
            try { await row.Done; }
            catch (OutcomeUnknownException) { return; } // closed: nothing can be in flight any more
        }
    }

    // Without the cause itself: it may be of a type that cannot travel to the caller, who must hear "unknown" all the
    // same.
    private OutcomeUnknownException Unknown(Exception why) => new($"{stream}: {why.Message}");
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>Bounds of one silo's writer.</summary>
public sealed class WriterLimits
{
    /// <summary>Most events decided and not yet durable; beyond it commands hear <c>request.busy</c>.</summary>
    public int WaitingEventsMax { get; set; } = 65_536;

    /// <summary>Most rows in one flush.</summary>
    public int FlushRowsMax { get; set; } = 4_096;

    /// <summary>Most bytes of events in one flush.</summary>
    public int FlushBytesMax { get; set; } = 8 * 1024 * 1024;

    /// <summary>How long a flush whose outcome is unknown is sent again before its handles close.</summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// One per silo: gathers what all grains decided and flushes it. At once when idle; while a flush is on its way the
/// next gathers. No timers. A batch whose fate is unknown is sent again unchanged and recognised by its hash.
/// </summary>
internal sealed partial class JournalWriter : IAsyncDisposable
{
    private readonly IJournalStore _store;
    private readonly WriterLimits _limits;
    private readonly ILogger<JournalWriter> _log;
    private readonly HashChain _chain;
    private readonly ConcurrentDictionary<string, StreamHandle> _handles = new(StringComparer.Ordinal);
    private readonly Channel<StreamHandle> _ready =
        Channel.CreateUnbounded<StreamHandle>(new() { SingleReader = true, AllowSynchronousContinuations = false });
    private readonly Gatherer<(string Stream, string Shape), LoadedStream> _loads;
    private readonly Gatherer<string, (long Next, long Sent)> _checks;
    private readonly Task _loop;
    private int _waitingEvents;

    public JournalWriter(IJournalStore store, AuditKey key, WriterLimits limits, ILogger<JournalWriter> log)
    {
        (_store, _limits, _log) = (store, limits, log);
        _chain = new(key);
        _loads = new(asked => store.Load(asked, default), 1_000);
        _checks = new(Check, 4_096);
        _loop = Task.Run(Run);
    }

    /// <summary>Told after each flush, with the place of its last row: readers on this silo look at once.</summary>
    public event Action<JournalPlace>? Flushed;

    public bool HasRoom => Volatile.Read(ref _waitingEvents) < _limits.WaitingEventsMax;

    public int WaitingEvents => Volatile.Read(ref _waitingEvents);

    /// <summary>
    /// Opens the stream for one activation. An older handle of this silo is first let settle, then closed, and only
    /// then is the stream read.
    /// </summary>
    public async Task<(StreamHandle Handle, LoadedStream Loaded)> Open(string stream, string kind, string shape)
    {
        var handle = new StreamHandle(this, stream, kind);
        while (!_handles.TryAdd(stream, handle))
        {
            if (!_handles.TryGetValue(stream, out var older)) continue;
            var why = new InvalidOperationException("another activation has opened the stream");
            older.StopTaking(why); // else a busy one would never settle, or send a batch after it has
            await older.Settle();
            older.Close(why);
            _handles.TryRemove(KeyValuePair.Create(stream, older));
        }

        var sent = Stopwatch.GetTimestamp();
        try
        {
            var loaded = await _loads.Ask((stream, shape));
            if (loaded.Broken is { } why) throw new InvalidDataException(why);
            handle.Begin(loaded, sent);
            return (handle, loaded);
        }
        catch (Exception e)
        {
            Release(handle);
            if (e is StoreLostException) throw new OutcomeUnknownException($"{stream}: {e.Message}");
            throw;
        }
    }

    public void Release(StreamHandle handle)
    {
        handle.Close(new InvalidOperationException("the activation has ended"));
        _handles.TryRemove(KeyValuePair.Create(handle.StreamName, handle));
    }

    /// <summary>
    /// Makes sure that an answer without an event may leave: nobody else has appended since this activation last knew.
    /// False: somebody has, the activation is stale. True although something was handed over meanwhile: that append is
    /// the check, and the caller waits for it.
    /// </summary>
    public async ValueTask<bool> IsFresh(StreamHandle handle)
    {
        if (!_store.IsShared) return true;
        var asked = handle.FreshSince;
        if (Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(1)) return true;
        var expected = handle.Next;
        long next, sent;
        try
        {
            (next, sent) = await _checks.Ask(handle.StreamName);
        }
        catch (StoreLostException e)
        {
            throw new OutcomeUnknownException($"{handle.StreamName}: {e.Message}");
        }

        if (handle.FreshSince != asked
            || handle.LastPending is not null) return true; // appended meanwhile: that is the check
        if (next != expected) return false;
        handle.Checked(sent);
        return true;
    }

    internal void Handed(StreamHandle handle, int events, bool queue)
    {
        Interlocked.Add(ref _waitingEvents, events);
        if (queue) _ready.Writer.TryWrite(handle);
    }

    internal void Dropped(int events) => Interlocked.Add(ref _waitingEvents, -events);

    private async Task<IReadOnlyList<(long Next, long Sent)>> Check(IReadOnlyList<string> streams)
    {
        var sent = Stopwatch.GetTimestamp();
        var versions = await _store.NextVersions(streams, default);
        return [.. versions.Select(v => (v, sent))];
    }

    private async Task Run()
    {
        var rows = new List<PendingRow>();
        while (await _ready.Reader.WaitToReadAsync())
        {
            rows.Clear();
            var bytes = 0;
            while (rows.Count < _limits.FlushRowsMax && bytes < _limits.FlushBytesMax
                && _ready.Reader.TryRead(out var handle))
            {
                if (handle.Take(_chain) is not { } row) continue;
                rows.Add(row);
                bytes += row.Bytes;
            }

            if (rows.Count == 0) continue;
            if (rows.Count > 1) // one order of locks for every silo: no deadlock between flushes
                rows.Sort(static (a, b) => string.CompareOrdinal(a.Handle.StreamName, b.Handle.StreamName));
            await Flush(rows);
        }
    }

    /// <summary>Sends the rows until their fate is known. Never throws: each row ends, one way or the other.</summary>
    private Task Flush(List<PendingRow> rows) => Flush(rows, Stopwatch.GetTimestamp());

    /// <param name="first">When the whole flush was sent first: its parts share the time for sending again.</param>
    private async Task Flush(List<PendingRow> rows, long first)
    {
        var sent = Stopwatch.GetTimestamp();
        JournalPlace?[] places;
        try
        {
            places = await Send(rows, first);
        }
        catch (StoreLostException e)
        {
            LogUnknown(_log, rows.Count, e);
            Lose(rows, e);
            return;
        }
        catch (Exception e) when (rows.Count > 1) // definite: find the row that the database does not want
        {
            LogSplit(_log, rows.Count, e);
            foreach (var row in rows) await Flush([row], first);
            return;
        }
        catch (Exception e)
        {
            LogRefused(_log, rows[0].Handle.StreamName, e);
            Lose(rows, e);
            return;
        }

        Conclude(rows, places, sent);
        foreach (var row in rows) row.Recycle(); // what was sent has been answered
        KernelMetrics.Flushed(sent, rows.Count);
    }

    private async Task<JournalPlace?[]> Send(List<PendingRow> rows, long first)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var places = await _store.Append(rows, default);
                if (!Array.Exists(places, p => p is null)) return places;

                // A row we sent before and heard nothing of may stand there already: it is ours when its hash is.
                var taken = Enumerable.Range(0, rows.Count).Where(i => places[i] is null).ToArray();
                var own = await _store.FindOwn([.. taken.Select(i => rows[i])], default);
                for (var i = 0; i < taken.Length; i++) places[taken[i]] = own[i];
                return places;
            }
            catch (StoreLostException e) when (Stopwatch.GetElapsedTime(first) < _limits.RetryFor)
            {
                LogRetry(_log, attempt, rows.Count, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(500, 20 << Math.Min(attempt, 6))));
            }
        }
    }

    private void Conclude(List<PendingRow> rows, JournalPlace?[] places, long sent)
    {
        var last = default(JournalPlace);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            Interlocked.Add(ref _waitingEvents, -row.Count);
            if (places[i] is { } place)
            {
                last = JournalPlace.Max(last, place);
                if (row.Handle.Ended(row, place, sent)) _ready.Writer.TryWrite(row.Handle);
            }
            else
            {
                LogFence(_log, row.Handle.StreamName, row.Version);
                KernelMetrics.FencesLost.Add(1);
                row.Handle.Close(new InvalidOperationException("another writer has taken the version"));
            }
        }

        if (last == default) return;
        try
        {
            Flushed?.Invoke(last);
        }
        catch (Exception e) // who only wants to know must not stop the writer
        {
            LogListener(_log, e);
        }
    }

    private void Lose(List<PendingRow> rows, Exception why)
    {
        foreach (var row in rows)
        {
            Interlocked.Add(ref _waitingEvents, -row.Count);
            row.Handle.Close(why);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ready.Writer.TryComplete();
        await _loop;
        _chain.Dispose();
    }

    [LoggerMessage(1, LogLevel.Error, "{Rows} rows are lost to their callers: storage was away too long")]
    private static partial void LogUnknown(ILogger log, int rows, Exception e);

    [LoggerMessage(2, LogLevel.Warning, "A flush of {Rows} rows was refused; its streams are sent one by one")]
    private static partial void LogSplit(ILogger log, int rows, Exception e);

    [LoggerMessage(3, LogLevel.Error, "A row of {Stream} was refused by the database")]
    private static partial void LogRefused(ILogger log, string stream, Exception e);

    [LoggerMessage(4, LogLevel.Warning, "Flush attempt {Attempt} of {Rows} rows has an unknown outcome: {Why}")]
    private static partial void LogRetry(ILogger log, int attempt, int rows, string why);

    [LoggerMessage(6, LogLevel.Error, "Somebody who was told of a flush failed")]
    private static partial void LogListener(ILogger log, Exception e);

    [LoggerMessage(5, LogLevel.Warning, "{Stream} lost its fence at version {Version}")]
    private static partial void LogFence(ILogger log, string stream, long version);
}

/// <summary>The key of the hash chain and the seals; it is never in the database.</summary>
internal sealed record AuditKey(byte[] Bytes);

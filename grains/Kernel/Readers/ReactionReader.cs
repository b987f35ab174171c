using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Ale.Kernel;

/// <summary>
/// Runs a reaction over the journal: streams side by side, each in order. Its place follows the oldest event not yet
/// done, and never waits for one stream longer than 30 s, or 5 s where somebody outside is asked: that stream moves to
/// the list and is tried from there.
/// </summary>
internal sealed partial class ReactionReader(
    Reaction reaction, IJournalStore journal, IViewStore views, IGrainFactory grains, TimeProvider time, ILogger log)
    : ReaderLoop(reaction.Name, log)
{
    private const int WindowMax = 4_096, SideBySideMax = 64, FaultsMax = 5;
    private readonly TimeSpan _retryInWindow = TimeSpan.FromSeconds(reaction.AsksOutside ? 5 : 30);
    private readonly ParkedEvents _list = new(views, time);
    private readonly SemaphoreSlim _sideBySide = new(SideBySideMax);
    private readonly SemaphoreSlim _listing = new(1); // the list and _listed change together
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _window = new();
    private readonly Dictionary<string, Queue<Waiting>> _streams = new(StringComparer.Ordinal);
    private readonly HashSet<string> _draining = new(StringComparer.Ordinal);
    private HashSet<string> _listed = new(StringComparer.Ordinal);
    private JournalPlace _stored, _read, _endAtStart;
    private readonly Dictionary<string, int> _faults = new(StringComparer.Ordinal); // of streams tried from the list
    private bool _loaded;
    private int _epoch; // raised when the window is read anew: what was begun before has no say any more
    private long _lookedAt;

    private sealed class Waiting(JournalRow row)
    {
        public JournalRow Row => row;
        public bool Done { get; set; }

        /// <summary>The window is full and waits for this event: no more than one attempt.</summary>
        public bool IsUrgent { get; set; }

        /// <summary>Set when the event is to go to the list: with this mark and error.</summary>
        public (string Mark, string Error)? Listing { get; set; }
    }

    protected override async Task Load(CancellationToken ct)
    {
        if (_loaded) return; // after a fault the window goes on as it is
        _stored = _read = await ReaderPlaces.Load(views, Name, Now(), ct);
        _endAtStart = await journal.End(ct);
        lock (_gate)
        {
            _epoch++;
            _window.Clear();
            _streams.Clear();
        }

        _listed = await _list.Streams(Name, ct);
        _loaded = true;
    }

    protected override async Task<bool> Step(CancellationToken ct)
    {
        await RetryListed(ct);
        var full = false;
        var horizon = default(JournalPlace);
        int room;
        lock (_gate) room = WindowMax - _window.Count;
        if (room > 0)
        {
            var page = await journal.Read(reaction.Filter, _read, Math.Min(room, 1_000), ct);
            foreach (var row in page.Rows) Take(row);
            (_read, horizon, full) = (page.Horizon, page.Horizon, page.Full);
        }
        else
        {
            GiveUpOldest();
        }

        lock (_gate) IsBehind(_window.First?.Value.Row.At);
        await Advance(horizon, ct);
        return full;
    }

    public override int ListedStreams
    {
        get { lock (_gate) return _listed.Count; }
    }

    protected override TimeSpan IdleFor
    {
        get
        {
            lock (_gate) return TimeSpan.FromMilliseconds(_window.Count > 0 ? 10 : 250);
        }
    }

    private void Take(JournalRow row)
    {
        var waiting = new Waiting(row);
        Queue<Waiting>? queue;
        int epoch;
        lock (_gate)
        {
            epoch = _epoch;
            _window.AddLast(waiting);
            if (_streams.TryGetValue(row.Stream, out queue))
            {
                queue.Enqueue(waiting);
                return;
            }

            _streams[row.Stream] = queue = new([waiting]);
        }

        var started = queue;
        _ = Task.Run(() => Pump(row.Stream, started, epoch));
    }

    /// <summary>One stream's events, in order.</summary>
    private async Task Pump(string stream, Queue<Waiting> queue, int epoch)
    {
        await _sideBySide.WaitAsync();
        try
        {
            while (true)
            {
                Waiting waiting;
                lock (_gate)
                {
                    if (epoch != _epoch) return;
                    if (queue.Count == 0)
                    {
                        _streams.Remove(stream);
                        return;
                    }

                    waiting = queue.Peek();
                }

                var listing = IsListed(stream)
                    ? (ParkedEvents.Retrying, "behind an earlier event of the stream") : await TryLong(waiting, epoch);
                lock (_gate)
                {
                    if (epoch != _epoch) return;
                    if (listing is { } found) waiting.Listing = found;
                    if (listing is not null) _listed.Add(stream); // what comes later goes behind it
                    waiting.Done = true;
                    queue.Dequeue();
                }
            }
        }
        catch (OperationCanceledException) // the successor does it
        {
        }
        finally
        {
            _sideBySide.Release();
            Nudge();
        }
    }

    private bool IsListed(string stream)
    {
        lock (_gate) return _listed.Contains(stream);
    }

    /// <summary>Null: done. Else: how the event goes to the list. Cancelled when another has taken over.</summary>
    private async Task<(string Mark, string Error)?> TryLong(Waiting waiting, int epoch)
    {
        var (started, faults) = (time.GetTimestamp(), 0);
        for (var attempt = 1; ; attempt++)
        {
            Stopping.ThrowIfCancellationRequested();
            lock (_gate)
                if (epoch != _epoch) throw new OperationCanceledException();
            var (kind, error) = await TryOnce(waiting.Row, waiting.Row.Place <= _endAtStart || attempt > 1);
            switch (kind)
            {
                case Result.Done: return null;
                case Result.Refused: return (ParkedEvents.Parked, error);
                case Result.Fault when ++faults >= FaultsMax: return (ParkedEvents.Parked, error);
                case Result.Unknown when time.GetElapsedTime(started) > _retryInWindow || waiting.IsUrgent:
                    return (ParkedEvents.Retrying, error);
                default:
                    await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5_000, 20 << Math.Min(attempt, 8))), Stopping);
                    break;
            }
        }
    }

    private enum Result { Done, Refused, Fault, Unknown }

    private async Task<(Result Kind, string Error)> TryOnce(JournalRow row, bool repeat)
    {
        if (row.Hops + 1 >= Reaction.HopsMax) return (Result.Refused, $"the {Reaction.HopsMax}th reaction in a row");
        try
        {
            CallMark.Clear();
            CallMark.SetHops(row.Hops + 1);
            if (repeat) CallMark.SetRepeat();
            var refusal = await reaction.React(row, grains);
            if (refusal is null) return (Result.Done, "");
            return (refusal.Kind is RefusalKind.Busy or RefusalKind.TooMany ? Result.Unknown
                : Result.Refused, refusal.Code);
        }
        catch (Exception e) when (
            e is OutcomeUnknownException or TimeoutException or OrleansException or StoreLostException)
        {
            return (Result.Unknown, e.Message);
        }
        catch (Exception e) // the target's own answer, activation, Decide and Apply included
        {
            return (Result.Fault, $"{e.GetType().Name}: {e.Message}");
        }
        finally
        {
            CallMark.Clear();
        }
    }

    /// <summary>The window is full: the stream that holds it up goes to the list at its next attempt.</summary>
    private void GiveUpOldest()
    {
        lock (_gate)
        {
            if (_window.First is { Value: { Done: false } oldest }) oldest.IsUrgent = true;
        }
    }

    private async Task Advance(JournalPlace horizon, CancellationToken ct)
    {
        var done = new List<Waiting>();
        bool empty;
        lock (_gate)
        {
            for (var node = _window.First; node is { Value.Done: true }; node = node.Next) done.Add(node.Value);
            empty = done.Count == _window.Count;
        }

        if (done.Count > 0)
        {
            var place = done[^1].Row.Place;
            await _listing.WaitAsync(ct);
            try
            {
                await using var tx = await views.Begin(ct);
                foreach (var waiting in done)
                {
                    if (waiting.Listing is not { } listing) continue;
                    await _list.Add(tx, Name, waiting.Row, listing.Mark, listing.Error);
                    if (listing.Mark == ParkedEvents.Parked) LogParked(Log, Name, waiting.Row.Stream, listing.Error);
                }

                if (!await ReaderPlaces.Move(tx, Name, 1, _stored, place, Now()))
                {
                    _loaded = false;
                    throw new InvalidOperationException("another reader has moved the place");
                }

                await tx.Commit();
            }
            finally
            {
                _listing.Release();
            }

            _stored = place;
            KernelMetrics.Took(Name, Now(), done[^1].Row);
            lock (_gate)
                for (var i = 0; i < done.Count; i++) _window.RemoveFirst();
        }

        lock (_gate) IsBehind(_window.First?.Value.Row.At);
        MoveTo(empty && horizon > _stored ? horizon : _stored);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    [LoggerMessage(50, LogLevel.Error, "{Reaction} parked {Stream}: {Error}")]
    private static partial void LogParked(ILogger log, string reaction, string stream, string error);

    [LoggerMessage(51, LogLevel.Warning, "{Reaction} could not go on with {Stream} from the list")]
    private static partial void LogListed(ILogger log, string reaction, string stream, Exception e);
}

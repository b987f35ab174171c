using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>
/// Reads the journal from its place on, for as long as it is told to. A flush of this silo nudges it; idle it looks
/// every 250 ms. A step that fails is tried again with back-off: a reader never skips.
/// </summary>
internal abstract partial class ReaderLoop : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250), Hurry = TimeSpan.FromMilliseconds(10);

    /// <summary>Least time between two looks when nobody waits: many flushes are then one batch.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(100);

    private readonly string _name;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _nudge = new(0, 1);
    private readonly Lock _gate = new();
    private readonly List<(JournalPlace At, TaskCompletionSource Reached)> _waiters = [];
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously); // somebody waits
    private JournalPlace _place;
    private Task _loop = Task.CompletedTask;

    protected ReaderLoop(string name, ILogger log)
    {
        (_name, _log) = (name, log);
        Stopping = _stop.Token;
    }

    public string Name => _name;
    protected ILogger Log => _log;

    /// <summary>Everything up to here that the reader wants has taken effect.</summary>
    public JournalPlace Place
    {
        get { lock (_gate) return _place; }
    }

    /// <summary>Faults in a row; 0 when all is well.</summary>
    public int Failures { get; private set; }

    /// <summary>When the oldest event happened that was read and has not taken effect, Unix milliseconds; null: the
    /// reader stands at the journal's end, as it last saw it.</summary>
    public long? BehindSince { get; private set; }

    /// <summary>Streams that it does not follow for now.</summary>
    public virtual int ListedStreams => 0;

    /// <summary>Whether each flush of this silo makes it look at once.</summary>
    public virtual bool FollowsFlushes => true;

    /// <summary>Cancelled when the reader ends: what it has begun must not go on beside its successor.</summary>
    protected CancellationToken Stopping { get; }

    public void Start() => _loop = Task.Run(Run);

    public void Nudge()
    {
        if (_nudge.CurrentCount > 0) return;
        try { _nudge.Release(); }
        catch (SemaphoreFullException) { } // nudged by another at the same moment
        catch (ObjectDisposedException) { } // ended at the same moment
    }

    /// <summary>True when the reader gets to the place in time.</summary>
    public async Task<bool> Reached(JournalPlace at, TimeSpan within)
    {
        TaskCompletionSource reached;
        lock (_gate)
        {
            if (_place >= at) return true;
            reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((at, reached));
            _hurry.TrySetResult();
        }

        Nudge();
        await Task.WhenAny(reached.Task, Task.Delay(within, Stopping));
        lock (_gate) _waiters.RemoveAll(w => ReferenceEquals(w.Reached, reached));
        return reached.Task.IsCompleted;
    }

    /// <summary>Loads what the loop stands on; again after every failure.</summary>
    protected abstract Task Load(CancellationToken ct);

    /// <summary>Reads and takes effect once. True: there may be more at once.</summary>
    protected abstract Task<bool> Step(CancellationToken ct);

    /// <summary>How long to wait when there is nothing to read.</summary>
    protected virtual TimeSpan IdleFor => Idle;

    protected void IsBehind(long? since) => BehindSince = since;

    protected void MoveTo(JournalPlace place)
    {
        lock (_gate)
        {
            if (place > _place) _place = place;
            foreach (var (at, reached) in _waiters)
                if (_place >= at) reached.TrySetResult();
        }
    }

    private async Task Run()
    {
        var loaded = false;
        RequestContext.Clear(); // the marks of the call that happened to start it are not those of what it does
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!loaded) await Load(_stop.Token);
                loaded = true;
                var more = await Step(_stop.Token);
                Failures = 0;
                if (more) continue;
                bool hurried;
                lock (_gate)
                {
                    hurried = _waiters.Count > 0;
                    if (_hurry.Task.IsCompleted) _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                if (!hurried) await Task.WhenAny(_hurry.Task, Task.Delay(Gap, _stop.Token));
                await _nudge.WaitAsync(hurried ? Hurry : IdleFor, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                loaded = false;
                Failures++;
                LogFailed(_log, _name, Failures, e);
                try
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5_000, 50 << Math.Min(Failures, 7))),
                    _stop.Token);
                }
                catch (OperationCanceledException) { return; }
            }
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _nudge.Dispose();
        GC.SuppressFinalize(this);
    }

    [LoggerMessage(40, LogLevel.Warning, "Reader {Name} failed {Failures} times in a row; it tries again")]
    private static partial void LogFailed(ILogger log, string name, int failures, Exception e);
}

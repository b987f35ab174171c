using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Ale.Kernel;

/// <summary>
/// The shell of every slice: decide in memory, answer when durable. Calls overlap only at an await; reading
/// <see cref="State"/>, deciding and applying happen between awaits, so a hot grain answers a whole batch with one
/// flush.
/// </summary>
[Reentrant]
internal abstract partial class EventSourcedGrain<TState, TEvent>(SiloKernel kernel) : Grain, IWakeable
    where TState : IState<TState, TEvent>
{
    private static readonly TimeSpan SnapshotEvery = TimeSpan.FromSeconds(30), TimerMax = TimeSpan.FromDays(1);
    private const int SnapshotAfterEvents = 1_000, SnapshotOnEndAfterEvents = 100;

    private StreamHandle _handle = null!;
    private IGrainTimer? _timer;
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;
    private long _snapshotNext;
    private DateTimeOffset _snapshotAt;

    /// <summary>The thing as decided, including what is not durable yet; nothing of it may leave before it
    /// is.</summary>
    protected TState State { get; private set; } = TState.New();

    /// <summary>The journal's clock, never before the stream's last event.</summary>
    protected DateTimeOffset Now
    {
        get
        {
            var now = kernel.Clock.GetUtcNow();
            var last = DateTimeOffset.FromUnixTimeMilliseconds(_handle.LastAt);
            return now < last ? last : now;
        }
    }

    /// <summary>The thing's own id.</summary>
    protected string Key => this.GetPrimaryKeyString();

    /// <summary>Where the stream stands, for lookups in the slice's table.</summary>
    protected JournalPlace At => _handle.At;

    /// <summary>Events of the stream so far.</summary>
    protected long Version => _handle.Next;

    /// <summary>How the state is stored beside the events; null: it is always folded.</summary>
    protected virtual SnapshotCodec<TState>? Snapshots => null;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var id = this.GetGrainId();
        var (handle, loaded) =
            await kernel.Writer.Open(id.ToString(), id.Type.ToString()!, Snapshots?.Shape ?? "");
        _handle = handle;
        try
        {
            if (loaded.Snapshot is { } snapshot)
            {
                State = Snapshots!.Thaw(snapshot.State);
                _snapshotNext = snapshot.Next;
            }

            foreach (var row in loaded.Tail)
                foreach (var e in EventJson.Read(row.Events, TState.EventJson)) State = State.Apply(e);
        }
        catch
        {
            kernel.Writer.Release(handle);
            throw;
        }

        ArmTimer();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_handle is null) return Task.CompletedTask;
        if (_handle is { IsClosed: false, IsGathering: false } && IsSnapshotWorth(SnapshotOnEndAfterEvents))
            TakeSnapshot();
        return _handle.Settle().ContinueWith(
            _ => kernel.Writer.Release(_handle), CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
    }

    /// <summary>
    /// Applies the decision's events and answers when they are durable. Refusals, repeats and reads wait too, for what
    /// they saw. Cancellation stops a command before it is decided, never after.
    /// </summary>
    protected async Task<Outcome<TReply>> Commit<TReply>(Decision<TEvent, TReply> decision,
        CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            var reply = Take(decision);
            if (reply.Refusal == KernelRefusals.Busy) return reply; // says nothing of the state: need not wait for it
            var at = _handle.LastPending is { } row ? await row.Done : await Checked();
            return reply with { At = JournalPlace.Max(at, reply.At) };
        }
        catch (OutcomeUnknownException)
        {
            DeactivateOnIdle(); // memory may be ahead of the disk: the next activation reads the truth
            throw;
        }
    }

    /// <summary>
    /// <see cref="Commit"/> of many commands, each decided on what those before it left, all answered by one flush.
    /// </summary>
    protected async Task<ImmutableArray<Outcome<TReply>>> CommitEach<TCommand, TReply>(
        ImmutableArray<TCommand> commands, Func<TCommand, Decision<TEvent, TReply>> decide, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            var replies = new Outcome<TReply>[commands.Length];
            for (var i = 0; i < replies.Length; i++) replies[i] = Take(decide(commands[i]));
            var at = _handle.LastPending is { } row ? await row.Done : await Checked();
            foreach (ref var reply in replies.AsSpan()) reply = reply with { At = JournalPlace.Max(at, reply.At) };
            return ImmutableCollectionsMarshal.AsImmutableArray(replies);
        }
        catch (OutcomeUnknownException)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>Applies the decision and hands its events over; the reply may leave when they are durable.</summary>
    private Outcome<TReply> Take<TReply>(Decision<TEvent, TReply> decision)
    {
        _handle.ThrowIfClosed();
        if (decision.Events.Length > 0)
        {
            if (!kernel.Writer.HasRoom) return KernelRefusals.Busy;
            Hand(decision.Events);
        }

        if (decision.Reply.Refusal is { } refusal)
            KernelMetrics.Refusals.Add(1, new KeyValuePair<string, object?>("code", refusal.Code));
        return decision.Reply;
    }

    /// <summary>Answers a read when what it saw is durable.</summary>
    protected Task<Outcome<TReply>> Answer<TReply>(TReply reply, CancellationToken ct = default) =>
        Commit(new Decision<TEvent, TReply>(reply, []), ct);

    /// <summary>The state has changed; what is told of it must wait until it is durable, as a read does.</summary>
    protected virtual void Changed()
    {
    }

    /// <summary>What the thing does when it is due. The default does nothing.</summary>
    protected virtual Task OnDue() => Task.CompletedTask;

    public async Task Wake()
    {
        if (State.DueAt is { } due && due <= Now) await OnDue();
    }

    private async ValueTask<JournalPlace> Checked()
    {
        if (await kernel.Writer.IsFresh(_handle))
        {
            _handle.ThrowIfClosed();
            return _handle.LastPending is { } row ? await row.Done
                : _handle.At; // appended meanwhile: that is the check
        }

        var stale = new InvalidOperationException("another activation has written since");
        _handle.Close(stale);
        throw new OutcomeUnknownException($"{_handle.StreamName}: {stale.Message}");
    }

    private void Hand(TEvent[] events)
    {
        if (!_handle.IsGathering) SnapshotIfWorth();
        var at = Now;
        try
        {
            foreach (var e in events) State = State.Apply(e); // all of them, or none is handed over
            _handle.Hand<TEvent>(events, TState.EventJson, State.DueAt?.ToUnixTimeMilliseconds(),
                at.ToUnixTimeMilliseconds(), CallMark.Hops);
        }
        catch (Exception e)
        {
            _handle.Close(e);
            DeactivateOnIdle();
            throw;
        }

        ArmTimer();
        Changed();
    }

    private void ArmTimer()
    {
        if (State.DueAt is not { } due)
        {
            _timer?.Dispose();
            (_timer, _armedFor) = (null, DateTimeOffset.MaxValue);
            return;
        }

        if (due >= _armedFor) return; // the earlier tick finds nothing due and arms again
        _armedFor = due;
        _timer?.Dispose();
        var wait = due - Now;
        if (wait > TimerMax) wait =
            TimerMax; // a timer holds 49 days at most; the tick finds nothing due and arms again
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions
        {
            DueTime = wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
        });
    }

    private async Task Tick(CancellationToken ct)
    {
        (_timer, _armedFor) = (null, DateTimeOffset.MaxValue);
        var due = State.DueAt;
        try
        {
            await Wake();
        }
        catch (Exception e) // the due reader wakes it again
        {
            LogDue(kernel.Log, _handle.StreamName, e);
        }
        finally
        {
            // Still due as before: nothing could be done, and the due reader wakes it again, ever more rarely.
            if (!_handle.IsClosed && (State.DueAt != due || State.DueAt > Now)) ArmTimer();
        }
    }

    /// <summary>Folding that many events would cost more than writing and reading the state.</summary>
    private bool IsSnapshotWorth(int events)
    {
        var since = _handle.Next - _snapshotNext;
        return since >= events && Snapshots is { } codec && since > codec.Entries(State);
    }

    private void SnapshotIfWorth()
    {
        if (!IsSnapshotWorth(SnapshotAfterEvents)) return;
        if (kernel.Clock.GetUtcNow() - _snapshotAt < SnapshotEvery) return;
        TakeSnapshot();
    }

    /// <summary>Only while nothing gathers: then the state is that of the last sealed row's end.</summary>
    private void TakeSnapshot()
    {
        if (Snapshots is not { } codec) return;
        var (rowVersion, hash, after) = _handle.SealedEnd();
        var (stream, next, bytes) = (_handle.StreamName, _handle.Next, codec.Freeze(State));
        (_snapshotNext, _snapshotAt) = (next, kernel.Clock.GetUtcNow());
        _ = Task.Run(async () =>
        {
            try
            {
                if (after is not null) await after.Done;
                await kernel.Store.SaveSnapshot(new(stream, rowVersion, next, hash, codec.Shape, bytes()), default);
            }
            catch (Exception e) // a snapshot only saves time; the events are the truth
            {
                LogSnapshot(kernel.Log, stream, e);
            }
        });
    }

    [LoggerMessage(20, LogLevel.Warning, "What was due in {Stream} failed; it is tried again")]
    private static partial void LogDue(ILogger log, string stream, Exception e);

    [LoggerMessage(21, LogLevel.Warning, "The snapshot of {Stream} was not written")]
    private static partial void LogSnapshot(ILogger log, string stream, Exception e);
}

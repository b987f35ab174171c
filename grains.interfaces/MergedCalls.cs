using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Ale;

/// <summary>
/// One process's calls to grains of one kind. A call goes out at once while few are under way to the same grain; those
/// that come meanwhile travel together in the next, each with an answer of its own. No timers: alone, a call is as
/// quick as without this.
/// </summary>
/// <remarks>
/// Repeats, and calls that an event caused, carry a <see cref="CallMark"/> and travel alone. When a call of several
/// fails by a fault of one of them, each is asked again alone; its id makes that safe. When nobody knows what became of
/// it, all hear that, and who repeats is the caller.
/// </remarks>
/// <param name="alone">Sends one command to the grain named.</param>
/// <param name="together">Sends several; as many answers, in their order.</param>
public sealed class MergedCalls<TCommand, TReply>(
    Func<string, TCommand, Task<Outcome<TReply>>> alone,
    Func<string, ImmutableArray<TCommand>, Task<ImmutableArray<Outcome<TReply>>>> together)
{
    /// <summary>Calls under way to one grain: one is being made durable, one decided, one on its way.</summary>
    public const int UnderWayMax = 3;

    /// <summary>Most commands that travel together.</summary>
    public const int TogetherMax = 1_024;

    private readonly Func<string, TCommand, Task<Outcome<TReply>>> _alone = alone;
    private readonly Func<string, ImmutableArray<TCommand>, Task<ImmutableArray<Outcome<TReply>>>> _together = together;
    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Sends the command, and answers with the grain's own answer to it.</summary>
    /// <param name="key">The grain's key.</param>
    /// <param name="command">What is asked; idempotent by an id in it.</param>
    /// <param name="ct">Stops it while it waits to be sent; afterwards it is the caller alone who stops waiting.</param>
    public Task<Outcome<TReply>> Call(string key, TCommand command, CancellationToken ct = default)
    {
        if (ct.IsCancellationRequested) return Task.FromCanceled<Outcome<TReply>>(ct);
        if (CallMark.IsSet) return _alone(key, command);
        while (true)
        {
            var lane = _lanes.GetOrAdd(key, static (key, calls) => new(key, calls), this);
            if (lane.Take(command) is { } answer) return answer;
        }
    }

    private sealed class Waiting(TCommand command)
        : TaskCompletionSource<Outcome<TReply>>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TCommand Command => command;
    }

    /// <summary>What is under way to one grain, and what waits. Gone from the calls when nothing is.</summary>
    private sealed class Lane(string key, MergedCalls<TCommand, TReply> calls)
    {
        private readonly Lock _gate = new();
        private List<Waiting>? _waiting;
        private int _underWay;
        private bool _isGone;

        /// <summary>Null: the lane has gone; ask for another.</summary>
        public Task<Outcome<TReply>>? Take(TCommand command)
        {
            lock (_gate)
            {
                if (_isGone) return null;
                if (_underWay == UnderWayMax)
                {
                    var waiting = new Waiting(command);
                    (_waiting ??= []).Add(waiting);
                    return waiting.Task;
                }

                _underWay++;
            }

            return Alone(command);
        }

        private async Task<Outcome<TReply>> Alone(TCommand command)
        {
            try
            {
                return await calls._alone(key, command).ConfigureAwait(false);
            }
            finally
            {
                // From here on nobody's context: those who waited are others than the caller that was answered.
                if (Next() is { } batch) ThreadPool.UnsafeQueueUserWorkItem(Send, batch, preferLocal: true);
            }
        }

        private void Send(List<Waiting> batch) => _ = Together(batch);

        private async Task Together(List<Waiting>? batch)
        {
            for (; batch is not null; batch = Next()) await Ask(batch).ConfigureAwait(false);
        }

        private async Task Ask(List<Waiting> batch)
        {
            try
            {
                var answers = await calls._together(key, Commands(batch)).ConfigureAwait(false);
                for (var i = 0; i < batch.Count; i++) batch[i].SetResult(answers[i]);
            }
            catch (Exception e) when (batch.Count == 1
                || e is OutcomeUnknownException or TimeoutException or OrleansException)
            {
                foreach (var waiting in batch) waiting.TrySetException(e);
            }
            catch (Exception) // which of them it was is not known
            {
                foreach (var waiting in batch) _ = Again(waiting);
            }
        }

        private async Task Again(Waiting waiting)
        {
            CallMark.SetRepeat(); // ends with this method
            try
            {
                waiting.SetResult(await calls._alone(key, waiting.Command).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                waiting.TrySetException(e);
            }
        }

        private static ImmutableArray<TCommand> Commands(List<Waiting> batch)
        {
            var commands = ImmutableArray.CreateBuilder<TCommand>(batch.Count);
            foreach (var waiting in batch) commands.Add(waiting.Command);
            return commands.MoveToImmutable();
        }

        /// <summary>One call has ended: what goes next in its place, or null.</summary>
        private List<Waiting>? Next()
        {
            lock (_gate)
            {
                if (_waiting is { Count: > 0 } batch)
                {
                    _waiting = batch.Count > TogetherMax ? batch[TogetherMax..] : null;
                    return batch.Count > TogetherMax ? batch[..TogetherMax] : batch;
                }

                if (--_underWay > 0) return null;
                _isGone = true;
            }

            calls._lanes.TryRemove(KeyValuePair.Create(key, this));
            return null;
        }
    }
}

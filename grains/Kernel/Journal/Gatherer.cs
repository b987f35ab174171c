namespace Ale.Kernel;

/// <summary>
/// Turns many small questions into few large ones without a timer: a question goes out at once when nothing is on its
/// way, else with all others that gathered meanwhile.
/// </summary>
internal sealed class Gatherer<TAsk, TAnswer>(Func<IReadOnlyList<TAsk>, Task<IReadOnlyList<TAnswer>>> askAll,
    int atOnceMax)
{
    private readonly Lock _gate = new();
    private List<(TAsk Ask, TaskCompletionSource<TAnswer> Answer)> _waiting = [];
    private bool _asking;

    public Task<TAnswer> Ask(TAsk ask)
    {
        var answer = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((ask, answer));
            if (_asking) return answer.Task;
            _asking = true;
        }

        _ = Task.Run(Drain);
        return answer.Task;
    }

    private async Task Drain()
    {
        while (true)
        {
            List<(TAsk Ask, TaskCompletionSource<TAnswer> Answer)> batch;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _asking = false;
                    return;
                }

                if (_waiting.Count <= atOnceMax) (batch, _waiting) = (_waiting, []);
                else (batch, _waiting) = (_waiting[..atOnceMax], _waiting[atOnceMax..]);
            }

            try
            {
                var answers = await askAll([.. batch.Select(b => b.Ask)]);
                for (var i = 0; i < batch.Count; i++) batch[i].Answer.SetResult(answers[i]);
            }
            catch (Exception e) // every asker hears it; the next question tries anew
            {
                foreach (var (_, answer) in batch) answer.TrySetException(e);
            }
        }
    }
}

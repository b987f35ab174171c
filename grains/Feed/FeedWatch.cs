namespace Ale.Feed;

/// <summary>
/// What waits for one watcher. Invariant: at most one value a topic, and no more topics than it was made for.
/// </summary>
internal sealed class FeedWatch(FeedHub hub, IReadOnlyList<FeedSubject> subjects) : IFeedWatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<FeedTopic, FeedValue> _latest = [];
    private readonly Queue<FeedTopic> _changed = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private bool _ended;

    public IReadOnlyList<FeedSubject> Subjects => subjects;

    public Task<Outcome<Done>> Begin(CancellationToken ct) => hub.Begin(this, ct);

    public void Put(FeedValue value)
    {
        lock (_gate)
        {
            if (_ended) return;
            if (_latest.TryAdd(value.Topic, value)) _changed.Enqueue(value.Topic);
            else _latest[value.Topic] = value;
            if (_signal.CurrentCount == 0) _signal.Release();
        }
    }

    public async Task<bool> Wait(TimeSpan within, CancellationToken ct)
    {
        lock (_gate)
            if (_changed.Count > 0) return true;
        await _signal.WaitAsync(within, ct);
        lock (_gate) return _changed.Count > 0;
    }

    public FeedValue? Take()
    {
        lock (_gate)
        {
            if (!_changed.TryDequeue(out var topic)) return null;
            _latest.Remove(topic, out var value);
            if (_changed.Count == 0) _signal.Wait(0); // or the next wait would end at once, with nothing there
            return value;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended) return;
            _ended = true;
            _latest.Clear();
            _changed.Clear();
        }

        hub.End(this);
        _signal.Dispose();
    }
}

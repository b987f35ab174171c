using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Ale.Feed;

/// <summary>
/// The topics that somebody on this node watches. Invariants: a topic is here as long as it has a watcher, at most
/// <see cref="FeedLimits.TopicsMax"/> of them; of each one value is kept, never replaced by an older one.
/// </summary>
internal sealed partial class FeedHub(ILocalSiloDetails silo, ILogger<FeedHub> log) : IFeed
{
    private const int AtOnceMax = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<FeedTopic, Watched> _topics = [];

    /// <summary>The name under which sources tell this node of changes.</summary>
    public string Node { get; } = silo.SiloAddress.ToParsableString();

    /// <summary>Topics that have a watcher.</summary>
    public int Topics
    {
        get { lock (_gate) return _topics.Count; }
    }

    public Outcome<IFeedWatch> Watch(IReadOnlyList<FeedSubject> subjects)
    {
        var watch = new FeedWatch(this, subjects);
        lock (_gate)
        {
            if (subjects.Count > FeedLimits.TopicsOfWatchMax
                || _topics.Count + subjects.Count(s => !_topics.ContainsKey(s.Topic)) > FeedLimits.TopicsMax)
                return FeedRefusals.Busy;
            foreach (var subject in subjects)
            {
                if (!_topics.TryGetValue(subject.Topic, out var topic))
                    _topics.Add(subject.Topic, topic = new(this, subject));
                topic.Add(watch);
            }
        }

        return new(watch, null);
    }

    /// <summary>A value has come; an older one than is known, or the same again, changes nothing.</summary>
    public void Take(FeedValue value)
    {
        Watched? topic;
        lock (_gate) _topics.TryGetValue(value.Topic, out topic);
        topic?.Take(value);
    }

    /// <summary>Looks at all sources again: their leases go on, and what was lost is made good.</summary>
    public async Task Resync(CancellationToken ct)
    {
        Watched[] topics;
        lock (_gate) topics = [.. _topics.Values];
        await Parallel.ForEachAsync(topics, Options(ct), async (topic, _) =>
        {
            try
            {
                await topic.Ask().WaitAsync(Patience, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested) // the next round asks again
            {
                LogResync(log, topic.Subject.Topic, e.Message);
            }
        });
    }

    internal async Task<Outcome<Done>> Begin(FeedWatch watch, CancellationToken ct)
    {
        Refusal? refusal = null;
        await Parallel.ForEachAsync(watch.Subjects, Options(ct), async (subject, _) =>
        {
            Watched? topic;
            lock (_gate) _topics.TryGetValue(subject.Topic, out topic);
            if (topic is null) return; // the watch has ended
            if (await topic.Ask().WaitAsync(ct) is { } no) Interlocked.CompareExchange(ref refusal, no, null);
        });
        if (refusal is not null) return refusal;
        foreach (var subject in watch.Subjects)
        {
            Watched? topic;
            lock (_gate) _topics.TryGetValue(subject.Topic, out topic);
            topic?.Tell(watch);
        }

        return default(Done);
    }

    internal void End(FeedWatch watch)
    {
        lock (_gate)
        {
            foreach (var subject in watch.Subjects)
                if (_topics.TryGetValue(subject.Topic, out var topic) && topic.Remove(watch))
                    _topics.Remove(subject.Topic);
        }
    }

    private static ParallelOptions Options(CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = ct };

    [LoggerMessage(70, LogLevel.Information, "{Topic} could not be looked at and is tried again: {Why}")]
    private static partial void LogResync(ILogger log, FeedTopic topic, string why);

    private sealed class Watched(FeedHub hub, FeedSubject subject)
    {
        private readonly Lock _gate = new();
        private readonly HashSet<FeedWatch> _watchers = [];
        private FeedValue? _value;
        private Task<Refusal?>? _asking, _next;

        public FeedSubject Subject => subject;

        public void Add(FeedWatch watch)
        {
            lock (_gate) _watchers.Add(watch);
        }

        /// <summary>True when nobody is left.</summary>
        public bool Remove(FeedWatch watch)
        {
            lock (_gate) return _watchers.Remove(watch) && _watchers.Count == 0;
        }

        public void Tell(FeedWatch watch)
        {
            lock (_gate)
                if (_value is not null) watch.Put(_value);
        }

        public void Take(FeedValue value)
        {
            lock (_gate)
            {
                if (_value is { } known && (value.Version < known.Version || value.Equals(known))) return;
                _value = value;
                foreach (var watch in _watchers) watch.Put(value);
            }
        }

        /// <summary>
        /// The value as it is now or later; null, or why there is none. Many who ask at once share one question, asked
        /// after the last of them came.
        /// </summary>
        public Task<Refusal?> Ask()
        {
            lock (_gate)
            {
                if (_asking is null or { IsCompleted: true }) return _asking = AskSource();
                return _next ??= AskAfter(_asking);
            }
        }

        private async Task<Refusal?> AskAfter(Task<Refusal?> before)
        {
            try { await before; }
            catch (Exception) { } // its askers have heard of it; these ask for themselves
            lock (_gate)
            {
                _asking = _next;
                _next = null;
            }

            return await AskSource();
        }

        private async Task<Refusal?> AskSource()
        {
            await Task.Yield(); // not under the lock
            RequestContext.Clear(); // the marks of whoever asked first are not those of all who share the answer
            var (value, refusal) = await subject.Source.Watch(hub.Node);
            if (value is not null) Take(value);
            return refusal;
        }
    }
}

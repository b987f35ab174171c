namespace Ale.Feed;

/// <summary>
/// Live values on this node: of each watched topic the latest one, at once when it is durable, and by a look at its
/// source every other second where one was lost. In memory alone; what was not seen is told again by the next.
/// </summary>
public interface IFeed
{
    /// <summary>
    /// Begins to watch. Refuses <see cref="FeedRefusals.Busy"/> when the node watches as much as it can. Dispose it.
    /// </summary>
    Outcome<IFeedWatch> Watch(IReadOnlyList<FeedSubject> subjects);
}

/// <summary>
/// One watcher's view. However slow he is, at most one value a topic waits for him: the latest.
/// </summary>
public interface IFeedWatch : IDisposable
{
    /// <summary>
    /// Gets all topics' values as they are now; they are the first to be taken. The first refusal of a source ends it;
    /// may be called again after a fault.
    /// </summary>
    Task<Outcome<Done>> Begin(CancellationToken ct = default);

    /// <summary>True when there is something to take; false when the time is over.</summary>
    Task<bool> Wait(TimeSpan within, CancellationToken ct = default);

    /// <summary>The next topic's latest value, in the order in which topics changed; null: there is none.</summary>
    FeedValue? Take();
}

/// <summary>What can be watched: a topic, and the grain that knows it.</summary>
public readonly record struct FeedSubject(FeedTopic Topic, IFeedSource Source);

/// <summary>What a value is about.</summary>
/// <param name="Kind">What kind of thing, the name of the event that watchers get: <c>stock</c>.</param>
/// <param name="Key">Which one.</param>
[GenerateSerializer, Immutable, Alias("ale.feed.topic")]
public readonly record struct FeedTopic([property: Id(0)] string Kind, [property: Id(1)] string Key);

/// <summary>A topic's value: durable when it is told.</summary>
/// <param name="Version">Grows with every change of the topic.</param>
/// <param name="Body">What watchers get as JSON.</param>
[GenerateSerializer, Immutable, Alias("ale.feed.value")]
public sealed record FeedValue(
    [property: Id(0)] FeedTopic Topic, [property: Id(1)] long Version, [property: Id(2)] IFeedBody Body);

/// <summary>Mark of contract records that are told to watchers; immutable, compared by content.</summary>
public interface IFeedBody;

/// <summary>A grain whose value can be watched.</summary>
[Alias("ale.feed.source")]
public interface IFeedSource : IGrain
{
    /// <summary>
    /// The value as it is now; and for <see cref="FeedLimits.Lease"/> from here the node is told of later ones. Asked
    /// again before that, it goes on.
    /// </summary>
    /// <param name="node">The node's <see cref="FeedTopic"/> listener: its silo address.</param>
    [Alias("watch")] Task<Outcome<FeedValue>> Watch(string node, CancellationToken ct = default);
}

/// <summary>Bounds of the feed.</summary>
public static class FeedLimits
{
    /// <summary>Topics of one watcher.</summary>
    public const int TopicsOfWatchMax = 500;

    /// <summary>Topics that one node watches.</summary>
    public const int TopicsMax = 20_000;

    /// <summary>Least time between two publications of a topic: what changes meanwhile is told once.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a node looks at what it watches: a lost value is made good by then.</summary>
    public static readonly TimeSpan Resync = TimeSpan.FromSeconds(2);

    /// <summary>How long a node is told of a topic without asking again.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(7);
}

/// <summary>In order of precedence.</summary>
public static class FeedRefusals
{
    /// <summary>The node watches <see cref="FeedLimits.TopicsMax"/> topics already, or its source is away.</summary>
    public static readonly Refusal Busy = new(RefusalKind.Busy, "request.too_many_topics");
}

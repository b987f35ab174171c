using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Xunit;

namespace Ale.Feed;

public sealed class FeedHubTests
{
    private static readonly FeedTopic A = new("stock", "A"), B = new("stock", "B");
    private readonly FeedHub _hub = new(new Here(), NullLogger<FeedHub>.Instance);

    [Fact]
    public async Task A_watcher_begins_with_every_value_as_it_is_and_then_gets_what_changes()
    {
        using var watch = Watch((A, new Source(A, 3)), (B, new Source(B, 7)));
        Assert.Null((await watch.Begin()).Refusal);
        Assert.Equal([(A, 3), (B, 7)], Taken(watch).OrderBy(v => v.Topic.Key));
        Assert.False(await watch.Wait(TimeSpan.Zero));

        _hub.Take(Value(B, 8));
        Assert.True(await watch.Wait(TimeSpan.Zero));
        Assert.Equal([(B, 8)], Taken(watch));
    }

    [Fact]
    public async Task A_watcher_who_never_reads_has_one_value_a_topic_the_latest()
    {
        using var watch = Watch((A, new Source(A, 1)), (B, new Source(B, 1)));
        await watch.Begin();
        for (var version = 2; version <= 10_000; version++) _hub.Take(Value(A, version));
        Assert.Equal([(A, 10_000), (B, 1)], Taken(watch).OrderBy(v => v.Topic.Key));
    }

    [Fact]
    public async Task An_older_value_and_the_same_again_change_nothing_but_a_corrected_one_does()
    {
        using var watch = Watch((A, new Source(A, 5)));
        await watch.Begin();
        Assert.Single(Taken(watch));
        _hub.Take(Value(A, 4));
        _hub.Take(Value(A, 5));
        Assert.Empty(Taken(watch));
        _hub.Take(new(A, 5, new Body(99))); // the same version seen later: time alone has changed it
        Assert.Equal([(A, 5)], Taken(watch));
    }

    [Fact]
    public async Task A_topic_that_its_source_refuses_refuses_the_watch()
    {
        var no = new Refusal(RefusalKind.NotFound, "stock.unknown_thing");
        using var watch = Watch((A, new Source(A, 1)), (B, new Source(B, 1) { Refusal = no }));
        Assert.Equal(no, (await watch.Begin()).Refusal);
    }

    [Fact]
    public async Task A_value_that_was_lost_comes_with_the_next_look_at_its_source()
    {
        var (good, bad) = (new Source(A, 1), new Source(B, 1));
        using var watch = Watch((A, good), (B, bad));
        await watch.Begin();
        Taken(watch);
        (good.Version, bad.Fault) = (9, new TimeoutException());
        await _hub.Resync(default);
        Assert.Equal([(A, 9)], Taken(watch));
        Assert.Equal(2, good.Asked);
    }

    [Fact]
    public async Task Many_who_come_at_once_share_questions_that_are_asked_after_they_came()
    {
        var source = new Source(A, 1) { Gate = new() };
        var watches = Enumerable.Range(0, 500).Select(_ => Watch((A, source))).ToList();
        var begun = watches.Select(watch => watch.Begin()).ToList();
        Assert.Equal(1, await new Func<Task<int>>(() => Task.FromResult(source.Asked)).Until(n => n == 1));
        source.Gate.SetResult();
        Assert.All(await Task.WhenAll(begun), done => Assert.Null(done.Refusal));
        Assert.InRange(source.Asked, 2, 50); // two, and a few for those who came late on a busy machine
        Assert.All(watches, watch => Assert.Equal([(A, 1)], Taken(watch)));
    }

    [Fact]
    public async Task Topics_are_forgotten_with_their_last_watcher_and_are_bounded()
    {
        using (var one = Watch((A, new Source(A, 1))))
        {
            using var two = Watch((A, new Source(A, 1)));
            await one.Begin();
            one.Dispose();
            Assert.Equal(1, _hub.Topics);
        }

        Assert.Equal(0, _hub.Topics);
        var subjects = Enumerable.Range(0, FeedLimits.TopicsMax + 1).Select(i => new FeedTopic("stock", $"K{i}"))
            .Select(topic => new FeedSubject(topic, new Source(topic, 1))).ToList();
        foreach (var part in subjects.Take(FeedLimits.TopicsMax).Chunk(FeedLimits.TopicsOfWatchMax))
            Assert.Null(_hub.Watch(part).Refusal);
        Assert.Equal(FeedRefusals.Busy, _hub.Watch([subjects[^1]]).Refusal);
        Assert.Null(_hub.Watch([subjects[0]]).Refusal); // nothing new
        Assert.Equal(FeedRefusals.Busy, _hub.Watch(subjects[..(FeedLimits.TopicsOfWatchMax + 1)]).Refusal);
    }

    private IFeedWatch Watch(params (FeedTopic Topic, IFeedSource Source)[] subjects) =>
        _hub.Watch([.. subjects.Select(s => new FeedSubject(s.Topic, s.Source))]).Value!;

    private static List<(FeedTopic Topic, long Version)> Taken(IFeedWatch watch)
    {
        var taken = new List<(FeedTopic, long)>();
        while (watch.Take() is { } value) taken.Add((value.Topic, value.Version));
        return taken;
    }

    private static FeedValue Value(FeedTopic topic, long version) => new(topic, version, new Body(version));

    internal sealed record Body(long Number) : IFeedBody;

    private sealed class Source(FeedTopic topic, long version) : IFeedSource
    {
        private int _asked;

        public long Version { get; set; } = version;
        public Refusal? Refusal { get; init; }
        public Exception? Fault { get; set; }
        public TaskCompletionSource? Gate { get; init; }
        public int Asked => Volatile.Read(ref _asked);

        public async Task<Outcome<FeedValue>> Watch(string node, CancellationToken ct)
        {
            Interlocked.Increment(ref _asked);
            if (Gate is not null) await Gate.Task;
            if (Fault is not null) throw Fault;
            return Refusal is not null ? Refusal : Value(topic, Version);
        }
    }

    internal sealed class Here : ILocalSiloDetails
    {
        public string Name => "here";
        public string ClusterId => "c";
        public string DnsHostName => "localhost";
        public SiloAddress SiloAddress { get; } = SiloAddress.New(IPAddress.Loopback, 1, 1);
        public SiloAddress GatewayAddress => SiloAddress;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Ale.Feed;

/// <summary>What a grain does for its watchers, and that it does nothing without them.</summary>
public sealed class FeedSourceTests
{
    private static readonly FeedTopic Topic = new("stock", "A");
    private readonly FeedHub _hub = new(new FeedHubTests.Here(), NullLogger<FeedHub>.Instance);
    private readonly FakeTimeProvider _time = new();
    private readonly FeedSource _source;
    private int _version, _reads;
    private TaskCompletionSource? _durable;

    public FeedSourceTests() => _source = new(
        new FeedPublisher(_hub, new ServiceCollection().BuildServiceProvider()), _time, Read, NullLogger.Instance);

    [Fact]
    public void Nothing_is_read_while_nobody_watches()
    {
        for (var i = 0; i < 1_000; i++) Change();
        Assert.Equal(0, _reads);
    }

    [Fact]
    public void A_change_that_nobody_watches_allocates_nothing()
    {
        Change();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++) _source.Changed();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_value_is_told_when_it_is_durable_and_a_burst_is_told_as_its_latest()
    {
        using var watch = await Watching();
        _durable = new();
        for (var i = 0; i < 1_000; i++) Change();
        Assert.Equal(1, _reads);
        Assert.Null(watch.Take()); // decided, not on disk
        _durable.SetResult();
        Assert.Equal(1, (await Next(watch)).Version); // what was read at the first change
        Assert.Equal(1_000, (await Next(watch)).Version);
        Assert.Equal(2, _reads);
    }

    [Theory, InlineData(0, 1), InlineData(1, 0)]
    public async Task A_node_that_does_not_ask_again_is_told_for_its_lease_and_no_longer(int beyondMs, int reads)
    {
        using var watch = await Watching();
        _time.Advance(FeedLimits.Lease + TimeSpan.FromMilliseconds(beyondMs));
        Change();
        Assert.Equal(reads, _reads);
    }

    [Fact]
    public async Task A_value_that_could_not_be_read_stops_nothing()
    {
        using var watch = await Watching();
        _durable = new();
        Change();
        _durable.SetException(new OutcomeUnknownException("the disk is away"));
        Assert.Null(watch.Take());
        _durable = null;
        Change();
        Assert.Equal(2, (await Next(watch)).Version);
    }

    private async Task<IFeedWatch> Watching()
    {
        var watch = _hub.Watch([new(Topic, new Quiet())]).Value!;
        await watch.Begin();
        _source.Watch(_hub.Node);
        return watch;
    }

    private void Change()
    {
        _version++;
        _source.Changed();
    }

    private async Task<Outcome<FeedValue>> Read()
    {
        _reads++;
        var value = new FeedValue(Topic, _version, new FeedHubTests.Body(_version));
        if (_durable is not null) await _durable.Task;
        return value;
    }

    private static async Task<FeedValue> Next(IFeedWatch watch)
    {
        Assert.True(await watch.Wait(TimeSpan.FromSeconds(20)));
        return watch.Take()!;
    }

    private sealed class Quiet : IFeedSource
    {
        public Task<Outcome<FeedValue>> Watch(string node, CancellationToken ct) =>
            Task.FromResult<Outcome<FeedValue>>(new Refusal(RefusalKind.NotFound, "stock.nothing_yet"));
    }
}

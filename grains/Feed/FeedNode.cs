using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Ale.Feed;

/// <summary>Where a node hears of what other nodes' grains tell; the key is the node's name.</summary>
[Alias("ale.feed.node")]
internal interface IFeedNodeGrain : IGrainWithStringKey
{
    /// <summary>Keeps it on its node while the node watches something.</summary>
    [AlwaysInterleave, Alias("stay")] Task Stay();
}

/// <summary>
/// Each node has a stream of its own, to which it is subscribed by being there: no list of subscribers is kept anywhere
/// that could be lost.
/// </summary>
[GrainType("feed-node"), ImplicitStreamSubscription(FeedPublisher.Namespace), PreferLocalPlacement, Reentrant]
internal sealed class FeedNodeGrain(FeedHub hub)
    : Grain, IFeedNodeGrain, IStreamSubscriptionObserver, IAsyncObserver<FeedValue>
{
    private bool IsAtHome => this.GetPrimaryKeyString() == hub.Node;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<FeedValue>().ResumeAsync(this);

    public Task Stay()
    {
        if (!IsAtHome) DeactivateOnIdle(); // called from its own node, the next one is made there
        return Task.CompletedTask;
    }

    public Task OnNextAsync(FeedValue item, StreamSequenceToken? token = null)
    {
        if (IsAtHome) hub.Take(item);
        else DeactivateOnIdle(); // its node is gone
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask; // what was lost is looked at again
}

/// <summary>Tells nodes of a value: this one directly, others by their streams.</summary>
internal sealed class FeedPublisher(FeedHub hub, IServiceProvider services)
{
    public const string Provider = "feed", Namespace = "feed-node";

    public Task Publish(IReadOnlyList<string> nodes, FeedValue value)
    {
        var away = new List<Task>(nodes.Count);
        foreach (var node in nodes)
        {
            if (node == hub.Node) hub.Take(value);
            else away.Add(Stream(node).OnNextAsync(value));
        }

        return Task.WhenAll(away);
    }

    private IAsyncStream<FeedValue> Stream(string node) =>
        services.GetRequiredKeyedService<IStreamProvider>(Provider).GetStream<FeedValue>(
            StreamId.Create(Namespace, node));
}

/// <summary>Each <see cref="FeedLimits.Resync"/>: looks at what this node watches.</summary>
internal sealed partial class FeedPulse(FeedHub hub, IGrainFactory grains, TimeProvider time, ILogger<FeedPulse> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var round = new PeriodicTimer(FeedLimits.Resync, time);
        while (await round.WaitForNextTickAsync(stoppingToken))
        {
            if (hub.Topics == 0) continue;
            try
            {
                await grains.GetGrain<IFeedNodeGrain>(hub.Node).Stay();
                await hub.Resync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested) // the next round tries again
            {
                LogRound(log, e.Message);
            }
        }
    }

    [LoggerMessage(72, LogLevel.Information, "The feed missed a round: {Why}")]
    private static partial void LogRound(ILogger log, string why);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Ale.Feed;

/// <summary>Where a node hears of what other nodes' grains tell; the key is the node's name. Streams call it.</summary>
[Alias("ale.feed.node")]
internal interface IFeedNodeGrain : IGrainWithStringKey;

/// <summary>
/// Each node has a stream of its own, to which it is subscribed by being there: no list of subscribers is kept anywhere
/// that could be lost.
/// </summary>
[GrainType("feed-node"), ImplicitStreamSubscription(FeedPublisher.Namespace), OnItsNode, Reentrant]
internal sealed class FeedNodeGrain(FeedHub hub)
    : Grain, IFeedNodeGrain, IStreamSubscriptionObserver, IAsyncObserver<FeedValue>
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<FeedValue>().ResumeAsync(this);

    public Task OnNextAsync(FeedValue item, StreamSequenceToken? token = null)
    {
        if (this.GetPrimaryKeyString() == hub.Node) hub.Take(item);
        else DeactivateOnIdle(); // its node is gone
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask; // what was lost is looked at again
}

/// <summary>A grain whose key is a silo's address is placed on that silo.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnItsNodeAttribute() : PlacementAttribute(new OnItsNode());

/// <summary>The strategy of <see cref="OnItsNodeAttribute"/>.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("ale.feed.on_its_node")]
internal sealed class OnItsNode : PlacementStrategy;

internal sealed class OnItsNodeDirector : IPlacementDirector
{
    /// <summary>When the silo is gone, anywhere: the grain drops what it gets.</summary>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var (silos, name) = (context.GetCompatibleSilos(target), target.GrainIdentity.Key.ToString());
        return Task.FromResult(silos.FirstOrDefault(silo => silo.ToParsableString() == name) ?? silos[0]);
    }
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
internal sealed partial class FeedPulse(FeedHub hub, TimeProvider time, ILogger<FeedPulse> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var round = new PeriodicTimer(FeedLimits.Resync, time);
        while (await round.WaitForNextTickAsync(stoppingToken))
        {
            if (hub.Topics == 0) continue;
            try
            {
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

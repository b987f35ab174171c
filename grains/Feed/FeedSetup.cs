using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Streams;

namespace Ale.Feed;

/// <summary>What the silo registers for live values.</summary>
internal static class FeedSetup
{
    private const int Queues = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public static IServiceCollection AddFeed(this IServiceCollection services) => services
        .AddSingleton<FeedHub>()
        .AddSingleton<IFeed>(s => s.GetRequiredService<FeedHub>())
        .AddSingleton<FeedPublisher>()
        .AddHostedService<FeedPulse>();

    /// <summary>
    /// The streams between nodes, in memory: a lost value is replaced by the next. Nodes are subscribed by their
    /// grain's type, so that no subscription is stored.
    /// </summary>
    public static ISiloBuilder UseFeedStreams(this ISiloBuilder silo) => silo
        .AddPlacementDirector<OnItsNode, OnItsNodeDirector>()
        .AddMemoryStreams(FeedPublisher.Provider, streams =>
        {
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigurePartitioning(Queues);
            streams.ConfigurePullingAgent(agent => agent.Configure(o => o.GetQueueMsgsTimerPeriod = Poll));
        });
}

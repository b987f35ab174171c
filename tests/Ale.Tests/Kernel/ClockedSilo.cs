using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.TestingHost;

namespace Ale.Kernel;

/// <summary>
/// One silo over a journal on disk and a clock that the test moves; the test itself wakes what is due, or that clock.
/// </summary>
internal sealed class ClockedSilo : IAsyncDisposable
{
    private readonly KernelStores _stores;
    private readonly InProcessTestCluster _cluster;

    private ClockedSilo(KernelStores stores, InProcessTestCluster cluster, FakeTimeProvider time) =>
        (_stores, _cluster, Time) = (stores, cluster, time);

    public FakeTimeProvider Time { get; }

    public IGrainFactory Grains => _cluster.Client;

    /// <param name="more">Adds what the test needs beyond the kernel and the policies.</param>
    /// <param name="isTimed">True: timers go by the test's clock, too.</param>
    public static async Task<ClockedSilo> Start(
        DateTimeOffset now, Action<IServiceCollection>? more = null, bool isTimed = false)
    {
        var (stores, time) = (await KernelStores.Sqlite(), new FakeTimeProvider(now));
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(stores.Journal);
            silo.Services.AddSingleton(stores.Views);
            silo.Services.AddSingleton(KernelStores.Key);
            silo.Services.AddSingleton(new JournalClock(time));
            if (isTimed) silo.Services.AddSingleton<TimeProvider>(time);
            silo.Services.AddKernel(new(), readers: false);
            silo.Services.AddSingleton(PolicyBook.Load(Repository.At("deploy", "policy")));
            more?.Invoke(silo.Services);
            silo.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.None));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(stores, cluster, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _stores.DisposeAsync();
    }
}

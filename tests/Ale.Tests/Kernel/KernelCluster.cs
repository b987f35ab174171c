using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace Ale.Kernel;

/// <summary>Silos with the kernel alone over one store, each with a writer of its own.</summary>
internal sealed class KernelCluster : IAsyncDisposable
{
    private KernelCluster(KernelStores stores, InProcessTestCluster cluster, UnreliableJournal journal,
        TallyWatch watch) =>
        (Stores, Cluster, Journal, Watch) = (stores, cluster, journal, watch);

    public KernelStores Stores { get; }
    public InProcessTestCluster Cluster { get; }

    /// <summary>The journal that every silo writes through.</summary>
    public UnreliableJournal Journal { get; }

    public TallyWatch Watch { get; }

    public static async Task<KernelCluster> Start(short silos = 2, WriterLimits? limits = null,
        params Projection[] projections) => await Start(silos, limits, null, projections);

    /// <param name="more">Adds slices to each silo.</param>
    public static async Task<KernelCluster> Start(short silos, WriterLimits? limits,
        Action<IServiceCollection>? more, params Projection[] projections)
    {
        var stores = await KernelStores.Sqlite();
        // Several silos in one process on one file: the journal takes turns, as the server would make them.
        var journal = new UnreliableJournal(new TurnTaking(stores.Journal), isShared: true);
        var watch = new TallyWatch();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(watch);
            silo.Services.AddSingleton<IJournalStore>(journal);
            silo.Services.AddSingleton(stores.Views);
            silo.Services.AddSingleton(KernelStores.Key);
            silo.Services.AddSingleton(new JournalClock(TimeProvider.System));
            foreach (var projection in projections) silo.Services.AddSingleton(projection);
            more?.Invoke(silo.Services);
            silo.Services.AddKernel(limits ?? new());
            silo.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.None));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(stores, cluster, journal, watch);
    }

    public ITallyGrain Tally(string key) => Cluster.Client.GetGrain<ITallyGrain>(key);

    public T Service<T>(int silo = 0) where T : notnull => Cluster.Silos[silo].ServiceProvider.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Stores.DisposeAsync();
    }

    private sealed class TurnTaking(IJournalStore inner) : IJournalStore
    {
        private readonly Lock _turn = new();

        public bool IsShared => true;

        public Task<DateTimeOffset?> ReadClock(CancellationToken ct) => inner.ReadClock(ct);

        public Task<JournalPlace?[]> Append(IReadOnlyList<PendingRow> rows, CancellationToken ct)
        {
            lock (_turn) return inner.Append(rows, ct); // on SQLite it is done when it returns
        }

        public Task<JournalPlace?[]> FindOwn(IReadOnlyList<PendingRow> rows, CancellationToken ct) =>
            inner.FindOwn(rows, ct);

        public Task<IReadOnlyList<LoadedStream>> Load(
            IReadOnlyList<(string Stream, string Shape)> asked, CancellationToken ct) => inner.Load(asked, ct);

        public Task<long[]> NextVersions(IReadOnlyList<string> streams, CancellationToken ct) =>
            inner.NextVersions(streams, ct);

        public Task<JournalPage> Read(JournalFilter filter, JournalPlace after, int limit, CancellationToken ct) =>
            inner.Read(filter, after, limit, ct);

        public Task<JournalPlace> End(CancellationToken ct) => inner.End(ct);

        public Task SaveSnapshot(SnapshotRow snapshot, CancellationToken ct) => inner.SaveSnapshot(snapshot, ct);

        public Task<IReadOnlyList<SnapshotRow>> Snapshots(string after, int limit, CancellationToken ct) =>
            inner.Snapshots(after, limit, ct);
    }
}

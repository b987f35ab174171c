using Orleans.Concurrency;

namespace Ale.Kernel;

/// <summary>Where a reader stands.</summary>
[GenerateSerializer, Immutable, Alias("ale.reader.status")]
internal sealed record ReaderStatus(
    [property: Id(0)] string Name, [property: Id(1)] JournalPlace Place, [property: Id(2)] int Failures);

/// <summary>One reader of the journal, somewhere in the cluster; the key is its name.</summary>
[Alias("ale.reader")]
internal interface IReaderGrain : IGrainWithStringKey
{
    /// <summary>Keeps it running; every silo calls it each second.</summary>
    [AlwaysInterleave, Alias("ping")] Task<ReaderStatus> Ping();

    /// <summary>True when it gets to the place in time.</summary>
    [AlwaysInterleave, Alias("reached")] Task<bool> Reached(JournalPlace at, TimeSpan within);

    /// <summary>Rebuilds a projection beside the tables that are read; for anything else: no effect.</summary>
    [AlwaysInterleave, Alias("rebuild")] Task Rebuild();

    /// <summary>Looks at once, after a person has decided about a parked stream.</summary>
    [AlwaysInterleave, Alias("nudge")] Task Nudge();
}

[GrainType("reader")]
internal sealed class ReaderGrain(ReaderCatalog catalog, LocalReaders local, IServiceProvider services)
    : Grain, IReaderGrain
{
    private ReaderLoop _loop = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _loop = catalog.Create(this.GetPrimaryKeyString(), services);
        local.Add(_loop);
        _loop.Start();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        local.Remove(_loop);
        await _loop.DisposeAsync();
    }

    public Task<ReaderStatus> Ping() => Task.FromResult(new ReaderStatus(_loop.Name, _loop.Place, _loop.Failures));

    public Task<bool> Reached(JournalPlace at, TimeSpan within) => _loop.Reached(at, within);

    public Task Rebuild() => _loop is ProjectionReader projection ? projection.Rebuild(default) : Task.CompletedTask;

    public Task Nudge()
    {
        _loop.Nudge();
        return Task.CompletedTask;
    }
}

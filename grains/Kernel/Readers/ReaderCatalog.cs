using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>Every reader of the system by name: projections, reactions, the due reader and the seals.</summary>
internal sealed class ReaderCatalog(IEnumerable<Projection> projections, IEnumerable<Reaction> reactions)
{
    private readonly Dictionary<string, Projection> _projections = projections.ToDictionary(p =>
        p.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, Reaction> _reactions = reactions.ToDictionary(r =>
        r.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<Projection> Projections => _projections.Values;
    public IReadOnlyCollection<Reaction> Reactions => _reactions.Values;

    public IEnumerable<string> Names => [.. _projections.Keys, .. _reactions.Keys, SealReader.ReaderName];

    /// <summary>The projection that fills a table.</summary>
    public string ReaderOf(string table) =>
        _projections.Values.First(p => p.Tables.Any(t => t.Name == table)).Name;

    public ReaderLoop Create(string name, IServiceProvider services)
    {
        var (journal, views) = (services.GetRequiredService<IJournalStore>(),
            services.GetRequiredService<IViewStore>());
        var (time, log) = (services.GetRequiredService<JournalClock>(),
            services.GetRequiredService<ILogger<ReaderLoop>>());
        var grains = services.GetRequiredService<IGrainFactory>();
        if (name == DueProjection.ReaderName)
            return new DueReader((DueProjection)_projections[name], journal, views, grains, time, log);
        if (_projections.TryGetValue(name, out var projection))
            return new ProjectionReader(projection, journal, views, time, log);
        if (_reactions.TryGetValue(name, out var reaction))
            return new ReactionReader(reaction, journal, views, grains, time, log);
        if (name == SealReader.ReaderName)
            return new SealReader(journal, views, services.GetRequiredService<AuditKey>(), time, log);
        throw new ArgumentException($"No reader is named {name}", nameof(name));
    }
}

/// <summary>The loops that run on this silo; a flush nudges them at once.</summary>
internal sealed class LocalReaders
{
    private volatile ReaderLoop[] _loops = [];
    private readonly Lock _gate = new();

    public void Add(ReaderLoop loop)
    {
        lock (_gate) _loops = [.. _loops, loop];
    }

    public void Remove(ReaderLoop loop)
    {
        lock (_gate) _loops = [.. _loops.Where(l => !ReferenceEquals(l, loop))];
    }

    /// <summary>Those that run here now.</summary>
    public IReadOnlyList<ReaderLoop> All => _loops;

    public void Nudge()
    {
        foreach (var loop in _loops)
            if (loop.FollowsFlushes) loop.Nudge();
    }
}

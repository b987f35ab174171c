using System.Collections.Immutable;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Ale.Kernel;

[StatelessWorker]
internal sealed class KernelAdmin(
    IJournalStore journal, ReaderCatalog catalog, ParkedEvents parked)
    : Grain, IKernelAdmin
{
    public async Task<SettledView> Settled(TimeSpan within, CancellationToken ct)
    {
        var end = await journal.End(ct);
        var readers = catalog.Names.ToArray();
        var reached = await Task.WhenAll(readers.Select(name =>
            GrainFactory.GetGrain<IReaderGrain>(name).Reached(end, within)));
        var behind = readers.Where((_, i) => !reached[i]).ToImmutableArray();
        var (waiting, retrying) = await parked.Counts(ct);
        return new(behind.IsEmpty && await journal.End(ct) == end, waiting, retrying, behind);
    }

    public async Task<ImmutableArray<ReaderView>> Readers(CancellationToken ct)
    {
        var found = await Task.WhenAll(catalog.Names.Select(name => GrainFactory.GetGrain<IReaderGrain>(name).Ping()));
        return [.. found.Select(r => new ReaderView(r.Name, r.Place.Tx, r.Place.Position, r.Failures))];
    }

    public async Task<Outcome<ImmutableArray<ParkedView>>> Parked(int limit, CancellationToken ct)
    {
        var firsts = await parked.Firsts(null, null, limit, ct);
        return ImmutableArray.CreateRange(firsts.Select(f => new ParkedView(f.Reaction, f.Stream, f.Version, f.Mark,
            f.Attempts, f.Error, DateTimeOffset.FromUnixTimeMilliseconds(f.Since))));
    }

    public async Task<Outcome<Done>> Replay(string reaction, string stream, CancellationToken ct)
    {
        if (!await parked.Replay(reaction, stream, ct)) return ReaderRefusals.NotParked;
        await GrainFactory.GetGrain<IReaderGrain>(reaction).Nudge();
        return new Done();
    }

    public async Task<Outcome<Done>> Drop(string reaction, string stream, long version, CancellationToken ct)
    {
        if (!await parked.Drop(reaction, stream, version, ct)) return ReaderRefusals.NotParked;
        await GrainFactory.GetGrain<IReaderGrain>(reaction).Nudge();
        return new Done();
    }

    public async Task<Outcome<Done>> Rebuild(string projection, CancellationToken ct)
    {
        if (catalog.Projections.All(p => p.Name != projection)) return ReaderRefusals.UnknownProjection;
        await GrainFactory.GetGrain<IReaderGrain>(projection).Rebuild();
        return new Done();
    }
}

[PreferLocalPlacement]
internal sealed class Verification(Verifier verifier) : Grain, IVerification
{
    public IAsyncEnumerable<VerifyLine> Run(CancellationToken ct) => verifier.Verify(ct);
}

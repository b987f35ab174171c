using System.Collections.Immutable;

namespace Ale.Campaigns;

/// <summary>
/// Authorisations and reports, gathered: those that this process asks of one placement at the same time travel
/// together. One for a process.
/// </summary>
public sealed class PlacementCalls(IGrainFactory grains)
{
    private const int GatheredMax = 8; // what is larger travels alone

    private readonly MergedCalls<AuthoriseSpend, Authorisation> _authorisations = new(
        (id, command) => grains.Placement(id).Authorise(command),
        (id, commands) => grains.Placement(id).AuthoriseEach(commands));

    private readonly MergedCalls<ImmutableArray<SpendReport>, PlacementInfo> _reports = new(
        (id, command) => grains.Placement(id).Report(command),
        (id, commands) => grains.Placement(id).ReportEach(commands));

    /// <summary><see cref="IPlacementGrain.Authorise"/>.</summary>
    public Task<Outcome<Authorisation>> Authorise(
        string placement, AuthoriseSpend command, CancellationToken ct = default) =>
        _authorisations.Call(placement, command, ct);

    /// <summary><see cref="IPlacementGrain.Report"/>.</summary>
    public Task<Outcome<PlacementInfo>> Report(
        string placement, ImmutableArray<SpendReport> reports, CancellationToken ct = default) =>
        reports.Length > GatheredMax ? grains.Placement(placement).Report(reports, ct)
            : _reports.Call(placement, reports, ct);
}

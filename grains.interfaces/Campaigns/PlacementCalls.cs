namespace Ale.Campaigns;

/// <summary>
/// Authorisations, gathered: those that this process asks of one placement at the same time travel together. One for a
/// process.
/// </summary>
public sealed class PlacementCalls(IGrainFactory grains)
{
    private readonly MergedCalls<AuthoriseSpend, Authorisation> _authorisations = new(
        (id, command) => grains.Placement(id).Authorise(command),
        (id, commands) => grains.Placement(id).AuthoriseEach(commands));

    /// <summary><see cref="IPlacementGrain.Authorise"/>.</summary>
    public Task<Outcome<Authorisation>> Authorise(
        string placement, AuthoriseSpend command, CancellationToken ct = default) =>
        _authorisations.Call(placement, command, ct);
}

using System.Collections.Immutable;

namespace Ale.Stock;

/// <summary>
/// Reservations, gathered: those that this process asks of one SKU at the same time travel together. One for a
/// process.
/// </summary>
public sealed class SkuCalls(IGrainFactory grains)
{
    private readonly MergedCalls<ReserveStock, Reservation> _reservations = new(
        (sku, command) => grains.Sku(sku).Reserve(command),
        (sku, commands) => grains.Sku(sku).ReserveEach(commands));

    /// <summary><see cref="ISkuGrain.Reserve"/>.</summary>
    public Task<Outcome<Reservation>> Reserve(string sku, ReserveStock command, CancellationToken ct = default) =>
        _reservations.Call(sku, command, ct);
}

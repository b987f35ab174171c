using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Stock;

internal sealed partial class SkuGrain
{
    /// <summary>Only for a warehouse that there is; what names none does not come here.</summary>
    private async Task<Outcome<StockMove>> InWarehouse(
        string warehouse, Func<Decision<StockEvent, StockMove>> decide, CancellationToken ct)
    {
        var (_, refusal) = await GrainFactory.Warehouses().Get(warehouse, ct);
        return refusal is not null ? await Commit<StockMove>(refusal, ct) : await Act(decide(), ct);
    }
}

/// <summary>
/// What of the units on hand lies in which warehouse (STK-12). Invariants: no pool is below zero, and together they are
/// at most what is on hand; what is in no pool lies in the main house. Who asks for no warehouse is served from the main
/// house first, then from where most is free.
/// </summary>
internal sealed partial class Stock
{
    private sealed class Pool
    {
        public long OnHand { get; set; }
        public long Held { get; set; }
        public long Free => OnHand - Held;
    }

    private SortedDictionary<string, Pool>? _pools; // none until a warehouse is named: such a SKU pays nothing

    /// <summary>The pools; null: the SKU is in no warehouse.</summary>
    public ImmutableArray<WarehouseStock>? Pools => PoolsAfter([]);

    /// <param name="ended">Holds whose time has run out, or that end before it in the same turn.</param>
    private ImmutableArray<WarehouseStock>? PoolsAfter(StockEvent[] ended) => _pools is null ? null :
    [
        .. _pools.Select(p =>
        {
            var held = p.Value.Held - FreedOf(ended, warehouse: p.Key);
            return new WarehouseStock(p.Key, p.Value.OnHand, held, Math.Max(0, p.Value.OnHand - held));
        }),
    ];

    /// <summary>The first warehouse asked for that has all the units free; null: none has.</summary>
    /// <param name="ended">See <see cref="PoolsAfter"/>.</param>
    private string? WarehouseFor(ReserveStock command, StockEvent[] ended)
    {
        if (_pools is null) return null;
        foreach (var id in command.Warehouses)
        {
            if (_pools.TryGetValue(id, out var pool)
                && pool.Free + FreedOf(ended, warehouse: id) >= command.Quantity) return id;
        }

        return null;
    }

    /// <summary>True when a correction would take more out of a warehouse than is in it.</summary>
    private bool IsMoreThanIn(string? warehouse, int delta) =>
        warehouse is not null && delta < 0 && (_pools?.GetValueOrDefault(warehouse)?.OnHand ?? 0) + delta < 0;

    /// <summary>What has been put on hand, or (below zero) taken off, lies in a warehouse or in none.</summary>
    private void Stow(string? warehouse, long units)
    {
        if (warehouse is not null) PoolOf(warehouse).OnHand += units;
        if (_pools is not null) FitPools();
    }

    private void HoldIn(string? warehouse, long units)
    {
        if (warehouse is not null) PoolOf(warehouse).Held += units;
    }

    /// <summary>Sold units have gone, from the warehouse that held them or from anywhere.</summary>
    private void Leave(string? warehouse, long units)
    {
        if (_pools is null) return;
        if (warehouse is not null && _pools.TryGetValue(warehouse, out var pool))
            pool.OnHand = Math.Max(0, pool.OnHand - units);
        FitPools();
    }

    /// <summary>What the main house cannot give has gone from the warehouses: from where most was free.</summary>
    private void FitPools()
    {
        for (var over = _pools!.Values.Sum(p => p.OnHand) - OnHand; over > 0;)
        {
            var most = _pools.Values.MaxBy(p => (p.Free > 0 && p.OnHand > 0, p.OnHand > 0, p.Free))!;
            var taken = Math.Min(over, most.Free > 0 ? Math.Min(most.Free, most.OnHand) : most.OnHand);
            most.OnHand -= taken;
            over -= taken;
        }
    }

    private Pool PoolOf(string warehouse)
    {
        _pools ??= new(StringComparer.Ordinal);
        if (!_pools.TryGetValue(warehouse, out var pool)) _pools[warehouse] = pool = new();
        return pool;
    }

    /// <summary>A move's content; of one that names no warehouse what it always was.</summary>
    private static string Moved(int units, string? warehouse) =>
        warehouse is null ? $"{units}" : $"{units}@{warehouse}";

    private KeyValuePair<string, long>[] FreezePools() =>
        _pools is null ? [] : [.. _pools.Select(p => KeyValuePair.Create(p.Key, p.Value.OnHand))];

    private void ThawPools(KeyValuePair<string, long>[] pools)
    {
        foreach (var (id, onHand) in pools) PoolOf(id).OnHand = onHand;
    }
}

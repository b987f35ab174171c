using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Stock;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Set), "warehouse.set")]
internal abstract record WarehouseEvent
{
    internal sealed record Set(Warehouse Warehouse, string By, DateTimeOffset At) : WarehouseEvent;
}

/// <summary>
/// The network of warehouses. Invariants: at most <see cref="IWarehouses.Max"/>, each with at most
/// <see cref="IWarehouses.CoversMax"/> areas, all of them official codes.
/// </summary>
internal sealed record WarehouseNetwork : IState<WarehouseNetwork, WarehouseEvent>
{
    public static JsonTypeInfo<WarehouseEvent> EventJson => WarehouseJson.Default.WarehouseEvent;

    public ImmutableSortedDictionary<string, Warehouse> All { get; private init; } =
        ImmutableSortedDictionary.Create<string, Warehouse>(StringComparer.Ordinal);

    public static WarehouseNetwork New() => new();

    public Decision<WarehouseEvent, Warehouse> Decide(Warehouse warehouse, string by, DateTimeOffset now)
    {
        var wanted = warehouse with
        {
            Covers = [.. warehouse.Covers.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
        if (!Areas.IsPlace(wanted.City) || wanted.Covers.Length > IWarehouses.CoversMax
            || !wanted.Covers.All(Areas.IsKnown))
            return WarehouseRefusals.BadArea;
        if (All.TryGetValue(wanted.Id, out var known) && known.Equals(wanted)) return known;
        if (known is null && All.Count >= IWarehouses.Max) return WarehouseRefusals.Full;
        return new(wanted, new WarehouseEvent.Set(wanted, by, now));
    }

    public ImmutableArray<string> Covering(string area) =>
    [
        .. All.Values.Where(w => w.Covers.Any(wide => Areas.Covers(wide, area)))
            .OrderBy(w => Areas.CityOf(w.City) == Areas.CityOf(area) ? 0 : 1).ThenBy(w => w.Id, StringComparer.Ordinal)
            .Select(w => w.Id),
    ];

    public WarehouseNetwork Apply(WarehouseEvent happened) => happened switch
    {
        WarehouseEvent.Set e => this with { All = All.SetItem(e.Warehouse.Id, e.Warehouse) },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[GrainType("warehouse")]
internal sealed class Warehouses(SiloKernel kernel)
    : EventSourcedGrain<WarehouseNetwork, WarehouseEvent>(kernel), IWarehouses
{
    public Task<Outcome<Warehouse>> Put(Warehouse warehouse, string by, CancellationToken ct) =>
        Commit(State.Decide(warehouse, by, Now), ct);

    public Task<Outcome<Warehouse>> Get(string id, CancellationToken ct) =>
        Commit<Warehouse>(State.All.TryGetValue(id, out var known) ? known : WarehouseRefusals.Unknown, ct);

    public Task<Outcome<ImmutableArray<Warehouse>>> List(string? after, int limit, CancellationToken ct) =>
        Answer<ImmutableArray<Warehouse>>(
        [
            .. State.All.Values.Where(w => after is null || string.CompareOrdinal(w.Id, after) > 0).Take(limit),
        ], ct);

    public Task<Outcome<ImmutableArray<string>>> Covering(string area, CancellationToken ct) =>
        Answer(State.Covering(area), ct);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WarehouseEvent))]
internal sealed partial class WarehouseJson : JsonSerializerContext;

using System.Collections.Immutable;

namespace Ale.Stock;

/// <summary>The forward warehouses and the areas they cover (STK-12). What a SKU has in each, the SKU itself knows.</summary>
/// <remarks>The key is <see cref="WarehouseKeys.All"/>: the network is small, and every order with a place asks it.</remarks>
[Alias("ale.warehouses")]
public interface IWarehouses : IGrainWithStringKey
{
    /// <summary>Most warehouses there are.</summary>
    public const int Max = 1_000;

    /// <summary>Most areas that one covers.</summary>
    public const int CoversMax = 500;

    /// <summary>
    /// Sets a warehouse; what was said last counts, for orders placed from then on. The same again: nothing. Refuses, in
    /// this order: <see cref="WarehouseRefusals.BadArea"/>, <see cref="WarehouseRefusals.Full"/>.
    /// </summary>
    [Alias("put")] Task<Outcome<Warehouse>> Put(Warehouse warehouse, string by, CancellationToken ct = default);

    /// <summary>One of them. Refuses: <see cref="WarehouseRefusals.Unknown"/>.</summary>
    [Alias("get")] Task<Outcome<Warehouse>> Get(string id, CancellationToken ct = default);

    /// <summary>Those after an id, by id.</summary>
    [Alias("list")]
    Task<Outcome<ImmutableArray<Warehouse>>> List(string? after, int limit, CancellationToken ct = default);

    /// <summary>The ids of those that cover an area; those in its own city first, then by id.</summary>
    /// <param name="area">An official code.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("covering")] Task<Outcome<ImmutableArray<string>>> Covering(string area, CancellationToken ct = default);
}

/// <summary>A place that goods are sent from.</summary>
/// <param name="City">Official code of its city or district (GB/T 2260).</param>
/// <param name="Covers">
/// Official codes of provinces, cities or districts that it reaches within the fast promise; its own city only when it
/// is among them.
/// </param>
[GenerateSerializer, Immutable, Alias("ale.warehouse")]
public sealed record Warehouse(
    [property: Id(0)] string Id, [property: Id(1)] string City, [property: Id(2)] ImmutableArray<string> Covers)
{
    /// <inheritdoc/>
    public bool Equals(Warehouse? other) =>
        other is not null && (Id, City) == (other.Id, other.City) && Covers.SequenceEqual(other.Covers);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);
}

/// <summary>What a SKU has in one warehouse, units; a part of what it has on hand.</summary>
/// <param name="Held">Held for orders that are to be sent from there.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.warehouse")]
public sealed record WarehouseStock(
    [property: Id(0)] string Warehouse, [property: Id(1)] long OnHand, [property: Id(2)] long Held,
    [property: Id(3)] long Available);

/// <summary>In order of precedence.</summary>
public static class WarehouseRefusals
{
    /// <summary>A city or an area is no official code, or there are too many.</summary>
    public static readonly Refusal BadArea = new(RefusalKind.Invalid, "stock.bad_area");

    /// <summary>There are <see cref="IWarehouses.Max"/> of them.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "stock.warehouses_full");

    /// <summary>No such warehouse.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "stock.unknown_warehouse");
}

/// <summary>Keys of the warehouses.</summary>
public static class WarehouseKeys
{
    /// <summary>The key of the network.</summary>
    public const string All = "warehouses";

    /// <summary>All warehouses.</summary>
    public static IWarehouses Warehouses(this IGrainFactory grains) => grains.Ref<IWarehouses>(All);
}

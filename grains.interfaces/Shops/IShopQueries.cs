using System.Collections.Immutable;

namespace Ale.Shops;

/// <summary>Lists of shops and what they told, from the slice's tables. Key 0.</summary>
[Alias("ale.shop.queries")]
public interface IShopQueries : IGrainWithIntegerKey
{
    /// <summary>Shops in order of their id.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("shops")]
    Task<Outcome<ImmutableArray<ShopRow>>> Shops(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>The SKUs that a shop lists, in order of their code.</summary>
    [Alias("listings")]
    Task<Outcome<ImmutableArray<ShopListingRow>>> Listings(
        string shop, string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>Movements of a shop, the latest first.</summary>
    [Alias("movements")]
    Task<Outcome<ImmutableArray<ShopMovementRow>>> Movements(
        ShopMovementsWanted wanted, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which movements are wanted.</summary>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.movements_wanted")]
public sealed record ShopMovementsWanted([property: Id(0)] string Shop, [property: Id(1)] int Limit)
{
    /// <summary>Only of this SKU.</summary>
    [Id(2)] public string? Sku { get; init; }

    /// <summary>Only those that changed nothing here.</summary>
    [Id(3)] public bool RefusedOnly { get; init; }

    /// <summary>Only before this number.</summary>
    [Id(4)] public long? Before { get; init; }
}

/// <summary>A shop as listed.</summary>
[GenerateSerializer, Immutable, Alias("ale.shop.row")]
public sealed record ShopRow(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string Endpoint,
    [property: Id(3)] string Market, [property: Id(4)] long Seq, [property: Id(5)] DateTimeOffset? AwaySince,
    [property: Id(6)] DateTimeOffset? ReconciledAt, [property: Id(7)] long? Different);

/// <summary>A listed SKU.</summary>
/// <param name="Moved">Units by all movements of the shop's that were booked, sales below zero.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.listing_row")]
public sealed record ShopListingRow([property: Id(0)] string Sku, [property: Id(1)] long Moved);

/// <summary>A movement as it was booked.</summary>
/// <param name="Refused">Why it changed nothing here; null: it did.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.movement_row")]
public sealed record ShopMovementRow(
    [property: Id(0)] long Seq, [property: Id(1)] string Sku, [property: Id(2)] long Delta,
    [property: Id(3)] string Kind, [property: Id(4)] DateTimeOffset At, [property: Id(5)] DateTimeOffset BookedAt,
    [property: Id(6)] string? Refused);

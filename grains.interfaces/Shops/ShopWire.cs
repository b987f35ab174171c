using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ale.Shops;

/// <summary>
/// What a shop's ledger speaks, JSON over HTTP: <c>GET movements?after=88&amp;limit=500</c> gives a
/// <see cref="ShopMovementPage"/>, <c>PUT levels</c> takes a list of <see cref="ShopLevel"/>, and <c>GET ledger</c>
/// gives a <see cref="ShopLedger"/>.
/// </summary>
public static class ShopWire
{
    /// <summary>Most movements or levels in one message.</summary>
    public const int PageMax = 500;
}

/// <summary>A change of the shop's own making.</summary>
/// <param name="Seq">From 1 on, without gaps, for all its SKUs together.</param>
/// <param name="Delta">Units more (a return) or fewer (a sale, below zero).</param>
/// <param name="Kind">What it was, as <c>sale</c> or <c>return</c>.</param>
/// <param name="At">When, by the shop's clock.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.movement")]
public sealed record ShopMovement(
    [property: Id(0)] long Seq, [property: Id(1)] string Sku, [property: Id(2)] long Delta,
    [property: Id(3)] string Kind, [property: Id(4)] DateTimeOffset At);

/// <summary>Movements after a number, in order.</summary>
/// <param name="Last">The shop's last number; above the page's when there is more.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.movements")]
public sealed record ShopMovementPage(
    [property: Id(0)] ImmutableArray<ShopMovement> Movements, [property: Id(1)] long Last);

/// <summary>
/// What a SKU stands at. The shop takes it unless it has a newer one, and sells from
/// <c>Available + its own movements of the SKU after Basis</c>.
/// </summary>
/// <param name="Version">Of our stock; with <c>Basis</c> it tells the newer one. The same again changes nothing.</param>
/// <param name="Basis">The shop's last number that is counted in it.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.level")]
public sealed record ShopLevel(
    [property: Id(0)] string Sku, [property: Id(1)] long Version, [property: Id(2)] long Available,
    [property: Id(3)] long Basis);

/// <summary>The shop's books at one of its numbers.</summary>
[GenerateSerializer, Immutable, Alias("ale.shop.ledger")]
public sealed record ShopLedger(
    [property: Id(0)] long Seq, [property: Id(1)] ImmutableArray<ShopLedgerLine> Skus);

/// <summary>A SKU in them.</summary>
/// <param name="Available">What it sells from now; below zero when it has sold more than it was told.</param>
/// <param name="Version">Of the level it has.</param>
/// <param name="Basis">Of the level it has.</param>
[GenerateSerializer, Immutable, Alias("ale.shop.ledger_line")]
public sealed record ShopLedgerLine(
    [property: Id(0)] string Sku, [property: Id(1)] long Available, [property: Id(2)] long Version,
    [property: Id(3)] long Basis);

/// <summary>How the messages are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ShopMovementPage)), JsonSerializable(typeof(ShopLedger))]
[JsonSerializable(typeof(ShopMovement))]
[JsonSerializable(typeof(ImmutableArray<ShopLevel>)), JsonSerializable(typeof(ImmutableArray<ShopMovement>))]
public sealed partial class ShopWireJson : JsonSerializerContext;

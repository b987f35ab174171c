using System.Collections.Immutable;

namespace Ale.Stock;

/// <summary>A wish for another list price from an instant on (SHP-05).</summary>
/// <param name="StartsAt">A whole minute that is still to come.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.plan_price")]
public sealed record PlanPrice(
    [property: Id(0)] string Id, [property: Id(1)] long PriceMinor, [property: Id(2)] DateTimeOffset StartsAt,
    [property: Id(3)] string Actor);

/// <summary>A planned price is not wanted any more.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.drop_price")]
public sealed record DropPrice([property: Id(0)] string Id, [property: Id(1)] string Actor);

/// <summary>Where a planned price stands.</summary>
public enum PriceState
{
    /// <summary>It has not begun.</summary>
    Planned,

    /// <summary>It is, or was, the list price.</summary>
    Started,

    /// <summary>It was taken back before it began.</summary>
    Dropped,
}

/// <summary>A planned price as it is now.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.price_plan")]
public sealed record PricePlanView(
    [property: Id(0)] string Id, [property: Id(1)] string Sku, [property: Id(2)] long PriceMinor,
    [property: Id(3)] DateTimeOffset StartsAt, [property: Id(4)] PriceState State);

/// <summary>A list price, and since when; of a dropped one, since when it was to be.</summary>
/// <param name="PlanId">The plan it follows from; null: it was set at once.</param>
/// <param name="By">Whose token set or planned it; null: it came with the SKU.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.price_row")]
public sealed record PriceRow(
    [property: Id(0)] DateTimeOffset StartsAt, [property: Id(1)] long PriceMinor, [property: Id(2)] PriceState State,
    [property: Id(3)] string? PlanId, [property: Id(4)] string? By);

/// <summary>In order of precedence.</summary>
public static class PriceRefusals
{
    /// <summary>No such plan.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "stock.unknown_price");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "stock.price_changed");

    /// <summary>Not a whole minute, or not one to come.</summary>
    public static readonly Refusal BadTime = new(RefusalKind.Conflict, "stock.price_time");

    /// <summary>It has begun.</summary>
    public static readonly Refusal Started = new(RefusalKind.Conflict, "stock.price_started");

    /// <summary>As many prices are planned as may be.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "stock.price_full");
}

/// <summary>A word of the SKU's product: whether it is sold (SHP-05).</summary>
/// <param name="Move">How often the product's state was set; an older word than is known changes nothing.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.shelve")]
public sealed record ShelveSku([property: Id(0)] bool IsOnSale, [property: Id(1)] int Move);

using System.Collections.Immutable;

namespace Ale.Orders;

/// <summary>Where an order is to go (SHP-07): one of the two is given.</summary>
/// <param name="AddressId">An address of the buyer's; it is copied, so that a later change of it changes no order.</param>
/// <param name="City">Official code of a city or district (GB/T 2260), where the address itself is kept elsewhere.</param>
[GenerateSerializer, Immutable, Alias("ale.order.ship_to")]
public sealed record OrderShipTo([property: Id(0)] string? AddressId, [property: Id(1)] string? City);

/// <summary>Where an order goes and when it is promised to be there.</summary>
/// <param name="AddressId">The buyer's address it was copied from; null: only the area is known here.</param>
/// <param name="Area">Official area code.</param>
/// <param name="AreaName">Province and city, as people write them.</param>
/// <param name="FreightMinor">Freight, minor units; part of the charges.</param>
/// <param name="PromiseAt">When it is promised to be delivered (STK-12).</param>
/// <param name="Warehouses">Covering warehouses that all its units come from; empty: the normal promise.</param>
/// <param name="IsLate">True: the promise has passed, and it was not delivered by then (ORD-06).</param>
[GenerateSerializer, Immutable, Alias("ale.order.shipping")]
public sealed record OrderShippingView(
    [property: Id(0)] string? AddressId, [property: Id(1)] string Area, [property: Id(2)] string AreaName,
    [property: Id(3)] long FreightMinor, [property: Id(4)] DateTimeOffset PromiseAt,
    [property: Id(5)] ImmutableArray<string> Warehouses, [property: Id(6)] bool IsLate);

/// <summary>What is suggested for an order that passed its promise (ORD-06).</summary>
public enum DelayRemedy
{
    /// <summary>It has not left: send it by the fastest way, at the house's cost.</summary>
    SendNow,

    /// <summary>It is on its way: ask the carrier, and tell the buyer.</summary>
    AskCarrier,

    /// <summary>It was promised fast: pay the freight back, or give a coupon where there was none.</summary>
    PayFreightBack,
}

/// <summary>Asks what sending would cost. Key 0; any node answers.</summary>
[Alias("ale.freight")]
public interface IFreightQuotes : IGrainWithIntegerKey
{
    /// <summary>
    /// The freight of an order with these lines at the SKUs' own prices, without coupon; live prices and a coupon may
    /// change it, for goods from so much on are sent for nothing. Holds nothing. Refuses, in this order:
    /// <see cref="ShippingRefusals.UnknownArea"/>, <see cref="OrderRefusals.UnknownSku"/>,
    /// <see cref="OrderRefusals.Currency"/>, <see cref="ShippingRefusals.NotServed"/>.
    /// </summary>
    /// <param name="area">Official code of city or district.</param>
    /// <param name="lines">At most 100.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("quote")]
    Task<Outcome<FreightQuote>> Quote(string area, ImmutableArray<OrderLine> lines, CancellationToken ct = default);
}

/// <summary>What sending would cost.</summary>
/// <param name="GoodsMinor">What the goods cost, minor units.</param>
/// <param name="Grams">What they weigh with their boxes.</param>
/// <param name="FreightMinor">What sending them costs, minor units; 0: nothing.</param>
/// <param name="FreeFromMinor">From goods of so much on it costs nothing, minor units.</param>
[GenerateSerializer, Immutable, Alias("ale.freight.quote")]
public sealed record FreightQuote(
    [property: Id(0)] string Area, [property: Id(1)] string AreaName, [property: Id(2)] long GoodsMinor,
    [property: Id(3)] long Grams, [property: Id(4)] long FreightMinor, [property: Id(5)] long FreeFromMinor,
    [property: Id(6)] string Currency);

/// <summary>In order of precedence; they come after <see cref="OrderRefusals.Changed"/>.</summary>
public static class ShippingRefusals
{
    /// <summary>No official code, or one too wide to send goods to.</summary>
    public static readonly Refusal UnknownArea = new(RefusalKind.Invalid, "order.unknown_area");

    /// <summary>The order was placed without a place to go to.</summary>
    public static readonly Refusal NoShipTo = new(RefusalKind.Conflict, "order.no_ship_to");

    /// <summary>Nothing is sent to that area.</summary>
    public static readonly Refusal NotServed = new(RefusalKind.Conflict, "order.not_served");

    /// <summary>Freight to the other place is not what was agreed: cancel and order anew.</summary>
    public static readonly Refusal FreightDiffers = new(RefusalKind.Conflict, "order.freight_differs");
}

/// <summary>Keys of freight.</summary>
public static class FreightKeys
{
    /// <summary>Quotes of freight.</summary>
    public static IFreightQuotes FreightQuotes(this IGrainFactory grains) => grains.GetGrain<IFreightQuotes>(0);
}

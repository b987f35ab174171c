using System.Text.Json.Serialization;
using Ale.Orders;

namespace Ale.Carts;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "cart.put"), JsonDerivedType(typeof(Removed), "cart.removed")]
[JsonDerivedType(typeof(CheckoutStarted), "cart.checkout_started"), JsonDerivedType(typeof(Ordered), "cart.ordered")]
[JsonDerivedType(typeof(CheckoutRefused), "cart.checkout_refused")]
internal abstract record CartEvent
{
    internal sealed record Put(CartLine Line, DateTimeOffset At) : CartEvent;

    internal sealed record Removed(string Sku, string? SessionId, DateTimeOffset At) : CartEvent;

    internal sealed record CheckoutStarted(Checkout Checkout, DateTimeOffset At) : CartEvent;

    /// <summary>The order was placed: what it took leaves the cart.</summary>
    internal sealed record Ordered(string OrderId, DateTimeOffset At) : CartEvent;

    /// <summary>The order was refused; the lines stay.</summary>
    internal sealed record CheckoutRefused(string OrderId, string Code, DateTimeOffset At) : CartEvent;
}

/// <summary>A checkout with the lines it took.</summary>
internal sealed record Checkout(
    string OrderId, string? SessionId, CartVia Via, CartLine[] Lines, string? Coupon, OrderShipTo? ShipTo,
    string? Channel, string? ShareId, string? CampaignId = null, string? PlacementId = null)
{
    /// <summary>True for the same wish again; the lines are those of the first.</summary>
    public bool IsOf(CheckoutCart command) =>
        (OrderId, SessionId, Via, Coupon, ShipTo, Channel, ShareId, CampaignId, PlacementId)
        == (command.OrderId, command.SessionId, command.Via, command.Coupon, command.ShipTo, command.Channel,
            command.ShareId, command.CampaignId, command.PlacementId);

    public PlaceOrder Order(UserId user) => new([.. Lines.Select(l => new OrderLine(l.Sku, l.Quantity))])
    {
        User = user,
        SessionId = SessionId,
        Channel = Channel,
        ShareId = ShareId,
        CampaignId = CampaignId,
        PlacementId = PlacementId,
        Coupon = Coupon,
        ShipTo = ShipTo,
    };
}

/// <summary>A checkout that is remembered.</summary>
internal sealed record RememberedCheckout(Checkout Checkout, bool IsOrdered);

/// <summary>The state as stored.</summary>
internal sealed record FrozenCart(CartLine[] Lines, RememberedCheckout[] Checkouts);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CartEvent)), JsonSerializable(typeof(FrozenCart))]
internal sealed partial class CartJson : JsonSerializerContext;

using System.Collections.Immutable;
using Ale.Orders;

namespace Ale.Carts;

/// <summary>
/// What a user means to buy (ORD-02): lines of live sessions beside lines of none. It holds no stock; checking out
/// places an order of the lines of one session, without the user leaving the room.
/// </summary>
/// <remarks>The key is the user's internal id.</remarks>
[Alias("ale.cart")]
public interface ICartGrain : IGrainWithStringKey
{
    /// <summary>Sets a line; what was said last counts. Refuses <see cref="CartRefusals.Full"/>.</summary>
    [Alias("put")] Task<Outcome<CartView>> Put(CartLine line, CancellationToken ct = default);

    /// <summary>Takes a line out; one that is not there: the cart as it is.</summary>
    [Alias("remove")]
    Task<Outcome<CartView>> Remove(string sku, string? sessionId, CancellationToken ct = default);

    /// <summary>The lines as they are now, in the order they were put.</summary>
    [Alias("get")] Task<Outcome<CartView>> Get(CancellationToken ct = default);

    /// <summary>
    /// Places an order of one session's lines under the caller's order id, and takes them out when it is placed. The
    /// lines are kept first: the same order id again places the same ones, whatever the cart holds by then. Refuses as
    /// <see cref="IOrderGrain.Place"/> does, and the lines stay: the same order id may be tried again with what the
    /// cart holds then. No lines: <see cref="CartRefusals.Empty"/>; the order id was used for another checkout:
    /// <see cref="CartRefusals.Changed"/>.
    /// </summary>
    [Alias("checkout")] Task<Outcome<OrderView>> Checkout(CheckoutCart command, CancellationToken ct = default);

    /// <summary>Goes on with a checkout that was begun; nothing to do for one that has ended.</summary>
    [Alias("finish")] Task<Outcome<Done>> Finish(string orderId, CancellationToken ct = default);
}

/// <summary>By which way a buyer came to a line or an order.</summary>
public enum CartVia
{
    /// <summary>The cart that floats over the room.</summary>
    Floating,

    /// <summary>A page of its own.</summary>
    Page,
}

/// <summary>So many units of a SKU, wanted in a session or outside of all.</summary>
/// <param name="Sku">Upper case.</param>
/// <param name="Quantity">1 to <see cref="QuantityMax"/>.</param>
/// <param name="SessionId">The live session; null: none.</param>
/// <param name="Via">How it came into the cart.</param>
[GenerateSerializer, Immutable, Alias("ale.cart.line")]
public sealed record CartLine(
    [property: Id(0)] string Sku, [property: Id(1)] int Quantity, [property: Id(2)] string? SessionId,
    [property: Id(3)] CartVia Via)
{
    /// <summary>Most units in a line.</summary>
    public const int QuantityMax = 999;
}

/// <summary>The lines in the order they were put.</summary>
[GenerateSerializer, Immutable, Alias("ale.cart.view")]
public sealed record CartView([property: Id(0)] ImmutableArray<CartLine> Lines)
{
    /// <summary>Most lines in a cart.</summary>
    public const int LinesMax = 100;
}

/// <summary>An order of the cart's lines of one session.</summary>
/// <param name="OrderId">The caller's id of the order; what makes a repeat.</param>
/// <param name="SessionId">Whose lines; null: those of no session.</param>
/// <param name="Via">Where the button was.</param>
[GenerateSerializer, Immutable, Alias("ale.cart.checkout")]
public sealed record CheckoutCart(
    [property: Id(0)] string OrderId, [property: Id(1)] string? SessionId, [property: Id(2)] CartVia Via)
{
    /// <summary>As in <see cref="PlaceOrder"/>.</summary>
    [Id(3)] public string? Coupon { get; init; }

    /// <summary>As in <see cref="PlaceOrder"/>.</summary>
    [Id(4)] public OrderShipTo? ShipTo { get; init; }

    /// <summary>As in <see cref="PlaceOrder"/>.</summary>
    [Id(5)] public string? Channel { get; init; }

    /// <summary>As in <see cref="PlaceOrder"/>.</summary>
    [Id(6)] public string? ShareId { get; init; }

    /// <summary>As in <see cref="PlaceOrder"/>.</summary>
    [Id(7)] public string? CampaignId { get; init; }

    /// <summary>As in <see cref="PlaceOrder"/>.</summary>
    [Id(8)] public string? PlacementId { get; init; }
}

/// <summary>In order of precedence.</summary>
public static class CartRefusals
{
    /// <summary>The order id belongs to another checkout of this cart.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "cart.changed");

    /// <summary>No lines of that session.</summary>
    public static readonly Refusal Empty = new(RefusalKind.Conflict, "cart.empty");

    /// <summary><see cref="CartView.LinesMax"/> lines are in it.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "cart.full");
}

/// <summary>Where the slice's grains are found.</summary>
public static class CartGrains
{
    /// <summary>A user's cart.</summary>
    public static ICartGrain Cart(this IGrainFactory grains, UserId user) => grains.Ref<ICartGrain>(user.Value);

    /// <summary>Figures of what became of carts.</summary>
    public static ICartQueries CartQueries(this IGrainFactory grains) => grains.GetGrain<ICartQueries>(0);
}

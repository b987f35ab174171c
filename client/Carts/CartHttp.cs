using System.Collections.Immutable;
using Ale.Edge;
using Ale.Orders;
using Ale.Stock;
using Ale.Users;

namespace Ale.Carts;

/// <summary>Carts, and what becomes of them (ORD-02). A user has his own; another's is 403.</summary>
internal static class CartHttp
{
    private const string Tag = "Carts";

    public static void MapCarts(this IEndpointRouteBuilder api)
    {
        var cart = api.MapGroup("/users/{userId}/cart").WithTags(Tag);

        cart.MapGet("", (Id userId, Caller caller, UserMap users, IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(
                    async ct => await users.Find(owner, ct) is { } user ? await grains.Cart(user).Get(ct)
                        : new CartView([]),
                    async found => await CartReply.Of(found, await users.Find(owner, default), grains));
            })
            .Allow(Permission.OrderPlace).WithName("getCart")
            .WithSummary("The lines, each with what it would cost now or why it cannot be had");

        cart.MapPut("/lines/{sku}", (Id userId, SkuCode sku, CartLineBody body, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(async ct => await grains.Cart(await users.Internal(owner, ct))
                    .Put(new(sku, body.Quantity, body.SessionId, body.Via), ct));
            })
            .Allow(Permission.OrderPlace).WithName("putCartLine")
            .WithSummary("Sets the units of a SKU in a session, or outside of all; holds no stock");

        cart.MapDelete("/lines/{sku}", (Id userId, SkuCode sku, Id? sessionId, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(async ct => await users.Find(owner, ct) is { } user
                    ? await grains.Cart(user).Remove(sku, sessionId?.Value, ct) : new CartView([]));
            })
            .Allow(Permission.OrderPlace).WithName("deleteCartLine").WithSummary("Takes a line out");

        cart.MapPut("/checkouts/{orderId}", (Id userId, Id orderId, CheckoutBody body, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Own(userId);
                return edge.Run(
                    async ct => await grains.Cart(await users.Internal(owner, ct)).Checkout(body.Command(orderId), ct),
                    order => OrderReply.Of(order, users));
            })
            .Allow(Permission.OrderPlace).WithName("checkOut")
            .WithSummary("Places an order of one session's lines; the same again: the order as it is now");

        api.MapGet("/funnel", (Id? sessionId, Within within, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.CartQueries().Funnel(new(sessionId?.Value, within.From, within.To),
                    page.At ?? default, ct)))
            .Allow(Permission.SalesRead).WithTags(Tag).WithName("getFunnel")
            .WithSummary("Into the cart, checkout, order, money: the floating cart beside the page");
    }

    /// <param name="SessionId">The live session it is wanted in.</param>
    /// <param name="Via">How it came into the cart.</param>
    internal sealed record CartLineBody(int Quantity, CartVia Via, string? SessionId = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Range("quantity", Quantity, 1, CartLine.QuantityMax);
            p.Id("sessionId", SessionId);
        }
    }

    /// <param name="Via">Where the button was.</param>
    /// <param name="SessionId">Whose lines; absent: those of no session.</param>
    internal sealed record CheckoutBody(
        CartVia Via, string? SessionId = null, CouponCode? Coupon = null, ShipToBody? ShipTo = null,
        string? Channel = null, string? ShareId = null, string? CampaignId = null, string? PlacementId = null)
        : IValidated
    {
        public void Validate(Problems p)
        {
            p.Id("sessionId", SessionId);
            p.Id("channel", Channel);
            p.Id("shareId", ShareId);
            p.Id("campaignId", CampaignId);
            p.Id("placementId", PlacementId);
            p.At("shipTo", ShipTo);
        }

        public CheckoutCart Command(string orderId) => new(orderId, SessionId, Via)
        {
            Coupon = Coupon?.Value,
            ShipTo = ShipTo?.ShipTo,
            Channel = Channel,
            ShareId = ShareId,
            CampaignId = CampaignId,
            PlacementId = PlacementId,
        };
    }

    /// <param name="Title">Null: the SKU is gone.</param>
    /// <param name="PriceMinor">A unit, as a hold made now would keep it; null: none could be made.</param>
    /// <param name="Reason">The code of the refusal that a hold would meet; null: it could be made.</param>
    internal sealed record CartLineReply(
        string Sku, int Quantity, string? SessionId, CartVia Via, string? Title, long? PriceMinor, string? Currency,
        string? Reason);

    /// <param name="Lines">In the order they were put.</param>
    internal sealed record CartReply(ImmutableArray<CartLineReply> Lines)
    {
        public static async Task<CartReply> Of(CartView cart, UserId? user, IGrainFactory grains) =>
            new([.. await Task.WhenAll(cart.Lines.Select(line => Line(line, user, grains)))]);

        private static async Task<CartLineReply> Line(CartLine line, UserId? user, IGrainFactory grains)
        {
            var sku = grains.Sku(line.Sku);
            var wish = new ReserveStock("cart", line.Quantity) { User = user, SessionId = line.SessionId };
            var (terms, would) = (sku.Get(), sku.Would(wish));
            await Task.WhenAll(terms, would);
            var (held, refusal) = await would;
            return new(line.Sku, line.Quantity, line.SessionId, line.Via, (await terms).Value?.Title, held?.PriceMinor,
                held?.Currency, refusal?.Code);
        }
    }
}

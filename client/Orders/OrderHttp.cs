using System.Collections.Immutable;
using Ale.Audience;
using Ale.Edge;
using Ale.Users;

namespace Ale.Orders;

/// <summary>Orders, their payment and returns.</summary>
internal static class OrderHttp
{
    private const string Tag = "Orders";

    public static void MapOrders(this IEndpointRouteBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags(Tag);

        orders.MapPut("/{id}", (Id id, OrderBody body, Caller caller, UserMap users, IGrainFactory grains,
            EdgeCall edge) =>
            {
                var owner = caller.Own(body.UserId);
                if (!caller.IsBackend) body.RefuseWhatBackendsSay();
                return edge.Run(
                    async ct =>
                    {
                        var user = await users.InternalOrGuest(owner, ct);
                        var mine = await Visible(id, caller, users, grains, ct);
                        if (mine is not null && mine.Code != OrderRefusals.Unknown.Code) return mine;
                        return await grains.Order(id).Place(body.Command(user), ct);
                    },
                    order => OrderReply.Of(order, users));
            })
            .Allow(Permission.OrderPlace).WithName("placeOrder").WithSummary("Reserve all lines, or none");

        orders.MapGet("/{id}", (Id id, Caller caller, UserMap users, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => IfVisible(id, caller, users, grains, order => order.Get(ct), ct),
                order => OrderReply.Of(order, users)))
            .Allow(Permission.OrderRead).WithName("getOrder").WithSummary("An order as it is now");

        orders.MapGet("", (string? userId, string? state, PageRequest page, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) =>
            {
                var owner = caller.Sees(null, Permission.OrderRead) ? userId : caller.Own(userId);
                if (owner is not null && !Limits.IsId(owner)) throw new ProblemException(Problem.Invalid("userId",
                    Id.Form));
                var wanted = QueryEnum.Of<OrderState>("state", state);
                var after = page.After is { } c ? new OrderCursor(c.Long(0), c.Text(1)) : null;
                return edge.Run(
                    async ct =>
                    {
                        var user = owner is null ? null : await users.Find(owner, ct);
                        if (owner is not null && user is null) return ImmutableArray<OrderRow>.Empty;
                        return await grains.OrderQueries().Orders(user, wanted, after, page.Limit + 1, page.At
                            ?? default, ct);
                    },
                    async found =>
                    {
                        var names = await users.External(found.Select(o => o.User).OfType<UserId>(), default);
                        var next = Page<OrderRow>.Of(found, page.Limit, o =>
                            Cursor.Of(o.PlacedAt.ToUnixTimeMilliseconds(), o.Id));
                        return new Page<OrderListed>([.. next.Items.Select(o => OrderListed.Of(o, names))], next.Next);
                    });
            })
            .Allow(Permission.OrderRead).WithName("listOrders")
            .WithSummary("Orders, newest first; ?userId= and ?state= narrow the list");

        orders.MapPost("/{id}/pay", (Id id, PayBody body, CommandKey key, Caller caller, UserMap users,
            IGrainFactory grains,
                EdgeCall edge) => edge.Run(ct => IfVisible(
                id, caller, users, grains, order => order.Pay(new(key, body.Method, body.Outcome), ct), ct)))
            .Allow(Permission.PaymentAsk).WithName("payOrder").WithSummary("Ask the acquirer for the money");

        Step("cancel", "Give units, coupon, points and money back", Permission.OrderPlace,
            (o, key, caller, ct) => o.Cancel(new CancelOrder(key, caller.StaffId), ct));
        Step("ship", "It has left the house", Permission.OrderWrite, (o, key, _, ct) => o.Ship(key, ct));
        Step("deliver", "It has arrived", Permission.OrderWrite, (o, key, _, ct) => o.Deliver(key, ct));

        ShipToHttp.Map(api, orders);

        orders.MapPut("/{id}/returns/{returnId}", (Id id, Id returnId, ReturnBody body, Caller caller, UserMap users,
                IGrainFactory grains, EdgeCall edge) => edge.Run(ct => IfVisible(
                id, caller, users, grains, order => order.Return(body.Command(returnId, caller.StaffId), ct), ct)))
            .Allow(Permission.ReturnWrite).WithName("returnGoods")
                .WithSummary("Take goods back; units, points and money follow");

        api.MapGet("/returns", (string? state, Id? orderId, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new ReturnsWanted(page.Limit + 1)
                {
                    State = QueryEnum.Of<ReturnState>("state", state),
                    OrderId = orderId?.Value,
                    Before = page.After is { } c ? new(c.Instant(0), c.Text(1), c.Text(2)) : null,
                };
                return edge.Run(
                    ct => grains.OrderQueries().Returns(wanted, page.At ?? default, ct),
                    found => Page<ReturnRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.At.ToUnixTimeMilliseconds(), last.OrderId, last.Id)));
            })
            .Allow(Permission.RefundRead).WithTags(Tag).WithName("listReturns")
            .WithSummary("Returns, the latest first; ?state=accepted are those whose money is not back yet");

        void Step(string name, string summary, Permission may,
            Func<IOrderGrain, CommandKey, Caller, CancellationToken, Task<Outcome<OrderView>>> step) =>
            orders.MapPost($"/{{id}}/{name}", (Id id, CommandKey key, Caller caller, UserMap users,
                IGrainFactory grains,
                    EdgeCall edge) => edge.Run(
                    ct => IfVisible(id, caller, users, grains, order => step(order, key, caller, ct), ct),
                    order => OrderReply.Of(order, users)))
                .Allow(may).WithName($"{name}Order").WithSummary(summary);
    }

    internal static async Task<Outcome<T>> IfVisible<T>(Id id, Caller caller, UserMap users, IGrainFactory grains,
        Func<IOrderGrain, Task<Outcome<T>>> call, CancellationToken ct) =>
        await Visible(id, caller, users, grains, ct) is { } refusal ? refusal : await call(grains.Order(id));

    /// <summary>Another's order is answered as unknown. Who may see all orders is not looked at.</summary>
    private static async Task<Refusal?> Visible(Id id, Caller caller, UserMap users, IGrainFactory grains,
        CancellationToken ct)
    {
        if (caller.Sees(null, Permission.OrderRead)) return null;
        var (order, refusal) = await grains.Order(id).Get(ct);
        if (refusal is not null) return refusal;
        return caller.Sees(await users.External(order!.User, ct), Permission.OrderRead) ? null : OrderRefusals.Unknown;
    }
}

/// <param name="UserId">External id of the buyer; a backend may leave it out: a guest.</param>
/// <param name="Offer">The session's offer that one of the lines asks for; absent: the lowest price with room.</param>
/// <param name="RecordedAt">When it was really made, for reports only.</param>
internal sealed record OrderBody(
    ImmutableArray<LineBody> Lines, string? UserId = null, string? SessionId = null, string? Channel = null,
    string? CampaignId = null, string? PlacementId = null, string? ShareId = null, CouponCode? Coupon = null,
    ImmutableArray<ChargeBody>? Charges = null, DateTimeOffset? RecordedAt = null,
    string? Offer = null, ShipToBody? ShipTo = null) : IValidated
{
    public void Validate(Problems p)
    {
        p.Each("lines", Lines, Limits.OrderLinesMax, 1);
        p.Id("userId", UserId);
        p.Id("sessionId", SessionId);
        p.Id("channel", Channel);
        p.Id("campaignId", CampaignId);
        p.Id("placementId", PlacementId);
        p.Id("shareId", ShareId);
        p.Each<ChargeBody>("charges", Charges, 100);
        p.Instant("recordedAt", RecordedAt);
        p.Id("offer", Offer);
        p.At("shipTo", ShipTo);
        p.Require(Offer is null || SessionId is not null, "offer", "Is one of a session: name sessionId too.");
        if (p.Errors.Count > 0) return;
        var goods = Lines.Sum(l => (decimal)l.Quantity * (l.PriceMinor ?? 0));
        var charges = (Charges ?? []).Sum(c => Math.Abs((decimal)c.AmountMinor));
        p.Require(goods <= Limits.AmountMinorMax && charges <= Limits.AmountMinorMax, "lines",
            $"The order must not be worth more than {Limits.AmountMinorMax} minor units.");
        var units = Lines.GroupBy(l => l.Sku.Value).Max(g => g.Sum(l => (long)l.Quantity));
        p.Require(units <= Limits.QuantityMax, "lines", $"At most {Limits.QuantityMax} units of one SKU.");
    }

    /// <summary>Prices, charges and dates are agreed with backends; a buyer cannot make his own.</summary>
    public void RefuseWhatBackendsSay()
    {
        if (Lines.Any(l => l.PriceMinor is not null) || Charges is { Length: > 0 } || RecordedAt is not null)
            throw new ProblemException(Problem.Invalid("lines",
                "Only a backend gives prices, charges and recordedAt."));
    }

    public PlaceOrder Command(UserId? user) => new([.. Lines.Select(l =>
        new OrderLine(l.Sku.Value, l.Quantity, l.PriceMinor))])
    {
        User = user,
        SessionId = SessionId,
        Channel = Channel,
        CampaignId = CampaignId,
        PlacementId = PlacementId,
        ShareId = ShareId,
        Coupon = Coupon?.Value,
        RecordedAt = RecordedAt,
        Offer = Offer,
        ShipTo = ShipTo?.ShipTo,
        Charges = [.. (Charges ?? []).Select(c => new OrderCharge(c.Code, c.AmountMinor))],
    };
}

/// <param name="PriceMinor">The price agreed, a unit; absent: the SKU's. Backends only.</param>
internal sealed record LineBody(SkuCode Sku, int Quantity, long? PriceMinor = null) : IValidated
{
    public void Validate(Problems p)
    {
        p.Quantity("quantity", Quantity);
        p.Money("priceMinor", PriceMinor);
    }
}

/// <param name="AmountMinor">Negative: a discount.</param>
internal sealed record ChargeBody(string Code, long AmountMinor) : IValidated
{
    public void Validate(Problems p)
    {
        p.Id("code", Code);
        p.Range("amountMinor", AmountMinor, -Limits.AmountMinorMax, Limits.AmountMinorMax);
    }
}

/// <param name="Method"><c>local</c>: the acquirer that moves no money.</param>
/// <param name="Outcome">What it is to answer: <c>captured</c>, <c>failed</c>, <c>late</c>; refused in
/// Production.</param>
internal sealed record PayBody(string Method, string? Outcome = null) : IValidated
{
    public void Validate(Problems p)
    {
        p.Id("method", Method);
        p.Id("outcome", Outcome);
    }
}

/// <param name="Quality">True: for a fault of the goods; when all of the order came back so, its freight goes back.</param>
internal sealed record ReturnBody(ImmutableArray<ReturnLineBody> Lines, string Reason, bool Quality = false)
    : IValidated
{
    public void Validate(Problems p)
    {
        p.Each("lines", Lines, Limits.OrderLinesMax, 1);
        p.Text("reason", Reason, min: 1);
    }

    public ReturnGoods Command(Id id, string? by) =>
        new(id, [.. Lines.Select(l => new ReturnLine(l.Sku.Value, l.Quantity))], Reason) { By = by, Quality = Quality };
}

internal sealed record ReturnLineBody(SkuCode Sku, int Quantity) : IValidated
{
    public void Validate(Problems p) => p.Quantity("quantity", Quantity);
}

/// <summary>An order as answered; the members mean what they do in <see cref="OrderView"/>.</summary>
internal sealed record OrderReply(
    string Id, string? UserId, OrderState State, ImmutableArray<PricedLine> Lines, long GoodsMinor, long DiscountMinor,
    long ChargesMinor, long PayableMinor, string Currency, DateTimeOffset? PayBy, string? Reason, string? SessionId,
    long PointsEarned, long PointsReversed, long RefundMinor, ImmutableArray<OrderRefund> Refunds,
    long? FreightMinor, DateTimeOffset? PromiseAt, OrderShippingView? ShipTo, TouchSources? Attribution)
{
    public static async Task<OrderReply> Of(OrderView o, UserMap users) =>
        new(o.Id, await users.External(o.User, default),
        o.State, o.Lines, o.GoodsMinor, o.DiscountMinor, o.ChargesMinor, o.PayableMinor, o.Currency, o.PayBy, o.Reason,
        o.SessionId, o.PointsEarned, o.PointsReversed, o.RefundMinor, o.Refunds,
        o.Shipping?.FreightMinor, o.Shipping?.PromiseAt, o.Shipping, o.Attribution);
}

/// <summary>An order as listed.</summary>
internal sealed record OrderListed(
    string Id, string? UserId, OrderState State, string Currency, long GoodsMinor, long PayableMinor, long RefundMinor,
    int Lines, DateTimeOffset PlacedAt, string? SessionId)
{
    public static OrderListed Of(OrderRow o, ImmutableDictionary<UserId, string> names) => new(o.Id,
        o.User is { } u ? names.GetValueOrDefault(u) : null, o.State, o.Currency, o.GoodsMinor, o.PayableMinor,
            o.RefundMinor,
        o.Lines, o.PlacedAt, o.SessionId);
}

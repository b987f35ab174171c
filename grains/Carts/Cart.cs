using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Carts;

/// <summary>
/// A user's cart. Immutable.
/// Invariants: at most <see cref="CartView.LinesMax"/> lines, one for a session and a SKU; at most
/// <see cref="CheckoutsMax"/> checkouts are remembered, the oldest forgotten first; of those that are not ordered none
/// was refused.
/// </summary>
internal sealed record Cart(ImmutableArray<CartLine> Lines, ImmutableArray<RememberedCheckout> Checkouts)
    : IState<Cart, CartEvent>
{
    public const int CheckoutsMax = 16;

    public static readonly SnapshotCodec<Cart> Snapshots = SnapshotCodec<Cart>.Of(CartJson.Default.FrozenCart,
        meaning: 1, cart => new([.. cart.Lines], [.. cart.Checkouts]),
        frozen => new([.. frozen.Lines], [.. frozen.Checkouts]), cart => cart.Lines.Length + cart.Checkouts.Length);

    public static JsonTypeInfo<CartEvent> EventJson => CartJson.Default.CartEvent;

    public CartView View => new(Lines);

    public static Cart New() => new([], []);

    /// <summary>The checkout under way or ordered under this id.</summary>
    public RememberedCheckout? Find(string orderId) => Checkouts.FirstOrDefault(c => c.Checkout.OrderId == orderId);

    public Cart Apply(CartEvent happened) => happened switch
    {
        CartEvent.Put e => this with { Lines = With(e.Line) },
        CartEvent.Removed e => this with { Lines = Lines.RemoveAll(l => Is(l, e.Sku, e.SessionId)) },
        CartEvent.CheckoutStarted e => this with
        {
            Checkouts = [.. Checkouts.TakeLast(CheckoutsMax - 1), new(e.Checkout, IsOrdered: false)],
        },
        CartEvent.Ordered e => Find(e.OrderId) is { } placed ? this with
        {
            Lines = Without(placed.Checkout.Lines),
            Checkouts = Checkouts.Replace(placed, placed with { IsOrdered = true }),
        } : this,
        CartEvent.CheckoutRefused e => this with
        {
            Checkouts = Checkouts.RemoveAll(c => c.Checkout.OrderId == e.OrderId),
        },
        _ => throw new InvalidOperationException($"Unknown event {happened.GetType().Name}"),
    };

    public Decision<CartEvent, CartView> Decide(CartLine line, DateTimeOffset now)
    {
        if (Lines.Contains(line)) return View;
        var lines = With(line);
        if (lines.Length > CartView.LinesMax) return CartRefusals.Full;
        return new(new CartView(lines), new CartEvent.Put(line, now));
    }

    public Decision<CartEvent, CartView> DecideRemove(string sku, string? sessionId, DateTimeOffset now)
    {
        var left = Lines.RemoveAll(l => Is(l, sku, sessionId));
        if (left.Length == Lines.Length) return View;
        return new(new CartView(left), new CartEvent.Removed(sku, sessionId, now));
    }

    /// <summary>What is to be ordered: the lines now, or those of the same checkout before.</summary>
    public Decision<CartEvent, Checkout> Decide(CheckoutCart command, DateTimeOffset now)
    {
        if (Find(command.OrderId) is { } before)
            return before.Checkout.IsOf(command) ? before.Checkout : CartRefusals.Changed;
        CartLine[] lines = [.. Lines.Where(l => l.SessionId == command.SessionId)];
        if (lines is []) return CartRefusals.Empty;
        var checkout = new Checkout(command.OrderId, command.SessionId, command.Via, lines, command.Coupon,
            command.ShipTo, command.Channel, command.ShareId, command.CampaignId, command.PlacementId);
        return new(checkout, new CartEvent.CheckoutStarted(checkout, now));
    }

    /// <summary>The order's word on a checkout; nothing changes once it was ordered.</summary>
    public Decision<CartEvent, Done> DecideEnd(string orderId, Refusal? refusal, DateTimeOffset now)
    {
        if (Find(orderId) is not { IsOrdered: false }) return new Done();
        return new(new Done(), refusal is null ? new CartEvent.Ordered(orderId, now)
            : new CartEvent.CheckoutRefused(orderId, refusal.Code, now));
    }

    private static bool Is(CartLine line, string sku, string? sessionId) =>
        (line.Sku, line.SessionId) == (sku, sessionId);

    private ImmutableArray<CartLine> With(CartLine line)
    {
        for (var i = 0; i < Lines.Length; i++)
            if (Is(Lines[i], line.Sku, line.SessionId)) return Lines.SetItem(i, line);
        return Lines.Add(line);
    }

    // Units that were put meanwhile stay.
    private ImmutableArray<CartLine> Without(CartLine[] taken)
    {
        var left = Lines.Select(l => l with
        {
            Quantity = l.Quantity - (taken.FirstOrDefault(t => Is(l, t.Sku, t.SessionId))?.Quantity ?? 0),
        });
        return [.. left.Where(l => l.Quantity > 0)];
    }
}

using Ale.Kernel;

namespace Ale.Carts;

/// <summary>The funnel's steps as tables.</summary>
internal sealed class CartProjection() : Projection<CartEvent>("carts", 1, "cart", CartJson.Default.CartEvent,
    Added, Checkouts)
{
    /// <summary>Lines that were put: the way and the instant of the latest. <c>session_id</c> is empty for none.</summary>
    public static readonly Table Added = new("cart_added",
    [
        Column.TextKey("user_id"), Column.TextKey("session_id"), Column.TextKey("sku"), Column.Text("via"),
        Column.Number("at"),
    ], "at");

    /// <summary><c>state</c> is <c>started</c>, <c>ordered</c> or <c>refused</c>; whether it was paid the order
    /// knows.</summary>
    public static readonly Table Checkouts = new("cart_checkout",
    [
        Column.TextKey("user_id"), Column.TextKey("order_id"), Column.Text("session_id"), Column.Text("via"),
        Column.Text("state"), Column.Number("lines"), Column.Number("units"), Column.Number("at"),
    ], "at");

    protected override void Project(string key, CartEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case CartEvent.Put e:
                views.Row(Added, key, e.Line.SessionId ?? "", e.Line.Sku).Set("via", NameOf(e.Line.Via))
                    .Set("at", e.At);
                break;
            case CartEvent.CheckoutStarted e:
                var c = e.Checkout;
                views.Row(Checkouts, key, c.OrderId).Set("session_id", c.SessionId ?? "").Set("via", NameOf(c.Via))
                    .Set("state", "started").Set("lines", c.Lines.Length)
                    .Set("units", c.Lines.Sum(l => (long)l.Quantity)).Set("at", e.At);
                break;
            case CartEvent.Ordered e:
                views.Row(Checkouts, key, e.OrderId).Set("state", "ordered");
                break;
            case CartEvent.CheckoutRefused e:
                views.Row(Checkouts, key, e.OrderId).Set("state", "refused");
                break;
        }
    }

    public static string NameOf(CartVia via) => via.ToString().ToLowerInvariant();
}

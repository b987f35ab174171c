using System.Text.Json;
using Ale.Audience;
using Ale.Kernel;

namespace Ale.Orders;

/// <summary>Orders, their lines, charges and returns as tables.</summary>
internal sealed class OrderProjection() : Projection<OrderEvent>("orders", 2, "order", OrderJson.Default.OrderEvent,
    Orders, Lines, Charges, Returns, ReturnLines)
{
    public static readonly Table Orders = new("sales_order",
    [
        Column.TextKey("id"), Column.Text("user_id"), Column.Text("session_id"), Column.Text("channel"),
        Column.Text("campaign_id"), Column.Text("placement_id"), Column.Text("share_id"), Column.Text("coupon"),
        Column.Text("market"), Column.Text("currency"), Column.Text("state"), Column.Text("reason"),
            Column.Number("attempt"),
        Column.Number("goods_minor"), Column.Number("discount_minor"), Column.Number("charges_minor"),
        Column.Number("payable_minor"), Column.Number("paid_minor"), Column.Sum("refunded_minor"),
        Column.Number("points_earned"), Column.Sum("points_reversed"), Column.Number("lines"), Column.Number("units"),
        Column.Sum("units_returned"), Column.Sum("payments_parked"), Column.Number("placed_at"),
            Column.Number("recorded_at"),
        Column.Number("pay_by"), Column.Number("paid_at"), Column.Number("version"),
        Column.Text("area"), Column.Number("freight_minor"), Column.Number("promise_at"), Column.Number("fast"),
        Column.Number("late"), Column.Number("delivered_at"),
        Column.Text("by_session"), Column.Text("by_channel"), Column.Text("by_campaign"), Column.Text("by_placement"),
        Column.Text("by_share"),
    ], "placed_at, id", "user_id, placed_at");

    public static readonly Table Lines = new("sales_order_line",
    [
        Column.TextKey("order_id"), Column.NumberKey("attempt"), Column.NumberKey("no"), Column.Text("sku"),
        Column.Number("quantity"), Column.Number("price_minor"), Column.Number("discount_minor"),
            Column.Sum("returned"),
    ]);

    public static readonly Table Charges = new("sales_order_charge",
    [
        Column.TextKey("order_id"), Column.NumberKey("attempt"), Column.NumberKey("no"), Column.Text("code"),
        Column.Number("amount_minor"),
    ]);

    public static readonly Table Returns = new("sales_return",
    [
        Column.TextKey("order_id"), Column.TextKey("id"), Column.Text("state"), Column.Text("reason"),
        Column.Number("refund_minor"), Column.Number("points_reversed"), Column.Number("at"),
    ], "at, order_id, id");

    public static readonly Table ReturnLines = new("sales_return_line",
    [
        Column.TextKey("order_id"), Column.TextKey("return_id"), Column.NumberKey("line"), Column.Text("sku"),
        Column.Number("quantity"), Column.Number("price_minor"),
    ]);

    protected override void Project(string key, OrderEvent happened, JournalRow row, ViewBatch views)
    {
        var order = views.Row(Orders, key).Set("version", row.Next);
        switch (happened)
        {
            case OrderEvent.Placed e:
                var c = e.Content;
                order.Set("user_id", c.User).Set("session_id", c.SessionId).Set("channel", c.Channel)
                    .Set("campaign_id", c.CampaignId).Set("placement_id", c.PlacementId).Set("share_id", c.ShareId)
                    .Set("coupon", c.Coupon).Set("state", "placing").Set("attempt", e.Attempt).Set("placed_at", e.At)
                    .Set("recorded_at", c.RecordedAt).Set("lines", c.Lines.Length)
                        .Set("units", c.Lines.Sum(l => (long)l.Quantity));
                By(order, c.Sources);
                for (var i = 0; i < c.Charges.Length; i++)
                {
                    views.Row(Charges, key, e.Attempt, i).Set("code", c.Charges[i].Code)
                        .Set("amount_minor", c.Charges[i].AmountMinor);
                }

                for (var i = 0; i < c.Lines.Length; i++)
                    views.Row(Lines, key, e.Attempt, i).Set("sku", c.Lines[i].Sku).Set("quantity", c.Lines[i].Quantity);
                break;
            case OrderEvent.Reserved e:
                order.Set("state", StateName(OrderState.AwaitingPayment)).Set("market", e.Market)
                    .Set("currency", e.Currency)
                    .Set("goods_minor", e.GoodsMinor).Set("discount_minor", e.DiscountMinor)
                    .Set("charges_minor", e.ChargesMinor).Set("pay_by", e.PayBy)
                    .Set("payable_minor", e.GoodsMinor - e.DiscountMinor + e.ChargesMinor);
                if (e.Attribution is { } led) By(order, led);
                if (e.Shipping is { } to)
                {
                    order.Set("area", to.Area).Set("freight_minor", to.FreightMinor).Set("promise_at", to.PromiseAt)
                        .Set("fast", to.IsFast ? 1 : 0);
                }

                break;
            case OrderEvent.Refused e:
                order.Set("state", StateName(OrderState.Refused)).Set("reason", e.Code);
                break;
            case OrderEvent.PaymentKept:
                order.Add("payments_parked", 1);
                break;
            case OrderEvent.PaymentTaken e:
                order.Set("paid_minor", e.AmountMinor);
                break;
            case OrderEvent.Paid e:
                order.Set("state", StateName(OrderState.Paid)).Set("points_earned", e.Points).Set("paid_at", e.At);
                break;
            case OrderEvent.Cancelled e:
                order.Set("state", StateName(OrderState.Cancelled)).Set("reason", e.Reason);
                break;
            case OrderEvent.Shipped:
                order.Set("state", StateName(OrderState.Shipped));
                break;
            case OrderEvent.Delivered e:
                order.Set("state", StateName(OrderState.Delivered)).Set("delivered_at", e.At);
                break;
            case OrderEvent.ReturnAccepted e:
                order.Add("refunded_minor", e.RefundMinor).Add("points_reversed", e.Points)
                    .Add("units_returned", e.Lines.Sum(l => (long)l.Quantity));
                views.Row(Returns, key, e.Id).Set("state", e.RefundMinor == 0 ? "refunded" : "accepted")
                    .Set("reason", e.Reason)
                    .Set("refund_minor", e.RefundMinor).Set("points_reversed", e.Points).Set("at", e.At);
                foreach (var line in e.Lines)
                {
                    views.Row(ReturnLines, key, e.Id, line.Line).Set("sku", line.Sku).Set("quantity", line.Quantity)
                        .Set("price_minor", line.PriceMinor);
                }

                break;
            case OrderEvent.ShipToChanged e:
                order.Set("area", e.Shipping.Area).Set("promise_at", e.Shipping.PromiseAt);
                break;
            case OrderEvent.Delayed:
                order.Set("late", 1);
                break;
            case OrderEvent.RefundNoted e:
                order.Add("refunded_minor", e.ChangeMinor);
                break;
            case OrderEvent.Refunded { Ref: { } id }:
                views.Row(Returns, key, id).Set("state", "refunded");
                break;
        }
    }

    /// <summary>What it is shown for; empty: nothing, as a null would leave what stood there before.</summary>
    private static void By(ViewRow order, TouchSources by) => order.Set("by_session", by.SessionId ?? "")
        .Set("by_channel", by.Channel ?? "").Set("by_campaign", by.CampaignId ?? "")
        .Set("by_placement", by.PlacementId ?? "").Set("by_share", by.ShareId ?? "");

    public static string StateName(OrderState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");
}

using Ale.Kernel;

namespace Ale.Stock;

/// <summary>SKUs with their figures, reservations and stock moves as tables.</summary>
internal sealed class StockProjection()
    : Projection<StockEvent>("stock", 3, "stock", StockJson.Default.StockEvent, Skus, Reservations, Moves, Misses,
        Prices)
{
    public static readonly Table Skus = new("sku",
    [
        Column.TextKey("sku"), Column.Text("title"), Column.Number("price_minor"), Column.Text("currency"),
        Column.Text("market"), Column.Text("product"), Column.Sum("on_hand"), Column.Sum("held"), Column.Sum("sold"),
        Column.Sum("quarantine"), Column.Number("eco"), Column.Number("version"),
        Column.Sum("scrapped"), Column.Text("barcode"), Column.Number("off_sale"),
    ], "product, sku", "barcode, sku");

    public static readonly Table Reservations = new("reservation",
    [
        Column.TextKey("sku"), Column.TextKey("id"), Column.Text("user_id"), Column.Number("quantity"),
        Column.Text("session_id"), Column.Number("price_minor"), Column.Text("currency"), Column.Text("state"),
        Column.Number("expires_at"), Column.FirstNumber("at"), Column.Number("ended_at"), Column.Text("offer"),
    ], "user_id, at", "session_id, sku");

    /// <summary>
    /// Receipts, corrections, put-backs and scans; <c>kind</c> is <c>receipt</c>, <c>adjustment</c>, <c>put_back</c> or
    /// <c>inspection</c>, whose <c>reason</c> is the grade. Each kind has ids of its own.
    /// </summary>
    public static readonly Table Moves = new("stock_move",
    [
        Column.TextKey("sku"), Column.TextKey("kind"), Column.TextKey("id"), Column.Number("delta"),
            Column.Text("reason"),
        Column.Text("reservation_id"), Column.Number("at"),
    ]);

    /// <summary>Attempts refused for stock; <c>slot</c> is a quarter of an hour, for zones begin their days at
    /// such.</summary>
    public static readonly Table Misses = new("stock_miss",
    [
        Column.TextKey("sku"), Column.TextKey("session_id"), Column.NumberKey("slot"), Column.Sum("attempts"),
    ], "slot");

    /// <summary>
    /// List prices in order of their start; <c>plan</c> is empty for one that was set at once, which may be the price
    /// that was there.
    /// </summary>
    public static readonly Table Prices = new("sku_price",
    [
        Column.TextKey("sku"), Column.TextKey("plan"), Column.NumberKey("version"), Column.Number("starts_at"),
        Column.Number("price_minor"), Column.Text("state"), Column.Text("actor"),
    ], "sku, starts_at");

    /// <summary>The quarter of an hour that an instant is in.</summary>
    public static long Slot(DateTimeOffset at) => at.ToUnixTimeSeconds() / 900;

    protected override void Project(string key, StockEvent happened, JournalRow row, ViewBatch views)
    {
        var sku = views.Row(Skus, key).Set("version", row.Next);
        switch (happened)
        {
            case StockEvent.Defined e:
                Show(sku, e.Terms);
                Price("", 0, row.At, e.Terms.PriceMinor, "started", null);
                break;
            case StockEvent.Changed e:
                Show(sku, e.Terms);
                Price("", row.Next, e.At.ToUnixTimeMilliseconds(), e.Terms.PriceMinor, "started", e.Actor);
                break;
            case StockEvent.PricePlanned e:
                Price(e.Id, 0, e.StartsAt.ToUnixTimeMilliseconds(), e.PriceMinor, "planned", e.Actor);
                break;
            case StockEvent.PriceDropped e:
                views.Row(Prices, key, e.Id, 0L).Set("state", "dropped");
                break;
            case StockEvent.PriceStarted e:
                sku.Set("price_minor", e.PriceMinor);
                views.Row(Prices, key, e.Id, 0L).Set("state", "started");
                break;
            case StockEvent.Shelved e:
                sku.Set("off_sale", !e.IsOnSale);
                break;
            case StockEvent.Received e:
                sku.Add("on_hand", e.Quantity);
                views.Row(Moves, key, "receipt", e.Id).Set("delta", e.Quantity).Set("at", row.At);
                break;
            case StockEvent.Adjusted e:
                sku.Add("on_hand", e.Delta);
                views.Row(Moves, key, "adjustment", e.Id).Set("delta", e.Delta).Set("reason", e.Reason)
                    .Set("at", row.At);
                break;
            case StockEvent.Held e:
                sku.Add("held", e.Quantity);
                Claim(views, key, e.Id, e.User, e.Quantity, e.SessionId, e.PriceMinor, e.At, e.ExpiresAt, e.Offer)
                    .Set("state", "held").Set("ended_at", 0L);
                break;
            case StockEvent.Renewed e:
                views.Row(Reservations, key, e.Id).Set("expires_at", e.ExpiresAt);
                break;
            case StockEvent.Confirmed e:
                sku.Add("held", -e.Quantity).Add("on_hand", -e.Quantity).Add("sold", e.Quantity);
                End(views, key, e.Id, "confirmed", e.At);
                break;
            case StockEvent.Reclaimed e:
                sku.Add("on_hand", -e.Quantity).Add("sold", e.Quantity);
                Claim(views, key, e.Id, e.User, e.Quantity, e.SessionId, e.PriceMinor, e.At, e.At, e.Offer);
                End(views, key, e.Id, "confirmed", e.At);
                break;
            case StockEvent.Released e:
                sku.Add("held", -e.Quantity);
                End(views, key, e.Id, "released", e.At);
                break;
            case StockEvent.Expired e:
                sku.Add("held", -e.Quantity);
                End(views, key, e.Id, "expired", e.At);
                break;
            case StockEvent.Missed e:
                views.Row(Misses, key, e.SessionId ?? "", Slot(e.At)).Add("attempts", e.Attempts);
                break;
            case StockEvent.Inspected e:
                if (e.Grade != InspectionGrade.B) sku.Add("quarantine", -e.Quantity);
                if (e.Grade != InspectionGrade.B)
                    sku.Add(e.Grade == InspectionGrade.A ? "on_hand" : "scrapped", e.Quantity);
                views.Row(Moves, key, "inspection", e.Id).Set("delta", e.Quantity)
                    .Set("reason", $"{e.Grade}".ToLowerInvariant()).Set("at", e.At);
                break;
            case StockEvent.PutBack e:
                sku.Add(e.Quarantine ? "quarantine" : "on_hand", e.Quantity).Add("sold", -e.Quantity);
                views.Row(Moves, key, "put_back", e.Id).Set("delta", e.Quantity)
                    .Set("reservation_id", e.ReservationId).Set("at", e.At);
                break;
        }

        void Price(string plan, long version, long startsAt, long priceMinor, string state, string? actor) =>
            views.Row(Prices, key, plan, version).Set("starts_at", startsAt).Set("price_minor", priceMinor)
                .Set("state", state).Set("actor", actor);
    }

    private static void Show(ViewRow sku, SkuTerms terms) =>
        sku.Set("title", terms.Title).Set("price_minor", terms.PriceMinor).Set("currency", terms.Currency)
            .Set("market", terms.Market).Set("product", terms.Product).Set("eco", terms.EcoPackaging)
            .Set("barcode", terms.Barcode);

    // A forgotten id may be claimed anew by another: what is empty now overwrites what stood there.
    private static ViewRow Claim(ViewBatch views, string sku, string id, string? user, int quantity, string? sessionId,
        long priceMinor, DateTimeOffset at, DateTimeOffset expiresAt, string? offer) =>
        views.Row(Reservations, sku, id).Set("user_id", user ?? "").Set("quantity", quantity)
            .Set("session_id", sessionId ?? "").Set("price_minor", priceMinor).Set("expires_at", expiresAt)
                .Set("at", at).Set("offer", offer ?? "");

    private static void End(ViewBatch views, string sku, string id, string state, DateTimeOffset at) =>
        views.Row(Reservations, sku, id).Set("state", state).Set("ended_at", at);
}

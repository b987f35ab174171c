using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Shops;

/// <summary>Shops, what they list and what they told, as tables.</summary>
internal sealed class ShopProjection()
    : Projection<ShopEvent>("shops", 1, "shop", ShopJson.Default.ShopEvent, Shops, Listings, Movements)
{
    public static readonly Table Shops = new("shop",
    [
        Column.TextKey("id"), Column.Text("title"), Column.Text("endpoint"), Column.Text("market"),
        Column.Number("seq"), Column.Number("away_since"), Column.Number("reconciled_at"), Column.Number("different"),
    ]);

    /// <summary><c>listed</c> is 0 when it was taken off.</summary>
    public static readonly Table Listings = new("shop_listing",
    [
        Column.TextKey("shop"), Column.TextKey("sku"), Column.Number("listed"), Column.Sum("moved"),
    ]);

    /// <summary><c>refused</c> is empty when our stock was moved.</summary>
    public static readonly Table Movements = new("shop_movement",
    [
        Column.TextKey("shop"), Column.NumberKey("seq"), Column.Text("sku"), Column.Number("delta"),
        Column.Text("kind"), Column.Number("sold_at"), Column.Number("booked_at"), Column.Text("refused"),
    ]);

    protected override void Project(string key, ShopEvent happened, JournalRow row, ViewBatch views)
    {
        var shop = views.Row(Shops, key);
        switch (happened)
        {
            case ShopEvent.Connected { Terms: var t }:
                shop.Set("title", t.Title).Set("endpoint", t.Endpoint).Set("market", t.Market).Set("seq", 0);
                break;
            case ShopEvent.Changed { Terms: var t }:
                shop.Set("title", t.Title).Set("endpoint", t.Endpoint);
                break;
            case ShopEvent.Listed e:
                views.Row(Listings, key, e.Sku).Set("listed", 1);
                break;
            case ShopEvent.Unlisted e:
                views.Row(Listings, key, e.Sku).Set("listed", 0);
                break;
            case ShopEvent.Booked e:
                shop.Set("seq", e.Seq);
                views.Row(Movements, key, e.Seq).Set("sku", e.Sku).Set("delta", e.Delta).Set("kind", e.Kind)
                    .Set("sold_at", e.SoldAt).Set("booked_at", e.At).Set("refused", e.Refused);
                if (e.Refused is null) views.Row(Listings, key, e.Sku).Add("moved", e.Delta);
                break;
            case ShopEvent.Lost e:
                shop.Set("away_since", e.Since);
                break;
            case ShopEvent.Found:
                shop.Set("away_since", (long?)null);
                break;
            case ShopEvent.Reconciled { Result: var r }:
                shop.Set("reconciled_at", r.At).Set("different", r.Different);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}

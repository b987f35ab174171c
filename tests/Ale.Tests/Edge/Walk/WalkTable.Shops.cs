namespace Ale.Edge;

/// <summary>The rows of shops; the one that is named does not answer.</summary>
internal static partial class WalkTable
{
    private const string Shop = """{"title":"Shop","endpoint":"http://127.0.0.1:9/stock","market":"cn"}""";

    private const string Movements = """
        {"movements":[{"seq":1,"sku":"WALK","delta":1,"kind":"return","at":"2026-06-18T12:00:00Z"}]}
        """;

    private static WalkRow[] OfShops() =>
    [
        new("putShop", "/api/shops/walk", Shop) { Other = (Shop.Replace("Shop", "Other"), "shop.changed") },
        new("changeShop", "/api/shops/walk", """{"title":"Store","endpoint":"http://127.0.0.1:9/store"}""")
        {
            IfMatch = "\"1\"", Unknown = ("/api/shops/none", "shop.unknown"),
        },
        new("listSku", "/api/shops/walk/listings/WALK")
        {
            TakesOther = "There is no content.", Unknown = ("/api/shops/walk/listings/none", "stock.unknown_sku"),
        },
        new("tellMovements", "/api/shops/walk/movements", Movements)
        {
            Unknown = ("/api/shops/none/movements", "shop.unknown"), Moves = ["booked", "repeats"],
        },
        new("listMovements", "/api/shops/walk/movements") { FromTables = true },
        new("listListings", "/api/shops/walk/listings") { FromTables = true },
        new("unlistSku", "/api/shops/walk/listings/WALK") { Unknown = ("/api/shops/none/listings/WALK",
            "shop.unknown") },
        new("getShop", "/api/shops/walk")
        {
            Unknown = ("/api/shops/none", "shop.unknown"), Moves = ["why", "untold"],
        },
        new("listShops", "/api/shops") { FromTables = true },
        new("reconcileShop", "/api/shops/walk/reconcile") { Status = 503 },
    ];
}

namespace Ale.Edge;

/// <summary>The rows of products, before the SKUs that are their variants.</summary>
internal static partial class WalkTable
{
    private const string Product = """
        {"title":"Tea","category":"food/tea","brand":"Ale","pictures":["https://example.org/1.png"],
         "options":[{"name":"size","values":["s","m"]}],"description":"Green","state":"active"}
        """;

    private const string Price = """{"priceMinor":1100,"startsAt":"2089-01-01T12:00:00Z"}""";

    private static WalkRow[] OfProducts() =>
    [
        new("putProduct", "/api/products/walk-p", Product) { Other = (Product.Replace("Green", "Red"),
            "product.changed") },
        new("getProduct", "/api/products/walk-p")
        {
            IsEverybodys = true, Unknown = ("/api/products/none", "product.unknown"), Moves = ["variants"],
        },
        new("archiveProduct", "/api/products/walk-p/archive") { Unknown = ("/api/products/none/archive",
            "product.unknown") },
        new("activateProduct", "/api/products/walk-p/activate") { Unknown = ("/api/products/none/activate",
            "product.unknown") },
        new("listProducts", "/api/products?category=food") { IsEverybodys = true, FromTables = true },
        new("listCategories", "/api/categories") { IsEverybodys = true, FromTables = true },
    ];

    private static WalkRow[] AfterSkus() =>
    [
        new("changeProduct", "/api/products/walk-p", """
            {"title":"Tea","category":"food/tea/green","brand":"Ale","pictures":[],
             "options":[{"name":"size","values":["s","m","l"]}],"description":"Green"}
            """)
        {
            IfMatch = "\"1\"", Unknown = ("/api/products/none", "product.unknown"),
        },
        new("planPrice", "/api/skus/WALK/prices/p1", Price)
        {
            Other = (Price.Replace("1100", "1200"), "stock.price_changed"),
            Unknown = ("/api/skus/none/prices/p1", "stock.unknown_sku"),
        },
        new("dropPrice", "/api/skus/WALK/prices/p1") { Unknown = ("/api/skus/WALK/prices/none",
            "stock.unknown_price") },
        new("listPrices", "/api/skus/WALK/prices") { IsEverybodys = true, FromTables = true },
    ];
}

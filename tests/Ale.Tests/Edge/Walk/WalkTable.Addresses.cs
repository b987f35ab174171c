namespace Ale.Edge;

/// <summary>The rows of addresses, warehouses, refunds, attribution and where orders go.</summary>
internal static partial class WalkTable
{
    private const string Address = """
        {"area":"330106","recipient":"Ann","phone":"+8613800","street":"Wensan Road 1"}
        """;

    private const string Sent = """
        {"userId":"walk-user","lines":[{"sku":"WALK","quantity":1}],"charges":[{"code":"post","amountMinor":100}],
         "shipTo":{"addressId":"home"}}
        """;

    private static WalkRow[] OfAddresses() =>
    [
        new("putAddress", "/api/users/walk-user/addresses/home", Address)
        {
            TakesOther = "An address is what was said last.",
            Unknown = ("/api/users/nobody/addresses/home", "user.unknown"),
        },
        new("listAddresses", "/api/users/walk-user/addresses")
        {
            Unknown = ("/api/users/nobody/addresses", "user.unknown"),
        },
        new("deleteAddress", "/api/users/walk-user/addresses/none")
        {
            Unknown = ("/api/users/nobody/addresses/none", "user.unknown"),
        },
    ];

    private static WalkRow[] OfCarts() =>
    [
        new("putCartLine", "/api/users/walk-user/cart/lines/WALK", """{"quantity":1,"via":"page"}""")
        {
            TakesOther = "A line is what was said last.",
        },
        new("getCart", "/api/users/walk-user/cart"),
        new("checkOut", "/api/users/walk-user/cart/checkouts/walk-cart", """{"via":"page"}""")
        {
            Other = ("""{"via":"floating"}""", "cart.changed"),
        },
        new("deleteCartLine", "/api/users/walk-user/cart/lines/WALK"),
        new("getFunnel", "/api/funnel") { FromTables = true },
    ];

    private static WalkRow[] OfWarehouses() =>
    [
        new("putWarehouse", "/api/warehouses/walk", """{"city":"330100","covers":["330100"]}""")
        {
            TakesOther = "A warehouse covers what was said last.",
        },
        new("getWarehouse", "/api/warehouses/walk")
        {
            IsEverybodys = true, Unknown = ("/api/warehouses/none", "stock.unknown_warehouse"),
        },
        new("listWarehouses", "/api/warehouses") { IsEverybodys = true },
        new("getStockOutRate", "/api/stockouts?market=cn") { FromTables = true },
    ];

    private static WalkRow[] OfShipTo() =>
    [
        new("listRefunds", "/api/refunds?orderId=walk-order") { FromTables = true },
        new("listReturns", "/api/returns") { FromTables = true },
        new("getRefund", "/api/refunds/none") { Status = 404 },
        new("listAttribution", "/api/attribution/host") { FromTables = true },
        new("listAttributedOrders", "/api/attribution/host/walk-host/orders"),
        new("retryRefund", "/api/refunds/none/retry") { Status = 404 },
        new("placeOrder", "/api/orders/walk-sent", Sent)
        {
            Other = (Sent.Replace("\"quantity\":1", "\"quantity\":3"), "order.changed"),
        },
        new("changeShipTo", "/api/orders/walk-sent/shipTo", """{"addressId":"home"}""")
        {
            TakesOther = "It goes where was said last.", Unknown = ("/api/orders/none/shipTo", "order.unknown"),
        },
        new("getOrderAddress", "/api/orders/walk-sent/address")
        {
            Unknown = ("/api/orders/none/address", "order.unknown"),
        },
        new("quoteFreight", "/api/freight?city=330106&lines=WALK:2")
        {
            IsEverybodys = true, Unknown = ("/api/freight?city=330106&lines=NONE", "order.unknown_sku"),
        },
    ];
}

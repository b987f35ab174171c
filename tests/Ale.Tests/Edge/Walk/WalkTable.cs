namespace Ale.Edge;

/// <summary>
/// The table: a row an operation, in an order in which each finds what it needs. An operation without a row fails
/// <see cref="WalkTests"/>.
/// </summary>
internal static partial class WalkTable
{
    private const string Sku = """
        {"title":"Tea","priceMinor":1000,"currency":"CNY","market":"cn","product":"walk-p","optionValues":{"size":"m"},
         "costMinor":500,"barcode":"b1","levels":{"safety":30,"warning":20,"minimum":10},"holdSeconds":600,
         "perUserMax":100,"perSessionMax":100,"limitedTotal":1000,"ecoPackaging":false,"imported":false}
        """;

    private const string Order = """
        {"userId":"walk-user","channel":"web","lines":[{"sku":"WALK","quantity":2,"priceMinor":900}],
         "charges":[{"code":"post","amountMinor":100}],"recordedAt":"2026-01-01T00:00:00Z"}
        """;

    private const string Coupon = """
        {"currency":"CNY","pool":10,"perUserMax":2,"startsAt":"2020-01-01T00:00:00Z","endsAt":"2090-01-01T00:00:00Z",
         "source":"event","offMinor":100,"minGoodsMinor":0}
        """;

    private static readonly string Later = Coupon.Replace("2020-", "2080-");

    private const string Import = """
        {"source":"walk.csv","market":"gb","sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
        """;

    private const string Document = """
        {"lines":[{"sku":"WALK","code":"c","quantity":1,"amountMinor":100,"kind":"unmatched","part":false}],
         "orderIds":["walk-order"]}
        """;

    private const string Case = """
        {"orderId":"walk-order","sku":"WALK","quantity":1,"kind":"quality","note":"leaks"}
        """;

    private const string Why = """{"reason":"it is so"}""";

    private const string Item = """
        {"kind":"walk","title":"Look","subject":"order/O1","role":"ops","severity":"notice",
         "dueAt":"2090-01-01T00:00:00Z"}
        """;

    private const string Approval = """
        {"title":"Course","subject":"fund/training","quorum":1,"currency":"CNY","role":"approver",
         "expiresAt":"2090-01-01T00:00:00Z","breakdown":[{"label":"fee","amountMinor":8000,"note":"once"}]}
        """;

    private const string Review = """
        {"kind":"walk","title":"After S1","subject":"session/S1","finding":"few stayed","proposal":"a quiz",
         "role":"tech","expiresAt":"2090-01-01T00:00:00Z"}
        """;

    private const string Paper = """
        {"title":"Paper","validFrom":"2026-01-01T00:00:00Z","validTo":"2090-01-01T00:00:00Z",
         "attributes":{"number":"Q-17"},"role":"legal"}
        """;

    public static readonly WalkRow[] Rows =
    [
        new("live", "/health/live") { IsOpen = true },
        new("ready", "/health/ready") { IsOpen = true },
        new("getSettled", "/api/settled") { Status = 0, FromTables = true },
        new("listReaders", "/api/readers") { FromTables = true },
        new("listParked", "/api/parked"),
        new("replayParked", "/api/parked/replay", """{"reaction":"none","stream":"none"}""") { Status = 404 },
        new("dropParked", "/api/parked/drop", """{"reaction":"none","stream":"none","version":1}""") { Status = 404 },
        new("rebuildProjection", "/api/projections/payments/rebuild")
        {
            Unknown = ("/api/projections/none/rebuild", "request.unknown_projection"),
        },
        new("listPolicy", "/api/policy"),
        new("listJobs", "/api/jobs") { FromTables = true },
        new("getJob", "/api/jobs/verify") { FromTables = true, Unknown = ("/api/jobs/none", "job.unknown") },
        new("listJobRuns", "/api/jobs/verify/runs") { FromTables = true },
        new("pauseJob", "/api/jobs/verify/pause") { Unknown = ("/api/jobs/none/pause", "job.unknown") },
        new("resumeJob", "/api/jobs/verify/resume") { Unknown = ("/api/jobs/none/resume", "job.unknown") },
        new("runJob", "/api/jobs/verify/run") { Unknown = ("/api/jobs/none/run", "job.unknown") },
        new("getPolicy", "/api/policy/market.default") { Unknown = ("/api/policy/no.such", "policy.unknown") },

        new("putInboxItem", "/api/inbox/walk", Item)
        {
            Other = (Item.Replace("Look", "See"), "inbox.changed"),
        },
        new("getInboxItem", "/api/inbox/walk") { Unknown = ("/api/inbox/none", "inbox.unknown") },
        new("listInbox", "/api/inbox") { FromTables = true },
        new("countInbox", "/api/inbox/counts") { FromTables = true },
        new("finishInboxItem", "/api/inbox/walk/done", Why) { Unknown = ("/api/inbox/none/done", "inbox.unknown") },
        new("putApproval", "/api/approvals/walk:k:1", Approval)
        {
            Other = (Approval.Replace("Course", "Journey"), "approval.changed"),
        },
        new("getApproval", "/api/approvals/walk:k:1") { Unknown = ("/api/approvals/none", "approval.unknown") },
        new("listApprovals", "/api/approvals") { FromTables = true },
        new("decideApproval", "/api/approvals/walk:k:1/decide", """{"decision":"approve","reason":"useful"}""")
        {
            Role = "approver", Unknown = ("/api/approvals/none/decide", "approval.unknown"),
        },
        new("putReview", "/api/reviews/walk", Review) { Other = (Review.Replace("few", "many"), "review.changed") },
        new("getReview", "/api/reviews/walk") { Unknown = ("/api/reviews/none", "review.unknown") },
        new("listReviews", "/api/reviews") { FromTables = true },
        new("acceptReview", "/api/reviews/walk/accept", Why)
        {
            Role = "tech", Unknown = ("/api/reviews/none/accept", "review.unknown"),
        },
        new("putReview", "/api/reviews/walk2", Review) { Other = (Review.Replace("few", "many"), "review.changed") },
        new("refuseReview", "/api/reviews/walk2/refuse", Why)
        {
            Role = "tech", Unknown = ("/api/reviews/none/refuse", "review.unknown"),
        },
        new("putRegisterEntry", "/api/registers/papers/WALK/entries/p1", Paper)
        {
            Other = (Paper.Replace("Q-17", "Q-18"), "register.changed"),
        },
        new("getRegisterEntry", "/api/registers/papers/WALK/entries/p1")
        {
            Unknown = ("/api/registers/papers/WALK/entries/none", "register.unknown"),
        },
        new("getRegisterValid", "/api/registers/papers/WALK/valid"),
        new("listRegisterEntries", "/api/registers") { FromTables = true },
        new("withdrawRegisterEntry", "/api/registers/papers/WALK/entries/p1/withdraw", Why)
        {
            Unknown = ("/api/registers/papers/WALK/entries/none/withdraw", "register.unknown"),
        },

        new("putUser", "/api/users/walk-user", """{"market":"cn"}""")
        {
            Other = ("""{"market":"gb"}""", "user.changed"),
        },
        new("changeUser", "/api/users/walk-user", """{"market":"gb"}""")
        {
            IfMatch = "\"1\"", Unknown = ("/api/users/nobody", "user.unknown"),
            Other = ("""{"market":"cn"}""", "user.changed"),
        },
        new("getUser", "/api/users/walk-user") { Unknown = ("/api/users/nobody", "user.unknown") },
        new("listUsers", "/api/users") { FromTables = true },
        new("listPoints", "/api/users/walk-user/points") { Unknown = ("/api/users/nobody/points", "user.unknown") },
        new("putProfile", "/api/users/walk-user/profile", """{"birthDate":"1990-02-03","name":"Ann","phone":"+8613800"}""")
        {
            TakesOther = "A profile is what was said last.", Unknown = ("/api/users/nobody/profile", "user.unknown"),
        },
        new("getProfile", "/api/users/walk-user/profile") { Unknown = ("/api/users/nobody/profile", "user.unknown") },

        .. OfAddresses(),
        new("listPurchases", "/api/purchases") { FromTables = true },
        new("getPurchase", "/api/purchases/none") { Status = 404 },
        new("receivePurchase", "/api/purchases/none/receive", Why) { Status = 404 },
        new("cancelPurchase", "/api/purchases/none/cancel", Why) { Status = 404 },
        .. OfProducts(),
        new("putSku", "/api/skus/WALK", Sku) { Other = (Sku.Replace("Tea", "Coffee"), "stock.changed") },
        new("changeSku", "/api/skus/WALK", Sku.Replace("Tea", "Leaf"))
        {
            IfMatch = "\"1\"", Unknown = ("/api/skus/NONE", "stock.unknown_sku"),
            Other = (Sku.Replace("Tea", "Coffee"), "stock.changed"),
        },
        .. AfterSkus(),
        new("getSku", "/api/skus/WALK") { IsEverybodys = true, Unknown = ("/api/skus/NONE", "stock.unknown_sku") },
        new("listSkus", "/api/skus") { IsEverybodys = true, FromTables = true },
        .. OfWarehouses(),
        new("putReceipt", "/api/skus/WALK/receipts/r1", """{"quantity":100,"batch":"b1"}""")
        {
            Other = ("""{"quantity":101,"batch":"b1"}""", "stock.changed"),
            Unknown = ("/api/skus/NONE/receipts/r1", "stock.unknown_sku"),
        },
        new("putAdjustment", "/api/skus/WALK/adjustments/a1", """{"delta":-1,"reason":"broken"}""")
        {
            Other = ("""{"delta":-2,"reason":"broken"}""", "stock.changed"),
            Unknown = ("/api/skus/NONE/adjustments/a1", "stock.unknown_sku"),
        },
        new("putInspection", "/api/skus/WALK/inspections/none",
            """{"quantity":1,"grade":"a","returnId":"t1"}""")
        {
            Status = 0, TakesOther = "Nothing waits for inspection here.",
            Unknown = ("/api/skus/NONE/inspections/i1", "stock.unknown_sku"),
        },
        new("getStock", "/api/skus/WALK/stock")
        {
            IsEverybodys = true, Unknown = ("/api/skus/NONE/stock", "stock.unknown_sku"),
        },
        new("watchStock", "/api/skus/events?skus=WALK")
        {
            IsEverybodys = true, Unknown = ("/api/skus/events?skus=NONE", "stock.unknown_sku"),
        },
        Reservation("putReservation", "c1", "", """{"quantity":1,"userId":"walk-user"}""") with
        {
            Other = ("""{"quantity":2,"userId":"walk-user"}""", "stock.changed"),
            Unknown = ("/api/skus/NONE/reservations/c1", "stock.unknown_sku"),
        },
        Reservation("getReservation", "c1", ""),
        Reservation("renewReservation", "c1", "/renew"),
        Reservation("confirmReservation", "c1", "/confirm", """{"userId":"walk-user","quantity":1,"priceMinor":1000}""")
            with { Unknown = ("/api/skus/NONE/reservations/c1/confirm", "stock.unknown_sku") },
        Reservation("putReservation", "c2", "", """{"quantity":1,"userId":"walk-user"}""") with
        {
            Other = ("""{"quantity":1,"userId":"walk-user","sessionId":"s"}""", "stock.changed"),
        },
        Reservation("releaseReservation", "c2", "/release"),

        new("putCoupon", "/api/coupons/WALK", Coupon)
        {
            Other = (Coupon.Replace("event", "share"), "coupon.changed"),
        },
        new("putCoupon", "/api/coupons/WALK-LATER", Later)
        {
            Other = (Later.Replace("event", "share"), "coupon.changed"),
        },
        new("changeCoupon", "/api/coupons/WALK-LATER", Later.Replace("event", "game"))
        {
            IfMatch = "\"1\"", Unknown = ("/api/coupons/NONE", "coupon.unknown"),
            Other = (Later.Replace("event", "share"), "coupon.changed"),
        },
        new("getCoupon", "/api/coupons/WALK") { Unknown = ("/api/coupons/NONE", "coupon.unknown") },
        new("listCoupons", "/api/coupons") { FromTables = true },
        new("putCouponClaim", "/api/coupons/WALK/claims/walk-user")
        {
            TakesOther = "It has no content.", Unknown = ("/api/coupons/NONE/claims/walk-user", "coupon.unknown"),
        },
        new("putCouponClaimN", "/api/coupons/WALK/claims/walk-user/2")
        {
            TakesOther = "It has no content.", Unknown = ("/api/coupons/NONE/claims/walk-user/2", "coupon.unknown"),
        },
        new("listUserCoupons", "/api/users/walk-user/coupons") { FromTables = true },

        .. OfSessions(),

        new("placeOrder", "/api/orders/walk-order", Order)
        {
            Other = (Order.Replace("\"quantity\":2", "\"quantity\":3"), "order.changed"),
        },
        OfOrder("getOrder", ""),
        new("listOrders", "/api/orders?userId=walk-user") { FromTables = true },
        new("placeOrder", "/api/orders/walk-cancelled", Order)
        {
            Other = (Order.Replace("\"quantity\":2", "\"quantity\":3"), "order.changed"),
        },
        new("cancelOrder", "/api/orders/walk-cancelled/cancel") { Unknown = ("/api/orders/none/cancel",
            "order.unknown") },
        OfOrder("payOrder", "/pay", """{"method":"local","outcome":"captured"}"""),
        OfOrder("shipOrder", "/ship"),
        OfOrder("deliverOrder", "/deliver"),
        OfOrder("returnGoods", "/returns/t1", """{"lines":[{"sku":"WALK","quantity":1}],"reason":"too big"}""") with
        {
            Other = ("""{"lines":[{"sku":"WALK","quantity":2}],"reason":"too big"}""", "order.changed"),
            Moves = ["state", "orderState"], // the money goes back after the answer
        },
        new("putCase", "/api/cases/walk", Case)
        {
            Other = (Case.Replace("quality", "warranty"), "case.changed"),
        },
        new("getCase", "/api/cases/walk") { Unknown = ("/api/cases/none", "case.unknown") },
        new("listCases", "/api/cases") { FromTables = true },
        OfCase("addCaseEvidence", "evidence", """{"note":"a picture"}"""),
        OfCase("decideCase", "decide", """{"remedy":"repair","reason":"it leaks"}"""),
        OfCase("recordCaseGoods", "goods_back", """{"note":"whole"}"""),
        OfCase("settleCase", "settle", """{"note":"sent back"}"""),
        .. OfShipping(),
        new("takePaymentEvent", "/api/payments/events", """
            {"eventId":"walk-event","type":"captured","orderId":"walk-unknown","amountMinor":5,"currency":"CNY",
             "at":"2026-01-01T00:00:00Z","ref":"r"}
            """) { IsOpen = true },
        .. OfShipTo(),
        .. OfCarts(),
        .. OfShops(), .. OfPlatforms(), .. OfBudgets(), .. OfCampaigns(), .. OfPolicy(), .. OfPlans(),

        new("OpenImport", "/api/imports/walk", Import) { Other = (Import.Replace("walk.csv", "b.csv"),
            "import.changed") },
        new("RecordImportDocument", "/api/imports/walk/documents/1", Document)
        {
            Other = (Document.Replace(":100", ":101"), "import.changed"),
        },
        new("GetImport", "/api/imports/walk")
        {
            FromTables = true, Unknown = ("/api/imports/none", "import.unknown"),
        },
        new("verify", "/api/verify") { FromTables = true, Moves = ["progress", "rows"] },
        new("putUser", "/api/users/walk-erased") { TakesOther = "It is in the table above." },
        new("eraseUser", "/api/users/walk-erased/erase") { Unknown = ("/api/users/nobody/erase", "user.unknown") },
    ];

    private static WalkRow Reservation(string operation, string id, string step, string? body = null) =>
        new(operation, $"/api/skus/WALK/reservations/{id}{step}", body)
        {
            Unknown = body is null ? ($"/api/skus/WALK/reservations/none{step}", "stock.unknown_reservation") : null,
        };

    private static WalkRow OfOrder(string operation, string step, string? body = null) =>
        new(operation, $"/api/orders/walk-order{step}", body)
        {
            Unknown = ($"/api/orders/none{step}", "order.unknown"),
        };

    private static WalkRow OfCase(string operation, string step, string body) =>
        new(operation, $"/api/cases/walk/{step}", body)
        {
            Unknown = ($"/api/cases/none/{step}", "case.unknown"),
        };
}

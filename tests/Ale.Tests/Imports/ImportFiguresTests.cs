using Ale.Kernel;
using Ale.Storage;
using Xunit;

namespace Ale.Imports;

/// <summary>The figures over tables filled by hand, on both engines.</summary>
[Trait("needs", "server")]
public sealed class ImportFiguresTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    // What the figures read of other slices.
    private static readonly Table Orders = new("sales_order",
        [Column.TextKey("id"), Column.Text("user_id"), Column.Text("state"), Column.Number("goods_minor")]);

    private static readonly Table OrderLines = new("sales_order_line",
        [Column.TextKey("order_id"), Column.NumberKey("no"), Column.Text("sku"), Column.Number("quantity")]);

    private static readonly Table Charges = new("sales_order_charge",
        [Column.TextKey("order_id"), Column.NumberKey("no"), Column.Text("code"), Column.Number("amount_minor")]);

    private static readonly Table Returns = new("sales_return",
        [Column.TextKey("order_id"), Column.TextKey("id"), Column.Text("state"), Column.Number("refund_minor")]);

    private static readonly Table ReturnLines = new("sales_return_line",
    [
        Column.TextKey("order_id"), Column.TextKey("return_id"), Column.NumberKey("no"), Column.Text("sku"),
        Column.Number("quantity"),
    ]);

    private static readonly Table Users = new("app_user",
        [Column.TextKey("user_id"), Column.Text("tier"), Column.Sum("points")]);

    private static readonly Table Points = new("points_entry",
    [
        Column.TextKey("user_id"), Column.NumberKey("no"), Column.Text("kind"), Column.Number("points"),
        Column.Text("order_id"),
    ]);

    private static readonly Table Skus = new("sku", [Column.TextKey("sku"), Column.Sum("on_hand")]);

    private sealed class Others()
        : Projection("others", 1, ["none"], Orders, OrderLines, Charges, Returns, ReturnLines, Users, Points, Skus)
    {
        public override void Project(JournalRow row, ViewBatch views) => throw new NotSupportedException();
    }

    private static readonly ImportDocumentProjection Documents = new();

    private static async Task<ImportFigures> Figures(TestViews views, string import)
    {
        var (figures, refusal) = await new ImportQueries(views.Views).Figures(import, default, default);
        Assert.Null(refusal);
        return figures!;
    }

    private static void Document(ViewBatch views, string key, string[] orders, params ImportLine[] lines) =>
        Documents.Project(TestViews.Row<ImportDocumentEvent>($"import_document/{key}", 0, ImportPaper.EventJson,
            new ImportDocumentEvent.Recorded(new([.. lines], [.. orders]), Noon)), views);

    private static void Order(ViewBatch views, string id, string? user, string state, long goodsMinor,
        params (string Sku, int Quantity)[] lines)
    {
        views.Row(Orders, id).Set("user_id", user).Set("state", state).Set("goods_minor", goodsMinor);
        for (var i = 0; i < lines.Length; i++)
            views.Row(OrderLines, id, i).Set("sku", lines[i].Sku).Set("quantity", lines[i].Quantity);
    }

    private static void Return(ViewBatch views, string order, string id, string state, long refundMinor, int units)
    {
        views.Row(Returns, order, id).Set("state", state).Set("refund_minor", refundMinor);
        views.Row(ReturnLines, order, id, 0).Set("sku", "K1").Set("quantity", units);
    }

    private static ImportLine Product(int quantity) => new(ImportLineKind.Product, "K1", null, quantity, 0, false);

    private static ImportLine Unmatched(int quantity, bool isPart = false) =>
        new(ImportLineKind.Unmatched, "K1", null, quantity, 0, isPart);

    private static ImportLine Charge(long amountMinor) =>
        new(ImportLineKind.Charge, null, "POST", 1, amountMinor, false);

    private static readonly ImportLine Unpriced = new(ImportLineKind.Unpriced, "K7", null, 5, 0, false);

    private static void Fill(ViewBatch views)
    {
        Order(views, "A1", "ua", "paid", 1_000, ("K1", 2), ("K2", 1));
        Order(views, "A2", "ua", "partly_refunded", 600, ("K1", 1), ("K1", 2)); // one SKU on two lines
        Order(views, "A3", null, "delivered", 500, ("K3", 5));
        Order(views, "A4", "ub", "cancelled", 900, ("K9", 9));                 // does not count, nor does A5
        Order(views, "A5", "ub", "awaiting_payment", 900, ("K9", 9));
        Order(views, "A6", "uc", "refunded", 50, ("K2", 1));                   // returned in full: still an order
        Order(views, "X1", "ux", "paid", 7_000, ("K9", 70));                   // nobody's import
        views.Row(Charges, "A1", 0).Set("code", "POST").Set("amount_minor", 250L);
        views.Row(Charges, "A4", 0).Set("code", "POST").Set("amount_minor", 9_000L);
        Return(views, "A2", "r1", "refunded", 200, 1);
        Return(views, "A6", "r1", "refunded", 50, 1);
        Return(views, "A3", "r1", "accepted", 100, 1);                         // units are back, the money not yet
        Return(views, "X1", "r1", "refunded", 100, 1);

        (string, string, int)[] users = [("ua", "regular", 84), ("ub", "new", 5), ("uc", "new", 0), ("ux", "core", 99)];
        foreach (var (user, tier, points) in users)
            views.Row(Users, user).Set("tier", tier).Add("points", points);
        (string User, string Kind, int Points, string Order)[] entries =
        [
            ("ua", "earn", 30, "A1"), ("ua", "mature", 30, "A1"), ("ua", "earn", 6, "A2"), ("ua", "reverse", -2, "A2"),
            ("ua", "earn", 50, "elsewhere"), ("uc", "earn", 1, "A6"), ("uc", "reverse", -1, "A6"),
            ("ux", "earn", 99, "X1"),
        ];
        for (var i = 0; i < entries.Length; i++)
        {
            views.Row(Points, entries[i].User, i).Set("kind", entries[i].Kind).Set("points", entries[i].Points)
                .Set("order_id", entries[i].Order);
        }

        foreach (var (sku, onHand) in new[] { ("K1", 3), ("K2", 4), ("K3", 5), ("K9", 100) })
            views.Row(Skus, sku).Add("on_hand", onHand);

        Document(views, "i1/1", ["A1"], Unpriced, Product(2), Charge(250)); // repeats what A1 keeps: not counted twice
        Document(views, "i1/2", ["A2", "A3"]);
        Document(views, "i1/3", ["A4", "A5", "A6", "unknown"]);
        Document(views, "i1/4", ["A1"]);                                    // named twice, counted once
        Document(views, "i1/5", [], Charge(300), Charge(-100), Unpriced);   // no order: its charges stand here
        Document(views, "i1/C6", [], Product(-1), Unmatched(-4, isPart: true), Unmatched(-10));
        Document(views, "i2/1", ["X1"], Unpriced, Unmatched(-7));
    }

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task Figures_come_from_the_orders_that_the_import_names_and_from_its_documents(string engine)
    {
        await using var views = await TestViews.Create(engine, new ImportProjection(), Documents, new Others());
        await views.Put(Fill);
        Assert.Equal(new ImportFigures
        {
            Orders = 4, GuestOrders = 1, OrderLines = 6, Skus = 3, UnitsSold = 12, SalesMinor = 2_150,
            ChargeLines = 3, ChargesMinor = 450, UnpricedLines = 2,
            ReturnLines = 2, UnitsReturned = 3, UnitsReturnUnmatched = 14, RefundMinor = 250,
            Users = 2, PointsEarned = 37, PointsReversed = 3, PointsBalance = 84,
            TierNew = 1, TierRegular = 1, TierCore = 0, OnHand = 12,
        }, await Figures(views, "i1"));
        Assert.Equal(new ImportFigures
        {
            Orders = 1, OrderLines = 1, Skus = 1, UnitsSold = 70, SalesMinor = 7_000, UnpricedLines = 1,
            ReturnLines = 1, UnitsReturned = 1, UnitsReturnUnmatched = 7, RefundMinor = 100, Users = 1,
            PointsEarned = 99, PointsBalance = 99,
            TierCore = 1, OnHand = 100,
        }, await Figures(views, "i2"));
    }

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task An_import_of_nothing_has_figures_of_zero(string engine)
    {
        await using var views = await TestViews.Create(engine, new ImportProjection(), Documents, new Others());
        await views.Put(batch => Document(batch, "i1/1", []));
        Assert.Equal(new ImportFigures(), await Figures(views, "i1"));
    }
}

using Ale.Kernel;
using Ale.Orders;
using Ale.Stock;
using Ale.Storage;
using Ale.Users;
using Xunit;

namespace Ale.Imports;

/// <summary>The figures over tables filled by hand, on both engines.</summary>
[Trait("needs", "server")]
public sealed class ImportFiguresTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly ImportDocumentProjection Documents = new();

    private static Task<TestViews> Create(string engine) => TestViews.Create(engine, new ImportProjection(), Documents,
        new OrderProjection(), new UserProjection(), new StockProjection());

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
        views.Row(OrderProjection.Orders, id).Set("attempt", 2L).Set("user_id", user).Set("state", state)
            .Set("goods_minor", goodsMinor);
        for (var i = 0; i < lines.Length; i++)
            views.Row(OrderProjection.Lines, id, 2, i).Set("sku", lines[i].Sku).Set("quantity", lines[i].Quantity);
    }

    private static void Return(ViewBatch views, string order, string id, string state, long refundMinor, int units)
    {
        views.Row(OrderProjection.Returns, order, id).Set("state", state).Set("refund_minor", refundMinor);
        views.Row(OrderProjection.ReturnLines, order, id, 0).Set("sku", "K1").Set("quantity", units);
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
        views.Row(OrderProjection.Charges, "A1", 2, 0).Set("code", "POST").Set("amount_minor", 250L);
        views.Row(OrderProjection.Charges, "A4", 2, 0).Set("code", "POST").Set("amount_minor", 9_000L);
        views.Row(OrderProjection.Lines, "A1", 1, 0).Set("sku", "K9").Set("quantity", 8L); // refused, then tried anew
        views.Row(OrderProjection.Charges, "A1", 1, 0).Set("code", "POST").Set("amount_minor", 777L);
        Return(views, "A2", "r1", "refunded", 200, 1);
        Return(views, "A6", "r1", "refunded", 50, 1);
        Return(views, "A3", "r1", "accepted", 100, 1);                         // units are back, the money not yet
        Return(views, "X1", "r1", "refunded", 100, 1);

        (string, string, int)[] users = [("ua", "regular", 84), ("ub", "new", 5), ("uc", "new", 0), ("ux", "core", 99)];
        foreach (var (user, tier, points) in users)
            views.Row(UserProjection.Users, user).Set("tier", tier).Add("points", points);
        (string User, string Kind, int Points, string Order)[] entries =
        [
            ("ua", "earn", 30, "A1"), ("ua", "mature", 30, "A1"), ("ua", "earn", 6, "A2"), ("ua", "reverse", -2, "A2"),
            ("ua", "earn", 50, "elsewhere"), ("uc", "earn", 1, "A6"), ("uc", "reverse", -1, "A6"),
            ("ux", "earn", 99, "X1"),
        ];
        for (var i = 0; i < entries.Length; i++)
        {
            views.Row(UserProjection.Entries, entries[i].User, i).Set("kind", entries[i].Kind)
                .Set("points", entries[i].Points).Set("order_id", entries[i].Order);
        }

        foreach (var (sku, onHand) in new[] { ("K1", 3), ("K2", 4), ("K3", 5), ("K9", 100) })
            views.Row(StockProjection.Skus, sku).Add("on_hand", onHand);

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
        await using var views = await Create(engine);
        await views.Put(Fill);
        Assert.Equal(new ImportFigures
        {
            Orders = 4,
            GuestOrders = 1,
            OrderLines = 6,
            Skus = 3,
            UnitsSold = 12,
            SalesMinor = 2_150,
            ChargeLines = 3,
            ChargesMinor = 450,
            UnpricedLines = 2,
            ReturnLines = 2,
            UnitsReturned = 3,
            UnitsReturnUnmatched = 14,
            RefundMinor = 250,
            Users = 2,
            PointsEarned = 37,
            PointsReversed = 3,
            PointsBalance = 84,
            TierNew = 1,
            TierRegular = 1,
            TierCore = 0,
            OnHand = 12,
        }, await Figures(views, "i1"));
        Assert.Equal(new ImportFigures
        {
            Orders = 1,
            OrderLines = 1,
            Skus = 1,
            UnitsSold = 70,
            SalesMinor = 7_000,
            UnpricedLines = 1,
            ReturnLines = 1,
            UnitsReturned = 1,
            UnitsReturnUnmatched = 7,
            RefundMinor = 100,
            Users = 1,
            PointsEarned = 99,
            PointsBalance = 99,
            TierCore = 1,
            OnHand = 100,
        }, await Figures(views, "i2"));
    }

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task An_import_of_nothing_has_figures_of_zero(string engine)
    {
        await using var views = await Create(engine);
        await views.Put(batch => Document(batch, "i1/1", []));
        Assert.Equal(new ImportFigures(), await Figures(views, "i1"));
    }
}

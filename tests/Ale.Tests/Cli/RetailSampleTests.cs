using Xunit;

namespace Ale.Cli;

/// <summary>The recorded week, folded with the plainest model there is: what a replay must end with.</summary>
public sealed class RetailSampleTests
{
    [Fact]
    public void The_recorded_week_folds_to_its_figures()
    {
        using var stream = File.OpenRead(Samples.Path("online-retail-2010-12.csv"));
        var model = RetailModel.Fold(RetailFile.Read(stream).Documents);

        Assert.Equal(RetailModel.RecordedWeek, model);
    }
}

/// <summary>Orders, points, tiers and stock of market gb by the rules, on lists and dictionaries only.</summary>
internal static class RetailModel
{
    public static readonly ImportFigures RecordedWeek = new()
    {
        Orders = 560,
        GuestOrders = 31,
        OrderLines = 14_203,
        Skus = 2_180,
        UnitsSold = 119_829,
        SalesMinor = 24_892_879,
        ChargeLines = 60,
        ChargesMinor = 752_724,
        UnpricedLines = 124,
        ReturnLines = 166,
        UnitsReturned = 223,
        UnitsReturnUnmatched = 10_934,
        RefundMinor = 63_757,
        Users = 394,
        PointsEarned = 487_448,
        PointsReversed = 1_499,
        PointsBalance = 485_949,
        Tiers = new TierFigures { New = 281, Regular = 103, Core = 10 },
        OnHand = 223,
    };

    private sealed class Order
    {
        public required string? User { get; init; }
        public required long Goods { get; init; }
        public required long Points { get; init; }
        public required List<(string Sku, int Left, long PriceMinor)> Lines { get; init; }
        public long Refunded { get; set; }
        public long Reversed => Goods == 0 ? 0 : Points * Refunded / Goods;
    }

    public static ImportFigures Fold(IEnumerable<RetailDocument> all)
    {
        var documents = all.ToList();
        var orders = new Dictionary<string, Order>();
        var onHand = documents.SelectMany(d => d.OrderLines).GroupBy(l => l.Code)
            .ToDictionary(g => g.Key, g => g.Sum(l => (long)l.Quantity));
        var (skus, returned) = (onHand.Count, 0L);
        foreach (var document in documents)
        {
            if (document.IsOrder) orders.Add(document.Invoice.No, Sell(document, orders, onHand));
            foreach (var r in document.Returns)
                foreach (var line in r.Lines)
                {
                    orders[r.OrderNo].Refunded += TakeBack(orders[r.OrderNo], line);
                    onHand[line.Sku] += line.Quantity;
                    returned += line.Quantity;
                }
        }
        var lines = documents.SelectMany(d => d.Lines).ToList();
        var sold = documents.SelectMany(d => d.OrderLines).ToList();
        var charges = documents.SelectMany(d => d.Charges).Select(l => l.AmountMinor)
            .Concat(lines.Where(l => l.Kind == "charge").Select(l => l.AmountMinor)).ToList();
        var users = orders.Values.Where(o => o.User is not null).GroupBy(o => o.User).Select(Tier).ToList();
        return new ImportFigures
        {
            Orders = orders.Count,
            GuestOrders = orders.Values.Count(o => o.User is null),
            OrderLines = sold.Count,
            Skus = skus,
            UnitsSold = sold.Sum(l => (long)l.Quantity),
            SalesMinor = sold.Sum(l => l.AmountMinor),
            ChargeLines = charges.Count,
            ChargesMinor = charges.Sum(),
            UnpricedLines = lines.Count(l => l.Kind == "unpriced"),
            ReturnLines = lines.Count(l => l.Kind == "product" || (l.Kind == "unmatched" && l.Part is null)),
            UnitsReturned = returned,
            UnitsReturnUnmatched = lines.Where(l => l.Kind == "unmatched").Sum(l => -(long)l.Quantity),
            RefundMinor = orders.Values.Sum(o => o.Refunded),
            Users = users.Count,
            PointsEarned = orders.Values.Sum(o => o.Points),
            PointsReversed = orders.Values.Sum(o => o.Reversed),
            PointsBalance = orders.Values.Sum(o => o.Points - o.Reversed),
            Tiers = new TierFigures
            {
                New = users.Count(t => t == 0),
                Regular = users.Count(t => t == 1),
                Core = users.Count(t => t == 2),
            },
            OnHand = onHand.Values.Sum(),
        };
    }

    private static Order Sell(
        RetailDocument document, Dictionary<string, Order> orders, Dictionary<string, long> onHand)
    {
        var user = document.Invoice.Customer;
        var goods = document.OrderLines.Sum(l => l.AmountMinor);
        var first = orders.Values.All(o => o.User != user);
        foreach (var line in document.OrderLines) onHand[line.Code] -= line.Quantity;
        return new Order
        {
            User = user,
            Goods = goods,
            Points = user is null ? 0 : goods / 100 * (first ? 3 : 1),
            Lines = [.. document.OrderLines.Select(l => (l.Code, l.Quantity, l.PriceMinor))],
        };
    }

    /// <summary>Within an order the earliest line of the SKU first, at the price then paid.</summary>
    private static long TakeBack(Order order, ReturnLine returned)
    {
        var (units, refund) = (returned.Quantity, 0L);
        for (var i = 0; i < order.Lines.Count && units > 0; i++)
        {
            var line = order.Lines[i];
            if (line.Sku != returned.Sku) continue;
            var part = Math.Min(units, line.Left);
            order.Lines[i] = line with { Left = line.Left - part };
            (units, refund) = (units - part, refund + part * line.PriceMinor);
        }
        Assert.Equal(0, units);
        return refund;
    }

    private static int Tier(IEnumerable<Order> orders)
    {
        var (count, net) = (orders.Count(), orders.Sum(o => o.Goods - o.Refunded));
        return count >= 5 || net >= 300_000 ? 2 : count >= 2 || net >= 50_000 ? 1 : 0;
    }
}

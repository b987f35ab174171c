using Ale.Cli;
using Xunit;

namespace Ale.Users;

/// <summary>The recorded week, booked order by order and return by return into the users' own ledgers.</summary>
public sealed class UserSampleTests
{
    private sealed record Sale(
        UserLife Life, long Goods, long Points, List<(string Sku, int Left, long PriceMinor)> Lines)
    {
        public long Refunded { get; set; }
        public long Reversed { get; set; }
    }

    [Fact]
    public void USR_01_USR_03_USR_06_the_recorded_week_ends_with_its_points_and_tiers()
    {
        using var stream = File.OpenRead(Samples.Path("online-retail-2010-12.csv"));
        var (users, sales) = (new Dictionary<string, UserLife>(), new Dictionary<string, Sale>());
        foreach (var document in RetailFile.Read(stream).Documents)
        {
            if (document.IsOrder && document.Invoice.Customer is { } customer)
            {
                if (!users.TryGetValue(customer, out var life)) users.Add(customer, life = new("gb"));
                var goods = document.OrderLines.Sum(l => l.AmountMinor);
                sales.Add(document.Invoice.No, new(life, goods, life.Earn(document.Invoice.No, goods).Value!.Points,
                    [.. document.OrderLines.Select(l => (l.Code, l.Quantity, l.PriceMinor))]));
            }

            foreach (var returned in document.Returns) Return(document.Invoice.No, sales[returned.OrderNo], returned);
        }

        var week = RetailModel.RecordedWeek;
        var views = users.Values.Select(u => u.View).ToArray();
        Assert.Equal(week.Users, views.Length);
        Assert.Equal(week.PointsEarned, sales.Values.Sum(s => s.Points));
        Assert.Equal(week.PointsReversed, sales.Values.Sum(s => s.Reversed));
        Assert.Equal(week.PointsBalance, views.Sum(v => v.Points));
        Assert.Equal(week.RefundMinor, views.Sum(v => v.RefundedMinor));
        Assert.Equal(0, views.Sum(v => v.PendingPoints)); // at once in this market
        Assert.Equal(week.Tiers, new TierFigures
        {
            New = views.Count(v => v.Tier == UserTier.New),
            Regular = views.Count(v => v.Tier == UserTier.Regular),
            Core = views.Count(v => v.Tier == UserTier.Core),
        });
    }

    private static void Return(string id, Sale sale, RetailReturn returned)
    {
        var refund = 0L;
        foreach (var line in returned.Lines)
        {
            var units = line.Quantity;
            for (var i = 0; i < sale.Lines.Count && units > 0; i++)
            {
                var (sku, left, priceMinor) = sale.Lines[i];
                if (sku != line.Sku) continue;
                var part = Math.Min(units, left);
                sale.Lines[i] = (sku, left - part, priceMinor);
                refund += part * priceMinor;
                units -= part;
            }
        }

        sale.Refunded += refund;
        var points = sale.Points * sale.Refunded / sale.Goods - sale.Reversed;
        sale.Reversed += points;
        Assert.Null(sale.Life.Reverse(id, returned.OrderNo, points, refund).Refusal);
    }
}

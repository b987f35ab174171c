using CsCheck;
using Xunit;

namespace Ale.Orders;

/// <summary>Discounts upon discounts: nothing of an order falls below zero.</summary>
public sealed class OrderDiscountTests
{
    [Theory] // Goods of 25.00: what a coupon takes off, charges, and what is to be paid or the refusal.
    [InlineData(25_00, "", "0")] // 100 %
    [InlineData(25_00, "PROMO:-375", "order.negative")] // 100 % and 15 % more
    [InlineData(30_00, "", "0")] // a fixed sum above the total
    [InlineData(30_00, "POST:500", "500")] // ... pays no postage
    [InlineData(0, "POST:500 POST:-500", "2500")] // free shipping
    [InlineData(0, "POST:500 POST:-500 POST:-500", "order.negative")] // twice
    [InlineData(0, "POST:500 POST:-501", "order.negative")]
    [InlineData(0, "PROMO:-2500", "0")] // a discount of the whole order
    [InlineData(0, "PROMO:-2501", "order.negative")]
    [InlineData(10_00, "PROMO:-1500", "0")]
    [InlineData(10_00, "PROMO:-1501", "order.negative")]
    public void P08_No_line_no_charge_and_no_order_falls_below_zero(long couponOff, string charges, string expected)
    {
        var life = new OrderLife();
        life.Place(OrderLife.Of(("K1", 2, 10_00), ("K2", 1, 5_00)) with
        {
            Charges = [.. charges.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split(':'))
                .Select(c => new OrderCharge(c[0], long.Parse(c[1], null)))],
        });
        var refusal = life.Reserve(couponOff).Refusal;
        Assert.Equal(expected, refusal?.Code ?? $"{life.Order.PayableMinor}");
        if (refusal is null)
            Assert.All(life.Order.Lines, l => Assert.InRange(l.NetMinor, 0, l.Quantity * l.PriceMinor));
        else
            Assert.Equal(OrderPhase.Placing, life.Order.Phase); // nothing was decided
    }

    [Fact]
    public void P08_Whatever_is_taken_off_each_line_keeps_zero_to_its_price_and_all_shares_are_the_discount() =>
        Gen.Select(Gen.Int[1, 5].Array[1, 6], Gen.Long[0, 50_00].Array[6], Gen.Long[0, 400_00],
            Gen.Long[-400_00, 50_00])
            .Sample((quantities, prices, off, charge) =>
            {
                var life = new OrderLife();
                life.Place(OrderLife.Of([.. quantities.Select((q, i) => ($"K{i % 3}", q, (long?)prices[i]))]) with
                {
                    Charges = [new("ANY", charge)],
                });
                var refused = life.Reserve(off).Refusal is not null;
                var goods = quantities.Select((q, i) => q * prices[i]).Sum();
                Assert.Equal(goods - Math.Min(off, goods) + charge < 0, refused);
                if (refused) return;
                Assert.Equal(Math.Min(off, goods), life.Order.Lines.Sum(l => l.DiscountMinor));
                Assert.All(life.Order.Lines, l => Assert.InRange(l.NetMinor, 0, l.Quantity * l.PriceMinor));
                Assert.True(life.Order.PayableMinor >= 0);
            }, iter: 2_000);
}

using Xunit;

namespace Ale.Coupons;

/// <summary>What went wrong with coupons elsewhere, and does not here.</summary>
public sealed class CouponCaseTests
{
    private static readonly DateTimeOffset Noon = CouponLife.Noon;

    [Fact]
    public void P01_twenty_orders_with_one_code_redeem_it_once()
    {
        var life = new CouponLife(CouponLife.Twenty with { Pool = 1 });
        var code = life.CodeOf("u1");
        var orders = Enumerable.Range(1, 20).Select(i => $"o{i}").ToArray();
        var held = orders.Where(o => life.Hold(code, o).Refusal is null).ToArray();
        var redeemed = orders.Where(o => life.Redeem(CouponLife.Content(code, o)).Refusal is null).ToArray();
        Assert.Equal(["o1"], held);
        Assert.Equal(["o1"], redeemed);
        Assert.Equal((1, 20_00L, CouponState.ClaimedOut), (life.View.Redeemed, life.View.SpentMinor, life.View.State));
    }

    [Fact]
    public void P02_an_order_completed_twice_counts_the_coupon_once()
    {
        var (life, code) = CouponLife.After("held by o1");
        Assert.Equal(life.Redeem(code, "o1"), life.Redeem(CouponLife.Content(code, "o1")));
        Assert.Equal((1, 20_00L), (life.View.Redeemed, life.View.SpentMinor));
        Assert.Single(life.Events.OfType<CouponEvent.Redeemed>());
    }

    [Fact]
    public void P03_one_code_asked_for_twice_by_an_order_is_one_discount()
    {
        var (life, code) = CouponLife.After("free");
        Assert.Equal(life.Hold(code, "o1"), life.Hold(code, "o1"));
        Assert.Single(life.Events.OfType<CouponEvent.Held>());
    }

    [Fact]
    public void P05_the_badge_of_a_code_says_what_the_till_says()
    {
        var life = new CouponLife();
        var codes = new[] { "free", "held", "used" }.ToDictionary(u => u, u => life.CodeOf(u));
        life.Hold(codes["held"], "o1", "held");
        life.Hold(codes["used"], "o2", "used");
        life.Redeem(codes["used"], "o2");
        foreach (var day in new[] { 0, 29, 30, 99, 100 })
        {
            life.Now = Noon.AddDays(day);
            foreach (var (user, code) in codes)
            {
                var badge = life.Claim(user).Value!.State;
                var (use, refusal) = life.Coupon.Decide(CouponLife.Content(code, "o9", user), life.Now).Reply;
                Assert.Equal(refusal?.Code ?? $"{use!.State}", badge switch
                {
                    ClaimState.Claimed => "Held",
                    ClaimState.Held => "coupon.held",
                    ClaimState.Redeemed => "coupon.redeemed",
                    _ => "coupon.expired",
                });
            }
        }

        // ... and the template's: one that everybody's claims emptied is not "ended".
        Assert.Equal([CouponState.NotStarted, CouponState.ClaimedOut, CouponState.Ended],
            new[] { -1, 0, 100 }.Select(day => life.Coupon.View("JUNE", Noon.AddDays(day)).State));
    }

    [Fact]
    public void P07_a_used_coupon_comes_back_when_its_order_is_cancelled_and_not_by_another_order()
    {
        var (life, code) = CouponLife.After("redeemed by o1");
        life.GiveBack(code, "o2");
        Assert.Equal((1, 20_00L), (life.View.Redeemed, life.View.SpentMinor));
        Assert.Equal(life.GiveBack(code, "o1"), life.GiveBack(code, "o1"));
        Assert.Equal((0, 0L), (life.View.Redeemed, life.View.SpentMinor));
        Assert.Equal(20_00, life.Hold(code, "o3").Value!.OffMinor);
        life.GiveBack(code, "o3");
        life.Now = Noon.AddDays(30); // what comes back late is over
        Assert.Equal(ClaimState.Expired, life.Claim("u1").Value!.State);
    }

    [Theory]
    [InlineData(20_00, null, 19_99, 19_99)] // never more than the goods
    [InlineData(20_00, null, 0, 0)]
    [InlineData(20_00, null, 20_01, 20_00)]
    [InlineData(null, 100, 12_34, 12_34)]
    [InlineData(null, 15, 0, 0)]
    [InlineData(null, 15, 10_00, 1_50)]
    [InlineData(null, 10, 45, 4)] // 4.5, half to even
    [InlineData(null, 10, 55, 6)] // 5.5
    [InlineData(null, 10, 46, 5)]
    [InlineData(null, 10, 44, 4)]
    [InlineData(null, 1, 49, 0)]
    [InlineData(null, 50, 1, 0)] // 0.5
    [InlineData(null, 100, Limits.AmountMinorMax * 1_000, Limits.AmountMinorMax * 1_000)]
    public void P08_a_discount_is_rounded_half_to_even_and_never_above_the_goods(
        int? offMinor, int? percent, long goodsMinor, long expected)
    {
        var life = new CouponLife(CouponLife.Twenty with { OffMinor = offMinor, Percent = percent, MinGoodsMinor = 0 });
        Assert.Equal(expected, life.Hold(life.CodeOf("u1"), "o1", goodsMinor: goodsMinor).Value!.OffMinor);
    }
}

using System.Text;
using Xunit;

namespace Ale.Coupons;

/// <summary>Changes of a template's terms, possible until it starts.</summary>
public sealed class CouponTermsTests
{
    private static readonly DateTimeOffset Before = CouponLife.Noon.AddDays(-1);
    private static readonly ChangeCoupon Wish = new(1, "k", "s1");
    private static readonly ChangeCoupon Worst = Wish with { Version = 9, Pool = 0 };

    private static CouponLife Life => new() { Now = Before };

    public static TheoryData<string, double, ChangeCoupon, string?> Wishes => new()
    {
        { "started before stale", 0, Worst, "coupon.started" },
        { "a moment before the start, stale before bad", -0.001, Worst, "coupon.stale" },
        { "an older version", -1, Wish with { Version = 0 }, "coupon.stale" },
        { "an empty pool", -1, Worst with { Version = 1 }, "coupon.bad_terms" },
        { "amount and percentage", -1, Wish with { OffMinor = 1, Percent = 1 }, "coupon.bad_terms" },
        { "an end before the start that stays", -1, Wish with { EndsAt = CouponLife.Noon }, "coupon.bad_terms" },
        { "a larger pool", -1, Wish with { Pool = 4 }, null },
        { "a start that was", -1, Wish with { StartsAt = Before.AddDays(-1) }, null },
    };

    [Theory, MemberData(nameof(Wishes))]
    public void A_change_of_terms_is_taken_or_refused_in_order_of_precedence(
        string why, double seconds, ChangeCoupon wish, string? code)
    {
        var life = new CouponLife { Now = CouponLife.Noon.AddSeconds(seconds) };
        var reply = life.Change(wish);
        Assert.True(code == reply.Refusal?.Code, $"{why}: {reply.Refusal?.Code}");
        Assert.Equal(code is null ? 2 : 1, life.Events.Count);
        Assert.Equal("coupon.unknown", CouponLife.Nothing.Change(wish).Refusal?.Code);
    }

    [Fact]
    public void A_change_changes_what_it_names_and_its_key_is_remembered()
    {
        var life = Life;
        var first = life.Change(Wish with { Percent = 15, Source = "game" });
        var terms = CouponLife.Twenty with { OffMinor = null, Percent = 15, Source = "game" };
        Assert.Equal((terms, 2L), (first.Value!.Terms, first.Value.Version!.Value));
        life.Now = CouponLife.Noon.AddHours(-1);
        Assert.Equal(first.Value, life.Change(Wish with { Percent = 15, Source = "game" }).Value);
        Assert.Equal("coupon.changed", life.Change(Wish with { Percent = 16 }).Refusal?.Code);
        Assert.Equal("coupon.stale", life.Change(Wish with { Key = "l", Percent = 15 }).Refusal?.Code);
        Assert.Equal(2, life.Change(new(2, "m", "s1") { Percent = 15 }).Value!.Version); // no difference, no event
        Assert.Equal(2, life.Events.Count);

        Assert.Equal(2, life.Define(terms).Value!.Version); // a PUT compares with the terms as they are now
        Assert.Same(CouponRefusals.Changed, life.Define(CouponLife.Twenty).Refusal);
    }

    [Fact]
    public void What_is_claimed_after_a_change_is_worth_what_the_template_then_says()
    {
        var life = Life;
        life.Change(Wish with { OffMinor = 30_00, PerUserMax = 1 });
        life.Now = CouponLife.Noon;
        var code = life.CodeOf("u1");
        Assert.Same(CouponRefusals.Limit, life.Claim("u1", 2).Refusal);
        Assert.Equal(30_00, life.Hold(code, "o1").Value!.OffMinor);
    }

    [Fact]
    public void A_frozen_template_remembers_changes()
    {
        var life = Life;
        var first = life.Change(Wish with { Pool = 7 });
        var bytes = Coupon.Snapshots.Freeze(life.Coupon)();
        var thawed = Coupon.Snapshots.Thaw(bytes);
        Assert.Equal(first.Value, thawed.Decide(Wish with { Pool = 7 }, "JUNE", Before).Reply.Value);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(Coupon.Snapshots.Freeze(thawed)()));
    }
}

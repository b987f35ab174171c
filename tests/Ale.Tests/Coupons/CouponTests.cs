using Xunit;

namespace Ale.Coupons;

public sealed class CouponTests
{
    private static readonly DateTimeOffset Noon = CouponLife.Noon;

    [Fact]
    public void SHR_05_a_coupon_of_20_held_by_an_order_is_usable_again_when_the_order_is_cancelled()
    {
        var life = new CouponLife();
        var code = life.CodeOf("u1");
        Assert.Equal(new CouponUse(code, "o1", 20_00, CouponUseState.Held), life.Hold(code, "o1").Value);
        Assert.Equal(ClaimState.Held, life.Claim("u1").Value!.State);
        Assert.Equal(new CouponUse(code, "o1", 20_00, CouponUseState.GivenBack), life.GiveBack(code, "o1").Value);
        Assert.Equal(ClaimState.Claimed, life.Claim("u1").Value!.State);
        Assert.Equal(20_00, life.Hold(code, "o2").Value!.OffMinor);
    }

    [Fact]
    public void SHR_05_defining_again_with_the_same_terms_changes_nothing_and_with_others_is_refused()
    {
        var life = new CouponLife();
        life.CodeOf("u1");
        Assert.Equal(life.View, life.Define(CouponLife.Twenty).Value);
        Assert.Equal((1, CouponState.Open), (life.View.Claimed, life.View.State));
        Assert.Same(CouponRefusals.Changed, life.Define(CouponLife.Twenty with { Pool = 4 }).Refusal);
        Assert.Same(CouponRefusals.Changed, life.Define(CouponLife.Twenty with { MinGoodsMinor = 0 }).Refusal);
        Assert.Equal(2, life.Events.Count);
    }

    public static TheoryData<string, CouponTerms> BadTerms => new()
    {
        { "neither amount nor percent", CouponLife.Twenty with { OffMinor = null } },
        { "both", CouponLife.Twenty with { Percent = 10 } },
        { "nothing off", CouponLife.Twenty with { OffMinor = 0 } },
        { "too much off", CouponLife.Twenty with { OffMinor = Limits.AmountMinorMax + 1 } },
        { "0 percent", CouponLife.Twenty with { OffMinor = null, Percent = 0 } },
        { "101 percent", CouponLife.Twenty with { OffMinor = null, Percent = 101 } },
        { "no pool", CouponLife.Twenty with { Pool = 0 } },
        { "too large a pool", CouponLife.Twenty with { Pool = Limits.QuantityMax + 1 } },
        { "none a user", CouponLife.Twenty with { PerUserMax = 0 } },
        { "too many a user", CouponLife.Twenty with { PerUserMax = CouponCodes.PerUserMax + 1 } },
        { "negative goods", CouponLife.Twenty with { MinGoodsMinor = -1 } },
        { "an end at the start", CouponLife.Twenty with { EndsAt = Noon } },
    };

    [Theory, MemberData(nameof(BadTerms))]
    public void Terms_out_of_range_are_refused(string why, CouponTerms terms)
    {
        var life = CouponLife.Nothing;
        Assert.True(life.Define(terms).Refusal == CouponRefusals.BadTerms, why);
        Assert.Empty(life.Events);
    }

    [Theory] // Pool 3, two a user; three claims are there in the rows that say so.
    [InlineData(-1, 9, 3, "coupon.not_started")]
    [InlineData(0, 1, 0, "claimed")]
    [InlineData(0, 0, 0, "coupon.limit")]
    [InlineData(0, 2, 0, "claimed")]
    [InlineData(0, 3, 0, "coupon.limit")]
    [InlineData(0, 3, 3, "coupon.limit")] // precedence: limit before claimed out
    [InlineData(0, 1, 3, "coupon.claimed_out")]
    [InlineData(0, 1, 2, "claimed")] // the last one
    [InlineData(100 * 1440 - 1, 1, 0, "claimed")]
    [InlineData(100 * 1440, 1, 0, "coupon.ended")] // the end is exclusive
    [InlineData(100 * 1440, 3, 3, "coupon.ended")] // precedence: ended before limit
    public void A_claim_is_refused_in_order(int minute, int number, int claimed, string expected)
    {
        var life = new CouponLife();
        for (var i = 0; i < claimed; i++) life.CodeOf($"earlier{i}");
        life.Now = Noon.AddMinutes(minute);
        var events = life.Events.Count;
        var reply = life.Claim("u1", number);
        Assert.Equal(expected, reply.Refusal?.Code ?? "claimed");
        Assert.Equal(events + (reply.Refusal is null ? 1 : 0), life.Events.Count);
    }

    [Fact]
    public void Nothing_is_known_of_a_template_that_is_not_defined()
    {
        var life = CouponLife.Nothing;
        Assert.Same(CouponRefusals.Unknown, life.Claim("u1").Refusal);
        Assert.Same(CouponRefusals.Unknown, life.Hold("JUNE-2345678923", "o1").Refusal);
        Assert.Same(CouponRefusals.Unknown, life.Redeem("JUNE-2345678923", "o1").Refusal);
        Assert.Same(CouponRefusals.Unknown, life.GiveBack("JUNE-2345678923", "o1").Refusal);
        Assert.Empty(life.Events);
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(70, 100)]
    [InlineData(71, 100)] // the template's end comes first
    public void A_code_expires_after_the_days_of_the_policy_or_with_its_template(int claimedOn, int expiresOn)
    {
        var life = new CouponLife { Now = Noon.AddDays(claimedOn) };
        Assert.Equal(Noon.AddDays(expiresOn), life.Claim("u1").Value!.ExpiresAt);
    }

    [Fact]
    public void P10_a_claim_asked_a_hundred_times_gives_one_code_for_ever()
    {
        var life = new CouponLife();
        var codes = Enumerable.Range(0, 100).Select(_ => life.CodeOf("u1")).Distinct().ToArray();
        Assert.Single(codes);
        Assert.Equal(1, life.View.Claimed);
        Assert.NotEqual(codes[0], life.CodeOf("u1", 2));
        Assert.NotEqual(codes[0], life.CodeOf("u2"));
        life.Now = Noon.AddDays(200); // also when the pool is empty and the template over
        Assert.Equal(new CouponClaim(codes[0], ClaimState.Expired, Noon.AddDays(30)), life.Claim("u1").Value);
        Assert.Equal(3, life.View.Claimed);
    }

    [Theory] // one code of u1
    [InlineData("free", "u1", 100_00, "GBP", 0, "Held 2000")]
    [InlineData("free", "u2", 1, "USD", 30, "coupon.not_yours")]
    [InlineData("free", null, 100_00, "GBP", 0, "coupon.not_yours")] // a guest
    [InlineData("held by o1", "u1", 100_00, "GBP", 99, "Held 2000")] // the hold outlives the code's end
    [InlineData("held by o1", "u1", 100_01, "GBP", 0, "coupon.changed")]
    [InlineData("held by o1", "u1", 100_00, "USD", 0, "coupon.changed")]
    [InlineData("held by o1", "u2", 100_01, "GBP", 0, "coupon.not_yours")]
    [InlineData("redeemed by o1", "u1", 100_00, "GBP", 99, "Redeemed 2000")]
    [InlineData("given back by o1", "u1", 1, "USD", 30, "coupon.given_back")]
    [InlineData("given back by o1", "u2", 100_00, "GBP", 0, "coupon.not_yours")]
    [InlineData("fenced for o1", "u1", 100_00, "GBP", 0, "coupon.given_back")]
    [InlineData("held by o2", "u1", 1, "USD", 30, "coupon.held")]
    [InlineData("redeemed by o2", "u1", 1, "USD", 30, "coupon.redeemed")]
    [InlineData("given back by o2", "u1", 100_00, "GBP", 0, "Held 2000")]
    [InlineData("free", "u1", 1, "USD", 30, "coupon.expired")] // the end is exclusive
    [InlineData("free", "u1", 1, "USD", 29, "coupon.currency")]
    [InlineData("free", "u1", 49_99, "GBP", 29, "coupon.min_goods")]
    [InlineData("free", "u1", 50_00, "GBP", 29, "Held 2000")]
    public void A_hold_is_refused_in_order(
        string before, string? user, long goodsMinor, string currency, int day, string expected)
    {
        var (life, code) = CouponLife.After(before);
        life.Now = Noon.AddDays(day);
        var events = life.Events.Count;
        var reply = life.Hold(code.ToLowerInvariant(), "o1", user, goodsMinor, currency);
        Assert.Equal(expected, reply.Refusal?.Code ?? $"{reply.Value!.State} {reply.Value.OffMinor}");
        var isNew = reply.Refusal is null && before is ("free" or "given back by o2");
        Assert.Equal(isNew ? events + 1 : events, life.Events.Count);
        Assert.Same(CouponRefusals.Unknown, life.Hold("JUNE-NOSUCHCODE", "o1", user, goodsMinor, currency).Refusal);
    }

    [Theory]
    [InlineData("free", "coupon.not_held", "Redeemed 2000")]
    [InlineData("held by o1", "Redeemed 2000", "Redeemed 2000")]
    [InlineData("redeemed by o1", "Redeemed 2000", "Redeemed 2000")]
    [InlineData("given back by o1", "coupon.given_back", "coupon.given_back")]
    [InlineData("fenced for o1", "coupon.given_back", "coupon.given_back")]
    [InlineData("held by o2", "coupon.held", "coupon.held")]
    [InlineData("redeemed by o2", "coupon.redeemed", "coupon.redeemed")]
    [InlineData("given back by o2", "coupon.not_held", "Redeemed 2000")]
    public void A_redemption_needs_the_hold_or_content_and_a_free_code(string before, string alone, string withContent)
    {
        var (life, code) = CouponLife.After(before);
        Assert.Equal(alone, Said(life.Redeem(code.ToLowerInvariant(), "o1")));
        (life, code) = CouponLife.After(before);
        Assert.Equal(withContent, Said(life.Redeem(CouponLife.Content(code, "o1"))));
        Assert.Equal(withContent.StartsWith("Redeemed", StringComparison.Ordinal) || before == "redeemed by o2" ? 1 : 0,
            life.View.Redeemed);
        Assert.Same(CouponRefusals.Unknown, life.Redeem("JUNE-NOSUCHCODE", "o1").Refusal);

        static string Said(Outcome<CouponUse> use) => use.Refusal?.Code ?? $"{use.Value!.State} {use.Value.OffMinor}";
    }

    [Fact]
    public void A_redemption_with_content_keeps_the_rules_of_a_hold()
    {
        var (life, code) = CouponLife.After("free");
        var content = CouponLife.Content(code, "o1");
        Assert.Same(CouponRefusals.NotYours, life.Redeem(content with { User = new("u2") }).Refusal);
        Assert.Same(CouponRefusals.MinGoods, life.Redeem(content with { GoodsMinor = 49_99 }).Refusal);
        var strange = new RedeemCoupon(code, "o1") { Content = content with { OrderId = "o2" } };
        Assert.Same(CouponRefusals.Changed, life.Coupon.Decide(strange, Noon).Reply.Refusal);
        life.Now = Noon.AddDays(30);
        Assert.Same(CouponRefusals.Expired, life.Redeem(content).Refusal);
        Assert.Equal(2, life.Events.Count);
    }

    [Fact]
    public void ORD_03_a_paid_order_uses_the_code_it_held_even_after_its_end()
    {
        var (life, code) = CouponLife.After("held by o1");
        life.Now = Noon.AddDays(99);
        Assert.Equal(CouponUseState.Redeemed, life.Redeem(code, "o1").Value!.State);
    }

    [Fact]
    public void ORD_03_a_hold_that_comes_after_its_give_back_is_refused_and_the_next_attempt_is_not()
    {
        var (life, code) = CouponLife.After("free");
        Assert.Equal(new CouponUse(code, "o1/1", 0, CouponUseState.GivenBack), life.GiveBack(code, "o1/1").Value);
        Assert.Same(CouponRefusals.GivenBack, life.Hold(code, "o1/1").Refusal);
        Assert.Equal(20_00, life.Redeem(CouponLife.Content(code, "o1/2")).Value!.OffMinor);
    }

    [Fact]
    public void ORD_03_a_give_back_of_a_code_not_known_here_is_written_once()
    {
        var life = new CouponLife();
        for (var i = 0; i < 3; i++) Assert.Null(life.GiveBack("june-2345678923", "o1").Refusal);
        Assert.Single(life.Events.OfType<CouponEvent.Fenced>());
    }

    [Fact]
    public void Ended_uses_are_remembered_for_10_minutes_and_4096_of_them()
    {
        var (life, code) = CouponLife.After("fenced for o1");
        life.Now = Noon + Coupon.EndedFor;
        life.GiveBack(code, "o2");
        Assert.Same(CouponRefusals.GivenBack, life.Hold(code, "o1").Refusal);
        life.Now += TimeSpan.FromTicks(1);
        life.GiveBack(code, "o3");
        Assert.Null(life.Hold(code, "o1").Refusal);
        for (var i = 0; i < Coupon.EndedMax + 1; i++) life.GiveBack(code, $"late{i}");
        Assert.Equal(1 + Coupon.EndedMax, life.Coupon.Entries);
    }
}

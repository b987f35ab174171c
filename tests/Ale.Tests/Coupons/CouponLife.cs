using Ale.Kernel;
using Ale.Policy;

namespace Ale.Coupons;

/// <summary>A template and what was decided about it.</summary>
internal sealed class CouponLife
{
    public static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly CouponPolicy Policy = new(ClaimDays: 30);

    /// <summary>20.00 off from 50.00 on, for a hundred days; three codes, two a user.</summary>
    public static readonly CouponTerms Twenty =
        new(20_00, null, "GBP", 3, 2, Noon, Noon.AddDays(100), "share") { MinGoodsMinor = 50_00 };

    public CouponLife(CouponTerms? terms = null)
    {
        if (Define(terms ?? Twenty).Refusal is { } refusal) throw new ArgumentException(refusal.Code, nameof(terms));
    }

    private CouponLife(Coupon coupon) => Coupon = coupon;

    /// <summary>One that is not defined yet.</summary>
    public static CouponLife Nothing => new(Coupon.New());

    public Coupon Coupon { get; private set; } = Coupon.New();
    public List<CouponEvent> Events { get; } = [];
    public DateTimeOffset Now { get; set; } = Noon;
    public CouponTemplate View => Coupon.View("JUNE", Now);

    public Outcome<CouponTemplate> Define(CouponTerms terms) => Take(Coupon.Decide(terms, "JUNE", Now));

    public Outcome<CouponTemplate> Change(ChangeCoupon command) => Take(Coupon.Decide(command, "JUNE", Now));

    public Outcome<CouponClaim> Claim(string user, int number = 1) => Take(Coupon.Decide(
        new ClaimCoupon(new(user), number), CouponCodes.Of("June", $"SUFFX{Events.Count:00000}"), Policy, Now));

    /// <summary>A claim that must succeed; its code.</summary>
    public string CodeOf(string user, int number = 1) => Claim(user, number).Value!.Code;

    public Outcome<CouponUse> Hold(
        string code, string order, string? user = "u1", long goodsMinor = 100_00, string currency = "GBP") =>
        Take(Coupon.Decide(Content(code, order, user, goodsMinor, currency), Now));

    public Outcome<CouponUse> Redeem(string code, string order) =>
        Take(Coupon.Decide(new RedeemCoupon(code, order), Now));

    public Outcome<CouponUse> Redeem(HoldCoupon content) =>
        Take(Coupon.Decide(new RedeemCoupon(content.Code, content.OrderId) { Content = content }, Now));

    public Outcome<CouponUse> GiveBack(string code, string order) =>
        Take(Coupon.Decide(new GiveBackCoupon(code, order), Now));

    public static HoldCoupon Content(
        string code, string order, string? user = "u1", long goodsMinor = 100_00, string currency = "GBP") =>
        new(code, order, user is null ? null : new UserId(user), goodsMinor, currency);

    /// <summary>A template with one code of u1, and what happened to it: <c>held by o1</c>.</summary>
    public static (CouponLife Life, string Code) After(string before)
    {
        var life = new CouponLife();
        var code = life.CodeOf("u1");
        var order = before[^2..];
        if (before.StartsWith("fenced", StringComparison.Ordinal)) life.GiveBack(code, order);
        else if (before != "free") life.Hold(code, order);
        if (before.StartsWith("redeemed", StringComparison.Ordinal)) life.Redeem(code, order);
        if (before.StartsWith("given", StringComparison.Ordinal)) life.GiveBack(code, order);
        return (life, code);
    }

    private Outcome<T> Take<T>(Decision<CouponEvent, T> decision)
    {
        foreach (var e in decision.Events) Coupon = Coupon.Apply(e);
        Events.AddRange(decision.Events);
        return decision.Reply;
    }
}

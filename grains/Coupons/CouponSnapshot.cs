using Ale.Engines;
using Ale.Kernel;

namespace Ale.Coupons;

/// <summary>The state as stored: a copy that later events do not move.</summary>
internal sealed record FrozenCoupon(
    CouponTerms? Terms, KeyValuePair<string, Claim>[] Claims, EndedUse[] Ended, long TermsVersion,
    RememberedKey<CouponTemplate>[] Keys);

internal sealed partial class Coupon
{
    public static readonly SnapshotCodec<Coupon> Snapshots = SnapshotCodec<Coupon>.Of(
        CouponJson.Default.FrozenCoupon, meaning: 1,
        s => new(s.Terms, [.. s._claims], [.. s._endedInOrder], s.TermsVersion, [.. s.Keys.Entries]), Thaw,
        s => s.Entries);

    private static Coupon Thaw(FrozenCoupon frozen)
    {
        var coupon = new Coupon
        {
            Terms = frozen.Terms,
            TermsVersion = frozen.TermsVersion,
            Keys = RememberedKeys<CouponTemplate>.Of(frozen.Keys),
        };
        foreach (var (code, claim) in frozen.Claims)
        {
            coupon.Add(code, claim);
            if (claim.Use is not { IsRedeemed: true } use) continue;
            coupon.Redeemed++;
            coupon.SpentMinor += use.OffMinor;
        }

        foreach (var ended in frozen.Ended)
        {
            coupon._ended.Add((ended.Code, ended.OrderId), ended);
            coupon._endedInOrder.Enqueue(ended);
        }

        return coupon;
    }
}

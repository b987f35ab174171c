using System.Security.Cryptography;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Coupons;

[GrainType("coupon")]
internal sealed class CouponGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<Coupon, CouponEvent>(kernel), ICouponGrain
{
    protected override SnapshotCodec<Coupon> Snapshots => Coupon.Snapshots;

    public Task<Outcome<CouponTemplate>> Define(CouponTerms terms, CancellationToken ct) =>
        Commit(State.Decide(terms, Key, Now), ct);

    public Task<Outcome<CouponTemplate>> Change(ChangeCoupon command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<CouponTemplate>> Get(CancellationToken ct) =>
        Commit<CouponTemplate>(State.Terms is null ? CouponRefusals.Unknown : State.View(Key, Now), ct);

    public Task<Outcome<CouponClaim>> Claim(ClaimCoupon command, CancellationToken ct) =>
        Commit(State.Decide(command, NewCode(), policies.For(null, Now).Coupons, Now), ct);

    public Task<Outcome<CouponUse>> Hold(HoldCoupon command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    public Task<Outcome<CouponUse>> Redeem(RedeemCoupon command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    public Task<Outcome<CouponUse>> GiveBack(GiveBackCoupon command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    private string NewCode()
    {
        string code;
        do code = CouponCodes.Of(Key, RandomNumberGenerator.GetString(CouponCodes.Alphabet, CouponCodes.SuffixLength));
        while (State.Knows(code));
        return code;
    }
}

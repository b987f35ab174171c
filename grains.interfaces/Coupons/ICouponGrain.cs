using System.Diagnostics.CodeAnalysis;

namespace Ale.Coupons;

/// <summary>
/// One coupon template (SHR-05): terms, a pool of codes that users claim, and for each code the one order that holds or
/// used it. Money is in minor units of the template's currency.
/// </summary>
/// <remarks>The key is the template, upper case; the codes claimed from it begin with it.</remarks>
[Alias("ale.coupon")]
public interface ICouponGrain : IGrainWithStringKey
{
    /// <summary>
    /// Creates it. The terms it has again: the template as it is now; others: <see cref="CouponRefusals.Changed"/>.
    /// </summary>
    [Alias("define")] Task<Outcome<CouponTemplate>> Define(CouponTerms terms, CancellationToken ct = default);

    /// <summary>
    /// Changes terms, only before the template's start and only of the version named. No difference, no event; the same
    /// key again: the same answer.
    /// </summary>
    [Alias("change")] Task<Outcome<CouponTemplate>> Change(ChangeCoupon command, CancellationToken ct = default);

    /// <summary>Terms and figures as they are now.</summary>
    [Alias("get")] Task<Outcome<CouponTemplate>> Get(CancellationToken ct = default);

    /// <summary>
    /// Gives a user a code of his own from the pool. The same user and number again, at any time: the same code, with
    /// its state as it is now (P10).
    /// </summary>
    [Alias("claim")] Task<Outcome<CouponClaim>> Claim(ClaimCoupon command, CancellationToken ct = default);

    /// <summary>
    /// Keeps a code for one order and tells the discount. It has no end of its own: the order redeems it or gives it
    /// back; until then it also outlives the code's <c>ExpiresAt</c>. The same order again: the same answer (P03); with
    /// other content: <see cref="CouponRefusals.Changed"/>; after a give-back: <see cref="CouponRefusals.GivenBack"/>.
    /// </summary>
    [Alias("hold")] Task<Outcome<CouponUse>> Hold(HoldCoupon command, CancellationToken ct = default);

    /// <summary>
    /// Uses a code up, for the order that holds it. The same order again: same answer, counted once (P02). When it does
    /// not hold the code and <see cref="RedeemCoupon.Content"/> is there, the code is held by the rules of
    /// <see cref="Hold"/> and used at once: so a revived order, whose earlier attempt gave it back, gets it if it is
    /// still free. The attempt that gave it back: <see cref="CouponRefusals.GivenBack"/>.
    /// </summary>
    [Alias("redeem")] Task<Outcome<CouponUse>> Redeem(RedeemCoupon command, CancellationToken ct = default);

    /// <summary>
    /// The order lets go of a code it holds or has used (P07): it is free again, until it expires. An order that has
    /// nothing of it is marked, so that its late hold is refused. Both are remembered for 10 minutes, at most the last
    /// 4,096 of a template; the same order again in that time: same answer. Refuses only
    /// <see cref="CouponRefusals.Unknown"/>, and that only when there is no such template: then nothing was held.
    /// </summary>
    [Alias("give_back")] Task<Outcome<CouponUse>> GiveBack(GiveBackCoupon command, CancellationToken ct = default);
}

/// <summary>Where a template stands.</summary>
public enum CouponState
{
    /// <summary>Before <c>StartsAt</c>.</summary>
    NotStarted,

    /// <summary>Codes can be claimed.</summary>
    Open,

    /// <summary>The pool is empty; codes claimed can still be used.</summary>
    ClaimedOut,

    /// <summary>From <c>EndsAt</c> on.</summary>
    Ended,
}

/// <summary>A template as it is now. <c>Redeemed ≤ Claimed ≤ Terms.Pool</c>.</summary>
/// <param name="Claimed">Codes given out.</param>
/// <param name="Redeemed">Codes used and not given back.</param>
/// <param name="SpentMinor">What the redeemed ones took off, in all.</param>
[GenerateSerializer, Immutable, Alias("ale.coupon.template")]
public sealed record CouponTemplate(
    [property: Id(0)] string Template, [property: Id(1)] CouponTerms Terms, [property: Id(2)] int Claimed,
    [property: Id(3)] int Redeemed, [property: Id(4)] long SpentMinor, [property: Id(5)] CouponState State)
{
    /// <summary>Raised by every change of terms; what <c>If-Match</c> names. Null in lists.</summary>
    [Id(6)] public long? Version { get; init; }
}

/// <summary>A user's wish for his n-th code, counted from 1; user and number are its id.</summary>
[GenerateSerializer, Immutable, Alias("ale.coupon.claim")]
public sealed record ClaimCoupon([property: Id(0)] UserId User, [property: Id(1)] int Number);

/// <summary>Where a claimed code stands.</summary>
public enum ClaimState
{
    /// <summary>Free to be used.</summary>
    Claimed,

    /// <summary>An open order holds it.</summary>
    Held,

    /// <summary>Used.</summary>
    Redeemed,

    /// <summary>Free, but its time is over.</summary>
    Expired,
}

/// <summary>A code as it is now.</summary>
/// <param name="ExpiresAt">No order can take it from here on.</param>
[GenerateSerializer, Immutable, Alias("ale.coupon.claimed")]
public sealed record CouponClaim(
    [property: Id(0)] string Code, [property: Id(1)] ClaimState State, [property: Id(2)] DateTimeOffset ExpiresAt);

/// <summary>An order's wish to use a code.</summary>
/// <param name="Code">As its owner wrote it; compared without case.</param>
/// <param name="OrderId">
/// The order and its attempt (<c>order/attempt</c>): an attempt that gave the code back does not get it again.
/// </param>
/// <param name="User">Whose order; null: a guest's, who owns no code.</param>
/// <param name="GoodsMinor">Its goods before any discount, ≥ 0.</param>
/// <param name="Currency">The order's.</param>
[GenerateSerializer, Immutable, Alias("ale.coupon.hold")]
public sealed record HoldCoupon(
    [property: Id(0)] string Code, [property: Id(1)] string OrderId, [property: Id(2)] UserId? User,
    [property: Id(3)] long GoodsMinor, [property: Id(4)] string Currency);

/// <summary>An order is paid and uses the code up.</summary>
[GenerateSerializer, Immutable, Alias("ale.coupon.redeem")]
public sealed record RedeemCoupon([property: Id(0)] string Code, [property: Id(1)] string OrderId)
{
    /// <summary>
    /// What to hold when the order does not hold the code; of the same code and order, else
    /// <see cref="CouponRefusals.Changed"/>. While the order holds the code it is not looked at.
    /// </summary>
    [Id(2)] public HoldCoupon? Content { get; init; }
}

/// <summary>An order does not want the code any more.</summary>
[GenerateSerializer, Immutable, Alias("ale.coupon.give_back")]
public sealed record GiveBackCoupon([property: Id(0)] string Code, [property: Id(1)] string OrderId);

/// <summary>What became of an order's use of a code.</summary>
public enum CouponUseState
{
    /// <summary>Kept for the order.</summary>
    Held,

    /// <summary>Used up by it.</summary>
    Redeemed,

    /// <summary>The order has nothing of it (any more).</summary>
    GivenBack,
}

/// <summary>An order's use of a code as it is now.</summary>
/// <param name="OffMinor">
/// What it takes off, 0 to the goods; of a give-back: what it would have been, 0 when never held.
/// </param>
[GenerateSerializer, Immutable, Alias("ale.coupon.use")]
public sealed record CouponUse(
    [property: Id(0)] string Code, [property: Id(1)] string OrderId, [property: Id(2)] long OffMinor,
    [property: Id(3)] CouponUseState State);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class CouponRefusals
{
    /// <summary>No such template, or no such code of it.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "coupon.unknown");

    /// <summary>Terms out of range, both or none of amount and percent, or an end not after the start.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "coupon.bad_terms");

    /// <summary>
    /// The code is another user's. Told openly: codes cannot be guessed, so who has one has it from its owner.
    /// </summary>
    public static readonly Refusal NotYours = new(RefusalKind.Forbidden, "coupon.not_yours");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "coupon.changed");

    /// <summary>The template has started: its terms are what people claim by.</summary>
    public static readonly Refusal Started = new(RefusalKind.Conflict, "coupon.started");

    /// <summary>The terms have another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "coupon.stale");

    /// <summary>This attempt of the order has given the code back.</summary>
    public static readonly Refusal GivenBack = new(RefusalKind.Conflict, "coupon.given_back");

    /// <summary>Before the template's start.</summary>
    public static readonly Refusal NotStarted = new(RefusalKind.Conflict, "coupon.not_started");

    /// <summary>The template's end has come.</summary>
    public static readonly Refusal Ended = new(RefusalKind.Gone, "coupon.ended");

    /// <summary>The number is above what one user may claim.</summary>
    public static readonly Refusal Limit = new(RefusalKind.Conflict, "coupon.limit");

    /// <summary>The pool is empty.</summary>
    public static readonly Refusal ClaimedOut = new(RefusalKind.Conflict, "coupon.claimed_out");

    /// <summary>Another order has used the code.</summary>
    public static readonly Refusal Redeemed = new(RefusalKind.Conflict, "coupon.redeemed");

    /// <summary>Another order holds the code.</summary>
    public static readonly Refusal Held = new(RefusalKind.Conflict, "coupon.held");

    /// <summary>The order does not hold the code.</summary>
    public static readonly Refusal NotHeld = new(RefusalKind.Conflict, "coupon.not_held");

    /// <summary>The code's time is over.</summary>
    public static readonly Refusal Expired = new(RefusalKind.Gone, "coupon.expired");

    /// <summary>The order is in another currency.</summary>
    public static readonly Refusal Currency = new(RefusalKind.Conflict, "coupon.currency");

    /// <summary>The order's goods are worth less than the template asks for.</summary>
    public static readonly Refusal MinGoods = new(RefusalKind.Conflict, "coupon.min_goods");
}

/// <summary>The form of codes: <c>TEMPLATE-SUFFIX</c>, upper case; a code alone leads to its template.</summary>
public static class CouponCodes
{
    /// <summary>What a suffix is made of: no letter or digit that is taken for another, and no dash.</summary>
    public const string Alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Characters of a suffix: 49 bits, which nobody guesses at 50 requests a second.</summary>
    public const int SuffixLength = 10;

    /// <summary>Longest template, so that its codes are ids too.</summary>
    public const int TemplateLengthMax = Limits.IdLengthMax - SuffixLength - 1;

    /// <summary>The highest that <see cref="CouponTerms.PerUserMax"/> may be.</summary>
    public const int PerUserMax = 100;

    /// <summary>The code of a suffix.</summary>
    public static string Of(string template, string suffix) => $"{template.ToUpperInvariant()}-{suffix}";

    /// <summary>
    /// The template that a code names, upper case, in whatever case the code is written. False: it has not the form of
    /// a code, so there is none (<see cref="CouponRefusals.Unknown"/>).
    /// </summary>
    public static bool TemplateOf(string? code, [NotNullWhen(true)] out string? template)
    {
        template = null;
        if (!Limits.IsId(code)) return false;
        var dash = code!.Length - SuffixLength - 1;
        if (dash < 1 || code[dash] != '-') return false;
        foreach (var c in code.AsSpan(dash + 1))
            if (!Alphabet.Contains(char.ToUpperInvariant(c), StringComparison.Ordinal)) return false;
        template = code[..dash].ToUpperInvariant();
        return true;
    }
}

/// <summary>Keys of the slice.</summary>
public static class CouponKeys
{
    /// <summary>The grain of a template; templates are compared without case.</summary>
    public static ICouponGrain Coupon(this IGrainFactory grains, string template) =>
        grains.GetGrain<ICouponGrain>(template.ToUpperInvariant());
}

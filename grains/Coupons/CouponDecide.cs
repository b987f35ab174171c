using Ale.Kernel;
using Ale.Policy;

namespace Ale.Coupons;

/// <summary>What is decided about a template and its codes.</summary>
internal sealed partial class Coupon
{
    public Decision<CouponEvent, CouponTemplate> Decide(CouponTerms terms, string template, DateTimeOffset now)
    {
        if (Terms is not null) return Terms == terms ? View(template, now) : CouponRefusals.Changed;
        if (!IsGood(terms) || template.Length > CouponCodes.TemplateLengthMax) return CouponRefusals.BadTerms;
        return new(
            new CouponTemplate(template, terms, 0, 0, 0, StateOf(terms, 0, now)) { Version = 1 },
            new CouponEvent.Defined(terms));
    }

    public Decision<CouponEvent, CouponTemplate> Decide(ChangeCoupon command, string template, DateTimeOffset now)
    {
        if (Terms is null) return CouponRefusals.Unknown;
        if (Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return Changed(done.Answer.Terms, command) == done.Answer.Terms
                ? done.Answer with { Template = template } : CouponRefusals.Changed;
        }

        if (now >= Terms.StartsAt) return CouponRefusals.Started;
        if (command.Version != TermsVersion) return CouponRefusals.Stale;
        var terms = Changed(Terms, command);
        if (!IsGood(terms)) return CouponRefusals.BadTerms;
        if (terms == Terms) return View(template, now);
        return new(
            new CouponTemplate(template, terms, 0, 0, 0, StateOf(terms, 0, now)) { Version = TermsVersion + 1 },
            new CouponEvent.Changed(terms, command.Key, command.Actor, now));
    }

    /// <param name="code">The code to give when one is given: drawn by chance, not given before.</param>
    public Decision<CouponEvent, CouponClaim> Decide(
        ClaimCoupon command, string code, CouponPolicy policy, DateTimeOffset now)
    {
        if (Terms is null) return CouponRefusals.Unknown;
        if (_codes.TryGetValue((command.User.Value, command.Number), out var before)) return Reply(before, now);
        if (now < Terms.StartsAt) return CouponRefusals.NotStarted;
        if (now >= Terms.EndsAt) return CouponRefusals.Ended;
        if (command.Number < 1 || command.Number > Terms.PerUserMax) return CouponRefusals.Limit;
        if (Claimed >= Terms.Pool) return CouponRefusals.ClaimedOut;
        var expiresAt = now + TimeSpan.FromDays(policy.ClaimDays);
        if (expiresAt > Terms.EndsAt) expiresAt = Terms.EndsAt;
        return new(new CouponClaim(code, ClaimState.Claimed, expiresAt),
            new CouponEvent.Claimed(code, command.User.Value, command.Number, now, expiresAt));
    }

    public Decision<CouponEvent, CouponUse> Decide(HoldCoupon command, DateTimeOffset now)
    {
        var code = command.Code.ToUpperInvariant();
        if (!_claims.TryGetValue(code, out var claim)) return CouponRefusals.Unknown;
        if (claim.User != command.User?.Value) return CouponRefusals.NotYours;
        if (claim.Use is { } use && use.OrderId == command.OrderId)
        {
            return (use.GoodsMinor, Terms!.Currency) == (command.GoodsMinor, command.Currency)
                ? Reply(code, use) : CouponRefusals.Changed;
        }

        if (_ended.ContainsKey((code, command.OrderId))) return CouponRefusals.GivenBack;
        if (WhyNot(claim, command, now) is { } refusal) return refusal;
        var offMinor = OffMinorOf(command.GoodsMinor);
        return new(new CouponUse(code, command.OrderId, offMinor, CouponUseState.Held),
            new CouponEvent.Held(code, command.OrderId, command.GoodsMinor, offMinor, now));
    }

    public Decision<CouponEvent, CouponUse> Decide(RedeemCoupon command, DateTimeOffset now)
    {
        var code = command.Code.ToUpperInvariant();
        if (!_claims.TryGetValue(code, out var claim)) return CouponRefusals.Unknown;
        if (claim.Use is { } use && use.OrderId == command.OrderId)
        {
            if (use.IsRedeemed) return Reply(code, use);
            return new(new CouponUse(code, use.OrderId, use.OffMinor, CouponUseState.Redeemed),
                new CouponEvent.Redeemed(code, use.OrderId, use.OffMinor, now));
        }

        if (command.Content is not { } content)
        {
            if (_ended.ContainsKey((code, command.OrderId))) return CouponRefusals.GivenBack;
            return claim.Use is { } other
                ? other.IsRedeemed ? CouponRefusals.Redeemed : CouponRefusals.Held : CouponRefusals.NotHeld;
        }

        if (content.OrderId != command.OrderId || !content.Code.Equals(code, StringComparison.OrdinalIgnoreCase))
            return CouponRefusals.Changed;
        var hold = Decide(content, now);
        if (hold.Reply.Refusal is { } refusal) return refusal;
        return new(hold.Reply.Value! with { State = CouponUseState.Redeemed },
            [.. hold.Events, new CouponEvent.Redeemed(code, command.OrderId, hold.Reply.Value!.OffMinor, now)]);
    }

    public Decision<CouponEvent, CouponUse> Decide(GiveBackCoupon command, DateTimeOffset now)
    {
        if (Terms is null) return CouponRefusals.Unknown;
        var code = command.Code.ToUpperInvariant();
        if (_claims.TryGetValue(code, out var claim) && claim.Use is { } use && use.OrderId == command.OrderId)
        {
            return new(new CouponUse(code, command.OrderId, use.OffMinor, CouponUseState.GivenBack),
                new CouponEvent.GivenBack(code, command.OrderId, use.OffMinor, use.IsRedeemed, now));
        }

        if (_ended.TryGetValue((code, command.OrderId), out var ended))
            return new CouponUse(code, command.OrderId, ended.OffMinor, CouponUseState.GivenBack);
        // Also for a code that is not known here: an activation that is behind must fail at its fence.
        return new(new CouponUse(code, command.OrderId, 0, CouponUseState.GivenBack),
            new CouponEvent.Fenced(code, command.OrderId, now));
    }

    /// <summary>The template as it is now; there must be one.</summary>
    public CouponTemplate View(string template, DateTimeOffset now) =>
        new(template, Terms!, Claimed, Redeemed, SpentMinor, StateOf(Terms!, Claimed, now)) { Version = TermsVersion };

    /// <summary>True when the code was given to somebody.</summary>
    public bool Knows(string code) => _claims.ContainsKey(code);

    /// <summary>What a template's page says; the same order as a claim's refusals (P05).</summary>
    public static CouponState StateOf(CouponTerms terms, int claimed, DateTimeOffset now) =>
        now < terms.StartsAt ? CouponState.NotStarted
        : now >= terms.EndsAt ? CouponState.Ended
        : claimed >= terms.Pool ? CouponState.ClaimedOut : CouponState.Open;

    /// <summary>What a code's badge says: a free one is over at its end, a held or used one is not (P05).</summary>
    public static ClaimState StateOf(ClaimState kept, DateTimeOffset expiresAt, DateTimeOffset now) =>
        kept == ClaimState.Claimed && now >= expiresAt ? ClaimState.Expired : kept;

    private Refusal? WhyNot(Claim claim, HoldCoupon command, DateTimeOffset now)
    {
        if (claim.Use is { } other) return other.IsRedeemed ? CouponRefusals.Redeemed : CouponRefusals.Held;
        if (StateOf(ClaimState.Claimed, claim.ExpiresAt, now) == ClaimState.Expired) return CouponRefusals.Expired;
        if (command.Currency != Terms!.Currency) return CouponRefusals.Currency;
        if (command.GoodsMinor < Terms.MinGoodsMinor) return CouponRefusals.MinGoods;
        return null;
    }

    /// <summary>Never more than the goods (P08); half a minor unit goes to the even one.</summary>
    private long OffMinorOf(long goodsMinor)
    {
        if (Terms!.OffMinor is { } offMinor) return Math.Min(offMinor, goodsMinor);
        var (whole, rest) = Math.DivRem(goodsMinor * Terms.Percent!.Value, 100);
        return rest > 50 || (rest == 50 && long.IsOddInteger(whole)) ? whole + 1 : whole;
    }

    private CouponClaim Reply(string code, DateTimeOffset now)
    {
        var claim = _claims[code];
        var kept = claim.Use is not { } use ? ClaimState.Claimed
            : use.IsRedeemed ? ClaimState.Redeemed : ClaimState.Held;
        return new(code, StateOf(kept, claim.ExpiresAt, now), claim.ExpiresAt);
    }

    private static CouponUse Reply(string code, OrderUse use) =>
        new(code, use.OrderId, use.OffMinor, use.IsRedeemed ? CouponUseState.Redeemed : CouponUseState.Held);

    /// <summary>Of amount and percentage the one given takes the place of the other.</summary>
    private static CouponTerms Changed(CouponTerms terms, ChangeCoupon to) => terms with
    {
        OffMinor = to.OffMinor ?? (to.Percent is null ? terms.OffMinor : null),
        Percent = to.Percent ?? (to.OffMinor is null ? terms.Percent : null),
        Currency = to.Currency ?? terms.Currency,
        Pool = to.Pool ?? terms.Pool,
        PerUserMax = to.PerUserMax ?? terms.PerUserMax,
        StartsAt = to.StartsAt ?? terms.StartsAt,
        EndsAt = to.EndsAt ?? terms.EndsAt,
        Source = to.Source ?? terms.Source,
        MinGoodsMinor = to.MinGoodsMinor ?? terms.MinGoodsMinor,
    };

    private static bool IsGood(CouponTerms t) =>
        t.OffMinor is null != t.Percent is null
        && t.OffMinor is null or (>= 1 and <= Limits.AmountMinorMax) && t.Percent is null or (>= 1 and <= 100)
        && t.Pool is >= 1 and <= Limits.QuantityMax && t.PerUserMax is >= 1 and <= CouponCodes.PerUserMax
        && t.MinGoodsMinor is >= 0 and <= Limits.AmountMinorMax && t.StartsAt < t.EndsAt;
}

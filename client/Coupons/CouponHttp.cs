using System.Collections.Immutable;
using Ale.Edge;
using Ale.Users;

namespace Ale.Coupons;

/// <summary>Coupon templates and the codes that users claim from them. Orders use the codes.</summary>
internal static class CouponHttp
{
    private const string Tag = "Coupons";

    public static void MapCoupons(this IEndpointRouteBuilder api)
    {
        var coupons = api.MapGroup("/coupons").WithTags(Tag);

        coupons.MapPut("/{template}", (CouponCode template, TemplateBody body, IGrainFactory grains, EdgeCall edge) =>
            {
                if (template.Value.Length > CouponCodes.TemplateLengthMax)
                {
                    throw new ProblemException(Problem.Invalid("template",
                        $"Must have at most {CouponCodes.TemplateLengthMax} characters: its codes are longer."));
                }

                return edge.Run(ct => grains.Coupon(template).Define(body.Terms, ct), TemplateReply.Of);
            })
            .Allow(Permission.CouponWrite).WithName("putCoupon")
            .WithSummary("Creates a template; the same again: the template as it is now.");

        coupons.MapPatch("/{template}", (CouponCode template, TemplatePatch body, ExpectedVersion version,
                CommandKey key, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    ct => grains.Coupon(template).Change(body.Command(version, key, caller.Subject), ct),
                    TemplateReply.Of))
            .Allow(Permission.CouponWrite).WithName("changeCoupon")
            .WithSummary("Changes terms of a template before its start; what is absent stays as it is.");

        coupons.MapGet("/{template}", (CouponCode template, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Coupon(template).Get(ct), TemplateReply.Of))
            .Allow(Permission.CouponRead).WithName("getCoupon")
            .WithSummary("A template with its figures as they are now.");

        coupons.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.CouponQueries().Templates(page.After?.Text(0), page.Limit + 1, page.At ?? default, ct),
                found => Page<TemplateReply>.Of(
                    [.. found.Select(TemplateReply.Of)], page.Limit, t => Cursor.Of(t.Template))))
            .Allow(Permission.CouponRead).WithName("listCoupons").WithSummary("All templates, by their id.");

        coupons.MapPut("/{template}/claims/{userId}",
                (CouponCode template, Id userId, Caller caller, UserMap users, IGrainFactory grains, EdgeCall edge) =>
                    Claim(template, userId, 1, caller, users, grains, edge))
            .Allow(Permission.CouponClaim).WithName("putCouponClaim")
            .WithSummary("Gives a user his code; the same again: the same code, with its state as it is now.");

        coupons.MapPut("/{template}/claims/{userId}/{n}",
                (CouponCode template, Id userId, int n, Caller caller, UserMap users, IGrainFactory grains,
                    EdgeCall edge) => Claim(template, userId, n, caller, users, grains, edge))
            .Allow(Permission.CouponClaim).WithName("putCouponClaimN")
            .WithSummary("Gives a user his n-th code, n from 1 to perUserMax.");

        api.MapGet("/users/{userId}/coupons",
                (Id userId, PageRequest page, Caller caller, UserMap users, IGrainFactory grains, EdgeCall edge) =>
                {
                    var owner = caller.Sees(userId, Permission.CouponRead) ? userId.Value : caller.Own(userId);
                    var before = page.After is { } c ? new ClaimPlace(Instant(c), c.Text(1)) : default(ClaimPlace?);
                    return edge.Run(
                        async ct => await users.Find(owner, ct) is { } user
                            ? await grains.CouponQueries()
                                .ClaimsOf(user, before, page.Limit + 1, page.At ?? default, ct)
                            : ImmutableArray<ClaimRow>.Empty,
                        found => Page<ClaimRow>.Of(found, page.Limit,
                            claim => Cursor.Of(claim.ClaimedAt.ToUnixTimeMilliseconds(), claim.Code)));
                })
            .Allow(Permission.CouponRead, Permission.CouponClaim).WithTags(Tag).WithName("listUserCoupons")
            .WithSummary("A user's codes, the latest first; none for a user nobody knows.");
    }

    private static Task<EdgeReply<CouponClaim>> Claim(
        string template, Id userId, int number, Caller caller, UserMap users, IGrainFactory grains, EdgeCall edge)
    {
        if (number < 1) throw new ProblemException(Problem.Invalid("n", "Must be 1 or more."));
        var owner = caller.Own(userId);
        return edge.Run(
            async ct => await grains.Coupon(template).Claim(new(await users.Internal(owner, ct), number), ct));
    }

    private static DateTimeOffset Instant(Cursor cursor)
    {
        var (ms, last) = (cursor.Long(0), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());
        if (ms < 0 || ms > last)
            throw new ProblemException(Problem.Invalid("after", "Must be the next of an earlier page of this list."));
        return DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }

    /// <summary>Exactly one of <c>offMinor</c> and <c>percent</c>.</summary>
    /// <param name="Pool">Most codes ever claimed.</param>
    /// <param name="PerUserMax">Most codes of one user.</param>
    /// <param name="StartsAt">Claims from here on.</param>
    /// <param name="EndsAt">Claims and uses before here.</param>
    /// <param name="Source">What it is given for: share, game, event, compensation …</param>
    /// <param name="OffMinor">Taken off the goods, at most all of them.</param>
    /// <param name="Percent">Of the goods, 1 to 100; half a minor unit goes to the even one.</param>
    /// <param name="MinGoodsMinor">Least goods of an order that may use it, before any discount.</param>
    internal sealed record TemplateBody(
        string Currency, int Pool, int PerUserMax, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Source,
        long? OffMinor = null, int? Percent = null, long MinGoodsMinor = 0) : IValidated
    {
        internal CouponTerms Terms => new(OffMinor, Percent, Currency, Pool, PerUserMax, StartsAt, EndsAt, Source)
        {
            MinGoodsMinor = MinGoodsMinor,
        };

        public void Validate(Problems p)
        {
            p.Require(OffMinor is null != Percent is null, "offMinor",
                "Exactly one of offMinor and percent must be given.");
            p.Money("offMinor", OffMinor, 1);
            p.Range("percent", Percent, 1, 100);
            p.Currency("currency", Currency);
            p.Quantity("pool", Pool);
            p.Range("perUserMax", PerUserMax, 1, CouponCodes.PerUserMax);
            p.Money("minGoodsMinor", MinGoodsMinor);
            p.Order("startsAt", StartsAt, "endsAt", EndsAt);
            p.Text("source", Source, Limits.IdLengthMax, 1);
        }
    }

    /// <summary>New terms of a template that has not started; what is absent stays as it is.</summary>
    internal sealed record TemplatePatch : IValidated
    {
        /// <summary>Takes the place of a percentage too.</summary>
        public long? OffMinor { get; init; }

        /// <summary>Takes the place of an amount too.</summary>
        public int? Percent { get; init; }

        public string? Currency { get; init; }
        public int? Pool { get; init; }
        public int? PerUserMax { get; init; }
        public DateTimeOffset? StartsAt { get; init; }
        public DateTimeOffset? EndsAt { get; init; }
        public string? Source { get; init; }
        public long? MinGoodsMinor { get; init; }

        public ChangeCoupon Command(long version, string key, string actor) => new(version, key, actor)
        {
            OffMinor = OffMinor,
            Percent = Percent,
            Currency = Currency,
            Pool = Pool,
            PerUserMax = PerUserMax,
            StartsAt = StartsAt,
            EndsAt = EndsAt,
            Source = Source,
            MinGoodsMinor = MinGoodsMinor,
        };

        public void Validate(Problems p)
        {
            p.Require(OffMinor is null || Percent is null, "offMinor",
                "At most one of offMinor and percent may be given.");
            p.Money("offMinor", OffMinor, 1);
            p.Range("percent", Percent, 1, 100);
            p.Currency("currency", Currency);
            p.Quantity("pool", Pool);
            p.Range("perUserMax", PerUserMax, 1, CouponCodes.PerUserMax);
            p.Money("minGoodsMinor", MinGoodsMinor);
            p.Order("startsAt", StartsAt, "endsAt", EndsAt);
            p.Text("source", Source, Limits.IdLengthMax, 1);
        }
    }

    /// <summary>A template as answered; the members mean what they do in <see cref="CouponTemplate"/>.</summary>
    internal sealed record TemplateReply(
        string Template, long? OffMinor, int? Percent, string Currency, int Pool, int PerUserMax, long MinGoodsMinor,
        DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Source, int Claimed, int Redeemed, long SpentMinor,
        CouponState State, long? Version)
    {
        public static TemplateReply Of(CouponTemplate t) => new(t.Template, t.Terms.OffMinor, t.Terms.Percent,
            t.Terms.Currency, t.Terms.Pool, t.Terms.PerUserMax, t.Terms.MinGoodsMinor, t.Terms.StartsAt, t.Terms.EndsAt,
            t.Terms.Source, t.Claimed, t.Redeemed, t.SpentMinor, t.State, t.Version);
    }
}

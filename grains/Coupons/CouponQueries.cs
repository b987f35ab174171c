using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Coupons;

[StatelessWorker]
internal sealed class CouponQueries(Views views, JournalClock clock) : Grain, ICouponQueries
{
    private sealed class TemplateRow
    {
        public string Template { get; init; } = "";
        public long? OffMinor { get; init; }
        public long? Percent { get; init; }
        public string? Currency { get; init; }
        public long Pool { get; init; }
        public long PerUserMax { get; init; }
        public long MinGoodsMinor { get; init; }
        public long StartsAt { get; init; }
        public long EndsAt { get; init; }
        public string? Source { get; init; }
        public long Claimed { get; init; }
        public long Redeemed { get; init; }
        public long SpentMinor { get; init; }
    }

    private sealed class Row
    {
        public string Code { get; init; } = "";
        public string Template { get; init; } = "";
        public string State { get; init; } = "";
        public long ClaimedAt { get; init; }
        public long ExpiresAt { get; init; }
        public string? OrderId { get; init; }
    }

    public async Task<Outcome<ImmutableArray<CouponTemplate>>> Templates(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<TemplateRow>("""
            select template, off_minor as OffMinor, percent, currency, pool, per_user_max as PerUserMax,
                   min_goods_minor as MinGoodsMinor, starts_at as StartsAt, ends_at as EndsAt, source, claimed,
                   redeemed, spent_minor as SpentMinor
            from {coupon} where template > @after order by template limit @limit
            """, new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        var now = clock.GetUtcNow();
        return ImmutableArray.CreateRange(rows!.Select(r =>
        {
            var terms = new CouponTerms(r.OffMinor, (int?)r.Percent, r.Currency ?? "", (int)r.Pool, (int)r.PerUserMax,
                Instants.Of(r.StartsAt), Instants.Of(r.EndsAt), r.Source ?? "")
            { MinGoodsMinor = r.MinGoodsMinor };
            return new CouponTemplate(r.Template, terms, (int)r.Claimed, (int)r.Redeemed, r.SpentMinor,
                Coupon.StateOf(terms, (int)r.Claimed, now));
        }));
    }

    public async Task<Outcome<ImmutableArray<ClaimRow>>> ClaimsOf(
        UserId user, ClaimPlace? before, int limit, JournalPlace at, CancellationToken ct)
    {
        var (when, code) = before is { } place
            ? (place.ClaimedAt.ToUnixTimeMilliseconds(), place.Code) : (long.MaxValue, "");
        var (rows, refusal) = await views.List<Row>("""
            select code, template, state, claimed_at as ClaimedAt, expires_at as ExpiresAt, order_id as OrderId
            from {coupon_claim} where user_id = @user and (claimed_at, code) < (@when, @code)
            order by claimed_at desc, code desc limit @limit
            """, new { user = user.Value, when, code, limit }, at, ct);
        if (refusal is not null) return refusal;
        var now = clock.GetUtcNow();
        return ImmutableArray.CreateRange(rows!.Select(r => new ClaimRow(r.Code, r.Template,
            Coupon.StateOf(Enum.Parse<ClaimState>(r.State, ignoreCase: true), Instants.Of(r.ExpiresAt), now),
            Instants.Of(r.ClaimedAt), Instants.Of(r.ExpiresAt), r.OrderId is { Length: > 0 } order ? order : null)));
    }
}

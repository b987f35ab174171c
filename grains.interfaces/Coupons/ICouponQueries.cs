using System.Collections.Immutable;

namespace Ale.Coupons;

/// <summary>Lists of coupons, from the slice's tables. Key 0.</summary>
[Alias("ale.coupon.queries")]
public interface ICouponQueries : IGrainWithIntegerKey
{
    /// <summary>Templates in order of their id, after <paramref name="after"/>, at most the limit.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("templates")]
    Task<Outcome<ImmutableArray<CouponTemplate>>> Templates(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>A user's codes, the latest first, before the claim at <paramref name="before"/>.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("claims")]
    Task<Outcome<ImmutableArray<ClaimRow>>> ClaimsOf(
        UserId user, ClaimPlace? before, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>A code in a user's list. Its state follows from the same rule as at the till (P05).</summary>
/// <param name="OrderId">The order that holds or used it.</param>
[GenerateSerializer, Immutable, Alias("ale.coupon.claim_row")]
public sealed record ClaimRow(
    [property: Id(0)] string Code, [property: Id(1)] string Template, [property: Id(2)] ClaimState State,
    [property: Id(3)] DateTimeOffset ClaimedAt, [property: Id(4)] DateTimeOffset ExpiresAt,
    [property: Id(5)] string? OrderId);

/// <summary>Where a claim stands in a user's list.</summary>
[GenerateSerializer, Immutable, Alias("ale.coupon.claim_place")]
public readonly record struct ClaimPlace([property: Id(0)] DateTimeOffset ClaimedAt, [property: Id(1)] string Code);

/// <summary>Keys of the slice's lists.</summary>
public static class CouponQueryKeys
{
    /// <summary>The lists of coupons.</summary>
    public static ICouponQueries CouponQueries(this IGrainFactory grains) => grains.GetGrain<ICouponQueries>(0);
}

namespace Ale.Coupons;

/// <summary>What a coupon is worth, and when. Exactly one of <c>OffMinor</c> and <c>Percent</c> is given.</summary>
/// <param name="OffMinor">Taken off the goods, at most all of them; 1 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="Percent">Of the goods, 1 to 100; half a minor unit goes to the even one.</param>
/// <param name="Currency">ISO 4217; orders in another cannot use it.</param>
/// <param name="Pool">Most codes that are ever claimed, 1 to <see cref="Limits.QuantityMax"/>.</param>
/// <param name="PerUserMax">Most codes of one user, 1 to <see cref="CouponCodes.PerUserMax"/>.</param>
/// <param name="StartsAt">Claims from here on.</param>
/// <param name="EndsAt">Claims and new uses before here.</param>
/// <param name="Source">What it is given for: <c>share</c>, <c>game</c>, <c>event</c>, <c>compensation</c> …</param>
[GenerateSerializer, Immutable, Alias("ale.coupon.terms")]
public sealed record CouponTerms(
    [property: Id(0)] long? OffMinor, [property: Id(1)] int? Percent, [property: Id(2)] string Currency,
    [property: Id(3)] int Pool, [property: Id(4)] int PerUserMax, [property: Id(5)] DateTimeOffset StartsAt,
    [property: Id(6)] DateTimeOffset EndsAt, [property: Id(7)] string Source)
{
    /// <summary>Least goods of an order that may use it, minor units, before any discount; 0: any.</summary>
    [Id(8)] public long MinGoodsMinor { get; init; }
}

/// <summary>New terms; null leaves one as it is.</summary>
/// <param name="Version">The version they are meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was: a member of staff or a backend.</param>
[GenerateSerializer, Immutable, Alias("ale.coupon.change")]
public sealed record ChangeCoupon(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string Actor)
{
    /// <summary>Takes the place of a percentage too. See <see cref="CouponTerms"/>, here and below.</summary>
    [Id(3)] public long? OffMinor { get; init; }

    /// <summary>Takes the place of an amount too.</summary>
    [Id(4)] public int? Percent { get; init; }

    /// <inheritdoc cref="OffMinor"/>
    [Id(5)] public string? Currency { get; init; }

    /// <inheritdoc cref="OffMinor"/>
    [Id(6)] public int? Pool { get; init; }

    /// <inheritdoc cref="OffMinor"/>
    [Id(7)] public int? PerUserMax { get; init; }

    /// <inheritdoc cref="OffMinor"/>
    [Id(8)] public DateTimeOffset? StartsAt { get; init; }

    /// <inheritdoc cref="OffMinor"/>
    [Id(9)] public DateTimeOffset? EndsAt { get; init; }

    /// <inheritdoc cref="OffMinor"/>
    [Id(10)] public string? Source { get; init; }

    /// <inheritdoc cref="OffMinor"/>
    [Id(11)] public long? MinGoodsMinor { get; init; }
}

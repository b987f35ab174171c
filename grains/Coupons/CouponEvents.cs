using System.Text.Json.Serialization;

namespace Ale.Coupons;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Defined), "coupon.defined"), JsonDerivedType(typeof(Claimed), "coupon.claimed")]
[JsonDerivedType(typeof(Held), "coupon.held"), JsonDerivedType(typeof(Redeemed), "coupon.redeemed")]
[JsonDerivedType(typeof(GivenBack), "coupon.given_back"), JsonDerivedType(typeof(Fenced), "coupon.fenced")]
[JsonDerivedType(typeof(Changed), "coupon.changed")]
internal abstract record CouponEvent
{
    internal sealed record Defined(CouponTerms Terms) : CouponEvent;

    internal sealed record Changed(CouponTerms Terms, string Key, string Actor, DateTimeOffset At) : CouponEvent;

    internal sealed record Claimed(
        string Code, string User, int Number, DateTimeOffset At, DateTimeOffset ExpiresAt) : CouponEvent;

    internal sealed record Held(string Code, string OrderId, long GoodsMinor, long OffMinor, DateTimeOffset At)
        : CouponEvent;

    internal sealed record Redeemed(string Code, string OrderId, long OffMinor, DateTimeOffset At) : CouponEvent;

    /// <summary>Free again; <c>WasRedeemed</c> tells a used one from a held one.</summary>
    internal sealed record GivenBack(
        string Code, string OrderId, long OffMinor, bool WasRedeemed, DateTimeOffset At) : CouponEvent;

    /// <summary>The order had nothing of the code and shall not get it any more.</summary>
    internal sealed record Fenced(string Code, string OrderId, DateTimeOffset At) : CouponEvent;
}

/// <summary>A code in memory.</summary>
/// <param name="Use">The one order that holds or used it; null: free.</param>
internal sealed record Claim(string User, int Number, DateTimeOffset ExpiresAt, OrderUse? Use);

/// <summary>An order's hold or use of a code.</summary>
internal sealed record OrderUse(string OrderId, long GoodsMinor, long OffMinor, bool IsRedeemed);

/// <summary>An order's end with a code, remembered for a while.</summary>
/// <param name="OffMinor">What it had; 0: nothing.</param>
internal sealed record EndedUse(string Code, string OrderId, long OffMinor, DateTimeOffset At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CouponEvent)), JsonSerializable(typeof(FrozenCoupon))]
internal sealed partial class CouponJson : JsonSerializerContext;

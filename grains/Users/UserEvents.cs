using System.Text.Json.Serialization;

namespace Ale.Users;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Registered), "user.registered"), JsonDerivedType(typeof(Earned), "user.earned")]
[JsonDerivedType(typeof(TierChanged), "user.tier_changed"), JsonDerivedType(typeof(Reversed), "user.reversed")]
[JsonDerivedType(typeof(Matured), "user.matured"), JsonDerivedType(typeof(MarketChanged), "user.market_changed")]
internal abstract record UserEvent
{
    /// <param name="Currency">In which money spent is counted.</param>
    internal sealed record Registered(string Market, string Currency, DateTimeOffset At) : UserEvent;

    /// <param name="SpentMinor">What counts as money spent: the goods, or 0 when they are in another currency.</param>
    /// <param name="BasePoints">Of the goods before any bonus.</param>
    /// <param name="Points">With bonuses.</param>
    /// <param name="DueAt">When they may be spent; null: at once.</param>
    /// <param name="WindowDays">How long the order counts for the tier; null: for ever.</param>
    /// <param name="No">Number of the ledger's entry.</param>
    /// <param name="Balance">All points after it, pending ones included.</param>
    internal sealed record Earned(
        string OrderId, string Market, string Currency, long GoodsMinor, long EcoGoodsMinor, long SpentMinor,
        long BasePoints, long Points, bool IsFirstOrder, DateTimeOffset? DueAt, int? WindowDays, long No, long Balance,
        DateTimeOffset At) : UserEvent;

    /// <param name="Orders">That counted.</param>
    /// <param name="SpentMinor">That counted.</param>
    internal sealed record TierChanged(UserTier From, UserTier To, int Orders, long SpentMinor, DateTimeOffset At)
        : UserEvent;

    /// <param name="FromPending">How many of the points had not been spendable yet.</param>
    /// <param name="RefundMinor">As told by the order.</param>
    /// <param name="SpentMinor">By how much money spent is lowered.</param>
    internal sealed record Reversed(
        string ReturnId, string OrderId, long Points, long FromPending, long RefundMinor, long SpentMinor, long No,
        long Balance, DateTimeOffset At) : UserEvent;

    /// <param name="Version">The user's after it, as it was answered.</param>
    internal sealed record MarketChanged(string Market, string Currency, string Key, long Version, DateTimeOffset At)
        : UserEvent;

    internal sealed record Matured(string OrderId, long Points, long No, long Balance, DateTimeOffset At) : UserEvent;
}

/// <summary>What is remembered of an order for ever, so that a repeat is answered as the first time.</summary>
/// <param name="Content">Hash of what it was.</param>
/// <param name="Counts">True when its money is counted as spent.</param>
internal sealed record EarnedOrder(long Points, int Content, bool Counts);

/// <summary>Points of an order that may be spent from <paramref name="DueAt"/> on.</summary>
internal sealed record PendingPoints(string OrderId, long Points, DateTimeOffset DueAt);

/// <summary>An order that counts for the tier until it leaves the window.</summary>
/// <param name="Order">Hash of its id.</param>
internal sealed record RecentOrder(DateTimeOffset At, long Order, long SpentMinor, long RefundedMinor);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserEvent)), JsonSerializable(typeof(FrozenUser))]
internal sealed partial class UserJson : JsonSerializerContext;

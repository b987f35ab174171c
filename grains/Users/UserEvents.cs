using System.Text.Json.Serialization;

namespace Ale.Users;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Registered), "user.registered"), JsonDerivedType(typeof(Earned), "user.earned")]
[JsonDerivedType(typeof(TierChanged), "user.tier_changed"), JsonDerivedType(typeof(Reversed), "user.reversed")]
[JsonDerivedType(typeof(Matured), "user.matured"), JsonDerivedType(typeof(MarketChanged), "user.market_changed")]
[JsonDerivedType(typeof(Expired), "user.expired"), JsonDerivedType(typeof(TierReviewed), "user.tier_reviewed")]
[JsonDerivedType(typeof(ReviewTold), "user.review_told")]
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
        DateTimeOffset At) : UserEvent
    {
        /// <summary>When what is left of the points is lost; null: never.</summary>
        public DateTimeOffset? ExpiresAt { get; init; }
    }

    /// <param name="Orders">That counted.</param>
    /// <param name="SpentMinor">That counted.</param>
    internal sealed record TierChanged(UserTier From, UserTier To, int Orders, long SpentMinor, DateTimeOffset At)
        : UserEvent
    {
        /// <summary>When it is looked at again; null: never.</summary>
        public DateTimeOffset? ReviewAt { get; init; }
    }

    /// <summary>The tier was looked at again .</summary>
    /// <param name="Would">What he would be by what counts now.</param>
    /// <param name="IsLowered">True: he is that from now on; false: the tier stays.</param>
    /// <param name="Orders">That counted.</param>
    /// <param name="SpentMinor">That counted.</param>
    /// <param name="ReviewAt">When it is looked at again; null: never.</param>
    /// <param name="Role">Whose inbox hears of a tier that is not held.</param>
    internal sealed record TierReviewed(UserTier From, UserTier Would, bool IsLowered, int Orders, long SpentMinor,
        DateTimeOffset? ReviewAt, string Role, DateTimeOffset At) : UserEvent;

    /// <summary>Somebody hears of the tier that was not held.</summary>
    internal sealed record ReviewTold(DateTimeOffset At) : UserEvent;

    /// <param name="FromPending">How many of the points had not been spendable yet.</param>
    /// <param name="RefundMinor">As told by the order.</param>
    /// <param name="SpentMinor">By how much money spent is lowered.</param>
    internal sealed record Reversed(
        string ReturnId, string OrderId, long Points, long FromPending, long RefundMinor, long SpentMinor, long No,
        long Balance, DateTimeOffset At) : UserEvent
    {
        /// <summary>How many of the points the order had lost by time already: they do not go twice; null: none.</summary>
        public long? FromExpired { get; init; }

        /// <summary>By how much all points are fewer after it.</summary>
        [JsonIgnore] public long Taken => Points - (FromExpired ?? 0);
    }

    /// <param name="Version">The user's after it, as it was answered.</param>
    internal sealed record MarketChanged(string Market, string Currency, string Key, long Version, DateTimeOffset At)
        : UserEvent;

    internal sealed record Matured(string OrderId, long Points, long No, long Balance, DateTimeOffset At) : UserEvent;

    /// <summary>What was left of an order's points is lost by time .</summary>
    internal sealed record Expired(string OrderId, long Points, long No, long Balance, DateTimeOffset At) : UserEvent;
}

/// <summary>What is remembered of an order for ever, so that a repeat is answered as the first time.</summary>
/// <param name="Content">Hash of what it was.</param>
/// <param name="Counts">True when its money is counted as spent.</param>
internal sealed record EarnedOrder(long Points, int Content, bool Counts)
{
    /// <summary>Points lost by time that no return has claimed; null: none.</summary>
    public long? Expired { get; init; }
}

/// <summary>Points of an order that may be spent from <paramref name="DueAt"/> on.</summary>
internal sealed record PendingPoints(string OrderId, long Points, DateTimeOffset DueAt)
{
    /// <summary>When what is left of them is lost; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>Spendable points of an order that are lost at an instant; what is left of them.</summary>
internal sealed record ExpiringPoints(string OrderId, long Points, DateTimeOffset ExpiresAt);

/// <summary>An order that counts for the tier until it leaves the window.</summary>
/// <param name="Order">Hash of its id.</param>
internal sealed record RecentOrder(DateTimeOffset At, long Order, long SpentMinor, long RefundedMinor);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserEvent)), JsonSerializable(typeof(FrozenUser))]
internal sealed partial class UserJson : JsonSerializerContext;

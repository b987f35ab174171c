using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ale.Campaigns;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "placement.put"), JsonDerivedType(typeof(Changed), "placement.changed")]
[JsonDerivedType(typeof(Lived), "placement.live"), JsonDerivedType(typeof(Authorised), "placement.authorised")]
[JsonDerivedType(typeof(Released), "placement.released"), JsonDerivedType(typeof(Expired), "placement.expired")]
[JsonDerivedType(typeof(Reported), "placement.reported"), JsonDerivedType(typeof(Stopped), "placement.stopped")]
[JsonDerivedType(typeof(Adjusted), "placement.adjusted"), JsonDerivedType(typeof(Reverted), "placement.reverted")]
[JsonDerivedType(typeof(Posting), "placement.posting"), JsonDerivedType(typeof(Posted), "placement.posted")]
[JsonDerivedType(typeof(NotPosted), "placement.not_posted")]
[JsonDerivedType(typeof(BudgetDecided), "placement.budget_decided")]
[JsonDerivedType(typeof(Evaluated), "placement.evaluated")]
internal abstract record PlacementEvent
{
    /// <param name="BudgetLine">The campaign's; null: it has none.</param>
    internal sealed record Put(PlacementTerms Terms, string? BudgetLine, string By, DateTimeOffset At) : PlacementEvent
    {
        /// <summary>What platforms told of it before is reported to it; null: it was entered when that was not
        /// done.</summary>
        public bool? CatchesUp { get; init; }
    }

    internal sealed record Changed(
        long? CapMinor, long? BidMinor, bool? IsPaused, string Key, string By, DateTimeOffset At) : PlacementEvent;

    /// <summary>Its campaign has taken a step.</summary>
    internal sealed record Lived(bool IsLive, int Step, DateTimeOffset At) : PlacementEvent;

    internal sealed record Authorised(string Id, long AmountMinor, DateTimeOffset At, DateTimeOffset ExpiresAt)
        : PlacementEvent;

    internal sealed record Released(string Id, long AmountMinor, DateTimeOffset At) : PlacementEvent;

    internal sealed record Expired(string Id, long AmountMinor, DateTimeOffset At) : PlacementEvent;

    /// <summary>What happened, each event once.</summary>
    /// <param name="Months">What it comes to in each month of the budget.</param>
    /// <param name="PostAt">When the budget line is asked to book it.</param>
    internal sealed record Reported(
        ImmutableArray<SpendReport> Reports, ImmutableArray<MonthSpend> Months, DateTimeOffset PostAt,
        DateTimeOffset At) : PlacementEvent;

    /// <summary>More was spent than the cap.</summary>
    internal sealed record Stopped(long OverMinor, string Role, DateTimeOffset At) : PlacementEvent;

    internal sealed record Adjusted(StrategyStep Step, string Role) : PlacementEvent;

    /// <param name="Strategy">What is left of it.</param>
    internal sealed record Reverted(
        int Number, PlacementStrategy Strategy, string By, string Reason, DateTimeOffset At) : PlacementEvent;

    /// <summary>The budget line is asked to book so much.</summary>
    /// <param name="Number">Of the placement's bookings.</param>
    internal sealed record Posting(int Number, string Month, long AmountMinor, DateTimeOffset At) : PlacementEvent;

    /// <summary>It has.</summary>
    /// <param name="IsHeld">It waits for a decision there.</param>
    internal sealed record Posted(int Number, bool IsHeld, DateTimeOffset At) : PlacementEvent;

    /// <summary>The line refused; it is asked again later.</summary>
    internal sealed record NotPosted(int Number, string Code, string Role, DateTimeOffset RetryAt, DateTimeOffset At)
        : PlacementEvent;

    /// <summary>The line is decided.</summary>
    /// <param name="IsBooked">False: it was refused there; the placement is paused, and asks again when people let it
    /// go on.</param>
    internal sealed record BudgetDecided(int Number, bool IsBooked, DateTimeOffset At) : PlacementEvent;

    internal sealed record Evaluated(PlacementReturn Return) : PlacementEvent;
}

/// <summary>Spend of a month.</summary>
/// <param name="Month">As <c>2026-06</c>: a business month of the default market, of what a platform told of that
/// platform's (K02).</param>
internal readonly record struct MonthSpend(string Month, long AmountMinor);

/// <summary>The state as stored.</summary>
/// <param name="EventIds">Of each day that reports are taken for, the hashes of its event ids and of their content, 12
/// bytes each.</param>
internal sealed record FrozenPlacement(
    PlacementTerms? Terms, string? BudgetLine, long TermsVersion, bool IsLive, int LiveStep, bool IsPausedByHand,
    long BidMinor, long SpendMinor, long Results, long WindowSpendMinor, long WindowResults,
    KeyValuePair<string, OpenHold>[] Holds, EndedAuthorisation[] Ended, KeyValuePair<int, byte[]>[] EventIds,
    StrategyStep[] Steps, int StepCount, KeyValuePair<string, long>[] Unposted, DateTimeOffset? PostAt,
    int Postings, MonthSpend? InPosting, bool IsBudgetHeld, bool IsBudgetRefused, PlacementReturn? Return,
    Engines.RememberedKey<long>[] Keys);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlacementEvent)), JsonSerializable(typeof(FrozenPlacement))]
internal sealed partial class PlacementJson : JsonSerializerContext;

namespace Ale.Budgets;

/// <summary>The two kinds of marketing money, which are never mixed (CAM-04).</summary>
public enum SpendClass
{
    /// <summary>Judged by its return alone.</summary>
    Performance,

    /// <summary>Judged by its effect over months (CAM-05).</summary>
    Brand,
}

/// <summary>What is asked of the money.</summary>
public enum SpendStage
{
    /// <summary>It will be spent: hold it.</summary>
    Committed,

    /// <summary>It is spent.</summary>
    Actual,
}

/// <summary>A wish to spend.</summary>
/// <param name="Id">The caller's; the same again is the same spend.</param>
/// <param name="AmountMinor">1 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="Wait">True: when it is not allowed now it is queued, and goes on or is dropped by the decision.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.spend")]
public sealed record PostSpend(
    [property: Id(0)] string Id, [property: Id(1)] long AmountMinor, [property: Id(2)] string Currency,
    [property: Id(3)] SpendStage Stage, [property: Id(4)] bool Wait, [property: Id(5)] SpendTags Tags)
{
    /// <summary>When it happened; null: now. It lies in the line's month, at most <c>budget.spendDays</c> back, but
    /// where it settles what was committed. What is spent is booked in the month in which it happens; what is committed
    /// may be of a month ahead.</summary>
    [Id(6)] public DateTimeOffset? HappenedAt { get; init; }

    /// <summary>Whose token it was: he does not decide what the spend asks for (BUD-03); null: a slice's. No part of
    /// what tells one spend from another.</summary>
    [Id(7)] public string? By { get; init; }
}

/// <summary>What a spend was for; each of them an id or null.</summary>
/// <param name="Class">Needed where the line is one of marketing.</param>
/// <param name="Step">The step from content to delivery (BUD-14).</param>
/// <param name="Note">For people, without personal data: it is kept for ever.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.tags")]
public sealed record SpendTags(
    [property: Id(0)] SpendClass? Class = null, [property: Id(1)] string? SessionId = null,
    [property: Id(2)] string? HostId = null, [property: Id(3)] string? Category = null,
    [property: Id(4)] string? Step = null, [property: Id(5)] string? CampaignId = null,
    [property: Id(6)] string? PlacementId = null, [property: Id(7)] string? Note = null)
{
    /// <summary>How a thing was got; needed where the line is one of technology (BUD-16); null: nobody
    /// said.</summary>
    [Id(8)] public Acquisition? Acquisition { get; init; }
}

/// <summary>How a tool was got (BUD-16).</summary>
public enum Acquisition
{
    /// <summary>Paid by the month or the year; the first choice.</summary>
    Subscription,

    /// <summary>Bought: a fixed asset. The note says why.</summary>
    Purchase,

    /// <summary>Neither: work, or what is paid as it is used. Nothing is owned after it.</summary>
    Service,
}

/// <summary>What is known of an unusual spend (BUD-15).</summary>
public enum SpendCheck
{
    /// <summary>It is not unusual.</summary>
    None,

    /// <summary>Nobody pays it until somebody has looked at it.</summary>
    Held,

    /// <summary>It is in order.</summary>
    Passed,

    /// <summary>It is not, and came off what was booked.</summary>
    Refused,
}

/// <summary>A finding that a spend is unusual.</summary>
/// <param name="Spend">As it was booked.</param>
/// <param name="UsualMinor">What its like comes to on average.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.flag")]
public sealed record FlagSpend([property: Id(0)] PostSpend Spend, [property: Id(1)] long UsualMinor);

/// <summary>A person's word on an unusual spend.</summary>
/// <param name="By">Whose token it was.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.check")]
public sealed record CheckSpend(
    [property: Id(0)] string Id, [property: Id(1)] bool Passed, [property: Id(2)] string By,
    [property: Id(3)] string Reason);

/// <summary>Where a spend stands.</summary>
public enum SpendState
{
    /// <summary>Held for it.</summary>
    Committed,

    /// <summary>Spent.</summary>
    Actual,

    /// <summary>Waits for the decision.</summary>
    Waiting,

    /// <summary>Given back.</summary>
    Released,

    /// <summary>Not allowed by the decision.</summary>
    Dropped,
}

/// <summary>A spend as it is now.</summary>
/// <param name="AmountMinor">What is held, or what it came to.</param>
/// <param name="Elastic">True: by it a flexible line of marketing went over its plan in the start-up phase, within the
/// band that is planned for that (BUD-06).</param>
[GenerateSerializer, Immutable, Alias("ale.budget.spend_info")]
public sealed record SpendInfo(
    [property: Id(0)] string Id, [property: Id(1)] SpendState State, [property: Id(2)] long AmountMinor,
    [property: Id(3)] bool Elastic, [property: Id(4)] BudgetLineInfo Line)
{
    /// <summary>Whether it is unusual, and what came of it.</summary>
    [Id(5)] public SpendCheck Check { get; init; }

    /// <summary>True: a warning, by it the line went over its plan .</summary>
    [Id(6)] public bool Over { get; init; }

    /// <summary>Why it was dropped, as the code of a refusal; null: it was not, or nobody said.</summary>
    [Id(7)] public string? Reason { get; init; }
}

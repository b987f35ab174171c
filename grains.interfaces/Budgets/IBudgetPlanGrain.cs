using System.Collections.Immutable;
using Ale.Approvals;

namespace Ale.Budgets;

/// <summary>
/// The budget of a year (BUD-01): a tree of lines by month. Lines are entered while it is a draft; it is submitted,
/// checked by the rules of the phase (BUD-05 to BUD-10, BUD-12), decided, and then in force: from then on money is moved
/// from line to line, or the plan is revised. Every change makes a version with a note.
/// </summary>
/// <remarks>The key is the year, as <c>2026</c>.</remarks>
[Alias("ale.budget.plan")]
public interface IBudgetPlanGrain : IDecides
{
    /// <summary>Most lines of a year, all months together.</summary>
    public const int LinesMax = 2_400;

    /// <summary>
    /// Enters or changes a line. The terms as they are now again: nothing changes. A part is of the kind of its whole,
    /// and the parts are not more than it; at the start a rigid line is neither lowered nor made flexible, nor is its
    /// money planned in flexible parts (BUD-06). A reserve keeps what is drawn of it.
    /// </summary>
    [Alias("put")] Task<Outcome<BudgetLineInfo>> Put(PutBudgetLine command, CancellationToken ct = default);

    /// <summary>
    /// Changes what is given of a line, as <see cref="Put"/> does; nobody undoes what he has not read: of another
    /// version it is <see cref="BudgetRefusals.Stale"/>. The same key again: the line as it is now.
    /// </summary>
    [Alias("change")] Task<Outcome<BudgetLineInfo>> Change(ChangeBudgetLine command, CancellationToken ct = default);

    /// <summary>
    /// Moves money of one line's own to another's; both change together, and so do the lines that they are part of. Only
    /// what is neither spent nor committed goes, from a reserve what is neither drawn nor held, and never a money twice;
    /// refused is what would break a rule of the phase that is not broken (BUD-07 to BUD-10), and a closed month. The
    /// same key again: the plan as it is now.
    /// </summary>
    [Alias("move")] Task<Outcome<BudgetPlanInfo>> Move(MoveBudget command, CancellationToken ct = default);

    /// <summary>
    /// Opens a line within another, with a share of its plan, whether the plan is in force or not: the sum stays as it is
    /// (BUD-17). Again, whatever the share would be now: the line as it is. For jobs.
    /// </summary>
    [Alias("carve")] Task<Outcome<BudgetLineInfo>> Carve(CarveLine command, CancellationToken ct = default);

    /// <summary>Asks for the plan's approval when no rule is broken. Submitted already: as it is.</summary>
    [Alias("submit")] Task<Outcome<BudgetPlanInfo>> Submit(SubmitBudget command, CancellationToken ct = default);

    /// <summary>A plan in force becomes a draft again, to be entered and submitted. A draft: as it is.</summary>
    [Alias("revise")] Task<Outcome<BudgetPlanInfo>> Revise(ReviseBudget command, CancellationToken ct = default);

    /// <summary>The plan as it is now, with what its rules say of it.</summary>
    [Alias("get")] Task<Outcome<BudgetPlanInfo>> Get(CancellationToken ct = default);
}

/// <summary>A line of a month.</summary>
/// <param name="Month">1 to 12.</param>
/// <param name="Line">Its id, at most <see cref="BudgetKeys.LineLengthMax"/> characters, without a colon.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.place")]
public readonly record struct BudgetPlace([property: Id(0)] int Month, [property: Id(1)] string Line);

/// <summary>A wish to enter a line.</summary>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.put")]
public sealed record PutBudgetLine(
    [property: Id(0)] BudgetPlace Place, [property: Id(1)] BudgetTerms Terms, [property: Id(2)] string By);

/// <summary>A wish to change a line; null leaves a term as it is (<see cref="BudgetTerms"/>). Kind and currency
/// stay.</summary>
/// <param name="Version">The <see cref="BudgetLineInfo.PlanVersion"/> that it is meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.change")]
public sealed record ChangeBudgetLine(
    [property: Id(0)] BudgetPlace Place, [property: Id(1)] long Version, [property: Id(2)] string Key,
    [property: Id(3)] string By)
{
    /// <summary>See <see cref="BudgetTerms"/>, here and below.</summary>
    [Id(4)] public long? PlannedMinor { get; init; }

    /// <inheritdoc cref="PlannedMinor"/>
    [Id(5)] public string? Goal { get; init; }

    /// <inheritdoc cref="PlannedMinor"/>
    [Id(6)] public bool? Rigid { get; init; }

    /// <inheritdoc cref="PlannedMinor"/>
    [Id(7)] public string? Parent { get; init; }

    /// <inheritdoc cref="PlannedMinor"/>
    [Id(8)] public int? BenefitPercent { get; init; }

    /// <inheritdoc cref="PlannedMinor"/>
    [Id(9)] public bool? TopHosts { get; init; }
}

/// <summary>A wish to move money.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was.</param>
/// <param name="Note">Why, 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.move")]
public sealed record MoveBudget(
    [property: Id(0)] string Key, [property: Id(1)] BudgetPlace From, [property: Id(2)] BudgetPlace To,
    [property: Id(3)] long AmountMinor, [property: Id(4)] string By, [property: Id(5)] string Note);

/// <summary>A wish to open a line within another.</summary>
/// <param name="From">The line it is part of.</param>
/// <param name="Line">Its own id.</param>
/// <param name="Percent">Of what is planned for the other, rounded half up.</param>
/// <param name="Goal">What it is for.</param>
/// <param name="By">The slice.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.carve")]
public sealed record CarveLine(
    [property: Id(0)] BudgetPlace From, [property: Id(1)] string Line, [property: Id(2)] int Percent,
    [property: Id(3)] string Goal, [property: Id(4)] string By);

/// <summary>A wish to submit.</summary>
/// <param name="By">Whose token it was; he does not decide.</param>
/// <param name="Overrides">For each advice that is not followed, why (BUD-12).</param>
[GenerateSerializer, Immutable, Alias("ale.budget.submit")]
public sealed record SubmitBudget(
    [property: Id(0)] string By, [property: Id(1)] ImmutableArray<BudgetOverride> Overrides);

/// <summary>Why an advice is not followed.</summary>
/// <param name="Rule">The rule's code.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.override")]
public sealed record BudgetOverride([property: Id(0)] string Rule, [property: Id(1)] string Reason);

/// <summary>A wish to revise.</summary>
/// <param name="By">Whose token it was.</param>
/// <param name="Note">Why, 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.revise")]
public sealed record ReviseBudget([property: Id(0)] string By, [property: Id(1)] string Note);

/// <summary>Where a plan stands.</summary>
public enum BudgetPlanState
{
    /// <summary>Lines are entered.</summary>
    Draft,

    /// <summary>It waits for its decision.</summary>
    Submitted,

    /// <summary>It was approved.</summary>
    InForce,
}

/// <summary>What a rule says of a plan.</summary>
/// <param name="Rule">Its code, as <c>goal</c> or <c>risk_reserve</c>.</param>
/// <param name="Blocks">True: the plan is not submitted with it; false: it is an advice.</param>
/// <param name="Text">For people, with the figures.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.finding")]
public sealed record BudgetFinding(
    [property: Id(0)] string Rule, [property: Id(1)] bool Blocks, [property: Id(2)] string Text);

/// <summary>A plan's money of one kind.</summary>
/// <param name="Percent">Of the whole plan, one decimal.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.share")]
public sealed record BudgetShare(
    [property: Id(0)] BudgetKind Kind, [property: Id(1)] long PlannedMinor, [property: Id(2)] decimal Percent);

/// <summary>A line of a plan, in the order of benefit.</summary>
[GenerateSerializer, Immutable, Alias("ale.budget.planned_line")]
public sealed record PlannedLine([property: Id(0)] BudgetPlace Place, [property: Id(1)] BudgetTerms Terms);

/// <summary>A plan as it is now.</summary>
/// <param name="Version">Raised by every change.</param>
/// <param name="Note">Of the last change.</param>
/// <param name="TotalMinor">What is planned, all lines together.</param>
/// <param name="Lines">The best benefit first (BUD-05), then the larger.</param>
/// <param name="Findings">What the rules in force say of it.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.plan_info")]
public sealed record BudgetPlanInfo(
    [property: Id(0)] string Year, [property: Id(1)] BudgetPlanState State, [property: Id(2)] long Version,
    [property: Id(3)] string Note, [property: Id(4)] long TotalMinor, [property: Id(5)] string? Currency,
    [property: Id(6)] ImmutableArray<BudgetShare> Shares, [property: Id(7)] ImmutableArray<PlannedLine> Lines,
    [property: Id(8)] ImmutableArray<BudgetFinding> Findings, [property: Id(9)] string? ApprovalId,
    [property: Id(10)] ImmutableArray<BudgetOverride> Overrides);

/// <summary>Keys of plans.</summary>
public static class BudgetPlanKeys
{
    /// <summary>The grain of a year's plan.</summary>
    public static IBudgetPlanGrain BudgetPlan(this IGrainFactory grains, string year) =>
        grains.Ref<IBudgetPlanGrain>(year);

    /// <summary>Lists of lines, spends and versions.</summary>
    public static IBudgetQueries BudgetQueries(this IGrainFactory grains) => grains.GetGrain<IBudgetQueries>(0);
}

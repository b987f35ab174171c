using System.Collections.Immutable;
using Ale.Budgets;

namespace Ale.Insight;

/// <summary>What work costs (BUD-13, BUD-14, BUD-18), from tables and registers. Key 0.</summary>
[Alias("ale.cost.queries")]
public interface ICostQueries : IGrainWithIntegerKey
{
    /// <summary>What each step from content to delivery cost on average in a month, and its cap (BUD-14).</summary>
    /// <param name="month">Its first day.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("steps")]
    Task<Outcome<ImmutableArray<StepCost>>> Steps(DateOnly month, JournalPlace at, CancellationToken ct = default);

    /// <summary>The same by the caps and the calendar of an instant, as a run of a job that was due then (BUD-14).</summary>
    /// <param name="month">Its first day.</param>
    /// <param name="instant">When the caps are in force.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("steps_at")]
    Task<Outcome<ImmutableArray<StepCost>>> StepsAt(
        DateOnly month, DateTimeOffset instant, JournalPlace at, CancellationToken ct = default);

    /// <summary>
    /// Visits, buyers and conversion by category, one row a week and category, the latest week first, then the best
    /// (BUD-13). A week without visits has no rows.
    /// </summary>
    /// <param name="last">A day of the last week; weeks begin on Monday.</param>
    /// <param name="weeks">How many, 1 to 52; 0: as many as <c>cost.leadWeeks</c> says.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("categories")]
    Task<Outcome<ImmutableArray<CategoryWeek>>> Categories(
        DateOnly last, int weeks, JournalPlace at, CancellationToken ct = default);

    /// <summary>
    /// What automations saved in a month, and the share of creative hours (BUD-18), from the registers
    /// <c>automation</c>, <c>automation_use</c> and <c>labour_hours</c>. Of several valid definitions of an automation
    /// the one entered last counts. An entry whose figures are absent, no whole numbers or too large counts nowhere: it is
    /// named.
    /// </summary>
    /// <param name="month">Its first day.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("structure")]
    Task<Outcome<CostStructure>> Structure(DateOnly month, JournalPlace at, CancellationToken ct = default);

    /// <summary>
    /// The flexible lines of a year's plan by what is planned for them, the largest first, beside those that the phase in
    /// force leans to: a ranked check that is shown and refuses nothing. No such plan:
    /// <see cref="BudgetRefusals.Unknown"/>.
    /// </summary>
    /// <param name="year">As <c>2026</c>.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("tilt")]
    Task<Outcome<PlanTilt>> Tilt(string year, CancellationToken ct = default);
}

/// <summary>How a year's plan leans.</summary>
/// <param name="Phase">The one in force; null: none has begun.</param>
/// <param name="LeansTo">What lines' ids begin with that are to come first: in growth <c>budget.growthLines</c>, in
/// maturity <c>budget.maturityLines</c>; else nothing.</param>
/// <param name="IsMet">True: there are such lines, and they come first; null: the phase leans to nothing.</param>
[GenerateSerializer, Immutable, Alias("ale.cost.tilt")]
public sealed record PlanTilt(
    [property: Id(0)] string Year, [property: Id(1)] int? Phase, [property: Id(2)] ImmutableArray<string> LeansTo,
    [property: Id(3)] ImmutableArray<TiltRow> Rows, [property: Id(4)] bool? IsMet);

/// <summary>A line of the ranking, over all months.</summary>
/// <param name="Percent">Of the whole plan, one decimal.</param>
/// <param name="IsWanted">True: the phase leans to it.</param>
[GenerateSerializer, Immutable, Alias("ale.cost.tilt_row")]
public sealed record TiltRow(
    [property: Id(0)] int Rank, [property: Id(1)] string Line, [property: Id(2)] long PlannedMinor,
    [property: Id(3)] decimal Percent, [property: Id(4)] bool IsWanted);

/// <summary>What a step cost.</summary>
/// <param name="Step">The tag of its spends: <c>content</c>, <c>live</c>, <c>packing</c>, <c>logistics</c> or
/// <c>service</c>.</param>
/// <param name="Unit">What it is counted by: <c>session</c>, <c>parcel</c> or <c>order</c>.</param>
/// <param name="Units">How many there were.</param>
/// <param name="AmountMinor">What was booked for it.</param>
/// <param name="AverageMinor">For each unit, two decimals of a minor unit; null: there was none.</param>
/// <param name="IsOver">True: more than its cap; exactly the cap is in order.</param>
[GenerateSerializer, Immutable, Alias("ale.cost.step")]
public sealed record StepCost(
    [property: Id(0)] string Step, [property: Id(1)] string Unit, [property: Id(2)] string Currency,
    [property: Id(3)] long Units, [property: Id(4)] long AmountMinor, [property: Id(5)] decimal? AverageMinor,
    [property: Id(6)] long CapMinor, [property: Id(7)] bool IsOver);

/// <summary>How a category did in a week.</summary>
/// <param name="Week">Its Monday.</param>
/// <param name="Visits">Events of kind <c>visit</c> with the category as their tag.</param>
/// <param name="Buyers">Distinct people who paid for something of it.</param>
/// <param name="Percent">Buyers of visits, two decimals.</param>
[GenerateSerializer, Immutable, Alias("ale.cost.category")]
public sealed record CategoryWeek(
    [property: Id(0)] DateOnly Week, [property: Id(1)] string Category, [property: Id(2)] long Visits,
    [property: Id(3)] long Buyers, [property: Id(4)] decimal Percent);

/// <summary>What automations and people did in a month.</summary>
/// <param name="SavingMinor">Of all automations.</param>
/// <param name="CreativePercent">Creative of all hours, one decimal; null: nobody entered hours.</param>
/// <param name="CreativeBefore">That of the month before.</param>
/// <param name="Points">The difference of the two.</param>
[GenerateSerializer, Immutable, Alias("ale.cost.structure")]
public sealed record CostStructure(
    [property: Id(0)] DateOnly Month, [property: Id(1)] ImmutableArray<AutomationSaving> Automations,
    [property: Id(2)] long SavingMinor, [property: Id(3)] decimal? CreativePercent,
    [property: Id(4)] decimal? CreativeBefore, [property: Id(5)] decimal? Points)
{
    /// <summary>Entries that were left out, each with the figure that is wrong, as
    /// <c>automation/bot/a1: after</c>.</summary>
    [Id(6)] public ImmutableArray<string> Skipped { get; init; } = [];
}

/// <summary>What one automation saved.</summary>
/// <param name="BeforeMinor">What one piece cost without it.</param>
/// <param name="AfterMinor">What it costs with it.</param>
/// <param name="Count">Pieces in the month.</param>
[GenerateSerializer, Immutable, Alias("ale.cost.automation")]
public sealed record AutomationSaving(
    [property: Id(0)] string Name, [property: Id(1)] long BeforeMinor, [property: Id(2)] long AfterMinor,
    [property: Id(3)] long Count, [property: Id(4)] long SavingMinor);

/// <summary>Keys of costs.</summary>
public static class CostKeys
{
    /// <summary>What work costs.</summary>
    public static ICostQueries Costs(this IGrainFactory grains) => grains.GetGrain<ICostQueries>(0);
}

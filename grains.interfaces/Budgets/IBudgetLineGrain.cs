using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ale.Approvals;

namespace Ale.Budgets;

/// <summary>
/// One line of the budget in one month (BUD-02, BUD-03): money is committed and then settled here, one command at a
/// time, so that two never take one remainder. More than 20 % over the plan asks a special approval in the same turn; a
/// flexible line waits for it, a rigid one goes on being booked.
/// </summary>
/// <remarks>The key is <see cref="BudgetKeys.KeyOf"/>, as <c>2026-06-marketing</c>. It holds no personal data.</remarks>
[Alias("ale.budget.line")]
public interface IBudgetLineGrain : IDecides
{
    /// <summary>Most spends of one line that wait for a decision.</summary>
    public const int WaitingMax = 1_000;

    /// <summary>
    /// What the year's plan says of it, by the plan's own version: an older one changes nothing, and so does the same
    /// again. When what counts of the plan is raised to what has been spent, what waits goes on; when it is lowered so
    /// that more than the mark is spent and committed, a special approval is asked.
    /// </summary>
    [Alias("plan")] Task<Outcome<BudgetLineInfo>> Plan(PlanLine command, CancellationToken ct = default);

    /// <summary>The line as it is now.</summary>
    [Alias("get")] Task<Outcome<BudgetLineInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// Commits money, or books what was spent; booking a committed id settles it, with what it came to. The same again:
    /// the spend as it is now; other content: <see cref="BudgetRefusals.Changed"/>. The spend that crosses the mark is
    /// booked; later ones of a flexible line are refused, or wait when the caller asked for that.
    /// </summary>
    [Alias("spend")] Task<Outcome<SpendInfo>> Spend(PostSpend command, CancellationToken ct = default);

    /// <summary>Gives a commitment back. Again: as it is; after it was settled:
    /// <see cref="BudgetRefusals.Settled"/>.</summary>
    [Alias("release")] Task<Outcome<SpendInfo>> Release(string id, CancellationToken ct = default);

    /// <summary>
    /// Holds a booked spend for a check, because it is unusual (BUD-15): until then nobody pays it. Again, or after the
    /// check: as it is. For the slice's own watch.
    /// </summary>
    [Alias("flag")] Task<Outcome<SpendInfo>> Flag(FlagSpend command, CancellationToken ct = default);

    /// <summary>
    /// A person's word on a spend that is held for a check. Passed: it stands. Not passed: it comes off what was booked.
    /// The same word again: as it is; the other: <see cref="BudgetRefusals.Checked"/>.
    /// </summary>
    [Alias("check")] Task<Outcome<SpendInfo>> Check(CheckSpend command, CancellationToken ct = default);

    /// <summary>A spend as it is now.</summary>
    [Alias("spent")] Task<Outcome<SpendInfo>> GetSpend(string id, CancellationToken ct = default);
}

/// <summary>What money of a line is for.</summary>
public enum BudgetKind
{
    /// <summary>People.</summary>
    Labour,

    /// <summary>Placements, hosts and brand; each spend says which class it is of (CAM-04).</summary>
    Marketing,

    /// <summary>Tools and development.</summary>
    Technology,

    /// <summary>Set aside (BUD-09, BUD-10).</summary>
    Reserve,
}

/// <summary>What a line is planned to be.</summary>
/// <param name="PlannedMinor">Money for the month, 0 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="Currency">ISO 4217; a line's never changes, nor does its kind.</param>
/// <param name="Goal">The phase goal that it serves, 1 to <see cref="Limits.TextLengthMax"/> characters, without which
/// a plan is not submitted (BUD-05); null: none yet.</param>
/// <param name="Rigid">True: it is paid whatever happens, as pay and rent (BUD-06).</param>
/// <param name="Parent">The line of the same month that it is part of; null: none.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.terms")]
public sealed record BudgetTerms(
    [property: Id(0)] long PlannedMinor, [property: Id(1)] string Currency, [property: Id(2)] BudgetKind Kind,
    [property: Id(3)] string? Goal, [property: Id(4)] bool Rigid, [property: Id(5)] string? Parent)
{
    /// <summary>What it is expected to bring for each 1.00 spent, in hundredths: lines are ranked by it (BUD-05); null:
    /// nobody said.</summary>
    [Id(6)] public int? BenefitPercent { get; init; }

    /// <summary>True: marketing money for the co-operation with top hosts (BUD-12).</summary>
    [Id(7)] public bool TopHosts { get; init; }
}

/// <summary>What the plan says of a line.</summary>
/// <param name="Version">Of the plan.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.plan_line")]
public sealed record PlanLine([property: Id(0)] long Version, [property: Id(1)] BudgetTerms Terms)
{
    /// <summary>What of it is planned in the lines that are part of it; those take that money (BUD-01).</summary>
    [Id(2)] public long PartsMinor { get; init; }

    /// <summary>What of its own counts towards an approval that was asked: what is in force, and what was moved to it,
    /// not what a draft raised (BUD-03); null: all.</summary>
    [Id(3)] public long? CountsMinor { get; init; }

    /// <summary>True: money is taken away, which is refused with <see cref="BudgetRefusals.Spent"/> when it is spent or
    /// committed by then.</summary>
    [Id(4)] public bool IsTake { get; init; }
}

/// <summary>Whether a line takes spends.</summary>
public enum BudgetLineState
{
    /// <summary>It does.</summary>
    Open,

    /// <summary>Over the mark: it waits for a decision, or one was against it.</summary>
    Held,

    /// <summary>Its month is closed.</summary>
    Closed,
}

/// <summary>A line as it is now.</summary>
/// <param name="PlanVersion">The version of the year's plan that it goes by; what <c>If-Match</c> names.</param>
/// <param name="ForecastMinor">What the month will come to at the present burn rate.</param>
/// <param name="VariancePercent">Actual over its own plan, percent, one decimal; null: nothing is planned.</param>
/// <param name="ApprovalId">The special approval that was asked last; null: none was.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.line_info")]
public sealed record BudgetLineInfo(
    [property: Id(0)] string Key, [property: Id(1)] BudgetTerms Terms, [property: Id(2)] long PlanVersion,
    [property: Id(3)] long CommittedMinor, [property: Id(4)] long ActualMinor, [property: Id(5)] long ForecastMinor,
    [property: Id(6)] decimal? VariancePercent, [property: Id(7)] BudgetLineState State,
    [property: Id(8)] string? ApprovalId, [property: Id(9)] int Waiting)
{
    /// <summary>What it may spend itself: its plan without what is planned in its parts (BUD-01). The mark goes by
    /// it.</summary>
    [Id(10)] public long OwnMinor { get; init; }

    /// <summary>What is spent and committed beyond its own plan; 0: nothing is.</summary>
    [Id(11)] public long OverMinor { get; init; }

    /// <summary>The spend by which it went over its own plan; null: it is not, or its plan was lowered below what is
    /// taken.</summary>
    [Id(12)] public string? OverSince { get; init; }
}

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class BudgetRefusals
{
    /// <summary>No such line, or no such year's plan.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "budget.unknown");

    /// <summary>No such spend.</summary>
    public static readonly Refusal UnknownSpend = new(RefusalKind.NotFound, "budget.unknown_spend");

    /// <summary>Terms or a spend out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "budget.bad_terms");

    /// <summary>The money is not that of the line.</summary>
    public static readonly Refusal Currency = new(RefusalKind.Invalid, "budget.currency");

    /// <summary>Marketing money says whether it is performance or brand (CAM-04).</summary>
    public static readonly Refusal ClassRequired = new(RefusalKind.Invalid, "budget.class_required");

    /// <summary>What is bought and not subscribed says why, in its note (BUD-16).</summary>
    public static readonly Refusal ReasonRequired = new(RefusalKind.Invalid, "budget.reason_required");

    /// <summary>It happened in another month than the line's, or would only happen there.</summary>
    public static readonly Refusal Month = new(RefusalKind.Invalid, "budget.month");

    /// <summary>The id or the key was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "budget.changed");

    /// <summary>The line of the plan has another version than the change is meant for.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "budget.stale");

    /// <summary>The spend was settled.</summary>
    public static readonly Refusal Settled = new(RefusalKind.Conflict, "budget.settled");

    /// <summary>The spend is not held for a check.</summary>
    public static readonly Refusal NotHeld = new(RefusalKind.Conflict, "budget.not_held");

    /// <summary>It was checked, with the other result.</summary>
    public static readonly Refusal Checked = new(RefusalKind.Conflict, "budget.checked");

    /// <summary>Money of technology says how a thing was got: subscriptions come first (BUD-16).</summary>
    public static readonly Refusal AcquisitionRequired = new(RefusalKind.Invalid, "budget.acquisition_required");

    /// <summary>Money of a reserve is drawn, with a reason and an approval (BUD-09, BUD-11).</summary>
    public static readonly Refusal Reserve = new(RefusalKind.Conflict, "budget.reserve");

    /// <summary>The year has as many lines as it may.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "budget.full");

    /// <summary>A line stands below itself.</summary>
    public static readonly Refusal Circle = new(RefusalKind.Invalid, "budget.circle");

    /// <summary>The parent is not there.</summary>
    public static readonly Refusal Parent = new(RefusalKind.Invalid, "budget.parent");

    /// <summary>A line is of the kind of the one that it is part of (BUD-01).</summary>
    public static readonly Refusal ParentKind = new(RefusalKind.Invalid, "budget.parent_kind");

    /// <summary>What is planned in the parts is more than what is planned for the whole (BUD-01).</summary>
    public static readonly Refusal Parts = new(RefusalKind.Conflict, "budget.parts");

    /// <summary>The year would be more than an approval can state.</summary>
    public static readonly Refusal Total = new(RefusalKind.Conflict, "budget.total");

    /// <summary>The plan waits for a decision, or is in force: it is revised first, or money is moved.</summary>
    public static readonly Refusal InForce = new(RefusalKind.Conflict, "budget.in_force");

    /// <summary>The month is closed.</summary>
    public static readonly Refusal Closed = new(RefusalKind.Conflict, "budget.closed");

    /// <summary>It happened longer ago than spends are taken.</summary>
    public static readonly Refusal Late = new(RefusalKind.Gone, "budget.late");

    /// <summary>A flexible line is over the mark, would be, or waits for a decision (BUD-03).</summary>
    public static readonly Refusal Held = new(RefusalKind.Conflict, "budget.held");

    /// <summary>As many spends wait as may.</summary>
    public static readonly Refusal QueueFull = new(RefusalKind.Conflict, "budget.queue_full");

    /// <summary>At the start money of a rigid line stays where it is, and the line stays rigid (BUD-06).</summary>
    public static readonly Refusal Rigid = new(RefusalKind.Conflict, "budget.rigid");

    /// <summary>The money is spent or committed already, or not there.</summary>
    public static readonly Refusal Spent = new(RefusalKind.Conflict, "budget.spent");

    /// <summary>The plan breaks rules; they are named.</summary>
    public static readonly Refusal Rules = new(RefusalKind.Conflict, "budget.rules");

    /// <summary>Only a submitted plan is decided, only a plan in force is revised.</summary>
    public static readonly Refusal State = new(RefusalKind.Conflict, "budget.state");
}

/// <summary>Keys of the slice.</summary>
public static class BudgetKeys
{
    /// <summary>The kind of a line's approvals.</summary>
    public const string LineKind = "budget";

    /// <summary>The kind of a plan's approvals.</summary>
    public const string PlanKind = "budgetplan";

    /// <summary>Longest id of a line.</summary>
    public const int LineLengthMax = 32;

    /// <summary>First and last year that is planned.</summary>
    public const int YearMin = 2000, YearMax = 2100;

    /// <summary>The grain of a line.</summary>
    public static IBudgetLineGrain BudgetLine(this IGrainFactory grains, string key) =>
        grains.Ref<IBudgetLineGrain>(key);

    /// <summary>The key of a line.</summary>
    public static string KeyOf(int year, int month, string line) =>
        string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{month:D2}-{line}");

    /// <summary>Year, month and line of a key; false when it has not the form.</summary>
    public static bool TryParse(string? key, out int year, out int month, [NotNullWhen(true)] out string? line)
    {
        (year, month, line) = (0, 0, null);
        if (key is not { Length: > 8 } || key[4] != '-' || key[7] != '-'
            || !int.TryParse(key.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out year)
            || !int.TryParse(key.AsSpan(5, 2), NumberStyles.None, CultureInfo.InvariantCulture, out month))
            return false;
        line = key[8..];
        return IsLine(year, month, line);
    }

    /// <summary>Year, month and line of a key that has the form.</summary>
    public static (int Year, int Month, string Line) Parse(string key) =>
        TryParse(key, out var year, out var month, out var line) ? (year, month, line)
            : throw new FormatException($"{key} is no budget line.");

    /// <summary>The first day of a key's month.</summary>
    public static DateOnly FirstOf(string key)
    {
        var (year, month, _) = Parse(key);
        return new(year, month, 1);
    }

    /// <summary>Whether there can be such a line.</summary>
    public static bool IsLine(int year, int month, string line) =>
        year is >= YearMin and <= YearMax && month is >= 1 and <= 12 && Limits.IsId(line)
        && line.Length <= LineLengthMax && !line.Contains(':', StringComparison.Ordinal);
}

using System.Collections.Immutable;

namespace Ale.Budgets;

/// <summary>Lists of the budget, from the slice's tables. Key 0.</summary>
[Alias("ale.budget.queries")]
public interface IBudgetQueries : IGrainWithIntegerKey
{
    /// <summary>Lines of a year, by month and id, with plan, committed, actual, forecast and variance.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("lines")]
    Task<Outcome<ImmutableArray<BudgetLineRow>>> Lines(
        BudgetLinesWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>Spends of a line, the latest first.</summary>
    [Alias("spends")]
    Task<Outcome<ImmutableArray<SpendRow>>> Spends(
        SpendsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>
    /// What was booked by what it was for, the most money first (BUD-04): of one line, or of all lines of the year or the
    /// month. Each way to look at it adds up to the whole.
    /// </summary>
    [Alias("breakdown")]
    Task<Outcome<ImmutableArray<BreakdownRow>>> Breakdown(
        BreakdownWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>What was bought in a year, and in the one before, by currency (BUD-16).</summary>
    [Alias("assets")]
    Task<Outcome<ImmutableArray<FixedAssets>>> Assets(int year, JournalPlace at, CancellationToken ct = default);

    /// <summary>Unusual spends of the months from one line key to another, the latest first (BUD-15).</summary>
    /// <param name="from">The first month, as <c>2026-04</c>.</param>
    /// <param name="to">The last.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("unusual")]
    Task<Outcome<ImmutableArray<UnusualSpend>>> Unusual(
        string from, string to, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>How many spends of the months were unusual, and how many of them nobody has checked (BUD-15).</summary>
    /// <param name="from">The first month, as <c>2026-04</c>.</param>
    /// <param name="to">The last.</param>
    /// <param name="at">The count waits up to 2 s until it shows this place.</param>
    /// <param name="ct">Stops the call.</param>
    [Alias("unusual_count")]
    Task<Outcome<UnusualCount>> UnusualCount(
        string from, string to, JournalPlace at, CancellationToken ct = default);

    /// <summary>What earlier spends like one came to, the latest first: of the same line in this month and some before,
    /// of the same category, step and currency (BUD-15). The list shows what it can.</summary>
    [Alias("likes")]
    Task<Outcome<ImmutableArray<long>>> Likes(string key, PostSpend spend, int months, CancellationToken ct = default);

    /// <summary>Versions of a year's plan, the latest first.</summary>
    [Alias("versions")]
    Task<Outcome<ImmutableArray<BudgetVersionRow>>> Versions(
        int year, long? before, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which lines are wanted.</summary>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.lines_wanted")]
public sealed record BudgetLinesWanted([property: Id(0)] int Year, [property: Id(1)] int Limit)
{
    /// <summary>Only of this month.</summary>
    [Id(2)] public int? Month { get; init; }

    /// <summary>Only after this key.</summary>
    [Id(3)] public string? After { get; init; }
}

/// <summary>Which breakdown is wanted.</summary>
/// <param name="Prefix">Of the lines' keys: <c>2026-</c>, <c>2026-06-</c>, or one line's whole key.</param>
/// <param name="Limit">At most so many rows a way to look at it.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.breakdown_wanted")]
public sealed record BreakdownWanted([property: Id(0)] string Prefix, [property: Id(1)] int Limit)
{
    /// <summary>The ways to look at what was booked, in their order.</summary>
    public static readonly ImmutableArray<string> Ways =
        ["line", "session", "host", "category", "step", "campaign", "class", "acquisition"];

    /// <summary>Only one of the <see cref="Ways"/>.</summary>
    [Id(2)] public string? By { get; init; }

    /// <summary>Only what comes after this in the list.</summary>
    [Id(3)] public BreakdownPlace? After { get; init; }

    /// <summary>At most so many rows of all ways together; null: as many as there are.</summary>
    [Id(4)] public int? PageMax { get; init; }
}

/// <summary>Where a row of the breakdown stands: by way, currency, amount and thing.</summary>
[GenerateSerializer, Immutable, Alias("ale.budget.breakdown_place")]
public sealed record BreakdownPlace(
    [property: Id(0)] string By, [property: Id(1)] string Currency, [property: Id(2)] long AmountMinor,
    [property: Id(3)] string? Value);

/// <summary>What was booked for one thing.</summary>
/// <param name="By">The way to look at it.</param>
/// <param name="Value">The thing; null: nobody said what for.</param>
/// <param name="Percent">Of the whole, one decimal.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.breakdown")]
public sealed record BreakdownRow(
    [property: Id(0)] string By, [property: Id(1)] string? Value, [property: Id(2)] string Currency,
    [property: Id(3)] long AmountMinor, [property: Id(4)] long Spends, [property: Id(5)] decimal Percent);

/// <summary>Which spends are wanted.</summary>
/// <param name="Key">The line's.</param>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.spends_wanted")]
public sealed record SpendsWanted([property: Id(0)] string Key, [property: Id(1)] int Limit)
{
    /// <summary>Only in this state.</summary>
    [Id(2)] public SpendState? State { get; init; }

    /// <summary>Only before this instant; with <see cref="BeforeId"/>.</summary>
    [Id(3)] public DateTimeOffset? Before { get; init; }

    /// <summary>The id at that instant before which it goes on.</summary>
    [Id(4)] public string? BeforeId { get; init; }
}

/// <summary>A line as listed; the members mean what they do in <see cref="BudgetLineInfo"/>.</summary>
[GenerateSerializer, Immutable, Alias("ale.budget.line_row")]
public sealed record BudgetLineRow(
    [property: Id(0)] string Key, [property: Id(1)] int Month, [property: Id(2)] string Line,
    [property: Id(3)] BudgetTerms Terms, [property: Id(4)] long CommittedMinor, [property: Id(5)] long ActualMinor,
    [property: Id(6)] long ForecastMinor, [property: Id(7)] decimal? VariancePercent)
{
    /// <summary>What it may spend itself, without its parts (BUD-01).</summary>
    [Id(8)] public long OwnMinor { get; init; }

    /// <summary>Of that, neither spent nor committed; below 0: it is over.</summary>
    public long FreeMinor => OwnMinor - CommittedMinor - ActualMinor;

    /// <summary>Planned for this line from January to this month, minor units .</summary>
    [Id(9)] public long YearPlannedMinor { get; init; }

    /// <summary>Booked on it from January to this month, minor units.</summary>
    [Id(10)] public long YearActualMinor { get; init; }
}

/// <summary>A spend as listed.</summary>
/// <param name="At">When it was posted last.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.spend_row")]
public sealed record SpendRow(
    [property: Id(0)] string Id, [property: Id(1)] SpendState State, [property: Id(2)] long AmountMinor,
    [property: Id(3)] string Currency, [property: Id(4)] SpendTags Tags, [property: Id(5)] bool Elastic,
    [property: Id(6)] DateTimeOffset At)
{
    /// <summary>Whether it is unusual, and what came of it.</summary>
    [Id(7)] public SpendCheck Check { get; init; }
}

/// <summary>What was bought, not subscribed, and as much of the year before (BUD-16, K01).</summary>
/// <param name="BeforeMinor">The year before, as long as this one has run.</param>
/// <param name="ChangePercent">Of <paramref name="BeforeMinor"/>, one decimal; null: nothing was bought then.</param>
/// <param name="GoalPercent">What is wanted, as -30.</param>
/// <param name="IsMet">True: at most the goal, by the amounts and not by the rounded change.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.assets")]
public sealed record FixedAssets(
    [property: Id(0)] int Year, [property: Id(1)] string Currency, [property: Id(2)] long AmountMinor,
    [property: Id(3)] long BeforeMinor, [property: Id(4)] decimal? ChangePercent, [property: Id(5)] int GoalPercent,
    [property: Id(6)] bool IsMet)
{
    /// <summary>The whole year before.</summary>
    [Id(7)] public long BeforeYearMinor { get; init; }

    /// <summary>The last day that <see cref="BeforeMinor"/> counts; null: all, for this year is over.</summary>
    [Id(8)] public DateOnly? BeforeThrough { get; init; }
}

/// <summary>A spend that was held for a check, and its line.</summary>
[GenerateSerializer, Immutable, Alias("ale.budget.unusual")]
public sealed record UnusualSpend([property: Id(0)] string Line, [property: Id(1)] SpendRow Spend);

/// <summary>How many spends were held for a check.</summary>
/// <param name="Spends">All of them.</param>
/// <param name="Held">Those that nobody has checked.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.unusual_count")]
public sealed record UnusualCount([property: Id(0)] long Spends, [property: Id(1)] long Held);

/// <summary>A version of a plan.</summary>
/// <param name="What">What was done, as <c>line_put</c> or <c>moved</c>.</param>
[GenerateSerializer, Immutable, Alias("ale.budget.version_row")]
public sealed record BudgetVersionRow(
    [property: Id(0)] long Version, [property: Id(1)] string What, [property: Id(2)] string Note,
    [property: Id(3)] string By, [property: Id(4)] DateTimeOffset At);

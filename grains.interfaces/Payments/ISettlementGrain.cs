using System.Collections.Immutable;
using System.Globalization;

namespace Ale.Payments;

/// <summary>
/// One business day's money against the acquirer's statement (SHP-06): each captured, refunded and fee line is matched
/// to what the acquirer told of an order, or stands as a difference. The day is closed when nothing is left that is not
/// explained to the smallest unit.
/// </summary>
/// <remarks>The key is the day, as <c>2026-06-18</c>. It holds no personal data.</remarks>
[Alias("ale.settlement")]
public interface ISettlementGrain : IGrainWithStringKey
{
    /// <summary>Most lines of one command, and of one day.</summary>
    public const int BatchMax = 1_000, LinesMax = 200_000;

    /// <summary>Most differences of a day: with more it is another day's statement.</summary>
    public const int DifferencesMax = 10_000;

    /// <summary>
    /// Takes lines of the statement, all or none. A line that is there already is passed over; with other content:
    /// <see cref="SettlementRefusals.Changed"/>. New lines open a day that was compared.
    /// </summary>
    [Alias("take")]
    Task<Outcome<SettlementInfo>> Take(ImmutableArray<StatementLine> lines, CancellationToken ct = default);

    /// <summary>
    /// Compares the statement with what the acquirer told us. Again, with the same lines: the same, with what was
    /// explained.
    /// </summary>
    /// <param name="lines">How many lines the statement has: not less than all of them are compared, and none that come
    /// meanwhile (<see cref="SettlementRefusals.Incomplete"/>: ask again).</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("compare")] Task<Outcome<SettlementInfo>> Compare(int lines, CancellationToken ct = default);

    /// <summary>
    /// Explains a difference; the parts add up to it, to the smallest unit. The same again: as it is; other parts:
    /// <see cref="SettlementRefusals.Explained"/>.
    /// </summary>
    [Alias("explain")]
    Task<Outcome<SettlementInfo>> Explain(ExplainDifference command, CancellationToken ct = default);

    /// <summary>
    /// Money of this day stands in another day's statement: it is that day's from now on, and not missing here; said
    /// before this day is compared, too. Answers with what another statement, or this day's own, has already. Again: as
    /// it is. For other days.
    /// </summary>
    /// <param name="claims">1 to <see cref="BatchMax"/>.</param>
    /// <param name="day">Whose statement it is; this day itself: <see cref="SettlementRefusals.BadTerms"/>.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("claim")]
    Task<Outcome<ImmutableArray<HeldClaim>>> Claim(
        ImmutableArray<MoneyClaim> claims, string day, CancellationToken ct = default);

    /// <summary>What differs, explained or not, by id; a page.</summary>
    [Alias("differences")]
    Task<Outcome<ImmutableArray<Difference>>> Differences(DifferencesWanted wanted, CancellationToken ct = default);

    /// <summary>The day as it is now; one of which nobody said anything waits.</summary>
    [Alias("get")] Task<Outcome<SettlementInfo>> Get(CancellationToken ct = default);
}

/// <summary>What a line of a statement is about.</summary>
public enum StatementType
{
    /// <summary>Money taken.</summary>
    Captured,

    /// <summary>Money given back.</summary>
    Refunded,

    /// <summary>What the acquirer takes for it.</summary>
    Fee,
}

/// <summary>A line of a statement.</summary>
/// <param name="Id">The acquirer's own number of the line.</param>
/// <param name="EventId">The event that told us of the money; of a fee: of what it is taken for.</param>
/// <param name="AmountMinor">1 to <see cref="Limits.AmountMinorMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.settlement.line")]
public sealed record StatementLine(
    [property: Id(0)] string Id, [property: Id(1)] StatementType Type, [property: Id(2)] string EventId,
    [property: Id(3)] string OrderId, [property: Id(4)] long AmountMinor, [property: Id(5)] string Currency);

/// <summary>How statement and events differ.</summary>
public enum DifferenceKind
{
    /// <summary>The statement has it, we were told of nothing.</summary>
    NotHere,

    /// <summary>We were told, the statement has it not.</summary>
    NotThere,

    /// <summary>Both have it, with other amounts.</summary>
    Amount,

    /// <summary>Both have it, of another type, order or currency.</summary>
    Content,

    /// <summary>The statement has it twice, or another day's statement has it too.</summary>
    Twice,

    /// <summary>Both have it, of an order that was never placed.</summary>
    NoOrder,
}

/// <summary>What a line stands for: money that we were told of, or the fee taken for it.</summary>
[GenerateSerializer, Immutable, Alias("ale.settlement.claim")]
public sealed record MoneyClaim([property: Id(0)] string EventId, [property: Id(1)] bool IsFee)
{
    /// <summary>What a line stands for.</summary>
    public static MoneyClaim Of(StatementLine line) => new(line.EventId, line.Type == StatementType.Fee);
}

/// <summary>What another statement has already.</summary>
/// <param name="Day">Whose statement.</param>
[GenerateSerializer, Immutable, Alias("ale.settlement.held")]
public sealed record HeldClaim([property: Id(0)] MoneyClaim Claim, [property: Id(1)] string Day);

/// <summary>Which differences.</summary>
/// <param name="Limit">At most so many.</param>
/// <param name="AfterId">Where the page before ended; null: from the first on.</param>
/// <param name="AfterKind">The kind of that one.</param>
[GenerateSerializer, Immutable, Alias("ale.settlement.differences")]
public sealed record DifferencesWanted(
    [property: Id(0)] int Limit, [property: Id(1)] string? AfterId, [property: Id(2)] DifferenceKind AfterKind);

/// <summary>A part of an explanation.</summary>
/// <param name="AmountMinor">Not 0.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.settlement.part")]
public sealed record ExplainedPart([property: Id(0)] long AmountMinor, [property: Id(1)] string Reason);

/// <summary>A wish to explain.</summary>
/// <param name="Id">The difference's.</param>
/// <param name="Parts">1 to 20; their amounts add up to the difference.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.settlement.explain")]
public sealed record ExplainDifference(
    [property: Id(0)] string Id, [property: Id(1)] ImmutableArray<ExplainedPart> Parts, [property: Id(2)] string By)
{
    /// <summary>The difference's kind, for an id that has several; null: it has one.</summary>
    [Id(3)] public DifferenceKind? Kind { get; init; }
}

/// <summary>A difference.</summary>
/// <param name="Id">The line's id, or that of the event where there is no line.</param>
/// <param name="TheirsMinor">What the statement says; 0: nothing.</param>
/// <param name="OursMinor">What we were told; 0: nothing.</param>
/// <param name="AmountMinor">Theirs less ours; where both are alike, their amount.</param>
/// <param name="Parts">How it is explained; empty: it is not.</param>
[GenerateSerializer, Immutable, Alias("ale.settlement.difference")]
public sealed record Difference(
    [property: Id(0)] string Id, [property: Id(1)] DifferenceKind Kind, [property: Id(2)] string EventId,
    [property: Id(3)] string OrderId, [property: Id(4)] string Currency, [property: Id(5)] long TheirsMinor,
    [property: Id(6)] long OursMinor, [property: Id(7)] long AmountMinor,
    [property: Id(8)] ImmutableArray<ExplainedPart> Parts, [property: Id(9)] string? By)
{
    /// <inheritdoc/>
    public bool Equals(Difference? other) => other is not null
        && (Id, Kind, EventId, OrderId, Currency, TheirsMinor, OursMinor, AmountMinor, By)
            == (other.Id, other.Kind, other.EventId, other.OrderId, other.Currency, other.TheirsMinor, other.OursMinor,
                other.AmountMinor, other.By)
        && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Kind, AmountMinor);
}

/// <summary>Where a day stands.</summary>
public enum SettlementState
{
    /// <summary>Its statement is not there, or not compared.</summary>
    Waiting,

    /// <summary>Compared; something is not explained.</summary>
    Open,

    /// <summary>Compared, and everything is matched or explained.</summary>
    Closed,
}

/// <summary>A day as it is now.</summary>
/// <param name="Lines">Of the statement, so far.</param>
/// <param name="Matched">Lines that are matched to what we were told.</param>
/// <param name="Differences">All, explained ones too.</param>
/// <param name="Unexplained">How many of them are not explained.</param>
/// <param name="ComparedAt">When it was compared last; null: it was not, or lines came since.</param>
[GenerateSerializer, Immutable, Alias("ale.settlement.info")]
public sealed record SettlementInfo(
    [property: Id(0)] string Day, [property: Id(1)] SettlementState State, [property: Id(2)] int Lines,
    [property: Id(3)] int Matched, [property: Id(4)] ImmutableArray<Difference> Differences,
    [property: Id(5)] int Unexplained, [property: Id(6)] DateTimeOffset? ComparedAt);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class SettlementRefusals
{
    /// <summary>
    /// A <c>line</c> whose <c>field</c> is out of range, parts that do not add up, or no <c>kind</c> where an id has
    /// several differences.
    /// </summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "settlement.bad_terms");

    /// <summary>A day that is not over is not settled.</summary>
    public static readonly Refusal TooSoon = new(RefusalKind.Conflict, "settlement.too_soon");

    /// <summary>A line's id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "settlement.changed");

    /// <summary>The day has as many lines as it may.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "settlement.full");

    /// <summary>The statement has more lines, or fewer, than have come.</summary>
    public static readonly Refusal Incomplete = new(RefusalKind.Conflict, "settlement.incomplete");

    /// <summary>More than <see cref="ISettlementGrain.DifferencesMax"/> differences: it is another statement.</summary>
    public static readonly Refusal TooDifferent = new(RefusalKind.Conflict, "settlement.too_different");

    /// <summary>No such difference.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "settlement.unknown");

    /// <summary>The difference was explained otherwise.</summary>
    public static readonly Refusal Explained = new(RefusalKind.Conflict, "settlement.explained");
}

/// <summary>Keys of settlements.</summary>
public static class SettlementKeys
{
    /// <summary>The grain of a day.</summary>
    public static ISettlementGrain Settlement(this IGrainFactory grains, DateOnly day) =>
        grains.Ref<ISettlementGrain>(KeyOf(day));

    /// <summary>The list of days.</summary>
    public static ISettlementQueries SettlementQueries(this IGrainFactory grains) =>
        grains.GetGrain<ISettlementQueries>(0);

    /// <summary>A day as a key.</summary>
    public static string KeyOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A key's day.</summary>
    public static DateOnly DayOf(string key) =>
        DateOnly.ParseExact(key, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

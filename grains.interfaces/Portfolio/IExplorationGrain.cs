using System.Collections.Immutable;

namespace Ale.Portfolio;

/// <summary>
/// One trial of something new (PHS-04): money is committed on the line for new technology, a day is set on which people
/// say stop or go. Stop gives back what was not spent; go sets the next day.
/// </summary>
/// <remarks>The key is its id. It holds no personal data: its texts stay in the journal for ever.</remarks>
[Alias("ale.exploration")]
public interface IExplorationGrain : IGrainWithStringKey
{
    /// <summary>
    /// Enters it and commits its money. The same terms again: as it is, or, when the line refused the money, another
    /// try; others: <see cref="ExplorationRefusals.Changed"/>. What the line refuses is answered as the line says it.
    /// </summary>
    [Alias("put")]
    Task<Outcome<ExplorationInfo>> Put(ExplorationTerms terms, string by, CancellationToken ct = default);

    /// <summary>It as it is now.</summary>
    [Alias("get")] Task<Outcome<ExplorationInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// A person's stop or go, at any time once the money is there. The same again: as it is; anything else after a
    /// stop: <see cref="ExplorationRefusals.Stopped"/>.
    /// </summary>
    [Alias("decide")]
    Task<Outcome<ExplorationInfo>> Decide(DecideExploration command, CancellationToken ct = default);
}

/// <summary>What a trial is.</summary>
/// <param name="Title">What is tried; 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Question">What it is to show; 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Line">The budget line, as <c>2026-06-research-explore</c>.</param>
/// <param name="AmountMinor">What it may cost: 1 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="Currency">That of the line.</param>
/// <param name="ReviewOn">The business day of the default market on which it is looked at; after today.</param>
[GenerateSerializer, Immutable, Alias("ale.exploration.terms")]
public sealed record ExplorationTerms(
    [property: Id(0)] string Title, [property: Id(1)] string Question, [property: Id(2)] string Line,
    [property: Id(3)] long AmountMinor, [property: Id(4)] string Currency, [property: Id(5)] DateOnly ReviewOn);

/// <summary>A person's word on a trial.</summary>
/// <param name="Go">False: stop.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="ReviewOn">With go, the next day on which it is looked at, after today; with stop null.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.exploration.decide")]
public sealed record DecideExploration(
    [property: Id(0)] bool Go, [property: Id(1)] string Reason, [property: Id(2)] DateOnly? ReviewOn,
    [property: Id(3)] string By);

/// <summary>Where a trial stands.</summary>
public enum ExplorationState
{
    /// <summary>Its line has not answered, or refused the money.</summary>
    NotFunded,

    /// <summary>It goes on until its day.</summary>
    Running,

    /// <summary>Its day has come; somebody is to decide.</summary>
    Due,

    /// <summary>Stopped; what was left is on its way back or is back.</summary>
    Stopped,
}

/// <summary>A trial as it is now.</summary>
/// <param name="ReviewOn">The next day on which it is looked at.</param>
/// <param name="ReturnedMinor">What went back to the line; null: nothing has.</param>
/// <param name="Reason">Of the last decision; null: none was taken.</param>
[GenerateSerializer, Immutable, Alias("ale.exploration.info")]
public sealed record ExplorationInfo(
    [property: Id(0)] string Id, [property: Id(1)] ExplorationTerms Terms, [property: Id(2)] ExplorationState State,
    [property: Id(3)] DateOnly ReviewOn, [property: Id(4)] long? ReturnedMinor, [property: Id(5)] string? Reason,
    [property: Id(6)] string? DecidedBy, [property: Id(7)] DateTimeOffset? DecidedAt);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ExplorationRefusals
{
    /// <summary>No such trial.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "exploration.unknown");

    /// <summary>Terms or a decision out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "exploration.bad_terms");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "exploration.changed");

    /// <summary>It has no money yet.</summary>
    public static readonly Refusal NotFunded = new(RefusalKind.Conflict, "exploration.not_funded");

    /// <summary>It was stopped.</summary>
    public static readonly Refusal Stopped = new(RefusalKind.Conflict, "exploration.stopped");
}

/// <summary>A trial as listed; the fields mean what they do in <see cref="ExplorationInfo"/>.</summary>
[GenerateSerializer, Immutable, Alias("ale.exploration.row")]
public sealed record ExplorationRow(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string Line,
    [property: Id(3)] long AmountMinor, [property: Id(4)] string Currency, [property: Id(5)] ExplorationState State,
    [property: Id(6)] DateOnly ReviewOn, [property: Id(7)] long? ReturnedMinor, [property: Id(8)] string? Reason);

/// <summary>Lists of the slice, from its tables. Key 0.</summary>
[Alias("ale.portfolio.queries")]
public interface IPortfolioQueries : IGrainWithIntegerKey
{
    /// <summary>Trials by their id.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("explorations")]
    Task<Outcome<ImmutableArray<ExplorationRow>>> Explorations(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>Choices by their id.</summary>
    [Alias("choices")]
    Task<Outcome<ImmutableArray<ChoiceRow>>> Choices(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Keys of the slice.</summary>
public static class PortfolioKeys
{
    /// <summary>The grain of a trial.</summary>
    public static IExplorationGrain Exploration(this IGrainFactory grains, string id) =>
        grains.Ref<IExplorationGrain>(id);

    /// <summary>The grain of a choice.</summary>
    public static IChoiceGrain Choice(this IGrainFactory grains, string id) => grains.Ref<IChoiceGrain>(id);

    /// <summary>The lists of the slice.</summary>
    public static IPortfolioQueries PortfolioQueries(this IGrainFactory grains) =>
        grains.GetGrain<IPortfolioQueries>(0);
}

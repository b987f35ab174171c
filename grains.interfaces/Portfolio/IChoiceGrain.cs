using System.Collections.Immutable;

namespace Ale.Portfolio;

/// <summary>
/// A choice among candidates by what fits (PHS-05): categories are scored, with a reason for each score, by their fit
/// to the users' profile and the brand's tone; the best are taken, and scores and reasons are kept.
/// </summary>
/// <remarks>The key is its id. It holds no personal data: its texts stay in the journal for ever.</remarks>
[Alias("ale.choice")]
public interface IChoiceGrain : IGrainWithStringKey
{
    /// <summary>Most criteria.</summary>
    public const int CriteriaMax = 10;

    /// <summary>Most candidates.</summary>
    public const int CandidatesMax = 100;

    /// <summary>Highest score and highest weight.</summary>
    public const int ScoreMax = 100;

    /// <summary>Enters what is chosen by. The same again: as it is; other:
    /// <see cref="ChoiceRefusals.Changed"/>.</summary>
    [Alias("put")] Task<Outcome<ChoiceInfo>> Put(ChoiceTerms terms, string by, CancellationToken ct = default);

    /// <summary>
    /// Scores a candidate by every criterion. The same again: as it is; other: it counts from now on, the old one stays
    /// in the journal. After the choice: <see cref="ChoiceRefusals.Taken"/>.
    /// </summary>
    [Alias("score")] Task<Outcome<ChoiceInfo>> Score(ScoreCandidate command, CancellationToken ct = default);

    /// <summary>
    /// Takes the best, or those named, for which a reason is given when they are not the best. The same again: as it
    /// is; other: <see cref="ChoiceRefusals.Taken"/>.
    /// </summary>
    [Alias("take")] Task<Outcome<ChoiceInfo>> Take(TakeCandidates command, CancellationToken ct = default);

    /// <summary>It as it is now.</summary>
    [Alias("get")] Task<Outcome<ChoiceInfo>> Get(CancellationToken ct = default);
}

/// <summary>What is chosen by.</summary>
/// <param name="Title">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Weight">1 to <see cref="IChoiceGrain.ScoreMax"/>; what counts is its share of all weights.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.criterion")]
public sealed record ChoiceCriterion(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] int Weight);

/// <summary>What a choice is about.</summary>
/// <param name="Title">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Criteria">1 to <see cref="IChoiceGrain.CriteriaMax"/>, no id twice.</param>
/// <param name="Take">How many are taken: 1 to <see cref="IChoiceGrain.CandidatesMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.terms")]
public sealed record ChoiceTerms(
    [property: Id(0)] string Title, [property: Id(1)] ImmutableArray<ChoiceCriterion> Criteria,
    [property: Id(2)] int Take)
{
    /// <inheritdoc/>
    public bool Equals(ChoiceTerms? other) => other is not null
        && (Title, Take) == (other.Title, other.Take) && Criteria.SequenceEqual(other.Criteria);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, Take, Criteria.Length);
}

/// <summary>A score by one criterion.</summary>
/// <param name="Value">0 to <see cref="IChoiceGrain.ScoreMax"/>.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.score")]
public sealed record ChoiceScore(
    [property: Id(0)] string Criterion, [property: Id(1)] int Value, [property: Id(2)] string Reason);

/// <summary>What a candidate is worth.</summary>
/// <param name="Candidate">An id, as <c>skin_care</c>.</param>
/// <param name="Scores">One of each criterion.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.score_candidate")]
public sealed record ScoreCandidate(
    [property: Id(0)] string Candidate, [property: Id(1)] string Title,
    [property: Id(2)] ImmutableArray<ChoiceScore> Scores, [property: Id(3)] string By);

/// <summary>A wish to take some.</summary>
/// <param name="Candidates">Null: the best.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters; needed for others than the best.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.take")]
public sealed record TakeCandidates(
    [property: Id(0)] ImmutableArray<string>? Candidates, [property: Id(1)] string? Reason,
    [property: Id(2)] string By);

/// <summary>A candidate as it stands.</summary>
/// <param name="Total">The weighted mean of its scores, one decimal.</param>
/// <param name="Rank">1 is the best; of equal ones that of the smaller id comes first.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.candidate")]
public sealed record ChoiceCandidate(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] ImmutableArray<ChoiceScore> Scores,
    [property: Id(3)] decimal Total, [property: Id(4)] int Rank, [property: Id(5)] bool IsTaken,
    [property: Id(6)] string By, [property: Id(7)] DateTimeOffset ScoredAt);

/// <summary>A choice as it is now.</summary>
/// <param name="Candidates">The best first.</param>
/// <param name="TakenAt">Null: nothing was taken yet.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.info")]
public sealed record ChoiceInfo(
    [property: Id(0)] string Id, [property: Id(1)] ChoiceTerms Terms,
    [property: Id(2)] ImmutableArray<ChoiceCandidate> Candidates, [property: Id(3)] DateTimeOffset? TakenAt,
    [property: Id(4)] string? TakenBy, [property: Id(5)] string? Reason);

/// <summary>A choice as listed.</summary>
/// <param name="Taken">Ids of what was taken, the best first, a space between two.</param>
[GenerateSerializer, Immutable, Alias("ale.choice.row")]
public sealed record ChoiceRow(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] int Candidates,
    [property: Id(3)] string? Taken, [property: Id(4)] DateTimeOffset? TakenAt);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ChoiceRefusals
{
    /// <summary>No such choice, or no such candidate.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "choice.unknown");

    /// <summary>Terms or scores out of range, or not a score of each criterion.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "choice.bad_terms");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "choice.changed");

    /// <summary>The choice was made.</summary>
    public static readonly Refusal Taken = new(RefusalKind.Conflict, "choice.taken");

    /// <summary>There are as many candidates as may be.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "choice.full");

    /// <summary>Fewer are scored than are to be taken.</summary>
    public static readonly Refusal TooFew = new(RefusalKind.Conflict, "choice.too_few");

    /// <summary>Others than the best are taken for a reason.</summary>
    public static readonly Refusal ReasonRequired = new(RefusalKind.Invalid, "choice.reason_required");
}

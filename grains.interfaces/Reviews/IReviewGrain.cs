using System.Collections.Immutable;

namespace Ale.Reviews;

/// <summary>
/// One finding with a proposal (BUD-04, DAT-03): opened once, accepted or refused by a person of its role, or over when
/// its time is. On acceptance its effect, if it has one, is done once.
/// </summary>
/// <remarks>
/// The key is the review's id. A slice makes it of the cause (<see cref="CauseIds.Of"/>), so that the same finding of
/// the same period finds it there. It holds no personal data: its texts stay in the journal for ever.
/// </remarks>
[Alias("ale.review")]
public interface IReviewGrain : IGrainWithStringKey
{
    /// <summary>
    /// Opens it. The same terms again, at any time: the review as it is now; others:
    /// <see cref="ReviewRefusals.Changed"/>.
    /// </summary>
    /// <param name="by">The slice that found it, or a staff id, who may not decide it.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("open")]
    Task<Outcome<ReviewInfo>> Open(ReviewTerms terms, string by, CancellationToken ct = default);

    /// <summary>The review as it is now.</summary>
    /// <param name="roles">Whose reviews may be seen; null: everybody's. Another role's is answered as unknown.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("get")]
    Task<Outcome<ReviewInfo>> Get(ImmutableArray<string>? roles = null, CancellationToken ct = default);

    /// <summary>
    /// A person's decision. The same key again within 24 h: the same answer; another key:
    /// <see cref="ReviewRefusals.Decided"/>.
    /// </summary>
    [Alias("decide")] Task<Outcome<ReviewInfo>> Decide(DecideReview command, CancellationToken ct = default);

    /// <summary>
    /// What became of the effect; said by the slice's own reaction. Said again: the review as it is. Refused with
    /// <see cref="ReviewRefusals.NoEffect"/> unless the review is accepted and has one.
    /// </summary>
    /// <param name="refusal">The code that refused it; null: it is done.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("settle")] Task<Outcome<ReviewInfo>> Settle(string? refusal, CancellationToken ct = default);
}

/// <summary>A command that acceptance sets off; the slice that proposes it knows how to do it.</summary>
/// <param name="Name">In the catalogue of effects, an id as <c>budget.move</c>.</param>
/// <param name="Argument">What the slice needs for it; at most <see cref="ArgumentLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.review.effect")]
public sealed record ReviewEffect([property: Id(0)] string Name, [property: Id(1)] string Argument)
{
    /// <summary>Longest <see cref="Argument"/>, characters.</summary>
    public const int ArgumentLengthMax = 4_000;
}

/// <summary>What was found, and what is proposed.</summary>
/// <param name="Kind">The sort of finding, an id: <c>budget_variance</c>, <c>session_retro</c> …</param>
/// <param name="Title">For people; 1 to <see cref="TitleLengthMax"/> characters.</param>
/// <param name="Subject">The thing it is about, as <c>budget/2026-6</c>; 1 to <see cref="TitleLengthMax"/>.</param>
/// <param name="Finding">What was found, with its figures; 1 to <see cref="TextLengthMax"/> characters.</param>
/// <param name="Proposal">What is proposed; 1 to <see cref="TextLengthMax"/> characters.</param>
/// <param name="Role">Whose holders decide, an id.</param>
[GenerateSerializer, Immutable, Alias("ale.review.terms")]
public sealed record ReviewTerms(
    [property: Id(0)] string Kind, [property: Id(1)] string Title, [property: Id(2)] string Subject,
    [property: Id(3)] string Finding, [property: Id(4)] string Proposal, [property: Id(5)] string Role)
{
    /// <summary>Longest title or subject, characters.</summary>
    public const int TitleLengthMax = 200;

    /// <summary>Longest finding or proposal, characters.</summary>
    public const int TextLengthMax = 4_000;

    /// <summary>What acceptance does by itself; null: nothing, people do it.</summary>
    [Id(6)] public ReviewEffect? Effect { get; init; }

    /// <summary>When it is over undecided; null: as the policy says.</summary>
    [Id(7)] public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A person's decision.</summary>
/// <param name="Accept">True: accepted; false: refused.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was: a staff id.</param>
/// <param name="Roles">The roles he has.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.review.decide")]
public sealed record DecideReview(
    [property: Id(0)] bool Accept, [property: Id(1)] string Key, [property: Id(2)] string By,
    [property: Id(3)] ImmutableArray<string> Roles, [property: Id(4)] string Reason);

/// <summary>Where a review stands.</summary>
public enum ReviewState
{
    /// <summary>Waits for a decision.</summary>
    Open,

    /// <summary>Its proposal is taken.</summary>
    Accepted,

    /// <summary>Its proposal is not taken.</summary>
    Refused,

    /// <summary>Nobody decided in time.</summary>
    Expired,
}

/// <summary>What became of the effect.</summary>
public enum ReviewEffectState
{
    /// <summary>There is none, or the review is not accepted.</summary>
    None,

    /// <summary>Accepted; on its way.</summary>
    Pending,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Refused by a rule of the slice that was to do it.</summary>
    Failed,
}

/// <summary>A review as it is now.</summary>
/// <param name="EffectRefusal">The code that refused the effect.</param>
/// <param name="ExpiresAt">When it is over undecided.</param>
/// <param name="ClosedBy">Who decided; null while open, and when it expired.</param>
[GenerateSerializer, Immutable, Alias("ale.review.info")]
public sealed record ReviewInfo(
    [property: Id(0)] string Id, [property: Id(1)] ReviewTerms Terms, [property: Id(2)] ReviewState State,
    [property: Id(3)] ReviewEffectState EffectState, [property: Id(4)] string? EffectRefusal,
    [property: Id(5)] string OpenedBy, [property: Id(6)] DateTimeOffset OpenedAt,
    [property: Id(7)] DateTimeOffset ExpiresAt, [property: Id(8)] string? ClosedBy,
    [property: Id(9)] DateTimeOffset? ClosedAt, [property: Id(10)] string? Reason);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ReviewRefusals
{
    /// <summary>A text is empty or too long, a name is not an id, or it would be over already.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "review.bad_terms");

    /// <summary>No slice knows how to do the effect.</summary>
    public static readonly Refusal UnknownEffect = new(RefusalKind.Invalid, "review.unknown_effect");

    /// <summary>No such review, or one of a role that the caller has not.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "review.unknown");

    /// <summary>Nobody decides what he proposed, whatever his roles.</summary>
    public static readonly Refusal Own = new(RefusalKind.Forbidden, "review.own");

    /// <summary>It is for people of another role.</summary>
    public static readonly Refusal Role = new(RefusalKind.Forbidden, "review.role");

    /// <summary>The id was used with other terms, or the key for another decision.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "review.changed");

    /// <summary>Nobody decided in time.</summary>
    public static readonly Refusal Expired = new(RefusalKind.Gone, "review.expired");

    /// <summary>It is accepted or refused already.</summary>
    public static readonly Refusal Decided = new(RefusalKind.Conflict, "review.decided");

    /// <summary>It is not accepted, or has no effect.</summary>
    public static readonly Refusal NoEffect = new(RefusalKind.Conflict, "review.no_effect");
}

/// <summary>Keys of the slice.</summary>
public static class ReviewKeys
{
    /// <summary>The grain of a review.</summary>
    public static IReviewGrain Review(this IGrainFactory grains, string id) => grains.Ref<IReviewGrain>(id);

    /// <summary>The lists of reviews.</summary>
    public static IReviewQueries ReviewQueries(this IGrainFactory grains) => grains.GetGrain<IReviewQueries>(0);
}

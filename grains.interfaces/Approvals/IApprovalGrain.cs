using System.Collections.Immutable;

namespace Ale.Approvals;

/// <summary>
/// One question that people of a role decide (BUD-03, SHP-04): asked once, decided by as many distinct people as the
/// quorum says, or rejected by one of them, or over when its time is. Nobody decides what he asked for (TEC-12).
/// </summary>
/// <remarks>
/// The key is the approval's id, <c>kind:key:number</c> (<see cref="ApprovalIds"/>): kind and key of the grain that
/// decides. When a grain decides for the kind (<see cref="IDecides"/>), the edge sends decisions to that one, which
/// calls <see cref="Decide"/> before it replies; else the edge calls it itself. It holds no personal data.
/// </remarks>
[Alias("ale.approval")]
public interface IApprovalGrain : IGrainWithStringKey
{
    /// <summary>
    /// Asks. The same question again, at any time: the approval as it is now; another:
    /// <see cref="ApprovalRefusals.Changed"/>.
    /// </summary>
    [Alias("ask")] Task<Outcome<ApprovalInfo>> Ask(AskApproval command, CancellationToken ct = default);

    /// <summary>The approval as it is now.</summary>
    [Alias("get")] Task<Outcome<ApprovalInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// One person's decision. The first rejection closes it; the quorum's last approval does. The same key again within
    /// 24 h: the same answer; with another decision: <see cref="ApprovalRefusals.Changed"/>.
    /// </summary>
    [Alias("decide")] Task<Outcome<ApprovalInfo>> Decide(DecideApproval command, CancellationToken ct = default);

    /// <summary>
    /// The question has no object any more. A closed one stays as it is; refuses only
    /// <see cref="ApprovalRefusals.Unknown"/>.
    /// </summary>
    /// <param name="reason">Why; 1 to <see cref="Limits.TextLengthMax"/> characters, a longer one is cut.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("withdraw")] Task<Outcome<ApprovalInfo>> Withdraw(string reason, CancellationToken ct = default);
}

/// <summary>A line of what is asked for.</summary>
/// <param name="Label">1 to <see cref="TextLengthMax"/> characters.</param>
/// <param name="AmountMinor">Money in the question's currency, of either sign; null: no money.</param>
/// <param name="Note">What else there is to say; null: nothing.</param>
[GenerateSerializer, Immutable, Alias("ale.approval.line")]
public sealed record ApprovalLine(
    [property: Id(0)] string Label, [property: Id(1)] long? AmountMinor, [property: Id(2)] string? Note)
{
    /// <summary>Longest label or note, characters.</summary>
    public const int TextLengthMax = 200;
}

/// <summary>A question.</summary>
/// <param name="Title">For people; 1 to <see cref="TitleLengthMax"/> characters.</param>
/// <param name="Subject">The thing it is about, as <c>order/O1</c>; 1 to <see cref="TitleLengthMax"/>.</param>
/// <param name="Breakdown">What it is made of, at most <see cref="BreakdownMax"/> lines.</param>
/// <param name="AskedBy">Who wants it: a staff id, who may not decide; or the slice that asks by a rule.</param>
/// <param name="Role">Whose holders decide, an id.</param>
/// <param name="Quorum">How many distinct people must approve, 1 to <see cref="QuorumMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.approval.ask")]
public sealed record AskApproval(
    [property: Id(0)] string Title, [property: Id(1)] string Subject,
    [property: Id(2)] ImmutableArray<ApprovalLine> Breakdown, [property: Id(3)] string AskedBy,
    [property: Id(4)] string Role, [property: Id(5)] int Quorum)
{
    /// <summary>Longest title or subject, characters.</summary>
    public const int TitleLengthMax = 200;

    /// <summary>Most lines of the breakdown.</summary>
    public const int BreakdownMax = 100;

    /// <summary>Highest quorum.</summary>
    public const int QuorumMax = 10;

    /// <summary>ISO 4217; null: there is no money in it.</summary>
    [Id(6)] public string? Currency { get; init; }

    /// <summary>When the question is over undecided; null: as the policy says.</summary>
    [Id(7)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <inheritdoc/>
    public bool Equals(AskApproval? other) => other is not null
        && (Title, Subject, AskedBy, Role, Quorum, Currency, ExpiresAt) == (other.Title, other.Subject, other.AskedBy,
            other.Role, other.Quorum, other.Currency, other.ExpiresAt)
        && Breakdown.SequenceEqual(other.Breakdown);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, Subject, AskedBy, Role, Quorum, Currency, ExpiresAt);
}

/// <summary>What a person says.</summary>
public enum ApprovalDecision
{
    /// <summary>Yes.</summary>
    Approve,

    /// <summary>No; one is enough.</summary>
    Reject,
}

/// <summary>A person's decision.</summary>
/// <param name="Id">The approval's.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was: a staff id.</param>
/// <param name="Roles">The roles he has.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.approval.decide")]
public sealed record DecideApproval(
    [property: Id(0)] string Id, [property: Id(1)] ApprovalDecision Decision, [property: Id(2)] string Key,
    [property: Id(3)] string By, [property: Id(4)] ImmutableArray<string> Roles, [property: Id(5)] string Reason)
{
    /// <summary>The one of <see cref="Roles"/> that is his only as a stand-in; null: he needs none.</summary>
    [Id(6)] public string? StandsInFor { get; init; }
}

/// <summary>Where an approval stands.</summary>
public enum ApprovalState
{
    /// <summary>Waits for decisions.</summary>
    Open,

    /// <summary>The quorum approved.</summary>
    Approved,

    /// <summary>One rejected.</summary>
    Rejected,

    /// <summary>Its time was over first.</summary>
    Expired,

    /// <summary>Who asked does not want it any more.</summary>
    Withdrawn,
}

/// <summary>A decision that was taken.</summary>
[GenerateSerializer, Immutable, Alias("ale.approval.vote")]
public sealed record ApprovalVote(
    [property: Id(0)] string By, [property: Id(1)] ApprovalDecision Decision, [property: Id(2)] string Reason,
    [property: Id(3)] DateTimeOffset At)
{
    /// <summary>The role in whose stead it was taken; null: by a role of his own.</summary>
    [Id(4)] public string? StandsInFor { get; init; }
}

/// <summary>An approval as it is now.</summary>
/// <param name="ExpiresAt">When it is over undecided.</param>
/// <param name="Votes">The decisions, in their order.</param>
/// <param name="ClosedAt">When it left <see cref="ApprovalState.Open"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.approval.info")]
public sealed record ApprovalInfo(
    [property: Id(0)] string Id, [property: Id(1)] AskApproval Question, [property: Id(2)] ApprovalState State,
    [property: Id(3)] DateTimeOffset AskedAt, [property: Id(4)] DateTimeOffset ExpiresAt,
    [property: Id(5)] ImmutableArray<ApprovalVote> Votes, [property: Id(6)] DateTimeOffset? ClosedAt)
{
    /// <summary>The role that may decide, too, since nobody of the question's own did in time; null: none.</summary>
    [Id(7)] public string? EscalatedTo { get; init; }
}

/// <summary>
/// In order of precedence: when several apply, the first is the answer. The detail of <see cref="Own"/>,
/// <see cref="Role"/>, <see cref="Expired"/>, <see cref="Decided"/> and <see cref="Twice"/> says who may decide, or who
/// decided when.
/// </summary>
public static class ApprovalRefusals
{
    /// <summary>
    /// The <c>field</c> has not its form, is empty, too long or out of range, or lies in the past; the detail says how.
    /// </summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "approval.bad_terms");

    /// <summary>Only the grain that decides for this kind asks.</summary>
    public static readonly Refusal Reserved = new(RefusalKind.Forbidden, "approval.reserved");

    /// <summary>No such approval.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "approval.unknown");

    /// <summary>Nobody decides what he asked for, whatever his roles.</summary>
    public static readonly Refusal Own = new(RefusalKind.Forbidden, "approval.own");

    /// <summary>It is for people of another role.</summary>
    public static readonly Refusal Role = new(RefusalKind.Forbidden, "approval.role");

    /// <summary>The id was used for another question, or the key for another decision.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "approval.changed");

    /// <summary>Its time was over first.</summary>
    public static readonly Refusal Expired = new(RefusalKind.Gone, "approval.expired");

    /// <summary>It is approved, rejected or withdrawn already.</summary>
    public static readonly Refusal Decided = new(RefusalKind.Conflict, "approval.decided");

    /// <summary>This person has decided already.</summary>
    public static readonly Refusal Twice = new(RefusalKind.Conflict, "approval.twice");
}

/// <summary>Keys of the slice.</summary>
public static class ApprovalKeys
{
    /// <summary>The grain of an approval.</summary>
    public static IApprovalGrain Approval(this IGrainFactory grains, string id) => grains.Ref<IApprovalGrain>(id);

    /// <summary>
    /// The register of people who stand in for holders of a role while an entry is valid: the subject is who stands in,
    /// the attribute <c>role</c> says for whom.
    /// </summary>
    public const string StandIns = "stand_in";

    /// <summary>The lists of approvals.</summary>
    public static IApprovalQueries ApprovalQueries(this IGrainFactory grains) => grains.GetGrain<IApprovalQueries>(0);
}

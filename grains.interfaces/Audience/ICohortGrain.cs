using Ale.Users;

namespace Ale.Audience;

/// <summary>
/// A cohort of users that is recruited by a day and looked after (USR-11), as <c>seed</c>: who is in it, and what he
/// says.
/// </summary>
/// <remarks>The key is its id. It knows people by their internal id alone.</remarks>
[Alias("ale.cohort")]
public interface ICohortGrain : IGrainWithStringKey
{
    /// <summary>Most members.</summary>
    public const int MembersMax = 10_000;

    /// <summary>Most words of all members together.</summary>
    public const int WordsMax = 20_000;

    /// <summary>Enters it. The same again: as it is; other: <see cref="CohortRefusals.Changed"/>.</summary>
    [Alias("put")] Task<Outcome<CohortInfo>> Put(PutCohort command, CancellationToken ct = default);

    /// <summary>
    /// Tags a user as a member, from the first to the last day of the recruiting. Again: as it is.
    /// </summary>
    [Alias("add")] Task<Outcome<CohortMember>> Add(UserId user, string by, CancellationToken ct = default);

    /// <summary>Takes the tag off. Again: <see cref="CohortRefusals.NoMember"/>.</summary>
    [Alias("remove")] Task<Outcome<CohortInfo>> Remove(UserId user, string by, CancellationToken ct = default);

    /// <summary>What a member says. The same id and content again: as it is; other content:
    /// <see cref="CohortRefusals.Changed"/>.</summary>
    [Alias("say")] Task<Outcome<CohortMember>> Say(SayInCohort command, CancellationToken ct = default);

    /// <summary>It as it is now.</summary>
    [Alias("get")] Task<Outcome<CohortInfo>> Get(CancellationToken ct = default);
}

/// <summary>What a cohort is.</summary>
/// <param name="Title">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Goal">1 to <see cref="ICohortGrain.MembersMax"/>; null: as the policy says.</param>
/// <param name="From">The first business day of the default market on which members are added.</param>
/// <param name="Days">For how many days they are; null: as the policy says.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.cohort.put")]
public sealed record PutCohort(
    [property: Id(0)] string Title, [property: Id(1)] int? Goal, [property: Id(2)] DateOnly From,
    [property: Id(3)] int? Days, [property: Id(4)] string By);

/// <summary>What a member says.</summary>
/// <param name="Id">Made by the caller, its own within the member's.</param>
/// <param name="Rating">1 to 5.</param>
/// <param name="Text">Without personal data: it is kept for ever; 1 to <see cref="Limits.TextLengthMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.cohort.say")]
public sealed record SayInCohort(
    [property: Id(0)] UserId User, [property: Id(1)] string Id, [property: Id(2)] int Rating,
    [property: Id(3)] string Text);

/// <summary>Where the recruiting of a cohort stands.</summary>
public enum CohortState
{
    /// <summary>Its first day has not come.</summary>
    Ahead,

    /// <summary>Members are added.</summary>
    Open,

    /// <summary>Its goal is reached; members are added until the last day.</summary>
    Reached,

    /// <summary>Its last day is over, and the goal is not reached.</summary>
    Missed,

    /// <summary>Its last day is over, and the goal is reached.</summary>
    Closed,
}

/// <summary>A cohort as it is now.</summary>
/// <param name="LastDay">The last day on which members are added.</param>
/// <param name="GoalPercent">Members of the goal, percent, one decimal.</param>
/// <param name="DuePercent">Days gone of all days, percent, one decimal: what should be reached by now.</param>
[GenerateSerializer, Immutable, Alias("ale.cohort.info")]
public sealed record CohortInfo(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] int Goal,
    [property: Id(3)] DateOnly From, [property: Id(4)] DateOnly LastDay, [property: Id(5)] int Members,
    [property: Id(6)] decimal GoalPercent, [property: Id(7)] decimal DuePercent, [property: Id(8)] CohortState State,
    [property: Id(9)] int Words);

/// <summary>A member as he is now.</summary>
/// <param name="Words">How often he said something.</param>
/// <param name="MeanRating">Of his ratings, one decimal; null: he said nothing.</param>
[GenerateSerializer, Immutable, Alias("ale.cohort.member")]
public sealed record CohortMember(
    [property: Id(0)] string Cohort, [property: Id(1)] UserId User, [property: Id(2)] DateTimeOffset AddedAt,
    [property: Id(3)] int Words, [property: Id(4)] decimal? MeanRating);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class CohortRefusals
{
    /// <summary>No such cohort.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "cohort.unknown");

    /// <summary>He is not a member.</summary>
    public static readonly Refusal NoMember = new(RefusalKind.NotFound, "cohort.no_member");

    /// <summary>Terms or words out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "cohort.bad_terms");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "cohort.changed");

    /// <summary>Its first day has not come.</summary>
    public static readonly Refusal NotOpen = new(RefusalKind.Conflict, "cohort.not_open");

    /// <summary>Its last day is over.</summary>
    public static readonly Refusal Closed = new(RefusalKind.Gone, "cohort.closed");

    /// <summary>There are as many members, or words, as may be.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "cohort.full");
}

using System.Collections.Immutable;
using Ale.Users;

namespace Ale.Audience;

/// <summary>
/// A person as one platform knows him (CAM-07): when he was first seen there, and, with his consent, which user he is.
/// So one who comes from one platform to another is counted as led there, and stands in the pool once.
/// </summary>
/// <remarks>
/// The key is the internal id of <see cref="AudienceKeys.External"/>: the platform's id for him is personal data, kept
/// apart and erasable.
/// </remarks>
[Alias("ale.identity")]
public interface IIdentityGrain : IGrainWithStringKey
{
    /// <summary>He was seen there. Again: as it is, unless it was earlier than known.</summary>
    [Alias("see")] Task<Outcome<IdentityInfo>> See(SeeIdentity command, CancellationToken ct = default);

    /// <summary>
    /// He is this user, and has agreed that this is remembered. The same again: as it is; another user:
    /// <see cref="IdentityRefusals.Linked"/>.
    /// </summary>
    [Alias("link")] Task<Outcome<IdentityInfo>> Link(LinkIdentity command, CancellationToken ct = default);

    /// <summary>His consent is withdrawn: he stands for himself again. Again: as it is.</summary>
    [Alias("unlink")] Task<Outcome<IdentityInfo>> Unlink(string by, CancellationToken ct = default);

    /// <summary>It as it is now.</summary>
    [Alias("get")] Task<Outcome<IdentityInfo>> Get(CancellationToken ct = default);
}

/// <summary>Somebody was seen on a platform.</summary>
/// <param name="Platform">An id.</param>
/// <param name="At">When; null: now. Not ahead of now.</param>
[GenerateSerializer, Immutable, Alias("ale.identity.see")]
public sealed record SeeIdentity([property: Id(0)] string Platform, [property: Id(1)] DateTimeOffset? At);

/// <summary>Somebody is a user.</summary>
/// <param name="Consent">That he agreed; without it nothing is linked.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.identity.link")]
public sealed record LinkIdentity(
    [property: Id(0)] UserId User, [property: Id(1)] bool Consent, [property: Id(2)] string By);

/// <summary>Somebody on a platform as he is known now.</summary>
/// <param name="User">Null: it is not known who he is.</param>
[GenerateSerializer, Immutable, Alias("ale.identity.info")]
public sealed record IdentityInfo(
    [property: Id(0)] string Platform, [property: Id(1)] DateTimeOffset FirstSeenAt, [property: Id(2)] UserId? User,
    [property: Id(3)] DateTimeOffset? LinkedAt);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class IdentityRefusals
{
    /// <summary>He was never seen there.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "identity.unknown");

    /// <summary>Seen in the future, or no platform.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "identity.bad_terms");

    /// <summary>He did not agree.</summary>
    public static readonly Refusal NoConsent = new(RefusalKind.Forbidden, "identity.no_consent");

    /// <summary>He is another user's; that one is unlinked first.</summary>
    public static readonly Refusal Linked = new(RefusalKind.Conflict, "identity.linked");
}

/// <summary>The pool of all people seen, from the slice's tables. Key 0.</summary>
[Alias("ale.audience.queries")]
public interface IAudienceQueries : IGrainWithIntegerKey
{
    /// <summary>The pool, and who was led from where to where, between two business days of the default
    /// market.</summary>
    /// <param name="to">The last day; it counts.</param>
    /// <param name="at">The answer waits up to 2 s until it shows this place.</param>
    [Alias("pool")]
    Task<Outcome<AudiencePool>> Pool(DateOnly from, DateOnly to, JournalPlace at, CancellationToken ct = default);

    /// <summary>Members of a cohort with what they do and say, by user.</summary>
    [Alias("members")]
    Task<Outcome<ImmutableArray<CohortRow>>> Members(
        string cohort, string? after, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>The pool.</summary>
/// <param name="Identities">People of single platforms, those who are known to be the same counted each.</param>
/// <param name="People">The pool: those who are known to be the same counted once.</param>
/// <param name="Duplicates">Identities that count for nobody new.</param>
/// <param name="New">People who were first seen anywhere in the days asked for.</param>
/// <param name="Driven">People who came from one platform to another in the days asked for.</param>
[GenerateSerializer, Immutable, Alias("ale.audience.pool")]
public sealed record AudiencePool(
    [property: Id(0)] DateOnly From, [property: Id(1)] DateOnly To, [property: Id(2)] long Identities,
    [property: Id(3)] long People, [property: Id(4)] long Duplicates, [property: Id(5)] long New,
    [property: Id(6)] ImmutableArray<DrivenRow> Driven);

/// <summary>People who were first seen on one platform and then on another.</summary>
[GenerateSerializer, Immutable, Alias("ale.audience.driven")]
public sealed record DrivenRow(
    [property: Id(0)] string From, [property: Id(1)] string To, [property: Id(2)] long People);

/// <summary>A member with what he does and says.</summary>
/// <param name="Orders">Paid orders ever.</param>
/// <param name="SpentMinor">Goods of them less refunds.</param>
/// <param name="LastOrderAt">Null: he never ordered.</param>
/// <param name="Trials">Trials and events at which he has a place.</param>
/// <param name="Words">How often he said something in the cohort.</param>
/// <param name="MeanRating">Of his ratings, one decimal.</param>
/// <param name="LastText">What he said last.</param>
[GenerateSerializer, Immutable, Alias("ale.cohort.row")]
public sealed record CohortRow(
    [property: Id(0)] UserId User, [property: Id(1)] DateTimeOffset AddedAt, [property: Id(2)] int Orders,
    [property: Id(3)] long SpentMinor, [property: Id(4)] DateTimeOffset? LastOrderAt, [property: Id(5)] int Trials,
    [property: Id(6)] int Words, [property: Id(7)] decimal? MeanRating, [property: Id(8)] string? LastText);

/// <summary>Keys of the slice.</summary>
public static class AudienceKeys
{
    /// <summary>What stands for somebody on a platform among external ids; no user's can look like it.</summary>
    public static string External(string platform, string person) => $"{platform}/{person}";

    /// <summary>The grain of a cohort.</summary>
    public static ICohortGrain Cohort(this IGrainFactory grains, string id) => grains.Ref<ICohortGrain>(id);

    /// <summary>The grain of somebody on a platform.</summary>
    public static IIdentityGrain Identity(this IGrainFactory grains, UserId identity) =>
        grains.Ref<IIdentityGrain>(identity.Value);

    /// <summary>The pool and the cohorts' members.</summary>
    public static IAudienceQueries AudienceQueries(this IGrainFactory grains) => grains.GetGrain<IAudienceQueries>(0);
}

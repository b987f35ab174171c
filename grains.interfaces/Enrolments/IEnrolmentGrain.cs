using System.Collections.Immutable;
using Ale.Users;

namespace Ale.Enrolments;

/// <summary>
/// Places that people apply for: a trial of a new product (USR-05) or an event outside the web (USR-13). First come,
/// first served, one command at a time, so that no place is given twice.
/// </summary>
/// <remarks>The key is its id. It knows people by their internal id alone.</remarks>
[Alias("ale.enrolment")]
public interface IEnrolmentGrain : IGrainWithStringKey
{
    /// <summary>Most places.</summary>
    public const int PlacesMax = 20_000;

    /// <summary>Enters it. The same terms again: as it is; others: <see cref="EnrolmentRefusals.Changed"/>.</summary>
    [Alias("put")]
    Task<Outcome<EnrolmentInfo>> Put(EnrolmentTerms terms, string by, CancellationToken ct = default);

    /// <summary>It as it is now.</summary>
    [Alias("get")] Task<Outcome<EnrolmentInfo>> Get(CancellationToken ct = default);

    /// <summary>
    /// Applies for a place. A trial's are for core users; a share of their own is for people whom the register
    /// <c>high_potential</c> names and who are not core. Who has one: it, as it is now.
    /// </summary>
    [Alias("apply")] Task<Outcome<PlaceInfo>> Apply(UserId user, CancellationToken ct = default);

    /// <summary>Gives a place back that was not used. Again: <see cref="EnrolmentRefusals.NoPlace"/>.</summary>
    [Alias("release")] Task<Outcome<EnrolmentInfo>> Release(UserId user, CancellationToken ct = default);

    /// <summary>Who comes with a code has come; the coupon is credited, once. Again: the place as it is now.</summary>
    [Alias("check_in")] Task<Outcome<PlaceInfo>> CheckIn(string code, CancellationToken ct = default);

    /// <summary>What somebody says of it. The same again: the place as it is now; other:
    /// <see cref="EnrolmentRefusals.Changed"/>.</summary>
    [Alias("feedback")] Task<Outcome<PlaceInfo>> Feedback(GiveFeedback command, CancellationToken ct = default);

    /// <summary>Somebody's place as it is now.</summary>
    [Alias("place")] Task<Outcome<PlaceInfo>> GetPlace(UserId user, CancellationToken ct = default);
}

/// <summary>What places are for.</summary>
public enum EnrolmentKind
{
    /// <summary>Trying a new product; feedback is owed for it.</summary>
    Trial,

    /// <summary>Coming somewhere.</summary>
    Event,
}

/// <summary>What an enrolment is.</summary>
/// <param name="Title">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="Places">1 to <see cref="IEnrolmentGrain.PlacesMax"/>, all together.</param>
/// <param name="ClosesAt">Applications before here.</param>
[GenerateSerializer, Immutable, Alias("ale.enrolment.terms")]
public sealed record EnrolmentTerms(
    [property: Id(0)] EnrolmentKind Kind, [property: Id(1)] string Title, [property: Id(2)] int Places,
    [property: Id(3)] DateTimeOffset OpensAt, [property: Id(4)] DateTimeOffset ClosesAt)
{
    /// <summary>The live session that it belongs to; null: none.</summary>
    [Id(5)] public string? SessionId { get; init; }

    /// <summary>The coupon that checking in brings; null: none.</summary>
    [Id(6)] public string? Coupon { get; init; }
}

/// <summary>A wish to say something of it.</summary>
/// <param name="Rating">1 to 5.</param>
/// <param name="Text">Without personal data: it is kept for ever; 1 to <see cref="Limits.TextLengthMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.enrolment.give_feedback")]
public sealed record GiveFeedback(
    [property: Id(0)] UserId User, [property: Id(1)] int Rating, [property: Id(2)] string Text);

/// <summary>Where a place stands.</summary>
public enum PlaceState
{
    /// <summary>Given; nothing came of it yet.</summary>
    Granted,

    /// <summary>He has come.</summary>
    Attended,

    /// <summary>He has said what he thinks.</summary>
    Answered,
}

/// <summary>A place.</summary>
/// <param name="Code">What he shows at the door.</param>
/// <param name="IsHighPotential">True: of the share that is not for core users.</param>
/// <param name="FeedbackBy">Until when feedback is owed; null: it is not.</param>
[GenerateSerializer, Immutable, Alias("ale.enrolment.place")]
public sealed record PlaceInfo(
    [property: Id(0)] string Enrolment, [property: Id(1)] UserId User, [property: Id(2)] PlaceState State,
    [property: Id(3)] string Code, [property: Id(4)] bool IsHighPotential,
    [property: Id(5)] DateTimeOffset? FeedbackBy, [property: Id(6)] int? Rating);

/// <summary>An enrolment as it is now.</summary>
/// <param name="HighPotentialPlaces">How many of the places are not for core users.</param>
/// <param name="Taken">Places given to core users, or of an event to anybody.</param>
/// <param name="HighPotentialTaken">Places given of the other share.</param>
/// <param name="Overdue">How many owe their feedback longer than they may.</param>
[GenerateSerializer, Immutable, Alias("ale.enrolment.info")]
public sealed record EnrolmentInfo(
    [property: Id(0)] string Id, [property: Id(1)] EnrolmentTerms Terms, [property: Id(2)] int HighPotentialPlaces,
    [property: Id(3)] int Taken, [property: Id(4)] int HighPotentialTaken, [property: Id(5)] int Attended,
    [property: Id(6)] int Answered, [property: Id(7)] int Overdue);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class EnrolmentRefusals
{
    /// <summary>No such enrolment.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "enrolment.unknown");

    /// <summary>He has no place, or nobody has that code.</summary>
    public static readonly Refusal NoPlace = new(RefusalKind.NotFound, "enrolment.no_place");

    /// <summary>Terms or feedback out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "enrolment.bad_terms");

    /// <summary>The id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "enrolment.changed");

    /// <summary>It has not begun.</summary>
    public static readonly Refusal NotOpen = new(RefusalKind.Conflict, "enrolment.not_open");

    /// <summary>Applications are over.</summary>
    public static readonly Refusal Closed = new(RefusalKind.Gone, "enrolment.closed");

    /// <summary>It is for core users, and for those whom the register of high potential names.</summary>
    public static readonly Refusal NotEligible = new(RefusalKind.Forbidden, "enrolment.not_eligible");

    /// <summary>All places of his share are given.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "enrolment.full");

    /// <summary>The place was used; it is not given back.</summary>
    public static readonly Refusal Used = new(RefusalKind.Conflict, "enrolment.used");
}

/// <summary>Keys of the slice.</summary>
public static class EnrolmentKeys
{
    /// <summary>The register, by internal user id, of people of high potential.</summary>
    public const string HighPotential = "high_potential";

    /// <summary>The grain of an enrolment.</summary>
    public static IEnrolmentGrain Enrolment(this IGrainFactory grains, string id) => grains.Ref<IEnrolmentGrain>(id);

    /// <summary>The lists of enrolments and places.</summary>
    public static IEnrolmentQueries EnrolmentQueries(this IGrainFactory grains) =>
        grains.GetGrain<IEnrolmentQueries>(0);
}

using System.Collections.Immutable;
using Ale.Users;

namespace Ale.Enrolments;

/// <summary>Lists of enrolments and places, from the slice's tables. Key 0.</summary>
[Alias("ale.enrolment.queries")]
public interface IEnrolmentQueries : IGrainWithIntegerKey
{
    /// <summary>Enrolments by their id.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("enrolments")]
    Task<Outcome<ImmutableArray<EnrolmentRow>>> Enrolments(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>Places of one, by user.</summary>
    [Alias("places")]
    Task<Outcome<ImmutableArray<PlaceRow>>> Places(
        string enrolment, string? after, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>An enrolment as listed.</summary>
[GenerateSerializer, Immutable, Alias("ale.enrolment.row")]
public sealed record EnrolmentRow(
    [property: Id(0)] string Id, [property: Id(1)] EnrolmentKind Kind, [property: Id(2)] string Title,
    [property: Id(3)] int Places, [property: Id(4)] int Taken, [property: Id(5)] DateTimeOffset ClosesAt);

/// <summary>A place as listed; it shows no code.</summary>
[GenerateSerializer, Immutable, Alias("ale.enrolment.place_row")]
public sealed record PlaceRow(
    [property: Id(0)] UserId User, [property: Id(1)] PlaceState State, [property: Id(2)] bool IsHighPotential,
    [property: Id(3)] int? Rating, [property: Id(4)] string? Text, [property: Id(5)] DateTimeOffset GrantedAt);

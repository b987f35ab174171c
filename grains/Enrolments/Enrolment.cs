using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;
using Ale.Users;

namespace Ale.Enrolments;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "enrolment.put"), JsonDerivedType(typeof(Granted), "enrolment.granted")]
[JsonDerivedType(typeof(Released), "enrolment.released"), JsonDerivedType(typeof(Attended), "enrolment.attended")]
[JsonDerivedType(typeof(Credited), "enrolment.credited"), JsonDerivedType(typeof(Answered), "enrolment.answered")]
[JsonDerivedType(typeof(Owed), "enrolment.owed")]
internal abstract record EnrolmentEvent
{
    /// <param name="HighPotentialPlaces">Of the places, how many are not for core users.</param>
    internal sealed record Put(EnrolmentTerms Terms, int HighPotentialPlaces, string By, DateTimeOffset At)
        : EnrolmentEvent;

    /// <param name="FeedbackBy">Until when feedback is owed; null: it is not.</param>
    internal sealed record Granted(
        UserId User, string Code, bool IsHighPotential, DateTimeOffset? FeedbackBy, DateTimeOffset At) : EnrolmentEvent;

    internal sealed record Released(UserId User, DateTimeOffset At) : EnrolmentEvent;

    internal sealed record Attended(UserId User, DateTimeOffset At) : EnrolmentEvent;

    /// <summary>The coupon is his, or was refused.</summary>
    /// <param name="Code">The refusal's; null: he has it.</param>
    internal sealed record Credited(UserId User, string? Code, DateTimeOffset At) : EnrolmentEvent
    {
        /// <summary>Whose inbox hears that it was refused; null: nobody's.</summary>
        public string? Role { get; init; }
    }

    internal sealed record Answered(UserId User, int Rating, string Text, DateTimeOffset At) : EnrolmentEvent;

    /// <summary>Feedback was not given in time.</summary>
    internal sealed record Owed(UserId User, string Role, DateTimeOffset At) : EnrolmentEvent;
}

/// <summary>A place in memory.</summary>
internal sealed record Place(string Code, bool IsHighPotential, DateTimeOffset? FeedbackBy)
{
    public bool HasCome { get; init; }
    public bool IsCredited { get; init; }
    public bool IsOwed { get; init; }
    public int? Rating { get; init; }
    public string? Text { get; init; }

    public PlaceState State =>
        Rating is not null ? PlaceState.Answered : HasCome ? PlaceState.Attended : PlaceState.Granted;
}

/// <summary>
/// Places and who has them. Invariants: neither share gives more than it has; a person has one place, a code one
/// person; a coupon is credited once; feedback is asked for once.
/// </summary>
internal sealed record Enrolment : IState<Enrolment, EnrolmentEvent>
{
    public static JsonTypeInfo<EnrolmentEvent> EventJson => EnrolmentJson.Default.EnrolmentEvent;

    public EnrolmentTerms? Terms { get; private init; }
    public int HighPotentialPlaces { get; private init; }
    public ImmutableDictionary<UserId, Place> Places { get; private init; } =
        ImmutableDictionary<UserId, Place>.Empty;
    public ImmutableDictionary<string, UserId> Codes { get; private init; } =
        ImmutableDictionary.Create<string, UserId>(StringComparer.Ordinal);
    public int Taken { get; private init; }
    public int HighPotentialTaken { get; private init; }

    /// <summary>Who has come and waits for his coupon.</summary>
    public ImmutableList<(UserId User, DateTimeOffset At)> Uncredited { get; private init; } = [];

    /// <summary>Feedback that is to be given, the first to be due first.</summary>
    public ImmutableSortedSet<(DateTimeOffset By, UserId User)> Owing { get; private init; } =
        ImmutableSortedSet.Create<(DateTimeOffset By, UserId User)>(Comparer<(DateTimeOffset By, UserId User)>.Create(
            (a, b) => a.By != b.By ? a.By.CompareTo(b.By)
                : string.CompareOrdinal(a.User.ToString(), b.User.ToString())));

    public DateTimeOffset? DueAt => !Uncredited.IsEmpty ? Uncredited[0].At : Owing.IsEmpty ? null : Owing.Min.By;

    public static Enrolment New() => new();

    public Enrolment Apply(EnrolmentEvent happened) => happened switch
    {
        EnrolmentEvent.Put e => this with { Terms = e.Terms, HighPotentialPlaces = e.HighPotentialPlaces },
        EnrolmentEvent.Granted e => this with
        {
            Places = Places.Add(e.User, new(e.Code, e.IsHighPotential, e.FeedbackBy)),
            Codes = Codes.Add(e.Code, e.User),
            Taken = Taken + (e.IsHighPotential ? 0 : 1),
            HighPotentialTaken = HighPotentialTaken + (e.IsHighPotential ? 1 : 0),
            Owing = e.FeedbackBy is { } by ? Owing.Add((by, e.User)) : Owing,
        },
        EnrolmentEvent.Released e => this with
        {
            Places = Places.Remove(e.User),
            Codes = Codes.Remove(Places[e.User].Code),
            Taken = Taken - (Places[e.User].IsHighPotential ? 0 : 1),
            HighPotentialTaken = HighPotentialTaken - (Places[e.User].IsHighPotential ? 1 : 0),
            Owing = NoMore(e.User),
        },
        EnrolmentEvent.Attended e => Of(e.User, p => p with { HasCome = true }) with
        {
            Uncredited = Terms!.Coupon is null ? Uncredited : Uncredited.Add((e.User, e.At)),
        },
        EnrolmentEvent.Credited e => Of(e.User, p => p with { IsCredited = e.Code is null }) with
        {
            Uncredited = Uncredited.RemoveAll(u => u.User == e.User),
        },
        EnrolmentEvent.Answered e => Of(e.User, p => p with { Rating = e.Rating, Text = e.Text, IsOwed = false }) with
        {
            Owing = NoMore(e.User),
        },
        EnrolmentEvent.Owed e => Of(e.User, p => p with { IsOwed = true }) with { Owing = NoMore(e.User) },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    private Enrolment Of(UserId user, Func<Place, Place> change) =>
        this with { Places = Places.SetItem(user, change(Places[user])) };

    private ImmutableSortedSet<(DateTimeOffset By, UserId User)> NoMore(UserId user) =>
        Places[user].FeedbackBy is { } by ? Owing.Remove((by, user)) : Owing;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EnrolmentEvent))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;
using Ale.Users;

namespace Ale.Audience;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "cohort.put"), JsonDerivedType(typeof(Added), "cohort.added")]
[JsonDerivedType(typeof(Removed), "cohort.removed"), JsonDerivedType(typeof(Said), "cohort.said")]
[JsonDerivedType(typeof(Ended), "cohort.ended")]
internal abstract record CohortEvent
{
    /// <param name="EndsAt">The end of the last day.</param>
    internal sealed record Put(string Title, int Goal, DateOnly From, int Days, DateTimeOffset EndsAt, string By,
        DateTimeOffset At) : CohortEvent;

    internal sealed record Added(UserId User, string By, DateTimeOffset At) : CohortEvent;

    internal sealed record Removed(UserId User, string By, DateTimeOffset At) : CohortEvent
    {
        /// <summary>How often he had said something; it goes with him. Null: never.</summary>
        public int? Words { get; init; }

        /// <summary>The sum of his ratings.</summary>
        public int? Ratings { get; init; }
    }

    internal sealed record Said(UserId User, string Id, int Rating, string Text, DateTimeOffset At) : CohortEvent;

    /// <summary>The recruiting is over.</summary>
    /// <param name="Role">Whose inbox hears of a goal that is missed.</param>
    internal sealed record Ended(int Members, int Goal, string Role, DateTimeOffset At) : CohortEvent
    {
        [JsonIgnore] public bool IsMissed => Members < Goal;
    }
}

/// <summary>A member in memory.</summary>
internal sealed record Member(DateTimeOffset AddedAt)
{
    public ImmutableDictionary<string, (int Rating, string Text)> Words { get; init; } =
        ImmutableDictionary.Create<string, (int Rating, string Text)>(StringComparer.Ordinal);
}

/// <summary>
/// A cohort. Invariants: a user is in it once; members come in its days alone; its end is told once.
/// </summary>
internal sealed record Cohort : IState<Cohort, CohortEvent>
{
    public static JsonTypeInfo<CohortEvent> EventJson => AudienceJson.Default.CohortEvent;

    public CohortEvent.Put? Terms { get; private init; }
    public ImmutableDictionary<UserId, Member> Members { get; private init; } =
        ImmutableDictionary<UserId, Member>.Empty;
    public int Words { get; private init; }
    public bool HasEnded { get; private init; }

    public DateOnly LastDay => Terms!.From.AddDays(Terms.Days - 1);

    public DateTimeOffset? DueAt => HasEnded ? null : Terms?.EndsAt;

    public static Cohort New() => new();

    public Cohort Apply(CohortEvent happened) => happened switch
    {
        CohortEvent.Put e => this with { Terms = e },
        CohortEvent.Added e => this with { Members = Members.Add(e.User, new(e.At)) },
        CohortEvent.Removed e => this with
        {
            Members = Members.Remove(e.User),
            Words = Words - Members[e.User].Words.Count,
        },
        CohortEvent.Said e => this with
        {
            Members = Members.SetItem(e.User, Members[e.User] with
            {
                Words = Members[e.User].Words.Add(e.Id, (e.Rating, e.Text)),
            }),
            Words = Words + 1,
        },
        CohortEvent.Ended => this with { HasEnded = true },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CohortEvent))]
[JsonSerializable(typeof(IdentityEvent))]
internal sealed partial class AudienceJson : JsonSerializerContext;

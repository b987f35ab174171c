using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Registers;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Entered), "register.entered"), JsonDerivedType(typeof(Withdrawn), "register.withdrawn")]
[JsonDerivedType(typeof(Expiring), "register.expiring")]
internal abstract record RegisterEvent
{
    /// <param name="Role">Whose inbox hears before it ends.</param>
    /// <param name="WarnAt">When; null: never, for it has no end or its end had come.</param>
    /// <param name="InTime">True: what it supersedes does not end before this one begins.</param>
    internal sealed record Entered(
        string Id, RegisterTerms Terms, string By, string Role, DateTimeOffset? WarnAt, bool InTime, DateTimeOffset At)
        : RegisterEvent;

    internal sealed record Withdrawn(string Id, string By, string Reason, string Key, DateTimeOffset At)
        : RegisterEvent;

    /// <summary>The warning was due, and nothing had taken the entry's place.</summary>
    internal sealed record Expiring(string Id, string Title, string Role, DateTimeOffset EndsAt, DateTimeOffset At)
        : RegisterEvent;
}

/// <summary>
/// The papers of one kind about one subject. Invariants: at most 500 entries, none ever leaves; an entry has at most
/// one successor; an entry is warned of once, and only while nothing takes its place in time; at most 16 keys.
/// </summary>
internal sealed record Register : IState<Register, RegisterEvent>
{
    public static JsonTypeInfo<RegisterEvent> EventJson => RegisterJson.Default.RegisterEvent;

    public ImmutableDictionary<string, Paper> Papers { get; private init; } =
        ImmutableDictionary.Create<string, Paper>(StringComparer.Ordinal);

    public RememberedKeys<RegisterEntry> Keys { get; private init; } = RememberedKeys<RegisterEntry>.None;

    /// <summary>The earliest warning that is still to be given.</summary>
    public DateTimeOffset? DueAt => Papers.Values.Min(p => p.WarnsAt);

    public static Register New() => new();

    public Register Apply(RegisterEvent happened)
    {
        switch (happened)
        {
            case RegisterEvent.Entered e:
                var papers = Papers.Add(e.Id, new(e));
                if (e.Terms.Supersedes is { } old)
                {
                    papers = papers.SetItem(
                        old, papers[old] with { SupersededBy = e.Id, SupersededAt = e.Terms.ValidFrom });
                }

                return this with { Papers = papers };
            case RegisterEvent.Withdrawn e:
                var withdrawn = Papers[e.Id] with { Withdrawal = e };
                return this with
                {
                    Papers = Papers.SetItem(e.Id, withdrawn),
                    // The state does not know its own key; the answer gets it when it is given again.
                    Keys = Keys.Add(e.Key, RegisterDecide.CommandOf(e.Id, e.Reason), withdrawn.Entry("/", e.At), e.At),
                };
            case RegisterEvent.Expiring e:
                return this with { Papers = Papers.SetItem(e.Id, Papers[e.Id] with { WarnedAt = e.At }) };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}

/// <summary>An entry in memory, or as a row of the table tells it.</summary>
internal sealed record Paper(RegisterEvent.Entered Entering)
{
    public string? SupersededBy { get; init; }
    public DateTimeOffset? SupersededAt { get; init; }
    public RegisterEvent.Withdrawn? Withdrawal { get; init; }
    public DateTimeOffset? WarnedAt { get; init; }

    /// <summary>The first of what ends it; null: nothing does.</summary>
    public DateTimeOffset? EndsAt =>
        new[] { Entering.Terms.ValidTo, SupersededAt, Withdrawal?.At }.Min();

    /// <summary>When its role is to be told that it ends; null: it was told, or need not be.</summary>
    public DateTimeOffset? WarnsAt =>
        WarnedAt is not null || Withdrawal is not null || SupersededAt <= Entering.Terms.ValidTo
            ? null : Entering.WarnAt;

    public bool IsValid(DateTimeOffset at) => Entering.Terms.ValidFrom <= at && !(EndsAt <= at);

    public RegisterState StateAt(DateTimeOffset now) =>
        Withdrawal is not null ? RegisterState.Withdrawn
        : SupersededAt <= now ? RegisterState.Superseded
        : Entering.Terms.ValidTo <= now ? RegisterState.Expired
        : Entering.Terms.ValidFrom <= now ? RegisterState.Valid : RegisterState.NotYet;

    /// <param name="key">The register's key, <c>kind/subject</c>.</param>
    public RegisterEntry Entry(string key, DateTimeOffset now)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return new(key[..slash], key[(slash + 1)..], Entering.Id, Entering.Terms, StateAt(now), EndsAt, Entering.By,
            Entering.At, SupersededBy, Withdrawal?.By, Withdrawal?.Reason, WarnedAt);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegisterEvent)), JsonSerializable(typeof(ImmutableArray<RegisterAttribute>))]
internal sealed partial class RegisterJson : JsonSerializerContext;

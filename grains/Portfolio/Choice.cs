using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Portfolio;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "choice.put"), JsonDerivedType(typeof(Scored), "choice.scored")]
[JsonDerivedType(typeof(Taken), "choice.taken")]
internal abstract record ChoiceEvent
{
    internal sealed record Put(ChoiceTerms Terms, string By, DateTimeOffset At) : ChoiceEvent;

    internal sealed record Scored(
        string Candidate, string Title, ImmutableArray<ChoiceScore> Scores, string By, DateTimeOffset At) : ChoiceEvent;

    /// <param name="Candidates">The best first.</param>
    internal sealed record Taken(ImmutableArray<string> Candidates, string? Reason, string By, DateTimeOffset At)
        : ChoiceEvent;
}

/// <summary>
/// A choice. Invariants: each candidate has one score of each criterion; what is taken is taken once, and no score
/// changes after it.
/// </summary>
internal sealed record Choice : IState<Choice, ChoiceEvent>
{
    public static JsonTypeInfo<ChoiceEvent> EventJson => ChoiceJson.Default.ChoiceEvent;

    public ChoiceTerms? Terms { get; private init; }
    public ImmutableDictionary<string, ChoiceEvent.Scored> Candidates { get; private init; } =
        ImmutableDictionary.Create<string, ChoiceEvent.Scored>(StringComparer.Ordinal);
    public ChoiceEvent.Taken? Taken { get; private init; }

    public DateTimeOffset? DueAt => null;

    public static Choice New() => new();

    public Choice Apply(ChoiceEvent happened) => happened switch
    {
        ChoiceEvent.Put e => this with { Terms = e.Terms },
        ChoiceEvent.Scored e => this with { Candidates = Candidates.SetItem(e.Candidate, e) },
        ChoiceEvent.Taken e => this with { Taken = e },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChoiceEvent))]
internal sealed partial class ChoiceJson : JsonSerializerContext;

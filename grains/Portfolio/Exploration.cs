using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Portfolio;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "exploration.put"), JsonDerivedType(typeof(Funded), "exploration.funded")]
[JsonDerivedType(typeof(NotFunded), "exploration.not_funded"), JsonDerivedType(typeof(FellDue), "exploration.due")]
[JsonDerivedType(typeof(Went), "exploration.went"), JsonDerivedType(typeof(Stopped), "exploration.stopped")]
[JsonDerivedType(typeof(Returned), "exploration.returned")]
internal abstract record ExplorationEvent
{
    /// <param name="ReviewAt">The start of the day on which it is looked at.</param>
    internal sealed record Put(ExplorationTerms Terms, DateTimeOffset ReviewAt, string By, DateTimeOffset At)
        : ExplorationEvent;

    internal sealed record Funded(DateTimeOffset At) : ExplorationEvent;

    /// <param name="Code">The line's refusal.</param>
    internal sealed record NotFunded(string Code, DateTimeOffset At) : ExplorationEvent;

    /// <param name="ReviewOn">The day that has come.</param>
    internal sealed record FellDue(DateOnly ReviewOn, string Title, string Role, DateTimeOffset At) : ExplorationEvent;

    /// <param name="Reviewed">The day that this is the word for.</param>
    internal sealed record Went(DateOnly Reviewed, DateOnly ReviewOn, DateTimeOffset ReviewAt, string Reason, string By,
        DateTimeOffset At) : ExplorationEvent;

    /// <param name="Reviewed">The day that this is the word for.</param>
    internal sealed record Stopped(DateOnly Reviewed, string Reason, string By, DateTimeOffset At) : ExplorationEvent;

    internal sealed record Returned(long AmountMinor, DateTimeOffset At) : ExplorationEvent;
}

/// <summary>
/// A trial of something new. Invariants: its money is committed before it runs, once; after a stop nothing but the
/// return of what is left happens, once.
/// </summary>
internal sealed record Exploration : IState<Exploration, ExplorationEvent>
{
    public static JsonTypeInfo<ExplorationEvent> EventJson => ExplorationJson.Default.ExplorationEvent;

    public ExplorationTerms? Terms { get; private init; }
    public ExplorationState State { get; private init; }

    /// <summary>Since when the line is to be asked; null: it has answered.</summary>
    public DateTimeOffset? AskingSince { get; private init; }
    public DateOnly ReviewOn { get; private init; }
    public DateTimeOffset ReviewAt { get; private init; }
    public long? ReturnedMinor { get; private init; }
    public string? Reason { get; private init; }
    public string? DecidedBy { get; private init; }
    public DateTimeOffset? DecidedAt { get; private init; }

    public DateTimeOffset? DueAt => State switch
    {
        _ when AskingSince is { } since => since,
        ExplorationState.Running => ReviewAt,
        ExplorationState.Stopped when ReturnedMinor is null => DecidedAt,
        _ => null,
    };

    public static Exploration New() => new();

    public Exploration Apply(ExplorationEvent happened) => happened switch
    {
        ExplorationEvent.Put e => this with
        {
            Terms = e.Terms,
            AskingSince = e.At,
            ReviewOn = e.Terms.ReviewOn,
            ReviewAt = e.ReviewAt,
        },
        ExplorationEvent.Funded => this with { State = ExplorationState.Running, AskingSince = null },
        ExplorationEvent.NotFunded => this with { AskingSince = null },
        ExplorationEvent.FellDue => this with { State = ExplorationState.Due },
        ExplorationEvent.Went e => this with
        {
            State = ExplorationState.Running,
            ReviewOn = e.ReviewOn,
            ReviewAt = e.ReviewAt,
            Reason = e.Reason,
            DecidedBy = e.By,
            DecidedAt = e.At,
        },
        ExplorationEvent.Stopped e => this with
        {
            State = ExplorationState.Stopped,
            Reason = e.Reason,
            DecidedBy = e.By,
            DecidedAt = e.At,
        },
        ExplorationEvent.Returned e => this with { ReturnedMinor = e.AmountMinor },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExplorationEvent))]
internal sealed partial class ExplorationJson : JsonSerializerContext;

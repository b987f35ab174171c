using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Payments;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Taken), "settlement.taken"), JsonDerivedType(typeof(Compared), "settlement.compared")]
[JsonDerivedType(typeof(Explained), "settlement.explained")]
internal abstract record SettlementEvent
{
    internal sealed record Taken(ImmutableArray<StatementLine> Lines, DateTimeOffset At) : SettlementEvent;

    /// <param name="Matched">Lines that agree with what we were told.</param>
    /// <param name="Differences">All others, with what was explained of them before.</param>
    /// <param name="OpenBefore">How many were not explained before.</param>
    internal sealed record Compared(
        int Matched, ImmutableArray<Difference> Differences, int OpenBefore, DateTimeOffset At) : SettlementEvent;

    internal sealed record Explained(string Id, ImmutableArray<ExplainedPart> Parts, string By, DateTimeOffset At)
        : SettlementEvent;
}

/// <summary>What the acquirer told us of money: an event as the slice's table has it.</summary>
/// <param name="Day">The business day of its instant.</param>
internal sealed record ToldMoney(
    string EventId, StatementType Type, string OrderId, long AmountMinor, string Currency, DateOnly Day);

/// <summary>
/// A day's money. Invariants: a line's id is there once; what is explained adds up to its difference; lines that come
/// after the comparison open the day again.
/// </summary>
internal sealed record Settlement : IState<Settlement, SettlementEvent>
{
    public static JsonTypeInfo<SettlementEvent> EventJson => SettlementJson.Default.SettlementEvent;

    public ImmutableDictionary<string, StatementLine> Lines { get; private init; } =
        ImmutableDictionary.Create<string, StatementLine>(StringComparer.Ordinal);
    public int Matched { get; private init; }
    public ImmutableArray<Difference> Differences { get; private init; } = [];
    public DateTimeOffset? ComparedAt { get; private init; }

    public int Unexplained => Differences.Count(d => d.Parts.IsEmpty);

    public SettlementState State => ComparedAt is null ? SettlementState.Waiting
        : Unexplained > 0 ? SettlementState.Open : SettlementState.Closed;

    public static Settlement New() => new();

    public Settlement Apply(SettlementEvent happened) => happened switch
    {
        SettlementEvent.Taken e => this with
        {
            Lines = Lines.AddRange(e.Lines.Select(l => KeyValuePair.Create(l.Id, l))),
            ComparedAt = null,
        },
        SettlementEvent.Compared e => this with
        {
            Matched = e.Matched,
            Differences = e.Differences,
            ComparedAt = e.At,
        },
        SettlementEvent.Explained e => this with
        {
            Differences = [.. Differences.Select(d => d.Id == e.Id ? d with { Parts = e.Parts, By = e.By } : d)],
        },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    public SettlementInfo Info(string day) =>
        new(day, State, Lines.Count, Matched, Differences, Unexplained, ComparedAt);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SettlementEvent))]
internal sealed partial class SettlementJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Payments;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Taken), "settlement.taken"), JsonDerivedType(typeof(Compared), "settlement.compared")]
[JsonDerivedType(typeof(Explained), "settlement.explained"), JsonDerivedType(typeof(Claimed), "settlement.claimed")]
internal abstract record SettlementEvent
{
    internal sealed record Taken(ImmutableArray<StatementLine> Lines, DateTimeOffset At) : SettlementEvent;

    /// <param name="Matched">Lines that agree with what we were told.</param>
    /// <param name="Differences">All others, with what was explained of them before.</param>
    /// <param name="OpenBefore">How many were not explained before.</param>
    internal sealed record Compared(
        int Matched, ImmutableArray<Difference> Differences, int OpenBefore, DateTimeOffset At) : SettlementEvent
    {
        /// <summary>How many events of the day we had been told; null: as before they were counted.</summary>
        public int? Told { get; init; }
    }

    internal sealed record Explained(string Id, ImmutableArray<ExplainedPart> Parts, string By, DateTimeOffset At)
        : SettlementEvent
    {
        /// <summary>Null: every difference of the id, as before kinds were told apart.</summary>
        public DifferenceKind? Kind { get; init; }
    }

    /// <summary>Money of this day stands in another day's statement.</summary>
    /// <param name="Day">That day.</param>
    internal sealed record Claimed(string Day, ImmutableArray<MoneyClaim> Claims, DateTimeOffset At) : SettlementEvent;
}

/// <summary>What the acquirer told us of money: an event as the slice's table has it.</summary>
/// <param name="Day">The business day of its instant.</param>
/// <param name="HasOrder">False: there is no such order, and the event is parked.</param>
internal sealed record ToldMoney(
    string EventId, StatementType Type, string OrderId, long AmountMinor, string Currency, DateOnly Day,
    bool HasOrder = true);

/// <summary>
/// A day's money. Invariants: a line's id is there once; what is explained adds up to its difference; lines that come
/// after the comparison open the day again; money of this day, and its fee, is claimed by one day's statement alone.
/// Claims are at most two an event of the day.
/// </summary>
internal sealed record Settlement : IState<Settlement, SettlementEvent>
{
    public static JsonTypeInfo<SettlementEvent> EventJson => SettlementJson.Default.SettlementEvent;

    public ImmutableDictionary<string, StatementLine> Lines { get; private init; } =
        ImmutableDictionary.Create<string, StatementLine>(StringComparer.Ordinal);
    public int Matched { get; private init; }
    public ImmutableArray<Difference> Differences { get; private init; } = [];
    public DateTimeOffset? ComparedAt { get; private init; }

    /// <summary>How many events of the day we had been told when it was compared last; null: not counted.</summary>
    public int? Told { get; private init; }

    /// <summary>What lines of this day's own statement stand for, as it was compared last.</summary>
    public IReadOnlySet<MoneyClaim> Own { get; private init; } = ImmutableHashSet<MoneyClaim>.Empty;

    /// <summary>Money of this day that another day's statement has, and which.</summary>
    public ImmutableDictionary<MoneyClaim, string> Claims { get; private init; } =
        ImmutableDictionary<MoneyClaim, string>.Empty;

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
            Told = e.Told,
            Own = OwnOf(e.Differences),
        },
        SettlementEvent.Claimed e => this with
        {
            Claims = Claims.AddRange(e.Claims.Select(c => KeyValuePair.Create(c, e.Day))),
        },
        SettlementEvent.Explained e => this with
        {
            Differences =
            [
                .. Differences.Select(d => d.Id == e.Id && (e.Kind is null || d.Kind == e.Kind)
                    ? d with { Parts = e.Parts, By = e.By } : d),
            ],
        },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    private HashSet<MoneyClaim> OwnOf(ImmutableArray<Difference> differences)
    {
        var strangers = differences.Where(d => d.Kind is DifferenceKind.NotHere or DifferenceKind.Content
            or DifferenceKind.Twice).Select(d => d.Id).ToHashSet(StringComparer.Ordinal);
        return [.. Lines.Values.Where(l => !strangers.Contains(l.Id)).Select(MoneyClaim.Of)];
    }

    /// <summary>A page of the differences, by id.</summary>
    public ImmutableArray<Difference> Page(DifferencesWanted wanted) =>
    [
        .. Differences.OrderBy(d => d.Id, StringComparer.Ordinal).ThenBy(d => d.Kind)
            .Where(d => wanted.AfterId is not { } id || string.CompareOrdinal(d.Id, id) is var order
                && (order > 0 || (order == 0 && d.Kind > wanted.AfterKind)))
            .Take(wanted.Limit),
    ];

    public SettlementInfo Info(string day) =>
        new(day, State, Lines.Count, Matched, Differences, Unexplained, ComparedAt);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SettlementEvent))]
internal sealed partial class SettlementJson : JsonSerializerContext;

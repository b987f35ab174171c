using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Budgets;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(LinePut), "plan.line_put"), JsonDerivedType(typeof(Moved), "plan.moved")]
[JsonDerivedType(typeof(Submitted), "plan.submitted"), JsonDerivedType(typeof(Settled), "plan.settled")]
[JsonDerivedType(typeof(Revised), "plan.revised"), JsonDerivedType(typeof(Spread), "plan.spread")]
internal abstract record BudgetPlanEvent
{
    internal sealed record LinePut(
        long Version, BudgetPlace Place, BudgetTerms Terms, string By, DateTimeOffset At) : BudgetPlanEvent;

    internal sealed record Moved(
        long Version, string Key, BudgetPlace From, BudgetPlace To, long AmountMinor, string By, string Note,
        DateTimeOffset At) : BudgetPlanEvent;

    /// <param name="Number">Of the plan's approvals.</param>
    internal sealed record Submitted(
        long Version, int Number, string By, ImmutableArray<BudgetOverride> Overrides, DateTimeOffset At)
        : BudgetPlanEvent;

    /// <summary>It is decided.</summary>
    /// <param name="EmergencyMinor">What is set aside for what nobody expects (BUD-09); 0 when it was not
    /// approved.</param>
    internal sealed record Settled(
        long Version, int Number, bool IsApproved, long EmergencyMinor, DateTimeOffset At) : BudgetPlanEvent;

    internal sealed record Revised(long Version, string By, string Note, DateTimeOffset At) : BudgetPlanEvent;

    /// <summary>Lines and reserves have heard, and who decides knows.</summary>
    internal sealed record Spread(long Version, DateTimeOffset At) : BudgetPlanEvent;
}

/// <summary>
/// The budget of a year. Invariants: at most <see cref="IBudgetPlanGrain.LinesMax"/> lines, all of one currency; no line
/// stands below itself; a move leaves the sum as it is; every change raises the version; at most 16 keys.
/// </summary>
internal sealed record BudgetPlan : IState<BudgetPlan, BudgetPlanEvent>
{
    public static JsonTypeInfo<BudgetPlanEvent> EventJson => BudgetPlanJson.Default.BudgetPlanEvent;

    public BudgetPlanState State { get; private init; }
    public long Version { get; private init; }
    public string Note { get; private init; } = "";
    public int Number { get; private init; }
    public string SubmittedBy { get; private init; } = "";
    public long EmergencyMinor { get; private init; }
    public ImmutableArray<BudgetOverride> Overrides { get; private init; } = [];
    public ImmutableSortedDictionary<string, VersionedLine> Lines { get; private init; } =
        ImmutableSortedDictionary.Create<string, VersionedLine>(StringComparer.Ordinal);
    public RememberedKeys<long> Keys { get; private init; } = RememberedKeys<long>.None;

    /// <summary>What lines, reserves and who decides have heard of.</summary>
    public long SpreadVersion { get; private init; }
    public DateTimeOffset ChangedAt { get; private init; }

    public DateTimeOffset? DueAt => SpreadVersion < Version ? ChangedAt : null;

    public string? Currency => Lines.IsEmpty ? null : Lines.Values.First().Terms.Currency;

    public static BudgetPlan New() => new();

    public static string KeyOf(BudgetPlace place) => BudgetKeys.KeyOf(0, place.Month, place.Line);

    public BudgetPlan Apply(BudgetPlanEvent happened) => happened switch
    {
        BudgetPlanEvent.LinePut e => Changed(e.Version, $"{e.Place.Month}/{e.Place.Line} entered", e.At) with
        {
            Lines = Lines.SetItem(KeyOf(e.Place), new(e.Place, e.Terms, e.Version)),
        },
        BudgetPlanEvent.Moved e => Changed(e.Version, e.Note, e.At) with
        {
            Lines = Lines.SetItem(KeyOf(e.From), By(e.From, -e.AmountMinor, e.Version))
                .SetItem(KeyOf(e.To), By(e.To, e.AmountMinor, e.Version)),
            Keys = Keys.Add(e.Key, BudgetPlanDecide.CommandOf(e.From, e.To, e.AmountMinor, e.Note), e.Version, e.At),
        },
        BudgetPlanEvent.Submitted e => Changed(e.Version, "submitted", e.At) with
        {
            State = BudgetPlanState.Submitted,
            Number = e.Number,
            SubmittedBy = e.By,
            Overrides = e.Overrides,
        },
        BudgetPlanEvent.Settled e => Changed(e.Version, e.IsApproved ? "approved" : "not approved", e.At) with
        {
            State = e.IsApproved ? BudgetPlanState.InForce : BudgetPlanState.Draft,
            EmergencyMinor = e.IsApproved ? e.EmergencyMinor : EmergencyMinor,
        },
        BudgetPlanEvent.Revised e => Changed(e.Version, e.Note, e.At) with { State = BudgetPlanState.Draft },
        BudgetPlanEvent.Spread e => this with { SpreadVersion = e.Version },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    private BudgetPlan Changed(long version, string note, DateTimeOffset at) =>
        this with { Version = version, Note = note, ChangedAt = at };

    private VersionedLine By(BudgetPlace place, long delta, long version)
    {
        var line = Lines[KeyOf(place)];
        return line with
        {
            Terms = line.Terms with { PlannedMinor = line.Terms.PlannedMinor + delta },
            Version = version,
        };
    }
}

/// <summary>A line as the plan has it.</summary>
/// <param name="Version">Of the plan, when the line was changed last.</param>
internal sealed record VersionedLine(BudgetPlace Place, BudgetTerms Terms, long Version);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BudgetPlanEvent))]
internal sealed partial class BudgetPlanJson : JsonSerializerContext;

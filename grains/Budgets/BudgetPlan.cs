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
[JsonDerivedType(typeof(Moving), "plan.moving"), JsonDerivedType(typeof(Stayed), "plan.stayed")]
internal abstract record BudgetPlanEvent
{
    internal sealed record LinePut(
        long Version, BudgetPlace Place, BudgetTerms Terms, string By, DateTimeOffset At) : BudgetPlanEvent
    {
        /// <summary>Under which it was changed; null: it was entered.</summary>
        public string? Key { get; init; }

        /// <summary>What tells the change from another under that key.</summary>
        public string? Command { get; init; }
    }

    internal sealed record Moved(
        long Version, string Key, BudgetPlace From, BudgetPlace To, long AmountMinor, string By, string Note,
        DateTimeOffset At) : BudgetPlanEvent
    {
        /// <summary>True: what a line loses or gets, the lines that it is part of do too; null: they did not
        /// then.</summary>
        public bool? Carries { get; init; }
    }

    /// <summary>Money is about to be moved: it is taken from where it is, and nothing else is done with the plan until
    /// it is there, or was not to be had.</summary>
    internal sealed record Moving(
        string Key, BudgetPlace From, BudgetPlace To, long AmountMinor, string By, string Note, DateTimeOffset At)
        : BudgetPlanEvent;

    /// <summary>The money was spent by then, and stays; its line is told anew.</summary>
    internal sealed record Stayed(long Version, string Key, BudgetPlace From, DateTimeOffset At) : BudgetPlanEvent;

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
/// stands below itself; parts are of the kind of their whole and not more than it; a move leaves the sum as it is, and
/// one is under way at a time; every change raises the version; at most 16 keys.
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

    /// <summary>The move under way; null: none.</summary>
    public BudgetPlanEvent.Moving? Moving { get; private init; }

    /// <summary>It was in force once.</summary>
    public bool WasInForce { get; private init; }

    /// <summary>What lines, reserves and who decides have heard of.</summary>
    public long SpreadVersion { get; private init; }
    public DateTimeOffset ChangedAt { get; private init; }

    public DateTimeOffset? DueAt => Moving?.At ?? (SpreadVersion < Version ? ChangedAt : null);

    public string? Currency => Lines.IsEmpty ? null : Lines.Values.First().Terms.Currency;

    public static BudgetPlan New() => new();

    public static string KeyOf(BudgetPlace place) => BudgetKeys.KeyOf(0, place.Month, place.Line);

    public BudgetPlan Apply(BudgetPlanEvent happened) => happened switch
    {
        BudgetPlanEvent.LinePut e => Put(e),
        BudgetPlanEvent.Moving e => this with { Moving = e },
        BudgetPlanEvent.Moved e => Moved(e),
        BudgetPlanEvent.Stayed e => Changed(e.Version, Note, e.At) with
        {
            Moving = null,
            Lines = Told(Lines, this.Chain(e.From), e.Version),
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
            WasInForce = WasInForce || e.IsApproved,
            Lines = e.IsApproved ? Approved(e.Version) : Lines,
        },
        BudgetPlanEvent.Revised e => Changed(e.Version, e.Note, e.At) with { State = BudgetPlanState.Draft },
        BudgetPlanEvent.Spread e => this with { SpreadVersion = e.Version },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    private BudgetPlan Changed(long version, string note, DateTimeOffset at) =>
        this with { Version = version, Note = note, ChangedAt = at };

    private BudgetPlan Put(BudgetPlanEvent.LinePut e)
    {
        var before = Lines.GetValueOrDefault(KeyOf(e.Place));
        // What a draft raises, and what it adds to a plan that was in force, counts when it is approved.
        var counts = before?.CountsMinor
            ?? (WasInForce && State == BudgetPlanState.Draft ? 0 : e.Terms.PlannedMinor);
        var next = Changed(e.Version, $"{e.Place.Month}/{e.Place.Line} entered", e.At) with
        {
            Lines = Lines.SetItem(KeyOf(e.Place), new(e.Place, e.Terms, e.Version) { CountsMinor = counts }),
            Keys = e.Key is null ? Keys : Keys.Add(e.Key, e.Command!, e.Version, e.At),
        };
        var whole = next.Chain(e.Place).Concat(before is null ? [] : this.Chain(e.Place));
        return next with { Lines = Told(next.Lines, whole, e.Version) };
    }

    private BudgetPlan Moved(BudgetPlanEvent.Moved e)
    {
        var (from, to) = e.Carries == true ? this.Changing(e.From, e.To)
            : (new[] { Lines[KeyOf(e.From)] }, new[] { Lines[KeyOf(e.To)] });
        // What is not in force goes first: it is not in force where it goes to.
        var counts = this.CountsIn(e.From, e.AmountMinor);
        var lines = Told(Lines, this.Chain(e.From).Concat(this.Chain(e.To)), e.Version);
        foreach (var l in from) lines = lines.SetItem(KeyOf(l.Place), l.By(-e.AmountMinor, -counts, e.Version));
        foreach (var l in to) lines = lines.SetItem(KeyOf(l.Place), l.By(e.AmountMinor, counts, e.Version));
        return Changed(e.Version, e.Note, e.At) with
        {
            Moving = null,
            Lines = lines,
            Keys = Keys.Add(e.Key, BudgetPlanMove.CommandOf(e.From, e.To, e.AmountMinor, e.Note), e.Version, e.At),
        };
    }

    /// <summary>What is planned is in force; who does not know it is told.</summary>
    private ImmutableSortedDictionary<string, VersionedLine> Approved(long version)
    {
        var lines = Lines;
        foreach (var line in Lines.Values.Where(l => l.CountsMinor != l.Terms.PlannedMinor))
        {
            lines = lines.SetItem(KeyOf(line.Place), line with { CountsMinor = line.Terms.PlannedMinor });
            lines = Told(lines, this.Chain(line.Place), version);
        }

        return lines;
    }

    private static ImmutableSortedDictionary<string, VersionedLine> Told(
        ImmutableSortedDictionary<string, VersionedLine> lines, IEnumerable<VersionedLine> which, long version) =>
        which.Aggregate(lines, (all, l) => all.SetItem(KeyOf(l.Place), all[KeyOf(l.Place)] with { Version = version }));
}

/// <summary>A line as the plan has it.</summary>
/// <param name="Version">Of the plan, when the line was changed last.</param>
internal sealed record VersionedLine(BudgetPlace Place, BudgetTerms Terms, long Version)
{
    /// <summary>What of its plan was in force, or was moved to it since.</summary>
    public long CountsMinor { get; init; }

    public VersionedLine By(long delta, long counts, long version) => this with
    {
        Terms = Terms with { PlannedMinor = Terms.PlannedMinor + delta },
        CountsMinor = Math.Max(0, CountsMinor + counts),
        Version = version,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BudgetPlanEvent))]
internal sealed partial class BudgetPlanJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Budgets;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Planned), "budget.planned"), JsonDerivedType(typeof(Committed), "budget.committed")]
[JsonDerivedType(typeof(Booked), "budget.booked"), JsonDerivedType(typeof(Queued), "budget.queued")]
[JsonDerivedType(typeof(Released), "budget.released"), JsonDerivedType(typeof(Dropped), "budget.dropped")]
[JsonDerivedType(typeof(Asked), "budget.asked"), JsonDerivedType(typeof(Told), "budget.told")]
[JsonDerivedType(typeof(Settled), "budget.settled"), JsonDerivedType(typeof(Flagged), "budget.flagged")]
[JsonDerivedType(typeof(Checked), "budget.checked")]
internal abstract record BudgetLineEvent
{
    internal sealed record Planned(long Version, BudgetTerms Terms, DateTimeOffset At) : BudgetLineEvent
    {
        /// <summary>What of it is planned in its parts; null: nothing is, or nobody said.</summary>
        public long? PartsMinor { get; init; }

        /// <summary>What of its own counts towards an approval that was asked; null: all.</summary>
        public long? CountsMinor { get; init; }
    }

    /// <param name="OverMinor">What the line is over its plan with it; 0: it is not.</param>
    internal sealed record Committed(PostSpend Spend, long OverMinor, DateTimeOffset At) : BudgetLineEvent
    {
        /// <summary>Whether it is over within a planned band; null: nobody said, and then it is when it is
        /// over.</summary>
        public bool? Elastic { get; init; }
    }

    /// <param name="HeldMinor">What was committed for it and is given back; 0: nothing was.</param>
    internal sealed record Booked(PostSpend Spend, long HeldMinor, long OverMinor, DateTimeOffset At) : BudgetLineEvent
    {
        /// <inheritdoc cref="Committed.Elastic"/>
        public bool? Elastic { get; init; }
    }

    /// <summary>It waits for the decision.</summary>
    internal sealed record Queued(PostSpend Spend, DateTimeOffset At) : BudgetLineEvent;

    internal sealed record Released(string Id, long HeldMinor, DateTimeOffset At) : BudgetLineEvent;

    /// <summary>The decision was against what waited.</summary>
    /// <param name="PlacementId">Whose it was; null: no placement's.</param>
    internal sealed record Dropped(string Id, string? PlacementId, DateTimeOffset At) : BudgetLineEvent
    {
        /// <summary>Why, as the code of a refusal; null: nobody said.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>A special approval is asked.</summary>
    /// <param name="Number">Of the line's approvals.</param>
    /// <param name="Percent">What the mark was, percent of the plan.</param>
    internal sealed record Asked(int Number, int Percent, DateTimeOffset At) : BudgetLineEvent
    {
        /// <summary>Whose spend crossed the mark; null: nobody's in person.</summary>
        public string? By { get; init; }
    }

    /// <summary>Who decides knows of it.</summary>
    internal sealed record Told(int Number, DateTimeOffset At) : BudgetLineEvent;

    /// <summary>It is decided, or has no object any more.</summary>
    /// <param name="GrantedMinor">What may be spent before the next mark is worked out from it; null: it was not
    /// granted.</param>
    internal sealed record Settled(int Number, long? GrantedMinor, DateTimeOffset At) : BudgetLineEvent;

    /// <summary>A booked spend is unusual and held for a check.</summary>
    /// <param name="UsualMinor">What its like comes to.</param>
    internal sealed record Flagged(PostSpend Spend, long UsualMinor, DateTimeOffset At) : BudgetLineEvent;

    /// <summary>Somebody looked at it; when it is not in order it comes off what was booked.</summary>
    internal sealed record Checked(
        PostSpend Spend, bool Passed, string By, string Reason, DateTimeOffset At) : BudgetLineEvent;
}

/// <summary>A spend as the line remembers it.</summary>
/// <param name="Content">Tells other content under the same id.</param>
internal readonly record struct SpendMark(
    SpendState State, long AmountMinor, int Content, bool Elastic, SpendCheck Check = SpendCheck.None,
    bool Over = false, string? Reason = null);

/// <summary>Where the latest special approval stands.</summary>
internal enum AskState
{
    /// <summary>None is open.</summary>
    None,

    /// <summary>Asked; who decides is not told yet.</summary>
    Asked,

    /// <summary>Who decides is told.</summary>
    Open,

    /// <summary>The decision was against it, or there was none in time.</summary>
    Refused,
}

/// <summary>
/// One line of a month. Invariants: an id is booked once; committed is the sum of open commitments, actual that of what
/// was booked; at most <see cref="IBudgetLineGrain.WaitingMax"/> wait; at most one approval is open; the
/// <see cref="LargestMax"/> largest spends are kept for its breakdown.
/// </summary>
internal sealed record BudgetLine : IState<BudgetLine, BudgetLineEvent>
{
    public const int LargestMax = 20;

    public static JsonTypeInfo<BudgetLineEvent> EventJson => BudgetLineJson.Default.BudgetLineEvent;

    public BudgetTerms? Terms { get; init; }
    public long PlanVersion { get; init; }
    public long CommittedMinor { get; init; }
    public long ActualMinor { get; init; }
    public long GrantedMinor { get; init; }
    public int Asks { get; init; }
    public AskState Ask { get; init; }
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Whose spend crossed the mark last.</summary>
    public string? AskedBy { get; init; }

    /// <summary>What is planned in its parts, and spent there.</summary>
    public long PartsMinor { get; init; }

    /// <summary>What of its own counts towards an approval that was asked.</summary>
    public long CountsMinor { get; init; }

    /// <summary>What was spent and committed when the decision was against it; 0: it never was.</summary>
    public long RefusedMinor { get; init; }

    /// <summary>The spend by which it went over its own plan; null: it is not, or its plan was lowered below what is
    /// taken.</summary>
    public string? OverSince { get; init; }

    public ImmutableDictionary<string, SpendMark> Spends { get; init; } =
        ImmutableDictionary.Create<string, SpendMark>(StringComparer.Ordinal);
    public ImmutableList<PostSpend> Waiting { get; init; } = [];
    public ImmutableArray<PostSpend> Largest { get; init; } = [];

    /// <summary>Booked, and held for a check.</summary>
    public ImmutableList<PostSpend> Unusual { get; init; } = [];

    /// <summary>What it may spend itself.</summary>
    public long OwnMinor => Terms is null ? 0 : Math.Max(0, Terms.PlannedMinor - PartsMinor);

    /// <summary>Spent and committed.</summary>
    public long TakenMinor => CommittedMinor + ActualMinor;

    public DateTimeOffset? DueAt => Ask == AskState.Asked ? AskedAt : null;

    public static BudgetLine New() => new();

    public BudgetLine Apply(BudgetLineEvent happened) => happened switch
    {
        BudgetLineEvent.Planned e => Planned(e),
        BudgetLineEvent.Committed { Spend: var s } e => Unqueue(s.Id) with
        {
            CommittedMinor = CommittedMinor + s.AmountMinor,
            Spends = Mark(s, SpendState.Committed, e.Elastic ?? e.OverMinor > 0, e.OverMinor > 0),
            OverSince = e.OverMinor > 0 ? OverSince ?? s.Id : null,
        },
        BudgetLineEvent.Booked { Spend: var s } e => Unqueue(s.Id) with
        {
            CommittedMinor = CommittedMinor - e.HeldMinor,
            ActualMinor = ActualMinor + s.AmountMinor,
            OverSince = e.OverMinor > 0 ? OverSince ?? s.Id : null,
            Spends = Mark(s, SpendState.Actual, e.Elastic ?? e.OverMinor > 0, e.OverMinor > 0),
            Largest = [.. Largest.Append(s).OrderByDescending(l => l.AmountMinor).Take(LargestMax)],
        },
        BudgetLineEvent.Queued { Spend: var s } => this with
        {
            Waiting = Waiting.Add(s),
            Spends = Mark(s, SpendState.Waiting, false),
        },
        BudgetLineEvent.Released e => this with
        {
            CommittedMinor = CommittedMinor - e.HeldMinor,
            OverSince = TakenMinor - e.HeldMinor > OwnMinor ? OverSince : null,
            Spends = Spends.SetItem(e.Id, Spends[e.Id] with { State = SpendState.Released }),
        },
        BudgetLineEvent.Dropped e => Unqueue(e.Id) with
        {
            Spends = Spends.SetItem(e.Id, Spends[e.Id] with { State = SpendState.Dropped, Reason = e.Reason }),
        },
        BudgetLineEvent.Asked e => this with
        {
            Ask = AskState.Asked,
            Asks = e.Number,
            AskedAt = e.At,
            AskedBy = e.By,
        },
        BudgetLineEvent.Told => this with { Ask = AskState.Open },
        BudgetLineEvent.Settled e => this with
        {
            Ask = e.GrantedMinor is null ? AskState.Refused : AskState.None,
            GrantedMinor = e.GrantedMinor ?? GrantedMinor,
            RefusedMinor = e.GrantedMinor is null ? TakenMinor : RefusedMinor,
        },
        BudgetLineEvent.Flagged { Spend: var s } => this with
        {
            Unusual = Unusual.Add(s),
            Spends = Spends.SetItem(s.Id, Spends[s.Id] with { Check = SpendCheck.Held }),
        },
        BudgetLineEvent.Checked { Spend: var s, Passed: true } => this with
        {
            Unusual = Unusual.RemoveAll(u => u.Id == s.Id),
            Spends = Spends.SetItem(s.Id, Spends[s.Id] with { Check = SpendCheck.Passed }),
        },
        BudgetLineEvent.Checked { Spend: var s } => this with
        {
            Unusual = Unusual.RemoveAll(u => u.Id == s.Id),
            Spends = Spends.SetItem(
                s.Id, Spends[s.Id] with { Check = SpendCheck.Refused, State = SpendState.Dropped }),
            ActualMinor = ActualMinor - s.AmountMinor,
            OverSince = TakenMinor - s.AmountMinor > OwnMinor ? OverSince : null,
            Largest = Largest.RemoveAll(l => l.Id == s.Id),
        },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    private BudgetLine Planned(BudgetLineEvent.Planned e)
    {
        var next = this with { PlanVersion = e.Version, Terms = e.Terms, PartsMinor = e.PartsMinor ?? 0 };
        return next with
        {
            CountsMinor = Math.Min(next.OwnMinor, e.CountsMinor ?? next.OwnMinor),
            OverSince = TakenMinor > next.OwnMinor ? OverSince : null,
        };
    }

    private BudgetLine Unqueue(string id) => Spends.TryGetValue(id, out var mark) && mark.State == SpendState.Waiting
        ? this with { Waiting = Waiting.RemoveAll(s => s.Id == id) } : this;

    private ImmutableDictionary<string, SpendMark> Mark(
        PostSpend s, SpendState state, bool elastic, bool over = false) => Spends.SetItem(
            s.Id, new(state, s.AmountMinor, BudgetLineDecide.ContentOf(s), elastic) { Over = over });
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BudgetLineEvent)), JsonSerializable(typeof(FrozenBudgetLine))]
internal sealed partial class BudgetLineJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Care;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Opened), "case.opened"), JsonDerivedType(typeof(Evidenced), "case.evidenced")]
[JsonDerivedType(typeof(Decided), "case.decided"), JsonDerivedType(typeof(GoodsBack), "case.goods_back")]
[JsonDerivedType(typeof(Settling), "case.settling"), JsonDerivedType(typeof(NotSettled), "case.not_settled")]
[JsonDerivedType(typeof(Settled), "case.settled"), JsonDerivedType(typeof(Breached), "case.breached")]
internal abstract record CaseEvent
{
    /// <param name="DueAt">When the next step is due, here and below.</param>
    internal sealed record Opened(
        CaseTerms Terms, string By, string Market, CaseWindow Window, DateTimeOffset? DeliveredAt, string? Voucher,
        DateTimeOffset DueAt, DateTimeOffset At) : CaseEvent;

    /// <param name="IsFirst">True: the clock of the decision begins.</param>
    internal sealed record Evidenced(
        string Key, string By, string Note, bool IsFirst, DateTimeOffset DueAt, DateTimeOffset At) : CaseEvent;

    /// <param name="PriceMinor">Of a unit that an exchange holds; null: nothing is held.</param>
    /// <param name="DueAt">Null: nothing was granted, and nothing is due.</param>
    internal sealed record Decided(
        string Key, string By, CaseRemedy Remedy, string Note, long? PriceMinor, DateTimeOffset? DueAt,
        DateTimeOffset At) : CaseEvent;

    internal sealed record GoodsBack(string Key, string By, string? Note, DateTimeOffset DueAt, DateTimeOffset At)
        : CaseEvent;

    /// <summary>The intent: from here on it is driven to an end, whoever dies.</summary>
    internal sealed record Settling(string Key, string By, string? Note, DateTimeOffset At) : CaseEvent;

    /// <summary>Order or stock refused; the case stays where it was.</summary>
    internal sealed record NotSettled(string Code, RefusalKind Kind, DateTimeOffset At) : CaseEvent;

    /// <param name="ReturnId">The order's return; null: no money moves.</param>
    internal sealed record Settled(string? ReturnId, long? RefundMinor, DateTimeOffset At) : CaseEvent;

    /// <summary>The step after <c>After</c> was due and is not done.</summary>
    /// <param name="Role">Whose inbox hears of it.</param>
    internal sealed record Breached(CaseState After, string Role, DateTimeOffset DueAt, DateTimeOffset At) : CaseEvent;
}

/// <summary>
/// One after-sales case. Invariants: opened once; its steps come in their order, each with who and when; settled at
/// most once, and only as it was granted; at most 16 pieces of evidence and 16 keys.
/// </summary>
internal sealed partial record Case : IState<Case, CaseEvent>
{
    /// <summary>How long an unfinished settlement may take before the kernel drives it on.</summary>
    private static readonly TimeSpan DriveAfter = TimeSpan.FromSeconds(5);

    public static JsonTypeInfo<CaseEvent> EventJson => CaseJson.Default.CaseEvent;

    public CaseEvent.Opened? Opening { get; private init; }
    public CaseState State { get; private init; }
    public CaseRemedy? Remedy { get; private init; }

    /// <summary>Who decided; null: nobody has.</summary>
    public string? GrantedBy { get; private init; }

    public ImmutableArray<CaseStep> Steps { get; private init; } = [];

    /// <summary>What a unit that an exchange holds costs; null: nothing is held.</summary>
    public long? PriceMinor { get; private init; }

    /// <summary>When the next step is due; null: it is over.</summary>
    public DateTimeOffset? Deadline { get; private init; }

    /// <summary>The next step is late, and it was said.</summary>
    public bool IsBreached { get; private init; }

    public CaseEvent.Settling? Settlement { get; private init; }

    /// <summary>Why the last settlement was refused.</summary>
    public Refusal? WhyNotSettled { get; private init; }

    public string? ReturnId { get; private init; }
    public long? RefundMinor { get; private init; }
    public RememberedKeys<CaseView> Keys { get; private init; } = RememberedKeys<CaseView>.None;

    public DateTimeOffset? DueAt => Settlement is { } s ? s.At + DriveAfter : IsBreached ? null : Deadline;

    public static Case New() => new();

    public Case Apply(CaseEvent happened)
    {
        switch (happened)
        {
            case CaseEvent.Opened e:
                return this with
                {
                    Opening = e,
                    State = CaseState.Opened,
                    Deadline = e.DueAt,
                    Steps = [new(CaseState.Opened, e.By, e.At, e.Terms.Note, false)],
                };
            case CaseEvent.Evidenced e:
                return Step(CaseState.Evidenced, e.By, e.Note, e.DueAt, e.At).Keep(e.Key, EvidenceOf(e.Note), e.At);
            case CaseEvent.Decided e:
                return (Step(e.Remedy == CaseRemedy.None ? CaseState.Refused : CaseState.Decided, e.By, e.Note,
                    e.DueAt, e.At) with
                { Remedy = e.Remedy, PriceMinor = e.PriceMinor, GrantedBy = e.By })
                    .Keep(e.Key, DecisionOf(e.Remedy, e.Note), e.At);
            case CaseEvent.GoodsBack e:
                return Step(CaseState.GoodsBack, e.By, e.Note, e.DueAt, e.At).Keep(e.Key, GoodsOf(e.Note), e.At);
            case CaseEvent.Settling e:
                return this with { Settlement = e, WhyNotSettled = null };
            case CaseEvent.NotSettled e:
                return this with { Settlement = null, WhyNotSettled = new(e.Kind, e.Code) };
            case CaseEvent.Settled e:
                var s = Settlement!;
                return (Step(CaseState.Settled, s.By, s.Note, null, e.At) with
                {
                    Settlement = null,
                    ReturnId = e.ReturnId,
                    RefundMinor = e.RefundMinor,
                }).Keep(s.Key, SettlementOf(s.Note), e.At);
            case CaseEvent.Breached:
                return this with { IsBreached = true };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    public CaseView View(string id, DateTimeOffset now) => new(id, Opening!.Terms, State, Opening.Market,
        Opening.Window, Opening.DeliveredAt, Opening.Voucher, CaseWindows.Remedies(Opening.Window), Remedy, Deadline,
        Deadline < now, Steps, ReturnId, RefundMinor);

    /// <summary>A second piece of evidence neither moves the clock of the decision nor hides that it is late.</summary>
    private Case Step(CaseState to, string by, string? note, DateTimeOffset? dueAt, DateTimeOffset at)
    {
        var isSecond = State == to;
        return this with
        {
            State = to,
            Steps = Steps.Add(new(to, by, at, note, Deadline < at)),
            Deadline = isSecond ? Deadline : dueAt,
            IsBreached = isSecond && IsBreached,
        };
    }

    /// <summary>The state does not know its own id; the answer gets it when it is given again.</summary>
    private Case Keep(string key, string command, DateTimeOffset at) =>
        this with { Keys = Keys.Add(key, command, View("", at), at) };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaseEvent))]
internal sealed partial class CaseJson : JsonSerializerContext;

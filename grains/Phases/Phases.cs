using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Phases;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Put), "phase.put"), JsonDerivedType(typeof(Passed), "phase.gate_passed")]
[JsonDerivedType(typeof(Asked), "phase.asked"), JsonDerivedType(typeof(Told), "phase.told")]
[JsonDerivedType(typeof(Settled), "phase.settled"), JsonDerivedType(typeof(MarkedLate), "phase.late")]
[JsonDerivedType(typeof(LateOver), "phase.late_over")]
internal abstract record PhaseEvent
{
    internal sealed record Put(
        int Phase, ImmutableArray<PhaseGate> Gates, int Days, string By, DateTimeOffset At) : PhaseEvent
    {
        /// <summary>Why open gates were dropped.</summary>
        public string? Reason { get; init; }
    }

    internal sealed record Passed(int Phase, string Gate, string Evidence, string By, DateTimeOffset At) : PhaseEvent;

    /// <param name="Number">Of the plan's approvals.</param>
    internal sealed record Asked(
        int Phase, DateOnly From, int Number, int Days, string By, string Reason, DateTimeOffset At) : PhaseEvent;

    /// <summary>Who decides knows of it.</summary>
    internal sealed record Told(int Number, DateTimeOffset At) : PhaseEvent;

    internal sealed record Settled(int Number, bool IsApproved, DateTimeOffset At) : PhaseEvent;

    /// <summary>Its time is over, and these gates are open.</summary>
    internal sealed record MarkedLate(
        int Phase, ImmutableArray<string> OpenGates, string Role, DateTimeOffset At) : PhaseEvent
    {
        /// <summary>How many times it is late by then; null: the first.</summary>
        public int? Times { get; init; }
    }

    /// <summary>It is late no more.</summary>
    /// <param name="Times">Of the event that marked it.</param>
    internal sealed record LateOver(int Phase, string Why, int? Times, DateTimeOffset At) : PhaseEvent;
}

/// <summary>A phase as it is kept.</summary>
/// <param name="Number">Of its latest approval; 0: none was asked.</param>
internal sealed record OnePhase(ImmutableArray<GateInfo> Gates, int? Days, DateOnly? From, bool IsApproved, int Number)
{
    public bool IsLate { get; init; }

    /// <summary>How many times it was marked as late.</summary>
    public int Lates { get; init; }
    public PhaseEvent.Asked? Asking { get; init; }

    /// <summary>Its approval is open.</summary>
    public bool IsAsked => Asking is not null;

    public IEnumerable<GateInfo> Open => Gates.Where(g => g.Evidence is null);
}

/// <summary>
/// The phases of the plan. Invariants: each begins after the one before, and once; at most one approval is open; at most
/// <see cref="IPhasesGrain.GatesMax"/> gates a phase.
/// </summary>
internal sealed record Plan : IState<Plan, PhaseEvent>
{
    public static JsonTypeInfo<PhaseEvent> EventJson => PhaseJson.Default.PhaseEvent;

    public ImmutableArray<OnePhase> Phases { get; private init; } =
        [.. Enumerable.Repeat(new OnePhase([], null, null, false, 0), IPhasesGrain.Last)];
    public int Asks { get; private init; }
    public bool IsTold { get; private init; } = true;

    public DateTimeOffset? DueAt => IsTold ? null : Phases.First(p => p.IsAsked).Asking!.At;

    public static Plan New() => new();

    public OnePhase this[int phase] => Phases[phase - 1];

    public Plan Apply(PhaseEvent happened)
    {
        switch (happened)
        {
            case PhaseEvent.Put e:
                var before = this[e.Phase].Gates;
                return With(e.Phase, p => p with
                {
                    Days = e.Days,
                    Gates = [.. e.Gates.Select(g => before.FirstOrDefault(b => b.Id == g.Id) is { } passed
                        ? passed with { Title = g.Title } : new GateInfo(g.Id, g.Title, null, null))],
                });
            case PhaseEvent.Passed e:
                return With(e.Phase, p => p with
                {
                    Gates = [.. p.Gates.Select(g => g.Id == e.Gate
                        ? g with { Evidence = e.Evidence, PassedAt = e.At } : g)],
                });
            case PhaseEvent.Asked e:
                return With(e.Phase, p => p with { Asking = e, Number = e.Number, From = e.From }) with
                {
                    Asks = e.Number,
                    IsTold = false,
                };
            case PhaseEvent.Told:
                return this with { IsTold = true };
            case PhaseEvent.Settled e:
                var asked = Phases.Select((p, i) => (p, i)).First(x => x.p.Number == e.Number).i + 1;
                return With(asked, p => p with
                {
                    Asking = null,
                    IsApproved = e.IsApproved,
                    From = e.IsApproved ? p.From : null,
                    Days = p.Days ?? p.Asking!.Days,
                }) with
                { IsTold = true };
            case PhaseEvent.MarkedLate e:
                return With(e.Phase, p => p with { IsLate = true, Lates = p.Lates + 1 });
            case PhaseEvent.LateOver e:
                return With(e.Phase, p => p with { IsLate = false });
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    private Plan With(int phase, Func<OnePhase, OnePhase> change) =>
        this with { Phases = Phases.SetItem(phase - 1, change(this[phase])) };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PhaseEvent))]
internal sealed partial class PhaseJson : JsonSerializerContext;

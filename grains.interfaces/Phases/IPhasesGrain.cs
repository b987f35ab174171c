using System.Collections.Immutable;
using Ale.Approvals;

namespace Ale.Phases;

/// <summary>
/// The four phases of the plan (PHS-01 to PHS-04): start-up, growth, maturity, exploration. Each has a list of gates and
/// a time; the next begins when all gates are passed and people have approved it, from a date on. What rules a phase
/// brings is the business of the slices that ask which one is in force. With none begun, none is.
/// </summary>
/// <remarks>There is one, <see cref="PhaseKeys.Plan"/>. It holds no personal data.</remarks>
[Alias("ale.phases")]
public interface IPhasesGrain : IDecides
{
    /// <summary>Most gates of a phase.</summary>
    public const int GatesMax = 50;

    /// <summary>Last phase.</summary>
    public const int Last = 4;

    /// <summary>
    /// Enters the gates and the time of a phase that is not over; what is passed of the same gates stays. Who drops a
    /// gate that is open says why, <see cref="PhaseRefusals.Dropped"/>; one that was asked for or has begun keeps a gate,
    /// <see cref="PhaseRefusals.NoGates"/>. A late phase whose new time is not over is late no more (PHS-01).
    /// </summary>
    [Alias("put")] Task<Outcome<PhaseInfo>> Put(PutPhase command, CancellationToken ct = default);

    /// <summary>Passes a gate, with its evidence. Again: as it is.</summary>
    [Alias("pass")] Task<Outcome<PhaseInfo>> Pass(PassGate command, CancellationToken ct = default);

    /// <summary>
    /// Asks for the change to a phase, from a date on. It has at least one gate of its own, save the last, after which
    /// nothing begins; those of the phase before are there and passed (PHS-02, PHS-03). Asked already: as it is.
    /// </summary>
    [Alias("begin")] Task<Outcome<PhaseInfo>> Begin(BeginPhase command, CancellationToken ct = default);

    /// <summary>A phase as it is now.</summary>
    [Alias("get")] Task<Outcome<PhaseInfo>> Get(int phase, CancellationToken ct = default);

    /// <summary>All four, in order.</summary>
    [Alias("list")] Task<Outcome<ImmutableArray<PhaseInfo>>> List(CancellationToken ct = default);

    /// <summary>The phase in force at an instant; null: none has begun.</summary>
    [Alias("in_force")] Task<Outcome<PhaseAt>> InForce(DateTimeOffset? at = null, CancellationToken ct = default);

    /// <summary>
    /// Marks the phase in force as late when its time is over and gates are open (PHS-01), until it is late no more;
    /// its open gates then stand in an inbox. What was marked is answered.
    /// </summary>
    [Alias("check")] Task<Outcome<PhaseAt>> Check(CancellationToken ct = default);

    /// <summary>As <see cref="Check"/>, by the business day of an instant: that for which a job's run was due.</summary>
    [Alias("check_at")] Task<Outcome<PhaseAt>> CheckAt(DateTimeOffset at, CancellationToken ct = default);
}

/// <summary>A gate.</summary>
/// <param name="Id">An id.</param>
/// <param name="Title">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.phase.gate")]
public sealed record PhaseGate([property: Id(0)] string Id, [property: Id(1)] string Title);

/// <summary>Gates and time of a phase.</summary>
/// <param name="Phase">1 to <see cref="IPhasesGrain.Last"/>.</param>
/// <param name="Days">How long it may take; null: as the policy says.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.phase.put")]
public sealed record PutPhase(
    [property: Id(0)] int Phase, [property: Id(1)] ImmutableArray<PhaseGate> Gates, [property: Id(2)] int? Days,
    [property: Id(3)] string By)
{
    /// <summary>Why gates that are open are dropped; null where none is.</summary>
    [Id(4)] public string? Reason { get; init; }
}

/// <summary>A gate is passed.</summary>
/// <param name="Evidence">Where one sees it, 1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.phase.pass")]
public sealed record PassGate(
    [property: Id(0)] int Phase, [property: Id(1)] string Gate, [property: Id(2)] string Evidence,
    [property: Id(3)] string By);

/// <summary>A wish to begin a phase.</summary>
/// <param name="From">The business day of the default market on which it begins.</param>
/// <param name="By">Whose token it was; he does not decide.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
[GenerateSerializer, Immutable, Alias("ale.phase.begin")]
public sealed record BeginPhase(
    [property: Id(0)] int Phase, [property: Id(1)] DateOnly From, [property: Id(2)] string By,
    [property: Id(3)] string Reason);

/// <summary>Where a phase stands.</summary>
public enum PhaseState
{
    /// <summary>It has not begun.</summary>
    Ahead,

    /// <summary>Its begin waits for a decision.</summary>
    Asked,

    /// <summary>It is approved, and begins on its day.</summary>
    Approved,

    /// <summary>It is in force.</summary>
    InForce,

    /// <summary>Its time is over, and gates are open.</summary>
    Late,

    /// <summary>The next has begun.</summary>
    Over,
}

/// <summary>A gate as it is now.</summary>
/// <param name="Evidence">Null: it is open.</param>
[GenerateSerializer, Immutable, Alias("ale.phase.gate_info")]
public sealed record GateInfo(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string? Evidence,
    [property: Id(3)] DateTimeOffset? PassedAt);

/// <summary>A phase as it is now.</summary>
/// <param name="EndsOn">The last day of its time, of which <paramref name="From"/> is the first: 61 days from the first
/// of June end on the 31st of July. Late after it, with gates open; null: it has not begun.</param>
[GenerateSerializer, Immutable, Alias("ale.phase.info")]
public sealed record PhaseInfo(
    [property: Id(0)] int Phase, [property: Id(1)] PhaseState State, [property: Id(2)] ImmutableArray<GateInfo> Gates,
    [property: Id(3)] DateOnly? From, [property: Id(4)] DateOnly? EndsOn, [property: Id(5)] string? ApprovalId);

/// <summary>The phase at an instant.</summary>
/// <param name="Phase">Null: none has begun.</param>
/// <param name="OpenGates">Titles of its open gates.</param>
[GenerateSerializer, Immutable, Alias("ale.phase.at")]
public sealed record PhaseAt(
    [property: Id(0)] int? Phase, [property: Id(1)] bool IsLate, [property: Id(2)] ImmutableArray<string> OpenGates);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class PhaseRefusals
{
    /// <summary>No such phase or gate.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "phase.unknown");

    /// <summary>Terms out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "phase.bad_terms");

    /// <summary>The gate was passed with other evidence.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "phase.changed");

    /// <summary>The phase is over.</summary>
    public static readonly Refusal Over = new(RefusalKind.Conflict, "phase.over");

    /// <summary>Phases begin one after the other.</summary>
    public static readonly Refusal Order = new(RefusalKind.Conflict, "phase.order");

    /// <summary>A phase, or the one before it, has no gates: nothing would show that it is done.</summary>
    public static readonly Refusal NoGates = new(RefusalKind.Conflict, "phase.no_gates");

    /// <summary>Open gates would be dropped without a reason; they are named.</summary>
    public static readonly Refusal Dropped = new(RefusalKind.Conflict, "phase.gate_dropped");

    /// <summary>Gates of the phase before are open; they are named.</summary>
    public static readonly Refusal Gates = new(RefusalKind.Conflict, "phase.gates");
}

/// <summary>Keys of the slice.</summary>
public static class PhaseKeys
{
    /// <summary>The key of the plan's phases.</summary>
    public const string Plan = "plan";

    /// <summary>The kind of the approvals.</summary>
    public const string Kind = "phase";

    /// <summary>The phases of the plan.</summary>
    public static IPhasesGrain Phases(this IGrainFactory grains) => grains.Ref<IPhasesGrain>(Plan);
}

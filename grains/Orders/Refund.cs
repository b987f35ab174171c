using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Orders;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Opened), "refund.opened"), JsonDerivedType(typeof(Asked), "refund.asked")]
[JsonDerivedType(typeof(Cleared), "refund.cleared"), JsonDerivedType(typeof(Rejected), "refund.rejected")]
[JsonDerivedType(typeof(Tried), "refund.tried"), JsonDerivedType(typeof(Failed), "refund.failed")]
[JsonDerivedType(typeof(Retried), "refund.retried"), JsonDerivedType(typeof(Paid), "refund.paid")]
internal abstract record RefundEvent
{
    /// <param name="Quorum">How many people must agree; 0: none.</param>
    /// <param name="Role">Whose holders decide.</param>
    internal sealed record Opened(RefundTerms Terms, int Quorum, string Role, DateTimeOffset At) : RefundEvent;

    internal sealed record Asked(string ApprovalId, DateTimeOffset At) : RefundEvent;

    /// <summary>It was approved.</summary>
    internal sealed record Cleared(DateTimeOffset At) : RefundEvent;

    /// <param name="Reason">How the question ended: <c>rejected</c>, <c>expired</c>, <c>withdrawn</c>.</param>
    internal sealed record Rejected(string Reason, DateTimeOffset At) : RefundEvent;

    /// <summary>The acquirer was asked.</summary>
    /// <param name="Fault">What it met; null: the request was taken, and an event is to tell.</param>
    /// <param name="NextAt">When it is asked again if no event has told.</param>
    internal sealed record Tried(string? Fault, DateTimeOffset NextAt, DateTimeOffset At) : RefundEvent;

    /// <summary>The time of trying is over.</summary>
    /// <param name="Role">Whose inbox it is in.</param>
    internal sealed record Failed(int Attempts, string Role, DateTimeOffset At) : RefundEvent;

    /// <summary>By hand: tried anew, or asked for anew.</summary>
    /// <param name="FailedAt">When it had been given up; null: it was rejected, and people are asked anew.</param>
    internal sealed record Retried(string Key, string By, DateTimeOffset? FailedAt, DateTimeOffset At) : RefundEvent;

    /// <param name="FailedAt">When it had been given up; null: it was not.</param>
    internal sealed record Paid(string EventId, DateTimeOffset? FailedAt, DateTimeOffset At) : RefundEvent;
}

/// <summary>
/// One refund. Invariants: opened once; the acquirer is asked only when no one need agree or all who must have; paid
/// once, and then as it is; at most 16 keys.
/// </summary>
internal sealed partial record Refund : IState<Refund, RefundEvent>
{
    /// <summary>How long a step of its own may take before the kernel drives it on.</summary>
    private static readonly TimeSpan DriveAfter = TimeSpan.FromSeconds(5);

    public static JsonTypeInfo<RefundEvent> EventJson => RefundJson.Default.RefundEvent;

    public RefundEvent.Opened? Opening { get; private init; }
    public RefundState State { get; private init; }

    /// <summary>How often people were or are to be asked.</summary>
    public int Questions { get; private init; }

    /// <summary>The open or last question.</summary>
    public string? ApprovalId { get; private init; }

    /// <summary>Who asks now; null: the buyer, or a rule.</summary>
    public string? AskedBy { get; private init; }

    /// <summary>True: people are to be asked, and are not yet.</summary>
    public bool IsToAsk { get; private init; }

    /// <summary>When this time of trying began.</summary>
    public DateTimeOffset TryingSince { get; private init; }

    public int Attempts { get; private init; }

    /// <summary>When it was given up; null: it is not.</summary>
    public DateTimeOffset? FailedAt { get; private init; }

    public DateTimeOffset? NextTryAt { get; private init; }
    public string? Note { get; private init; }
    public DateTimeOffset? PaidAt { get; private init; }
    public RememberedKeys<RefundView> Keys { get; private init; } = RememberedKeys<RefundView>.None;

    public DateTimeOffset? DueAt => NextTryAt;

    public static Refund New() => new();

    public Refund Apply(RefundEvent happened)
    {
        switch (happened)
        {
            case RefundEvent.Opened e:
                var opened = this with { Opening = e, AskedBy = e.Terms.By };
                return e.Quorum == 0 ? opened.Trying(e.At) : opened.Asking(e.At);
            case RefundEvent.Asked e:
                return this with { ApprovalId = e.ApprovalId, IsToAsk = false, NextTryAt = null };
            case RefundEvent.Cleared e:
                return Trying(e.At);
            case RefundEvent.Rejected e:
                return this with { State = RefundState.Rejected, Note = e.Reason };
            case RefundEvent.Tried e:
                return this with { Attempts = Attempts + 1, Note = e.Fault, NextTryAt = e.NextAt };
            case RefundEvent.Failed e:
                return this with { State = RefundState.Failed, NextTryAt = null, FailedAt = e.At };
            case RefundEvent.Retried e:
                var again = e.FailedAt is not null ? Trying(e.At) : (this with { AskedBy = e.By }).Asking(e.At);
                // The state does not know its own id; the answer gets it when it is given again.
                return again with { Keys = Keys.Add(e.Key, RetryCommand, again.View(""), e.At) };
            case RefundEvent.Paid e:
                return this with
                {
                    State = RefundState.Paid,
                    IsToAsk = false,
                    NextTryAt = null,
                    Note = null,
                    FailedAt = null,
                    PaidAt = e.At,
                };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    public RefundView View(string id) => new(id, Opening!.Terms, State, Opening.Quorum, ApprovalId, Attempts,
        State == RefundState.Paying ? NextTryAt : null, Note, PaidAt);

    private const string RetryCommand = "retry";

    private Refund Trying(DateTimeOffset at) => this with
    {
        State = RefundState.Paying,
        TryingSince = at,
        Attempts = 0,
        FailedAt = null,
        Note = null,
        NextTryAt = at + DriveAfter,
    };

    private Refund Asking(DateTimeOffset at) => this with
    {
        State = RefundState.Waiting,
        Questions = Questions + 1,
        IsToAsk = true,
        Note = null,
        NextTryAt = at + DriveAfter,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RefundEvent))]
internal sealed partial class RefundJson : JsonSerializerContext;

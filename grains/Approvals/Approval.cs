using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Approvals;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Asked), "approval.asked"), JsonDerivedType(typeof(Voted), "approval.voted")]
[JsonDerivedType(typeof(Closed), "approval.closed"), JsonDerivedType(typeof(Escalated), "approval.escalated")]
internal abstract record ApprovalEvent
{
    internal sealed record Asked(AskApproval Question, DateTimeOffset ExpiresAt, DateTimeOffset At) : ApprovalEvent
    {
        /// <summary>When it goes up undecided; null: it never does, as before this was thought of.</summary>
        public DateTimeOffset? EscalatesAt { get; init; }

        /// <summary>The role that it goes up to.</summary>
        public string? EscalatesTo { get; init; }
    }

    /// <summary>Nobody decided for so long: holders of this role may, too.</summary>
    internal sealed record Escalated(string Role, DateTimeOffset At) : ApprovalEvent;

    internal sealed record Voted(
        string By, ApprovalDecision Decision, string Reason, string Key, DateTimeOffset At) : ApprovalEvent
    {
        /// <summary>The role in whose stead he decided; null: by one of his own.</summary>
        public string? StandsInFor { get; init; }
    }

    /// <summary>Over; <c>Reason</c> is there when it was withdrawn.</summary>
    internal sealed record Closed(ApprovalState State, string? Reason, DateTimeOffset At) : ApprovalEvent;
}

/// <summary>
/// One approval. Invariants: asked once; one vote a person, none of who asked, at most as many as the quorum; closed
/// once, by the first rejection, the quorum's last approval, its expiry or its withdrawal; at most 16 keys, each with
/// the approval as it was answered then.
/// </summary>
internal sealed record Approval : IState<Approval, ApprovalEvent>
{
    public static JsonTypeInfo<ApprovalEvent> EventJson => ApprovalJson.Default.ApprovalEvent;

    public ApprovalEvent.Asked? Asking { get; private init; }
    public ImmutableArray<ApprovalVote> Votes { get; private init; } = [];
    public ApprovalEvent.Closed? Closing { get; private init; }
    public RememberedKeys<ApprovalInfo> Keys { get; private init; } = RememberedKeys<ApprovalInfo>.None;

    public ApprovalState State => Closing?.State ?? ApprovalState.Open;
    public DateTimeOffset? DueAt => Closing is not null ? null
        : EscalatedTo is null && Asking?.EscalatesAt is { } up ? up : Asking?.ExpiresAt;

    /// <summary>The role that may decide beside the question's own; null: none.</summary>
    public string? EscalatedTo { get; private init; }

    public static Approval New() => new();

    public Approval Apply(ApprovalEvent happened)
    {
        switch (happened)
        {
            case ApprovalEvent.Asked e:
                return this with { Asking = e };
            case ApprovalEvent.Voted e:
                var vote = new ApprovalVote(e.By, e.Decision, e.Reason, e.At) { StandsInFor = e.StandsInFor };
                var voted = this with { Votes = Votes.Add(vote) };
                // A vote that closes is followed by its end in the same decision; the answer shows both. The state
                // does not know its own id; the answer gets it when it is given again.
                var shown = voted.Outcome() is { } state
                    ? voted with { Closing = new(state, null, e.At) } : voted;
                return voted with
                {
                    Keys = Keys.Add(e.Key, ApprovalDecide.CommandOf(e.By, e.Decision, e.Reason), shown.Info(""), e.At),
                };
            case ApprovalEvent.Escalated e:
                return this with { EscalatedTo = e.Role };
            case ApprovalEvent.Closed e:
                return this with { Closing = e };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>What the votes so far come to; null: they are not enough.</summary>
    public ApprovalState? Outcome() =>
        Votes.Any(v => v.Decision == ApprovalDecision.Reject) ? ApprovalState.Rejected
        : Votes.Length >= Asking!.Question.Quorum ? ApprovalState.Approved : null;

    public ApprovalInfo Info(string id) =>
        new(id, Asking!.Question, State, Asking.At, Asking.ExpiresAt, Votes, Closing?.At)
        {
            EscalatedTo = EscalatedTo,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApprovalEvent))]
internal sealed partial class ApprovalJson : JsonSerializerContext;

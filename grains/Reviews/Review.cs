using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Reviews;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Opened), "review.opened"), JsonDerivedType(typeof(Closed), "review.closed")]
[JsonDerivedType(typeof(Settled), "review.settled")]
internal abstract record ReviewEvent
{
    internal sealed record Opened(ReviewTerms Terms, string By, DateTimeOffset ExpiresAt, DateTimeOffset At)
        : ReviewEvent;

    /// <summary><c>By</c>, <c>Reason</c> and <c>Key</c> are a person's; null: its time was over.</summary>
    internal sealed record Closed(ReviewState State, string? By, string? Reason, string? Key, DateTimeOffset At)
        : ReviewEvent;

    /// <summary>The effect is done, or was refused with a code.</summary>
    internal sealed record Settled(string? Refusal, DateTimeOffset At) : ReviewEvent;
}

/// <summary>
/// One review. Invariants: opened once; closed once, by a person of its role who did not open it, or by its expiry; its
/// effect is settled once, only after acceptance; what it remembers are its texts and at most one key.
/// </summary>
internal sealed record Review : IState<Review, ReviewEvent>
{
    public static JsonTypeInfo<ReviewEvent> EventJson => ReviewJson.Default.ReviewEvent;

    public ReviewEvent.Opened? Opening { get; private init; }
    public ReviewEvent.Closed? Closing { get; private init; }
    public ReviewEvent.Settled? Settling { get; private init; }
    public RememberedKeys<ReviewInfo> Keys { get; private init; } = RememberedKeys<ReviewInfo>.None;

    public ReviewState State => Closing?.State ?? ReviewState.Open;
    public DateTimeOffset? DueAt => Closing is null ? Opening?.ExpiresAt : null;

    public ReviewEffectState EffectState =>
        Opening?.Terms.Effect is null || State != ReviewState.Accepted ? ReviewEffectState.None
        : Settling is null ? ReviewEffectState.Pending
        : Settling.Refusal is null ? ReviewEffectState.Done : ReviewEffectState.Failed;

    public static Review New() => new();

    public Review Apply(ReviewEvent happened)
    {
        switch (happened)
        {
            case ReviewEvent.Opened e:
                return this with { Opening = e };
            case ReviewEvent.Closed e:
                var next = this with { Closing = e };
                // The state does not know its own id; the answer gets it when it is given again.
                return e.Key is null ? next : next with
                {
                    Keys = Keys.Add(e.Key,
                        ReviewDecide.CommandOf(e.By!, e.State == ReviewState.Accepted, e.Reason!), next.Info(""), e.At),
                };
            case ReviewEvent.Settled e:
                return this with { Settling = e };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>True when there is a review, and one of the roles (null: all) has it.</summary>
    public bool IsSeen(ImmutableArray<string>? roles) =>
        Opening is not null && (roles is not { } some || some.Contains(Opening.Terms.Role));

    public ReviewInfo Info(string id) => new(id, Opening!.Terms, State, EffectState, Settling?.Refusal, Opening.By,
        Opening.At, Opening.ExpiresAt, Closing?.By, Closing?.At, Closing?.Reason);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReviewEvent))]
internal sealed partial class ReviewJson : JsonSerializerContext;

using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Approvals;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Supply;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Opened), "purchase.opened"), JsonDerivedType(typeof(Asked), "purchase.asked")]
[JsonDerivedType(typeof(Cleared), "purchase.cleared"), JsonDerivedType(typeof(Refused), "purchase.refused")]
[JsonDerivedType(typeof(Sent), "purchase.sent"), JsonDerivedType(typeof(Closed), "purchase.closed")]
internal abstract record PurchaseEvent
{
    /// <param name="Day">The market's day whose amount it may go by.</param>
    internal sealed record Opened(PurchaseTerms Terms, DateOnly Day, DateTimeOffset At) : PurchaseEvent;

    internal sealed record Asked(string ApprovalId, DateTimeOffset At) : PurchaseEvent;

    /// <summary>It may go: within the day's amount, or approved.</summary>
    internal sealed record Cleared(DateTimeOffset At) : PurchaseEvent;

    internal sealed record Refused(string Reason, DateTimeOffset At) : PurchaseEvent;

    /// <param name="IsDelivered">False: somebody has to send it by hand.</param>
    internal sealed record Sent(string Supplier, string Note, bool IsDelivered, DateTimeOffset At) : PurchaseEvent;

    internal sealed record Closed(bool Received, string Key, string Actor, string Reason, DateTimeOffset At)
        : PurchaseEvent;
}

/// <summary>
/// One purchase order. Invariants: opened once; sent at most once, and only after it was cleared; over once, and then
/// as it is; at most 16 keys.
/// </summary>
internal sealed record Purchase : IState<Purchase, PurchaseEvent>
{
    public static JsonTypeInfo<PurchaseEvent> EventJson => PurchaseJson.Default.PurchaseEvent;

    public PurchaseEvent.Opened? Opening { get; private init; }
    public PurchaseState State { get; private init; }
    public string? ApprovalId { get; private init; }
    public string? Supplier { get; private init; }
    public string? Note { get; private init; }
    public DateTimeOffset? ClosedAt { get; private init; }
    public DateTimeOffset? DueAt { get; private init; }
    public RememberedKeys<PurchaseOrder> Keys { get; private init; } = RememberedKeys<PurchaseOrder>.None;

    public static Purchase New() => new();

    public Decision<PurchaseEvent, PurchaseOrder> Decide(
        PurchaseTerms terms, DateOnly day, string id, DateTimeOffset now)
    {
        if (terms.Quantity is < 1 or > Limits.QuantityMax || terms.CostMinor is < 0 or > Limits.AmountMinorMax)
            return PurchaseRefusals.BadTerms;
        return Opening is not null ? Info(id) : After(id, new PurchaseEvent.Opened(terms, day, now));
    }

    /// <summary>Whether it goes unasked is known.</summary>
    public Decision<PurchaseEvent, PurchaseOrder> DecideChecked(
        bool isWithin, string approvalId, string id, DateTimeOffset now) =>
        State != PurchaseState.Checking ? Info(id)
        : After(id, isWithin ? new PurchaseEvent.Cleared(now) : new PurchaseEvent.Asked(approvalId, now));

    /// <summary>The approval is closed; one that comes late, or again, does nothing.</summary>
    public Decision<PurchaseEvent, PurchaseOrder> DecideSettled(ApprovalInfo approval, string id, DateTimeOffset now) =>
        State != PurchaseState.Waiting || approval.Id != ApprovalId ? Info(id)
        : After(id, approval.State == ApprovalState.Approved
            ? new PurchaseEvent.Cleared(now)
            : new PurchaseEvent.Refused($"{approval.State}".ToLowerInvariant(), now));

    public Decision<PurchaseEvent, PurchaseOrder> DecideSent(SupplierReply reply, string id, DateTimeOffset now) =>
        State != PurchaseState.Sending ? Info(id)
        : After(id, new PurchaseEvent.Sent(reply.Supplier, reply.Note, reply.IsDelivered, now));

    public Decision<PurchaseEvent, PurchaseOrder> Decide(ClosePurchase command, string id, DateTimeOffset now)
    {
        if (Opening is null) return PurchaseRefusals.Unknown;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return PurchaseRefusals.BadTerms;
        if (Keys.Find(command.Key, now) is { } done)
            return done.Command == CommandOf(command.Received, command.Reason)
                ? done.Answer with { Id = id } : PurchaseRefusals.Changed;
        if (!Info(id).IsOpen) return PurchaseRefusals.Closed;
        if (command.Received && State != PurchaseState.Sent) return PurchaseRefusals.NotSent;
        return After(id,
            new PurchaseEvent.Closed(command.Received, command.Key, command.Actor, command.Reason, now));
    }

    public Purchase Apply(PurchaseEvent happened)
    {
        switch (happened)
        {
            case PurchaseEvent.Opened e:
                return this with { Opening = e, State = PurchaseState.Checking, DueAt = e.At };
            case PurchaseEvent.Asked e:
                return this with { State = PurchaseState.Waiting, ApprovalId = e.ApprovalId, DueAt = null };
            case PurchaseEvent.Cleared e:
                return this with { State = PurchaseState.Sending, DueAt = e.At };
            case PurchaseEvent.Refused e:
                return this with { State = PurchaseState.Refused, Note = e.Reason, ClosedAt = e.At, DueAt = null };
            case PurchaseEvent.Sent e:
                return this with { State = PurchaseState.Sent, Supplier = e.Supplier, Note = e.Note, DueAt = null };
            case PurchaseEvent.Closed e:
                var closed = this with
                {
                    State = e.Received ? PurchaseState.Received : PurchaseState.Cancelled,
                    Note = e.Reason,
                    ClosedAt = e.At,
                    DueAt = null,
                };
                // The state does not know its own id; the answer gets it when it is given again.
                return closed with
                {
                    Keys = Keys.Add(e.Key, CommandOf(e.Received, e.Reason), closed.Info(""), e.At),
                };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    public PurchaseOrder Info(string id) => new(id, Opening!.Terms, AmountOf(Opening.Terms), State, Opening.At,
        ApprovalId, Supplier, Note, ClosedAt);

    /// <summary>What all units cost; null: not known, or more than an amount may be.</summary>
    public static long? AmountOf(PurchaseTerms terms) =>
        terms.CostMinor is { } cost && cost * terms.Quantity <= Limits.AmountMinorMax ? cost * terms.Quantity : null;

    private static string CommandOf(bool received, string reason) => $"{(received ? "receive" : "cancel")}:{reason}";

    private Decision<PurchaseEvent, PurchaseOrder> After(string id, PurchaseEvent happened) =>
        new(Apply(happened).Info(id), happened);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PurchaseEvent))]
internal sealed partial class PurchaseJson : JsonSerializerContext;

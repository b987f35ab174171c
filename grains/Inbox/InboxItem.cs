using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Inbox;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Opened), "inbox.opened"), JsonDerivedType(typeof(Finished), "inbox.finished")]
[JsonDerivedType(typeof(Retold), "inbox.retold")]
internal abstract record InboxEvent
{
    internal sealed record Opened(InboxTerms Terms, string By, DateTimeOffset At) : InboxEvent;

    /// <summary>Its cause has grown: the terms are those now.</summary>
    internal sealed record Retold(InboxTerms Terms, string By, DateTimeOffset At) : InboxEvent;

    /// <summary><c>Key</c> is a person's; null: a slice closed it.</summary>
    internal sealed record Finished(string By, string Reason, string? Key, DateTimeOffset At) : InboxEvent;
}

/// <summary>
/// One item. Invariants: opened once, done at most once, never open again; its kind, subject and role never change, nor
/// its terms once it is done; what it remembers are its texts and at most one key.
/// </summary>
internal sealed record InboxItem : IState<InboxItem, InboxEvent>
{
    public static JsonTypeInfo<InboxEvent> EventJson => InboxJson.Default.InboxEvent;

    public InboxEvent.Opened? Opening { get; private init; }
    public InboxEvent.Finished? Finish { get; private init; }
    public RememberedKeys<InboxItemInfo> Keys { get; private init; } = RememberedKeys<InboxItemInfo>.None;

    public static InboxItem New() => new();

    public Decision<InboxEvent, InboxItemInfo> Decide(InboxTerms terms, string by, string id, DateTimeOffset now)
    {
        if (!IsGood(terms)) return InboxRefusals.BadTerms;
        if (Opening is not null) return Opening.Terms == terms ? Info(id) : InboxRefusals.Changed;
        return After(id, new InboxEvent.Opened(terms, by, now));
    }

    public Decision<InboxEvent, InboxItemInfo> DecideRetell(
        InboxTerms terms, string by, string id, DateTimeOffset now)
    {
        if (Opening is null) return Decide(terms, by, id, now);
        if (!IsGood(terms)) return InboxRefusals.BadTerms;
        var was = Opening.Terms;
        if ((terms.Kind, terms.Subject, terms.Role) != (was.Kind, was.Subject, was.Role)) return InboxRefusals.Changed;
        return Finish is not null || terms == was ? Info(id) : After(id, new InboxEvent.Retold(terms, by, now));
    }

    public Decision<InboxEvent, InboxItemInfo> Decide(FinishItem command, string id, DateTimeOffset now)
    {
        if (!IsSeen(command.Roles)) return InboxRefusals.Unknown;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return InboxRefusals.BadTerms;
        if (Keys.Find(command.Key, now) is { } done)
            return done.Command == command.Reason ? done.Answer with { Id = id } : InboxRefusals.Changed;
        if (Finish is not null) return InboxRefusals.Done;
        return After(id, new InboxEvent.Finished(command.By, command.Reason, command.Key, now));
    }

    public Decision<InboxEvent, InboxItemInfo> DecideClose(string by, string why, string id, DateTimeOffset now)
    {
        if (Opening is null) return InboxRefusals.Unknown;
        if (Finish is not null) return Info(id);
        return After(id, new InboxEvent.Finished(by, why, null, now));
    }

    public InboxItem Apply(InboxEvent happened)
    {
        switch (happened)
        {
            case InboxEvent.Opened e:
                return this with { Opening = e };
            case InboxEvent.Retold e:
                return this with { Opening = Opening! with { Terms = e.Terms } };
            case InboxEvent.Finished e:
                var next = this with { Finish = e };
                // The state does not know its own id; the answer gets it when it is given again.
                return e.Key is null ? next : next with { Keys = Keys.Add(e.Key, e.Reason, next.Info(""), e.At) };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>True when there is an item, and one of the roles (null: all) has it.</summary>
    public bool IsSeen(ImmutableArray<string>? roles) =>
        Opening is not null && (roles is not { } some || some.Contains(Opening.Terms.Role));

    public InboxItemInfo Info(string id) => new(id, Opening!.Terms, Finish is null ? InboxState.Open : InboxState.Done,
        Opening.By, Opening.At, Finish?.By, Finish?.At, Finish?.Reason);

    private Decision<InboxEvent, InboxItemInfo> After(string id, InboxEvent happened) =>
        new(Apply(happened).Info(id), happened);

    private static bool IsGood(InboxTerms t) => Limits.IsId(t.Kind) && Limits.IsId(t.Role)
        && t.Title.Length is > 0 and <= Limits.TextLengthMax
        && t.Subject.Length is > 0 and <= InboxTerms.SubjectLengthMax;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InboxEvent))]
internal sealed partial class InboxJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;
using Ale.Stock;

namespace Ale.Sessions;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Planned), "session.planned"), JsonDerivedType(typeof(Changed), "session.changed")]
[JsonDerivedType(typeof(Moved), "session.moved"), JsonDerivedType(typeof(OfferNamed), "session.offer_named")]
[JsonDerivedType(typeof(OfferDropped), "session.offer_dropped")]
internal abstract record SessionEvent
{
    internal sealed record Planned(SessionTerms Terms, string Actor, DateTimeOffset At) : SessionEvent;

    internal sealed record Changed(SessionTerms Terms, string Key, string Actor, DateTimeOffset At) : SessionEvent;

    internal sealed record Moved(SessionStep Step, SessionState To, string Key, string Actor, DateTimeOffset At)
        : SessionEvent;

    /// <summary>The offer's id belongs to this SKU; the SKU keeps the offer itself.</summary>
    internal sealed record OfferNamed(
        string Offer, string Sku, SessionState State, string Actor, DateTimeOffset At) : SessionEvent;

    /// <summary>The SKU refused the offer; the id is free again.</summary>
    internal sealed record OfferDropped(string Offer, SessionState State, string Actor, DateTimeOffset At)
        : SessionEvent;
}

/// <summary>
/// One session. Invariants: the state changes only along <see cref="Next"/>; terms change only while planned; at most
/// 16 keys are remembered, each with the session as it was answered then; at most <see cref="OffersMax"/> offers.
/// </summary>
internal sealed record Session : IState<Session, SessionEvent>
{
    public const int OffersMax = 500;
    private const string ChangeCommand = "change";

    public static JsonTypeInfo<SessionEvent> EventJson => SessionJson.Default.SessionEvent;

    /// <summary>The terms it was planned with: what a repeated plan is compared with.</summary>
    public SessionTerms? PlannedTerms { get; private init; }

    /// <summary>The terms now; null: nobody has planned it.</summary>
    public SessionTerms? Terms { get; private init; }

    public SessionState State { get; private init; }
    public long Version { get; private init; }
    public DateTimeOffset? StartedAt { get; private init; }
    public DateTimeOffset? EndedAt { get; private init; }
    public RememberedKeys<SessionInfo> Keys { get; private init; } = RememberedKeys<SessionInfo>.None;

    /// <summary>The SKU of each offer.</summary>
    public ImmutableSortedDictionary<string, string> Offers { get; private init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static Session New() => new();

    public Decision<SessionEvent, SessionInfo> Decide(SessionTerms terms, string actor, string id, DateTimeOffset now)
    {
        if (Terms is not null) return terms.Equals(PlannedTerms) ? Info(id) : SessionRefusals.Changed;
        if (terms.StartsAt >= terms.EndsAt) return SessionRefusals.BadTimes;
        return After(id, new SessionEvent.Planned(terms, actor, now));
    }

    public Decision<SessionEvent, SessionInfo> Decide(ChangeSession command, string id, DateTimeOffset now)
    {
        if (Terms is null) return SessionRefusals.Unknown;
        if (Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return done.Command == ChangeCommand && Changed(done.Answer.Terms, command).Equals(done.Answer.Terms)
                ? done.Answer with { Id = id } : SessionRefusals.Changed;
        }

        if (State != SessionState.Planned) return SessionRefusals.NotPlanned;
        if (command.Version != Version) return SessionRefusals.Stale;
        var terms = Changed(Terms, command);
        if (terms.StartsAt >= terms.EndsAt) return SessionRefusals.BadTimes;
        if (terms.Equals(Terms)) return Info(id);
        return After(id, new SessionEvent.Changed(terms, command.Key, command.Actor, now));
    }

    public Decision<SessionEvent, SessionInfo> Decide(MoveSession command, string id, DateTimeOffset now)
    {
        if (Terms is null) return SessionRefusals.Unknown;
        if (command.OfHost is { } host && host != Terms.HostId) return SessionRefusals.NotYours;
        if (Keys.Find(command.Key, now) is { } done)
            return done.Command == NameOf(command.Step) ? done.Answer with { Id = id } : SessionRefusals.Changed;
        var (to, refusal) = Next(State, command.Step);
        if (refusal is not null) return refusal;
        return After(id, new SessionEvent.Moved(command.Step, to, command.Key, command.Actor, now));
    }

    /// <summary>The offer's id is given to its SKU; a repeat of it says nothing new.</summary>
    public Decision<SessionEvent, Done> Decide(OfferInSession command, DateTimeOffset now)
    {
        if (Terms is null) return SessionRefusals.Unknown;
        if (command.OfHost is { } host && host != Terms.HostId) return SessionRefusals.NotYours;
        if (Offers.TryGetValue(command.Id, out var sku))
            return sku == command.Sku ? default(Done) : OfferRefusals.Changed;
        if (State is SessionState.Ended or SessionState.Closed) return SessionRefusals.NotLive;
        if (!Terms.Skus.Contains(command.Sku, StringComparer.Ordinal)) return OfferRefusals.NotOnShelf;
        if (Offers.Count >= OffersMax) return OfferRefusals.Full;
        return new(default(Done), new SessionEvent.OfferNamed(command.Id, command.Sku, State, command.Actor, now));
    }

    /// <summary>The whole lifecycle (LIV-05): where a step leads from a state, or why it does not.</summary>
    public static (SessionState To, Refusal? Refusal) Next(SessionState state, SessionStep step) => (state, step) switch
    {
        (SessionState.Planned, SessionStep.Submit) => (SessionState.InReview, null),
        (SessionState.Planned or SessionState.InReview, SessionStep.Ready) => (SessionState.Ready, null),
        (SessionState.Ready, SessionStep.Start) => (SessionState.Live, null),
        (SessionState.Live, SessionStep.Suspend) => (SessionState.Suspended, null),
        (SessionState.Suspended, SessionStep.Resume) => (SessionState.Live, null),
        (SessionState.Live or SessionState.Suspended, SessionStep.End) => (SessionState.Ended, null),
        (SessionState.Ended, SessionStep.Close) => (SessionState.Closed, null),
        (SessionState.Live, SessionStep.Start) => (state, SessionRefusals.AlreadyLive),
        (_, SessionStep.Submit) => (state, SessionRefusals.NotPlanned),
        (_, SessionStep.Ready) => (state, SessionRefusals.NotInReview),
        (_, SessionStep.Start) => (state, SessionRefusals.NotReady),
        (_, SessionStep.Suspend or SessionStep.End) => (state, SessionRefusals.NotLive),
        (_, SessionStep.Resume) => (state, SessionRefusals.NotSuspended),
        (_, SessionStep.Close) => (state, SessionRefusals.NotEnded),
        _ => throw new UnreachableException($"Unknown step {step}"),
    };

    public Session Apply(SessionEvent happened)
    {
        var next = this with { Version = Version + 1 };
        return happened switch
        {
            SessionEvent.Planned e => next with
            {
                PlannedTerms = e.Terms,
                Terms = e.Terms,
                State = SessionState.Planned,
            },
            SessionEvent.Changed e => (next with { Terms = e.Terms }).Remember(e.Key, ChangeCommand, e.At),
            SessionEvent.Moved e => (next with
            {
                State = e.To,
                StartedAt = e.To == SessionState.Live ? StartedAt ?? e.At : StartedAt,
                EndedAt = e.To == SessionState.Ended ? e.At : EndedAt,
            }).Remember(e.Key, NameOf(e.Step), e.At),
            SessionEvent.OfferNamed e => next with { Offers = Offers.Add(e.Offer, e.Sku) },
            SessionEvent.OfferDropped e => next with { Offers = Offers.Remove(e.Offer) },
            _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
        };
    }

    public SessionInfo Info(string id) => new(id, Terms!, State, Version, StartedAt, EndedAt);

    /// <summary>A step's name in keys, tables and addresses.</summary>
    public static string NameOf(SessionStep step) => step switch
    {
        SessionStep.Submit => "submit",
        SessionStep.Ready => "ready",
        SessionStep.Start => "start",
        SessionStep.Suspend => "suspend",
        SessionStep.Resume => "resume",
        SessionStep.End => "end",
        SessionStep.Close => "close",
        _ => throw new UnreachableException($"Unknown step {step}"),
    };

    private Decision<SessionEvent, SessionInfo> After(string id, SessionEvent happened) =>
        new(Apply(happened).Info(id), happened);

    // The state does not know its own id; the answer gets it when it is given again.
    private Session Remember(string key, string command, DateTimeOffset at) =>
        this with { Keys = Keys.Add(key, command, Info(""), at) };

    private static SessionTerms Changed(SessionTerms terms, ChangeSession to) => new(
        to.Title ?? terms.Title, to.Kind ?? terms.Kind, to.Tier ?? terms.Tier, to.Market ?? terms.Market,
        to.HostId ?? terms.HostId, to.OwnerId ?? terms.OwnerId, to.StartsAt ?? terms.StartsAt,
        to.EndsAt ?? terms.EndsAt, to.Inducing ?? terms.Inducing, to.Skus ?? terms.Skus);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionEvent))]
internal sealed partial class SessionJson : JsonSerializerContext;

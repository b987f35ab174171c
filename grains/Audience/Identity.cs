using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;
using Ale.Users;

namespace Ale.Audience;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Seen), "identity.seen"), JsonDerivedType(typeof(SeenEarlier), "identity.seen_earlier")]
[JsonDerivedType(typeof(Linked), "identity.linked"), JsonDerivedType(typeof(Unlinked), "identity.unlinked")]
internal abstract record IdentityEvent
{
    internal sealed record Seen(string Platform, DateTimeOffset SeenAt, DateTimeOffset At) : IdentityEvent;

    /// <summary>He had been seen before what was known.</summary>
    internal sealed record SeenEarlier(DateTimeOffset SeenAt, DateTimeOffset At) : IdentityEvent;

    internal sealed record Linked(UserId User, string By, DateTimeOffset At) : IdentityEvent;

    internal sealed record Unlinked(string By, DateTimeOffset At) : IdentityEvent;
}

/// <summary>Somebody on a platform. Invariant: he is at most one user, and that with his consent.</summary>
internal sealed record Identity : IState<Identity, IdentityEvent>
{
    public static JsonTypeInfo<IdentityEvent> EventJson => AudienceJson.Default.IdentityEvent;

    public IdentityInfo? Known { get; private init; }

    public DateTimeOffset? DueAt => null;

    public static Identity New() => new();

    public Identity Apply(IdentityEvent happened) => happened switch
    {
        IdentityEvent.Seen e => this with { Known = new(e.Platform, e.SeenAt, null, null) },
        IdentityEvent.SeenEarlier e => this with { Known = Known! with { FirstSeenAt = e.SeenAt } },
        IdentityEvent.Linked e => this with { Known = Known! with { User = e.User, LinkedAt = e.At } },
        IdentityEvent.Unlinked => this with { Known = Known! with { User = null, LinkedAt = null } },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    public Decision<IdentityEvent, IdentityInfo> Decide(SeeIdentity command, DateTimeOffset now)
    {
        var at = command.At ?? now;
        if (!Limits.IsId(command.Platform) || at > now) return IdentityRefusals.BadTerms;
        if (Known is null) return After(new IdentityEvent.Seen(command.Platform, at, now));
        return at < Known.FirstSeenAt ? After(new IdentityEvent.SeenEarlier(at, now)) : Known;
    }

    public Decision<IdentityEvent, IdentityInfo> Decide(LinkIdentity command, DateTimeOffset now)
    {
        if (Known is null) return IdentityRefusals.Unknown;
        if (!command.Consent) return IdentityRefusals.NoConsent;
        if (Known.User is { } user) return user == command.User ? Known : IdentityRefusals.Linked;
        return After(new IdentityEvent.Linked(command.User, command.By, now));
    }

    public Decision<IdentityEvent, IdentityInfo> DecideUnlink(string by, DateTimeOffset now)
    {
        if (Known is null) return IdentityRefusals.Unknown;
        return Known.User is null ? Known : After(new IdentityEvent.Unlinked(by, now));
    }

    private Decision<IdentityEvent, IdentityInfo> After(IdentityEvent happened) =>
        new(Apply(happened).Known!, happened);
}

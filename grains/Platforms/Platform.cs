using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;
using Ale.Users;

namespace Ale.Platforms;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Connected), "platform.connected"), JsonDerivedType(typeof(Changed), "platform.changed")]
[JsonDerivedType(typeof(Taken), "platform.taken"), JsonDerivedType(typeof(Replayed), "platform.replayed")]
[JsonDerivedType(typeof(Lost), "platform.lost"), JsonDerivedType(typeof(Found), "platform.found")]
[JsonDerivedType(typeof(ReplayEnded), "platform.replay_ended"), JsonDerivedType(typeof(Skipped), "platform.skipped")]
internal abstract record PlatformsEvent
{
    internal sealed record Connected(PlatformTerms Terms, string Actor, DateTimeOffset At) : PlatformsEvent;

    internal sealed record Changed(PlatformTerms Terms, string Key, string Actor, DateTimeOffset At) : PlatformsEvent;

    /// <summary>Of a message, what was new.</summary>
    /// <param name="Repeats">Events in it that were known.</param>
    /// <param name="Seq">The number up to which it was asked for and taken; null: it was told, or read again.</param>
    /// <param name="ReplayedTo">The number up to which it has been read again; null: it was not.</param>
    internal sealed record Taken(
        ImmutableArray<KeptEvent> Events, ImmutableArray<RefusedEvent> Refused, int Repeats, long? Seq,
        long? ReplayedTo, DateTimeOffset At) : PlatformsEvent;

    /// <summary>It is to be read again, after one number and up to another.</summary>
    internal sealed record Replayed(long After, long To, string Actor, DateTimeOffset At) : PlatformsEvent;

    /// <summary>It is not read again to the end.</summary>
    /// <param name="After">The number up to which it was.</param>
    /// <param name="Role">Whose inbox hears of it; null: nobody's, a person ended it.</param>
    internal sealed record ReplayEnded(long After, string Why, string? Role, DateTimeOffset At) : PlatformsEvent;

    /// <summary>What it does not give is passed over, through a number.</summary>
    internal sealed record Skipped(long Through, string Reason, string Actor, DateTimeOffset At) : PlatformsEvent;

    /// <summary>It has not answered for so long that people hear of it.</summary>
    internal sealed record Lost(string Why, string Role, DateTimeOffset Since, DateTimeOffset At) : PlatformsEvent;

    /// <summary>It answers again.</summary>
    internal sealed record Found(DateTimeOffset Since, DateTimeOffset At) : PlatformsEvent;
}

/// <param name="Day">The business day of the platform's market on which it happened.</param>
internal sealed record KeptEvent(PlatformEvent What, DateOnly Day)
{
    /// <summary>Who it was, by our internal id. Events from before there was one have the platform's in
    /// <see cref="What"/>, which nobody reads any more.</summary>
    public UserId? Person { get; init; }
}

/// <summary>An event that is not kept.</summary>
/// <param name="Id"><c>?</c>: it was no id.</param>
/// <param name="Why">The code of its refusal.</param>
internal sealed record RefusedEvent(string Id, long Seq, string Why);

/// <summary>A part that is being read again.</summary>
internal readonly record struct ReplayPart(long After, long To);

/// <summary>
/// One platform. Invariants: what is asked for is taken in order without gaps, save what people pass over; an id is
/// taken once; the ids of the last <see cref="IPlatformGrain.RememberedMax"/> events are in memory, oldest first; at
/// most 16 keys.
/// </summary>
internal sealed record Platform : IState<Platform, PlatformsEvent>
{
    public static JsonTypeInfo<PlatformsEvent> EventJson => PlatformJson.Default.PlatformsEvent;

    public PlatformTerms? Terms { get; init; }
    public long TermsVersion { get; init; }
    public long Seq { get; init; }
    public long TakenCount { get; init; }
    public long RepeatCount { get; init; }
    public long RefusedCount { get; init; }
    public DateTimeOffset? LastEventAt { get; init; }
    public DateTimeOffset? AwaySince { get; init; }
    public ReplayPart? Replay { get; init; }
    public RememberedKeys<PlatformInfo> Keys { get; init; } = RememberedKeys<PlatformInfo>.None;
    public ImmutableQueue<long> Order { get; init; } = [];
    public ImmutableHashSet<long> Ids { get; init; } = [];

    /// <summary>True: some ids are in the table alone.</summary>
    public bool HasForgotten => TakenCount > Ids.Count;

    public static Platform New() => new();

    public Platform Apply(PlatformsEvent happened)
    {
        switch (happened)
        {
            case PlatformsEvent.Connected e:
                return this with { Terms = e.Terms, TermsVersion = 1 };
            case PlatformsEvent.Changed e:
                var changed = this with { Terms = e.Terms, TermsVersion = TermsVersion + 1 };
                // The state does not know its own key; the answer gets it when it is given again.
                return changed with { Keys = Keys.Add(e.Key, PlatformDecide.ChangeCommand, changed.Info(""), e.At) };
            case PlatformsEvent.Taken e:
                return Remember(e.Events) with
                {
                    Seq = e.Seq ?? Seq,
                    TakenCount = TakenCount + e.Events.Length,
                    RepeatCount = RepeatCount + e.Repeats,
                    RefusedCount = RefusedCount + e.Refused.Length,
                    LastEventAt = e.Events.Select(k => (DateTimeOffset?)k.What.At).Append(LastEventAt).Max(),
                    Replay = e.ReplayedTo is not { } to ? Replay : to < Replay?.To ? new(to, Replay.Value.To) : null,
                };
            case PlatformsEvent.Replayed e:
                return this with { Replay = new(e.After, e.To) };
            case PlatformsEvent.ReplayEnded:
                return this with { Replay = null };
            case PlatformsEvent.Skipped e:
                return this with { Seq = e.Through };
            case PlatformsEvent.Lost e:
                return this with { AwaySince = e.Since };
            case PlatformsEvent.Found:
                return this with { AwaySince = null };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>As far as the journal knows it; the grain adds what it knows of the moment.</summary>
    public PlatformInfo Info(string id) => new(id, Terms!, TermsVersion,
        AwaySince is null ? PlatformState.InStep : PlatformState.Away, Seq, Seq, TakenCount, RepeatCount, RefusedCount,
        LastEventAt)
    { AwaySince = AwaySince, ReplayedTo = Replay?.To };

    private Platform Remember(ImmutableArray<KeptEvent> events)
    {
        var (order, ids) = (Order, Ids.ToBuilder());
        foreach (var kept in events)
        {
            var id = IdHash.Of(kept.What.Id);
            if (!ids.Add(id)) continue; // two ids of one hash: they are forgotten together
            order = order.Enqueue(id);
            if (ids.Count <= IPlatformGrain.RememberedMax) continue;
            order = order.Dequeue(out var oldest);
            ids.Remove(oldest);
        }

        return this with { Order = order, Ids = ids.ToImmutable() };
    }
}

/// <summary>The state as stored.</summary>
internal sealed record FrozenPlatform(
    PlatformTerms? Terms, long TermsVersion, long Seq, long TakenCount, long RepeatCount, long RefusedCount,
    DateTimeOffset? LastEventAt, DateTimeOffset? AwaySince, ReplayPart? Replay, RememberedKey<PlatformInfo>[] Keys,
    long[] Ids);

/// <summary>The shape of the state beside the events.</summary>
internal static class PlatformSnapshot
{
    public static readonly SnapshotCodec<Platform> Codec = SnapshotCodec<Platform>.Of(
        PlatformJson.Default.FrozenPlatform, meaning: 1,
        s => new(s.Terms, s.TermsVersion, s.Seq, s.TakenCount, s.RepeatCount, s.RefusedCount, s.LastEventAt,
            s.AwaySince, s.Replay, [.. s.Keys.Entries], [.. s.Order]),
        f => new()
        {
            Terms = f.Terms,
            TermsVersion = f.TermsVersion,
            Seq = f.Seq,
            TakenCount = f.TakenCount,
            RepeatCount = f.RepeatCount,
            RefusedCount = f.RefusedCount,
            LastEventAt = f.LastEventAt,
            AwaySince = f.AwaySince,
            Replay = f.Replay,
            Keys = RememberedKeys<PlatformInfo>.Of(f.Keys),
            Order = [.. f.Ids],
            Ids = [.. f.Ids],
        },
        s => s.Ids.Count);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlatformsEvent)), JsonSerializable(typeof(FrozenPlatform))]
internal sealed partial class PlatformJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Audience;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Seen), "touch.seen")]
internal abstract record TouchEvent
{
    /// <param name="What">With what follows from it.</param>
    /// <param name="SeenAt">When he met it.</param>
    internal sealed record Seen(string Id, TouchSources What, DateTimeOffset SeenAt, DateTimeOffset At) : TouchEvent
    {
        /// <summary>As it was said; null: so.</summary>
        public TouchSources? Said { get; init; }
    }
}

/// <summary>
/// What one user met last. Invariant: in each of the five dimensions at most <see cref="KeptMax"/> touches, the latest
/// first, no two of one instant; ids of at most <see cref="RememberedKeys{TAnswer}.Max"/> touches.
/// </summary>
internal sealed record Touches : IState<Touches, TouchEvent>
{
    /// <summary>An order is asked for a moment after it was placed, after a crash for a longer one: what came in between
    /// must not hide what came before.</summary>
    public const int KeptMax = 4;

    /// <summary>Clocks of callers may be so much ahead.</summary>
    private static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(1);

    public static readonly SnapshotCodec<Touches> Snapshots = SnapshotCodec<Touches>.Of(
        TouchJson.Default.FrozenTouches, meaning: 1,
        t => new([.. t.Kept.SelectMany(k => k.Value)], [.. t.Ids.Entries]),
        f => new Touches
        {
            Kept = f.Kept.GroupBy(t => t.Dimension).ToImmutableSortedDictionary(g => g.Key, g => g.ToImmutableArray()),
            Ids = RememberedKeys<DateTimeOffset>.Of(f.Ids),
        },
        t => t.Kept.Sum(k => k.Value.Length) + t.Ids.Entries.Length);

    public static JsonTypeInfo<TouchEvent> EventJson => TouchJson.Default.TouchEvent;

    public ImmutableSortedDictionary<TouchDimension, ImmutableArray<LastTouch>> Kept { get; private init; } =
        ImmutableSortedDictionary<TouchDimension, ImmutableArray<LastTouch>>.Empty;

    /// <summary>Touches by their id, with what they were of and when.</summary>
    public RememberedKeys<DateTimeOffset> Ids { get; private init; } = RememberedKeys<DateTimeOffset>.None;

    public DateTimeOffset? DueAt => null;

    public ImmutableArray<LastTouch> View => [.. Kept.Values.Select(k => k[0])];

    public static Touches New() => new();

    public Touches Apply(TouchEvent happened) => happened switch
    {
        TouchEvent.Seen e => this with
        {
            Kept = Kept.SetItems(Newer(e.What, e.SeenAt).Select(t => KeyValuePair.Create(t.Dimension,
                ImmutableArray.CreateRange(Of(t.Dimension).Take(KeptMax - 1).Prepend(t))))),
            Ids = Ids.Add(e.Id, Named(e.Said ?? e.What), e.SeenAt, e.At),
        },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    /// <param name="window">How long a touch counts.</param>
    public Decision<TouchEvent, ImmutableArray<LastTouch>> Decide(SeeTouch command, TimeSpan window, DateTimeOffset now)
    {
        if (Ids.Find(command.Id, now) is { } before)
        {
            var isSame = before.Command == Named(command.What)
                && (command.At is not { } said || Earlier(said, before.At) == before.Answer);
            return isSame ? View : TouchRefusals.Changed;
        }

        var (at, what) = (command.At ?? now, command.Implied is { } more ? command.What.Or(more) : command.What);
        var touches = Of(what, at).ToArray();
        if (touches.Length == 0) return TouchRefusals.BadTerms.With("field", "");
        if (touches.FirstOrDefault(t => !Limits.IsId(t.Value)) is { } bad)
            return TouchRefusals.BadTerms.With("field", FieldOf(bad.Dimension));
        if (at > now + AheadMax) return TouchRefusals.Ahead.With("field", "at");
        if (at < now - window) return TouchRefusals.TooOld.With("field", "at");
        at = Earlier(at, now);
        if (!Newer(what, at).Any()) return View;
        var seen = new TouchEvent.Seen(command.Id, what, at, now)
        { Said = what == command.What ? null : command.What };
        return new(Apply(seen).View, seen);
    }

    /// <summary>The last touch in each dimension between two instants, both inclusive.</summary>
    public TouchSources Last(DateTimeOffset from, DateTimeOffset to)
    {
        return new(In(TouchDimension.Session), In(TouchDimension.Channel), In(TouchDimension.Campaign),
            In(TouchDimension.Placement), In(TouchDimension.Share));

        string? In(TouchDimension dimension) => Of(dimension).FirstOrDefault(t => t.At <= to && t.At >= from)?.Value;
    }

    private ImmutableArray<LastTouch> Of(TouchDimension dimension) => Kept.GetValueOrDefault(dimension, []);

    /// <summary>Those that are later than what is known of their dimension.</summary>
    private IEnumerable<LastTouch> Newer(TouchSources what, DateTimeOffset at) =>
        Of(what, at).Where(t => Of(t.Dimension) is not [var latest, ..] || t.At > latest.At);

    private static IEnumerable<LastTouch> Of(TouchSources what, DateTimeOffset at)
    {
        if (what.SessionId is { } session) yield return new(TouchDimension.Session, session, at);
        if (what.Channel is { } channel) yield return new(TouchDimension.Channel, channel, at);
        if (what.CampaignId is { } campaign) yield return new(TouchDimension.Campaign, campaign, at);
        if (what.PlacementId is { } placement) yield return new(TouchDimension.Placement, placement, at);
        if (what.ShareId is { } share) yield return new(TouchDimension.Share, share, at);
    }

    private static string FieldOf(TouchDimension dimension) => dimension switch
    {
        TouchDimension.Session => "sessionId",
        TouchDimension.Channel => "channel",
        TouchDimension.Campaign => "campaignId",
        TouchDimension.Placement => "placementId",
        TouchDimension.Share => "shareId",
        _ => throw new UnreachableException(),
    };

    /// <summary>Ids hold no slash.</summary>
    private static string Named(TouchSources w) =>
        $"{w.SessionId}/{w.Channel}/{w.CampaignId}/{w.PlacementId}/{w.ShareId}";

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}

/// <summary>The state as stored.</summary>
internal sealed record FrozenTouches(LastTouch[] Kept, RememberedKey<DateTimeOffset>[] Ids);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TouchEvent)), JsonSerializable(typeof(FrozenTouches))]
internal sealed partial class TouchJson : JsonSerializerContext;

using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Platforms;

/// <summary>What is decided about a platform.</summary>
internal static class PlatformDecide
{
    public const string ChangeCommand = "change";

    private const string NoId = "?";

    public static Decision<PlatformsEvent, PlatformInfo> Decide(
        this Platform platform, ConnectPlatform command, string id, DateTimeOffset now)
    {
        if (!Limits.IsId(id) || !IsGood(command.Terms)) return PlatformRefusals.BadTerms;
        if (platform.Terms is { } terms)
            return terms.Equals(command.Terms) ? platform.Info(id) : PlatformRefusals.Changed;
        return After(platform, id, new PlatformsEvent.Connected(command.Terms, command.Actor, now));
    }

    public static Decision<PlatformsEvent, PlatformInfo> Decide(
        this Platform platform, ChangePlatform command, string id, DateTimeOffset now)
    {
        if (platform.Terms is null) return PlatformRefusals.Unknown;
        if (platform.Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return Changed(done.Answer.Terms, command).Equals(done.Answer.Terms)
                ? done.Answer with { Id = id } : PlatformRefusals.Changed;
        }

        if (command.Version != platform.TermsVersion) return PlatformRefusals.Stale;
        var terms = Changed(platform.Terms, command);
        if (!IsGood(terms)) return PlatformRefusals.BadTerms;
        return terms.Equals(platform.Terms) ? platform.Info(id)
            : After(platform, id, new PlatformsEvent.Changed(terms, command.Key, command.Actor, now));
    }

    public static Decision<PlatformsEvent, PlatformInfo> Decide(
        this Platform platform, ReplayPlatform command, string id, DateTimeOffset now)
    {
        if (platform.Terms is null) return PlatformRefusals.Unknown;
        if (platform.Terms.Endpoint.Length == 0) return PlatformRefusals.NotAsked;
        if (command.After < 0 || command.After > platform.Seq) return PlatformRefusals.Ahead;
        if (command.After == platform.Seq && platform.Replay is { } part)
            return After(platform, id,
                new PlatformsEvent.ReplayEnded(part.After, $"{command.Actor} ended it", null, now));
        if (command.After == platform.Seq || platform.Replay == new ReplayPart(command.After, platform.Seq))
            return platform.Info(id);
        return After(platform, id, new PlatformsEvent.Replayed(command.After, platform.Seq, command.Actor, now));
    }

    /// <param name="last">The highest number that the platform has been heard of.</param>
    public static Decision<PlatformsEvent, PlatformInfo> Decide(
        this Platform platform, SkipEvents command, long last, string id, DateTimeOffset now)
    {
        if (platform.Terms is null) return PlatformRefusals.Unknown;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax)
            return PlatformRefusals.BadTerms.With("field", "reason");
        if (platform.Terms.Endpoint.Length == 0) return PlatformRefusals.NotAsked;
        if (command.Through > last) return PlatformRefusals.Ahead;
        return command.Through <= platform.Seq ? platform.Info(id) : After(platform, id,
            new PlatformsEvent.Skipped(command.Through, command.Reason, command.Actor, now));
    }

    /// <summary>It does not give what it is to be read again for.</summary>
    public static Decision<PlatformsEvent, Done> DecideGiveUp(
        this Platform platform, PlatformPolicy policy, DateTimeOffset now) =>
        platform.Replay is not { } part ? default(Done) : new Decision<PlatformsEvent, Done>(
            default(Done), new PlatformsEvent.ReplayEnded(part.After, FormattableString.Invariant(
                $"it does not give event {part.After + 1} again"), policy.Role, now));

    /// <summary>What a platform told by itself.</summary>
    /// <param name="known">Which of the ids the table knows of those that memory has forgotten.</param>
    public static Decision<PlatformsEvent, PlatformTaken> Decide(
        this Platform platform, ImmutableArray<PlatformEvent> events, IReadOnlySet<string> known, Market market,
        PlatformPolicy policy, DateTimeOffset now)
    {
        if (platform.Terms is null) return PlatformRefusals.Unknown;
        var taken = platform.Sift(events.Select(e => e with { Seq = 0 }), known, market, policy, now);
        PlatformTaken reply = new(taken.Events.Length, taken.Repeats, taken.Refused.Length);
        // Repeats alone leave no trace: who tells the same all day writes nothing.
        if (taken.Events.IsEmpty && taken.Refused.IsEmpty) return reply;
        return new(reply, taken);
    }

    /// <summary>A page that was asked for: what follows on the last number without a gap.</summary>
    /// <param name="waits">True: the platform has later ones, and does not give the next.</param>
    public static Decision<PlatformsEvent, Done> DecidePage(
        this Platform platform, PlatformPage page, IReadOnlySet<string> known, Market market, PlatformPolicy policy,
        DateTimeOffset now, out bool waits)
    {
        var run = Following(page, platform.Seq, long.MaxValue, out waits);
        waits |= run.Count == 0 && page.Last > platform.Seq;
        if (run.Count == 0) return default(Done);
        return new(default(Done), platform.Sift(run, known, market, policy, now) with { Seq = run[^1].Seq });
    }

    /// <summary>A page that is read again: what follows without a gap, up to where the replay ends.</summary>
    /// <param name="waits">True: it gives later ones, and not the next.</param>
    public static Decision<PlatformsEvent, Done> DecideReplay(
        this Platform platform, PlatformPage page, IReadOnlySet<string> known, Market market, PlatformPolicy policy,
        DateTimeOffset now, out bool waits)
    {
        waits = false;
        if (platform.Replay is not { } part) return default(Done);
        var run = Following(page, part.After, part.To, out waits);
        if (run.Count == 0 && waits) return default(Done);
        // An empty page: what the platform does not have any more is not waited for.
        var to = run.Count == 0 ? part.To : run[^1].Seq;
        return new(default(Done), platform.Sift(run, known, market, policy, now) with { ReplayedTo = to });
    }

    /// <summary>After so many minutes without an answer people hear of it; with the first answer it is over.</summary>
    /// <param name="failing">Since when it has not answered; null: it has.</param>
    public static Decision<PlatformsEvent, Done> DecideReached(
        this Platform platform, DateTimeOffset? failing, string why, PlatformPolicy policy, DateTimeOffset now)
    {
        if (failing is { } since)
        {
            var isLost = platform.AwaySince is null && now - since >= TimeSpan.FromMinutes(policy.AwayMinutes);
            return new(default(Done), isLost ? [new PlatformsEvent.Lost(why, policy.Role, since, now)] : []);
        }

        return new(default(Done), platform.AwaySince is { } lost ? [new PlatformsEvent.Found(lost, now)] : []);
    }

    /// <summary>Of a page what follows on a number, up to the first gap, and at most up to another number.</summary>
    private static List<PlatformEvent> Following(PlatformPage page, long after, long to, out bool isGap)
    {
        var run = new List<PlatformEvent>();
        isGap = false;
        foreach (var e in page.Events.OrderBy(e => e.Seq))
        {
            if (after < to && e.Seq > after + 1) isGap = true;
            if (after >= to || e.Seq != after + 1) continue;
            run.Add(e);
            after++;
        }

        return run;
    }

    private static PlatformsEvent.Taken Sift(
        this Platform platform, IEnumerable<PlatformEvent> events, IReadOnlySet<string> known, Market market,
        PlatformPolicy policy, DateTimeOffset now)
    {
        var (kept, refused, repeats) = (ImmutableArray.CreateBuilder<KeptEvent>(),
            ImmutableArray.CreateBuilder<RefusedEvent>(), 0);
        var here = new HashSet<string>(StringComparer.Ordinal);
        foreach (var e in events)
        {
            if (WhyNot(e, market, policy, now) is { } why)
                refused.Add(new(Limits.IsId(e.Id) ? e.Id : NoId, e.Seq, why.Code));
            else if (platform.Ids.Contains(IdHash.Of(e.Id)) || known.Contains(e.Id) || !here.Add(e.Id)) repeats++;
            else kept.Add(Kept(e, market));
        }

        return new(kept.ToImmutable(), refused.ToImmutable(), repeats, null, null, now);
    }

    /// <summary>As it is kept: of a person our id alone.</summary>
    private static KeptEvent Kept(PlatformEvent e, Market market) => new(e with
    {
        Kind = e.Kind == PlatformWire.Topic ? PlatformWire.HotTopic : e.Kind,
        PersonId = null,
        Identity = null,
    }, market.BusinessDay(e.At))
    { Person = e.Identity };

    private static Refusal? WhyNot(PlatformEvent e, Market market, PlatformPolicy policy, DateTimeOffset now)
    {
        if (!Limits.IsId(e.Id) || !Limits.IsId(e.Kind) || e.Count is < 1 or > Limits.AmountMinorMax
            || e.AmountMinor is < 0 or > Limits.AmountMinorMax || (e.AmountMinor is null) != (e.Currency is null)
            || !IsIdOrNone(e.SessionId) || !IsIdOrNone(e.ContentId) || !IsIdOrNone(e.PlacementId)
            || !IsIdOrNone(e.PersonId) || e.Tag?.Length is 0 or > PlatformPolicy.TagLengthMax)
            return PlatformRefusals.BadEvent;
        if (e.Currency is not null && e.Currency != market.Currency) return PlatformRefusals.Currency;
        if (e.At < now - TimeSpan.FromDays(policy.EventDays)) return PlatformRefusals.Late;
        return e.At > now + PlatformWire.AheadMax ? PlatformRefusals.Early : null;
    }

    private static bool IsIdOrNone(string? text) => text is null || Limits.IsId(text);

    private static PlatformTerms Changed(PlatformTerms terms, ChangePlatform to) => terms with
    {
        Title = to.Title ?? terms.Title,
        Endpoint = to.Endpoint ?? terms.Endpoint,
        MinuteMax = to.MinuteMax ?? terms.MinuteMax,
    };

    private static bool IsGood(PlatformTerms terms) =>
        terms.Title.Length is > 0 and <= Limits.TextLengthMax && terms.Endpoint.Length <= Limits.TextLengthMax
        && terms.MinuteMax is >= 1 and <= PlatformTerms.MinuteMaxMax
        && (terms.Endpoint is "" or PlatformTerms.Folder || PortHttp.IsEndpoint(terms.Endpoint));

    private static Decision<PlatformsEvent, PlatformInfo> After(
        Platform platform, string id, PlatformsEvent happened) => new(platform.Apply(happened).Info(id), happened);
}

using Ale.Audience;
using Ale.Inbox;
using Ale.Kernel;
using Ale.Users;

namespace Ale.Platforms;

/// <summary>A platform that does not answer stands in an inbox until it does, as does a replay that was given
/// up.</summary>
internal sealed class PlatformReactions()
    : Reaction<PlatformsEvent>("platform-inbox", "platform", PlatformJson.Default.PlatformsEvent)
{
    private const string By = "platforms";

    protected override async Task<Refusal?> React(
        string key, PlatformsEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case PlatformsEvent.Lost e:
                return (await grains.InboxItem(AwayItem(key, e.Since)).Open(new("platform_away",
                    $"Platform {key} does not answer; its figures stand still", $"platform/{key}", e.Role,
                    InboxSeverity.Alarm, null), By)).Refusal;
            case PlatformsEvent.Found e:
                return (await grains.InboxItem(AwayItem(key, e.Since)).Close(By, "it answers again")).Refusal;
            case PlatformsEvent.ReplayEnded { Role: { } role } e:
                return await grains.OpenItem(CauseIds.Of("platform_replay", eventId), new("platform_replay",
                    FormattableString.Invariant($"Platform {key} is read again up to {e.After} only: {e.Why}"),
                    $"platform/{key}", role, InboxSeverity.Warning, null), By);
            default:
                return null;
        }
    }

    public static string AwayItem(string platform, DateTimeOffset since) =>
        CauseIds.Of("platform_away", FormattableString.Invariant($"{platform}/{since.ToUnixTimeMilliseconds()}"));
}

/// <summary>
/// Who was seen on a platform is told to the audience (CAM-07): when he was first seen there, of all that he did.
/// </summary>
internal sealed class PlatformPeopleSeen()
    : Reaction<PlatformsEvent>("platform-people", "platform", PlatformJson.Default.PlatformsEvent)
{
    private const int AtOnceMax = 64;

    protected override async Task<Refusal?> React(
        string key, PlatformsEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not PlatformsEvent.Taken taken) return null;
        foreach (var people in FirstSeen(taken).Chunk(AtOnceMax))
        {
            var told = await Task.WhenAll(people.Select(p => See(key, p.Person, p.At, grains)));
            if (told.FirstOrDefault(refusal => refusal is not null) is { } refusal) return refusal;
        }

        return null;
    }

    /// <summary>Everybody once, at the earliest; a platform's clock that is ahead of ours counts for ours.</summary>
    internal static IEnumerable<(UserId Person, DateTimeOffset At)> FirstSeen(PlatformsEvent.Taken taken) =>
        from kept in taken.Events
        where kept.Person is not null
        group kept by kept.Person!.Value into his
        select (his.Key, his.Select(k => k.What.At).Append(taken.At).Min());

    private static async Task<Refusal?> See(string platform, UserId person, DateTimeOffset at, IGrainFactory grains)
    {
        var refusal = (await grains.Identity(person).See(new(platform, at))).Refusal;
        // The node that took the event may be a little ahead of the one that has the identity.
        return refusal?.Code != IdentityRefusals.BadTerms.Code ? refusal
            : (await grains.Identity(person).See(new(platform, null))).Refusal;
    }
}

using Ale.Inbox;
using Ale.Kernel;

namespace Ale.Platforms;

/// <summary>A platform that does not answer stands in an inbox until it does.</summary>
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
            default:
                return null;
        }
    }

    public static string AwayItem(string platform, DateTimeOffset since) =>
        CauseIds.Of("platform_away", FormattableString.Invariant($"{platform}/{since.ToUnixTimeMilliseconds()}"));
}

using System.Globalization;
using Ale.Budgets;
using Ale.Inbox;
using Ale.Kernel;
using Ale.Platforms;

namespace Ale.Campaigns;

/// <summary>Each step of a campaign stands in an inbox (CAM-01).</summary>
internal sealed class CampaignReactions() : Reaction<CampaignEvent>(
    "campaign-inbox", "campaign", CampaignJson.Default.CampaignEvent)
{
    protected override async Task<Refusal?> React(
        string key, CampaignEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not CampaignEvent.Stepped e) return null;
        var what = e.Kind switch
        {
            CampaignStepKind.WarmUp => "warms up",
            CampaignStepKind.Open => "is open",
            CampaignStepKind.Peak => "is at its height",
            CampaignStepKind.Close => "is over",
            _ => "is to be looked at: what did it bring?",
        };
        return (await grains.InboxItem(StepItem(key, e.Kind)).Open(new("campaign_step", $"Campaign {key} {what}",
            $"campaign/{key}", e.Role, InboxSeverity.Notice, null), "campaigns")).Refusal;
    }

    public static string StepItem(string campaign, CampaignStepKind step) =>
        CauseIds.Of("campaign_step", $"{campaign}/{step}");
}

/// <summary>What people must know of a placement stands in an inbox (CAM-02).</summary>
internal sealed class PlacementReactions() : Reaction<PlacementEvent>(
    "placement-inbox", "placement", PlacementJson.Default.PlacementEvent)
{
    protected override async Task<Refusal?> React(
        string key, PlacementEvent happened, string eventId, IGrainFactory grains)
    {
        var (kind, title, role, severity) = happened switch
        {
            PlacementEvent.Stopped e => ("placement_stopped", string.Create(CultureInfo.InvariantCulture,
                $"Placement {key} stopped: {e.OverMinor} minor units beyond its cap"), e.Role, InboxSeverity.Alarm),
            PlacementEvent.Adjusted e => ("placement_adjusted", string.Create(CultureInfo.InvariantCulture,
                $"Placement {key}: {e.Step.SpendMinor} minor units for {e.Step.Results} results; ")
                + AfterStep(e.Step), e.Role, InboxSeverity.Warning),
            PlacementEvent.NotPosted e => ("placement_not_posted",
                $"The budget line of placement {key} does not book its spend: {e.Code}", e.Role, InboxSeverity.Warning),
            _ => ("", "", "", default),
        };
        if (kind.Length == 0) return null;
        var cause = happened is PlacementEvent.NotPosted n ? $"{key}/{n.Code}/{n.At:yyyyMMdd}" : eventId;
        return (await grains.InboxItem(CauseIds.Of(kind, cause)).Open(
            new(kind, title, $"placement/{key}", role, severity, null), "campaigns")).Refusal;
    }

    private static string AfterStep(StrategyStep step) => step.Strategy switch
    {
        PlacementStrategy.LowerBid => string.Create(CultureInfo.InvariantCulture,
            $"bid lowered from {step.BidFromMinor} to {step.BidToMinor}"),
        PlacementStrategy.NarrowAudience => "audience narrowed",
        _ => "paused",
    };
}

/// <summary>
/// The platform that a placement's channel names is told how it is to be run (CAM-02): a lowered bid, a narrowed audience
/// and a pause do not stay with us. While the platform is away it is told again.
/// </summary>
internal sealed class PlacementSettings() : Reaction<PlacementEvent>(
    "placement-settings", "placement", PlacementJson.Default.PlacementEvent)
{
    public override bool AsksOutside => true;

    protected override async Task<Refusal?> React(
        string key, PlacementEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not (PlacementEvent.Lived or PlacementEvent.Changed or PlacementEvent.Stopped
            or PlacementEvent.Adjusted or PlacementEvent.Reverted or PlacementEvent.Posted { IsHeld: true }
            or PlacementEvent.BudgetDecided)) return null;
        var (placement, unknown) = await grains.Placement(key).Get(); // as it is by now
        if (unknown is not null) return unknown;
        return (await grains.Platform(placement!.Terms.Channel).Set(Of(placement, eventId))).Refusal;
    }

    /// <param name="eventId">Ends in the event's number in the placement's stream.</param>
    internal static PlacementSetting Of(PlacementInfo p, string eventId) => new(p.Id,
        long.Parse(eventId.AsSpan(eventId.LastIndexOf('@') + 1), CultureInfo.InvariantCulture), p.BidMinor,
        p.Terms.Currency, p.Audience, p.State != PlacementState.Active);
}

/// <summary>What a line of the budget made of a placement's spend that waited there.</summary>
internal sealed class BudgetWord() : Reaction<BudgetLineEvent>(
    "budget-placements", "budget", BudgetLineJson.Default.BudgetLineEvent)
{
    protected override async Task<Refusal?> React(
        string key, BudgetLineEvent happened, string eventId, IGrainFactory grains) => happened switch
        {
            BudgetLineEvent.Booked { Spend: { Tags.PlacementId: { } placement, Id: var id } } =>
                (await grains.Placement(placement).Budget(id, isBooked: true)).Refusal,
            BudgetLineEvent.Dropped { PlacementId: { } placement, Id: var id } =>
                (await grains.Placement(placement).Budget(id, isBooked: false)).Refusal,
            _ => null,
        };
}

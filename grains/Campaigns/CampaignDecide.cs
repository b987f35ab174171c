using Ale.Budgets;
using Ale.Kernel;

namespace Ale.Campaigns;

/// <summary>What is decided about a campaign.</summary>
internal static class CampaignDecide
{
    public const string ChangeCommand = "change";

    public static Decision<CampaignEvent, CampaignInfo> Decide(
        this Campaign campaign, PutCampaign command, string id, DateTimeOffset now)
    {
        if (campaign.Terms is { } terms)
            return terms == command.Terms ? campaign.Info(id) : CampaignRefusals.Changed;
        if (!IsGood(command.Terms)) return CampaignRefusals.BadTerms;
        return After(campaign, id, new CampaignEvent.Put(command.Terms, command.By, now));
    }

    public static Decision<CampaignEvent, CampaignInfo> Decide(
        this Campaign campaign, ChangeCampaign command, string id, DateTimeOffset now)
    {
        if (campaign.Terms is not { } terms) return CampaignRefusals.Unknown;
        if (campaign.Keys.Find(command.Key, now) is not null) return campaign.Info(id);
        if (command.Version != campaign.TermsVersion) return CampaignRefusals.Changed;
        var p = command.Patch;
        var after = terms with
        {
            Title = p.Title ?? terms.Title,
            Goal = p.Goal ?? terms.Goal,
            StartsAt = p.StartsAt ?? terms.StartsAt,
            EndsAt = p.EndsAt ?? terms.EndsAt,
            Sessions = p.Sessions ?? terms.Sessions,
            Coupons = p.Coupons ?? terms.Coupons,
            Steps = p.Steps ?? terms.Steps,
            Theme = p.Theme ?? terms.Theme,
        };
        if (!IsGood(after)) return CampaignRefusals.BadTerms;
        if (after == terms) return campaign.Info(id);
        if (campaign.State >= CampaignState.Closed) return CampaignRefusals.Over;
        var changed = new CampaignEvent.Changed(after, command.Key, command.By, now);
        var then = campaign.Apply(changed);
        // A step that was taken stays as it was planned; none is planned before it any more.
        foreach (var taken in campaign.Taken)
        {
            if (Planned(campaign, taken.Kind) != Planned(then, taken.Kind)) return CampaignRefusals.Fixed;
        }

        return new(then.Info(id), changed);

        static DateTimeOffset? Planned(Campaign c, CampaignStepKind kind) =>
            c.Plan.Where(s => s.Kind == kind).Select(s => (DateTimeOffset?)s.At).FirstOrDefault();
    }

    public static Decision<CampaignEvent, CampaignInfo> DecideJoin(
        this Campaign campaign, string placement, SpendClass spendClass, string id, DateTimeOffset now)
    {
        if (campaign.Terms is not { } terms) return CampaignRefusals.Unknown;
        if (campaign.Placements.Contains(placement)) return campaign.Info(id);
        if (campaign.State >= CampaignState.Closed) return CampaignRefusals.Over;
        if (terms.Class != spendClass) return CampaignRefusals.Class;
        if (campaign.Placements.Count >= ICampaignGrain.PartsMax) return CampaignRefusals.Full;
        return After(campaign, id, new CampaignEvent.Joined(placement, now));
    }

    /// <summary>All steps that are due are taken, in order.</summary>
    public static Decision<CampaignEvent, Done> DecideDue(this Campaign campaign, string role, DateTimeOffset now)
    {
        var events = new List<CampaignEvent>();
        while (campaign.Next is { } next && next.At <= now)
        {
            events.Add(new CampaignEvent.Stepped(next.Kind, next.At, role, now));
            campaign = campaign.Apply(events[^1]);
        }

        return new(default(Done), [.. events]);
    }

    public static Decision<CampaignEvent, Done> DecideTold(this Campaign campaign, int steps, DateTimeOffset now) =>
        steps <= campaign.Told ? default(Done)
        : new Decision<CampaignEvent, Done>(default(Done), new CampaignEvent.Told(steps, now));

    public static Decision<CampaignEvent, CampaignInfo> Decide(
        this Campaign campaign, BrandEffect effect, string id)
    {
        if (campaign.Terms is null) return CampaignRefusals.Unknown;
        if (campaign.Terms.Class != SpendClass.Brand) return CampaignRefusals.Class;
        if (campaign.State < CampaignState.Closed) return CampaignRefusals.NotOver;
        return campaign.Effects.Any(e => e.Days == effect.Days) ? campaign.Info(id)
            : After(campaign, id, new CampaignEvent.Measured(effect));
    }

    public static CampaignInfo Info(this Campaign c, string id) => new(id, c.Terms!, c.TermsVersion, c.State, c.Taken,
        c.Next, c.IsLive, [.. c.Placements])
    {
        Effects = c.Effects,
    };

    private static bool IsGood(CampaignTerms t)
    {
        if (t.Title.Length is 0 or > Limits.TextLengthMax || t.Goal.Length is 0 or > Limits.TextLengthMax
            || t.StartsAt >= t.EndsAt || !Enum.IsDefined(t.Class)
            || (t.BudgetLine is { } line && !BudgetKeys.IsLine(BudgetKeys.YearMin, 1, line))
            || (t.Theme is not null && !Limits.IsId(t.Theme)) || !AreIds(t.Sessions) || !AreIds(t.Coupons)
            || t.Steps.DistinctBy(s => s.Kind).Count() < t.Steps.Length)
            return false;
        return t.Steps.All(s => s.Kind switch
        {
            CampaignStepKind.WarmUp => s.At < t.StartsAt,
            CampaignStepKind.Peak => s.At > t.StartsAt && s.At < t.EndsAt,
            CampaignStepKind.Recap => s.At > t.EndsAt,
            _ => false, // open and close are the period's
        });
    }

    private static bool AreIds(IReadOnlyCollection<string> ids) =>
        ids.Count <= ICampaignGrain.PartsMax && ids.All(Limits.IsId);

    private static Decision<CampaignEvent, CampaignInfo> After(Campaign campaign, string id, CampaignEvent happened) =>
        new(campaign.Apply(happened).Info(id), happened);
}

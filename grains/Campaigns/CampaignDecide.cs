using System.Text.Json;
using Ale.Budgets;
using Ale.Kernel;

namespace Ale.Campaigns;

/// <summary>What is decided about a campaign.</summary>
internal static class CampaignDecide
{
    public const string ChangeCommand = "change";

    private static readonly string AText = $"Must have 1 to {Limits.TextLengthMax} characters.",
        SomeIds = $"Must be at most {ICampaignGrain.PartsMax} ids.";

    public static Decision<CampaignEvent, CampaignInfo> Decide(
        this Campaign campaign, PutCampaign command, string id, DateTimeOffset now)
    {
        if (campaign.Terms is { } terms)
            return terms == command.Terms ? campaign.Info(id) : CampaignRefusals.Changed;
        if (WhyNot(command.Terms) is { } refusal) return refusal;
        return After(campaign, id, new CampaignEvent.Put(command.Terms, command.By, now));
    }

    public static Decision<CampaignEvent, CampaignInfo> Decide(
        this Campaign campaign, ChangeCampaign command, string id, DateTimeOffset now)
    {
        if (campaign.Terms is not { } terms) return CampaignRefusals.Unknown;
        var p = command.Patch;
        var said = CauseIds.Of(ChangeCommand, JsonSerializer.Serialize(p, CampaignJson.Default.CampaignPatch));
        if (campaign.Keys.Find(command.Key, now) is { } done)
            return done.Command == said ? campaign.Info(id) : CampaignRefusals.Changed;
        if (command.Version != campaign.TermsVersion) return CampaignRefusals.Stale;
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
        if (WhyNot(after) is { } refusal) return refusal;
        if (after == terms) return campaign.Info(id);
        if (campaign.State >= CampaignState.Closed) return CampaignRefusals.Over;
        var changed = new CampaignEvent.Changed(after, command.Key, command.By, now) { Said = said };
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
        if (terms.Class != spendClass) return CampaignRefusals.ClassOf(id, terms.Class);
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

    private static Refusal? WhyNot(CampaignTerms t) =>
        !IsText(t.Title) ? Bad("title", AText)
        : !IsText(t.Goal) ? Bad("goal", AText)
        : t.StartsAt >= t.EndsAt ? Bad("endsAt", "Must be after startsAt.")
        : !Enum.IsDefined(t.Class) ? Bad("class", "Must be performance or brand.")
        : t.BudgetLine is { } line && !BudgetKeys.IsLine(BudgetKeys.YearMin, 1, line)
            ? Bad("budgetLine", $"Must have at most {BudgetKeys.LineLengthMax} characters and no colon.")
        : t.Theme is not null && !Limits.IsId(t.Theme) ? Bad("theme", "Must be an id.")
        : !AreIds(t.Sessions) ? Bad("sessions", SomeIds)
        : !AreIds(t.Coupons) ? Bad("coupons", SomeIds)
        : t.Steps.DistinctBy(s => s.Kind).Count() < t.Steps.Length ? Bad("steps", "Must have each kind at most once.")
        : t.Steps.Select(s => WhyNot(s, t)).FirstOrDefault(why => why is not null) is { } rule ? Bad("steps", rule)
        : null;

    private static string? WhyNot(CampaignStep s, CampaignTerms t) => s.Kind switch
    {
        CampaignStepKind.WarmUp => s.At < t.StartsAt ? null : "The warm-up must be before startsAt.",
        CampaignStepKind.Peak => s.At > t.StartsAt && s.At < t.EndsAt ? null
            : "The peak must be between startsAt and endsAt.",
        CampaignStepKind.Recap => s.At > t.EndsAt ? null : "The recap must be after endsAt.",
        _ => "It opens at startsAt and closes at endsAt.",
    };

    private static Refusal Bad(string field, string rule) =>
        CampaignRefusals.BadTerms.With("field", field).With("detail", rule);

    private static bool IsText(string text) => text.Length is > 0 and <= Limits.TextLengthMax;

    private static bool AreIds(IReadOnlyCollection<string> ids) =>
        ids.Count <= ICampaignGrain.PartsMax && ids.All(Limits.IsId);

    private static Decision<CampaignEvent, CampaignInfo> After(Campaign campaign, string id, CampaignEvent happened) =>
        new(campaign.Apply(happened).Info(id), happened);
}

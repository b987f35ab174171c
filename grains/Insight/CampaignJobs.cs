using System.Collections.Immutable;
using System.Globalization;
using Ale.Budgets;
using Ale.Campaigns;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Platforms;
using Ale.Policy;
using Ale.Registers;
using Ale.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Insight;

/// <summary>What is watched of campaigns on the calendar.</summary>
internal static class CampaignJobs
{
    private const int CampaignsMax = 1_000, PlacementsMax = 10_000, EntriesMax = 1_000;

    /// <summary>Each day: a theme that comes near its date without a campaign stands in an inbox (CAM-09).</summary>
    public static readonly JobDefinition Themes = new(
        "theme-plan", "Themes of the year that need a campaign", p => p.Campaigns.DayCron, null, async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            var due = 0;
            foreach (var year in new[] { today.Year, today.AddDays(policy.ThemeDays).Year }.Distinct())
            {
                var plan = string.Create(CultureInfo.InvariantCulture, $"{run.Market}-{year}");
                var (board, refusal) = await grains.CampaignResults().Themes(plan, null, default, ct);
                if (refusal is not null) return JobResult.Failed(refusal.Code);
                foreach (var theme in board!.Themes.Where(t => t.State == ThemeState.Due))
                {
                    due++;
                    var opened = await grains.InboxItem(ThemeItem(plan, theme.Id)).Open(new("campaign_plan_due",
                        string.Create(CultureInfo.InvariantCulture,
                            $"Campaign plan due: {theme.Title} is on {theme.Date:yyyy-MM-dd}"),
                        $"theme/{plan}/{theme.Id}", policy.Role, InboxSeverity.Warning, null),
                        "insight", CancellationToken.None);
                    if (opened.Refusal is { } why) return JobResult.Failed(why.Code);
                }
            }

            return JobResult.Done(string.Create(CultureInfo.InvariantCulture, $"{due} themes need a campaign."));
        });

    /// <summary>Each day: what brand campaigns moved, once for each window that is over (CAM-05).</summary>
    public static readonly JobDefinition Effects = new(
        "brand-effect", "What brand campaigns moved in the long run", p => p.Campaigns.DayCron, null, async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            var market = run.Services.GetRequiredService<MarketBook>().For(null, run.Attempt.DueAt);
            var measured = 0;
            foreach (var state in new[] { CampaignState.Closed, CampaignState.Recapped })
            {
                var (campaigns, refusal) = await grains.CampaignQueries().Campaigns(
                    new(CampaignsMax) { State = state }, default, ct);
                if (refusal is not null) return JobResult.Failed(refusal.Code);
                foreach (var c in campaigns.Where(c => c.Class == SpendClass.Brand))
                {
                    var (first, after) = (market.BusinessDay(c.StartsAt), market.BusinessDay(c.EndsAt).AddDays(1));
                    foreach (var days in policy.EffectDays.Where(days => after.AddDays(days) <= today))
                    {
                        var (known, unknown) = await grains.Campaign(c.Id).Get(ct);
                        if (unknown is not null) return JobResult.Failed(unknown.Code);
                        if (known!.Effects.Any(e => e.Days == days)) continue;
                        var (before, no) = await grains.CampaignResults().Indicators(first.AddDays(-days), first, ct);
                        if (no is not null) return JobResult.Failed(no.Code);
                        var (then, not) = await grains.CampaignResults().Indicators(after, after.AddDays(days), ct);
                        if (not is not null) return JobResult.Failed(not.Code);
                        var kept = await grains.Campaign(c.Id).Measure(
                            new(days, BrandLift.Of(before, then), run.Attempt.DueAt), CancellationToken.None);
                        if (kept.Refusal is { } why) return JobResult.Failed(why.Code);
                        measured++;
                    }
                }
            }

            return JobResult.Done(string.Create(CultureInfo.InvariantCulture, $"{measured} windows measured."));
        });

    /// <summary>Every few minutes: a clip that many watch is proposed for more money (CAM-11).</summary>
    public static readonly JobDefinition Boost = new(
        "clip-boost", "Clips that many watch", p => p.Campaigns.BoostCron, null, async (run, ct) =>
        {
            var (grains, policy, _) = Of(run);
            var (hits, refusal) = await grains.CampaignResults().Hits(run.Attempt.DueAt, policy.BoostPlays, ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            foreach (var hit in hits)
            {
                var review = grains.Review(CauseIds.Of(ClipBoost.Kind, hit.ContentId)); // a clip is proposed once
                if ((await review.Get(null, ct)).Value is not null) continue;
                var (placements, why) = await grains.CampaignQueries().Placements(new(PlacementsMax), default, ct);
                if (why is not null) return JobResult.Failed(why.Code);
                var effect = await ClipBoost.Effect(hit.ContentId, policy.BoostMinor, placements, grains, ct);
                var opened = await review.Open(new(ClipBoost.Kind, $"More for clip {hit.ContentId}",
                    $"clip/{hit.ContentId}", string.Create(CultureInfo.InvariantCulture,
                        $"{hit.Plays} plays within 24 hours; the mark is {policy.BoostPlays}."),
                    effect is null ? "No placement shows it, or none of its campaign has money left: make one."
                        : string.Create(CultureInfo.InvariantCulture,
                            $"Move {policy.BoostMinor} minor units to it: {effect.Argument.Replace('|', ' ')}."),
                    policy.Role)
                { Effect = effect }, "insight", CancellationToken.None);
                if (opened.Refusal is { } not) return JobResult.Failed(not.Code);
            }

            return JobResult.Done(string.Create(CultureInfo.InvariantCulture, $"{hits.Length} clips beyond the mark."));
        });

    /// <summary>On a quarter's first day the awards of the one before bring prime slots (CAM-12).</summary>
    public static readonly JobDefinition Tilt = new(
        "resource-tilt", "Prime slots for award winners", p => p.Campaigns.TiltCron, null, async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            var market = run.Services.GetRequiredService<MarketBook>().For(null, run.Attempt.DueAt);
            var first = PrimeSlots.FirstOf(today);
            var (won, quarter) = (PrimeSlots.QuarterOf(first.AddDays(-1)), PrimeSlots.QuarterOf(first));
            var (awards, refusal) = await grains.RegisterQueries().Entries(
                new(EntriesMax) { Kind = PrimeSlots.Award }, default, ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            var given = 0;
            foreach (var award in awards.Where(a => a.State is not (RegisterState.Withdrawn or RegisterState.Superseded)
                && a.Id.StartsWith(won + "-", StringComparison.Ordinal)))
            {
                var entered = await grains.Register(PrimeSlots.Register, award.Subject).Enter(new(
                    $"{quarter}-{award.Id}", new(award.Terms.Title,
                        [new("slots", policy.TiltSlots.ToString(CultureInfo.InvariantCulture))],
                        market.StartOf(first), market.StartOf(first.AddMonths(3)))
                    { Role = policy.Role }, "insight"), CancellationToken.None);
                // Another number stands there from a run before the policy changed: the first word stands.
                if (entered.Refusal is { } why && why.Code != RegisterRefusals.Changed.Code)
                    return JobResult.Failed(why.Code);
                given++;
            }

            return JobResult.Done(string.Create(CultureInfo.InvariantCulture, $"{quarter}: slots for {given} awards."));
        });

    public static string ThemeItem(string plan, string theme) => CauseIds.Of("campaign_plan_due", $"{plan}/{theme}");

    private static (IGrainFactory Grains, CampaignPolicy Policy, DateOnly Today) Of(JobRun run)
    {
        var at = run.Attempt.DueAt;
        return (run.Services.GetRequiredService<IGrainFactory>(),
            run.Services.GetRequiredService<PolicyBook>().For(null, at).Campaigns,
            run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at));
    }
}

/// <summary>A figure after a campaign against the same one before (CAM-05); pure.</summary>
internal static class BrandLift
{
    public static ImmutableArray<BrandIndicator> Of(
        IReadOnlyList<IndicatorValue> before, IReadOnlyList<IndicatorValue> after) =>
    [
        .. before.Zip(after, (b, a) => new BrandIndicator(b.Name, b.Value, a.Value, b.Value == 0 ? null
            : Math.Round((a.Value - b.Value) * 100 / b.Value, 1, MidpointRounding.AwayFromZero))),
    ];
}

/// <summary>Moves money between placements of one campaign, to the one that shows a clip (CAM-11).</summary>
internal static class ClipBoost
{
    public const string Kind = "clip_boost", EffectName = "placement.boost";

    private const int CapAttemptsMax = 10;

    /// <summary>From the placement of the same campaign and currency with the most left; null: there is none.</summary>
    public static async Task<ReviewEffect?> Effect(string clip, long amountMinor,
        IReadOnlyList<PlacementRow> placements, IGrainFactory grains, CancellationToken ct)
    {
        foreach (var to in placements.Where(p => p.ContentId == clip))
        {
            var (own, _) = await grains.Placement(to.Id).Get(ct);
            if (own is null || own.State == PlacementState.Ended) continue;
            PlacementInfo? best = null;
            foreach (var other in placements.Where(p => p.CampaignId == to.CampaignId && p.Id != to.Id
                && p.Currency == to.Currency && p.CapMinor - p.SpendMinor >= amountMinor))
            {
                var (from, _) = await grains.Placement(other.Id).Get(ct);
                if (from is { State: PlacementState.Active } && from.LeftMinor >= amountMinor
                    && from.LeftMinor > (best?.LeftMinor ?? 0)) best = from;
            }

            if (best is not null)
                return new(EffectName, string.Create(CultureInfo.InvariantCulture, $"{best.Id}|{to.Id}|{amountMinor}"));
        }

        return null;
    }

    /// <summary>
    /// Holds the money where it comes from, so that it is there; takes the cap down there and up where it goes. Each part
    /// has the review's id, and so is done once. Where the cap cannot go up it does not stay down, and nothing is held.
    /// </summary>
    public static readonly EffectRunner Runner = new(EffectName, async (review, grains) =>
    {
        var part = review.Terms.Effect!.Argument.Split('|');
        var amount = long.Parse(part[2], CultureInfo.InvariantCulture);
        var (from, to) = (grains.Placement(part[0]), grains.Placement(part[1]));
        var (held, refusal) = await from.Authorise(new(review.Id, amount));
        if (refusal is not null) return refusal;
        if (held!.State == AuthorisationState.Released) return null; // it was over before, one way or the other
        refusal = await Cap(from, -amount, review.Id);
        if (refusal is null && (refusal = await Cap(to, amount, review.Id)) is not null
            && await Cap(from, amount, review.Id + ":undo") is { } stuck) return stuck; // what is held says so
        return (await from.Release(review.Id)).Refusal ?? refusal;
    });

    /// <summary>Moves a cap. Others may change the placement meanwhile: then from what they left.</summary>
    private static async Task<Refusal?> Cap(IPlacementGrain placement, long by, string key)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (now, unknown) = await placement.Get();
            if (unknown is not null) return unknown;
            var refusal = (await placement.Change(
                new(now!.Terms.CapMinor + by, null, null, now.Version, key, "review"))).Refusal;
            if (refusal?.Code != PlacementRefusals.Changed.Code || attempt == CapAttemptsMax) return refusal;
        }
    }
}

/// <summary>A topic that is hot on a platform and fits products becomes a task for content, once a day (CAM-08).</summary>
internal sealed class HotTopics(PolicyBook policies) : Reaction<PlatformsEvent>(
    "hot-topics", "platform", PlatformJson.Default.PlatformsEvent)
{
    protected override async Task<Refusal?> React(
        string key, PlatformsEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not PlatformsEvent.Taken taken) return null;
        foreach (var topic in taken.Events.Where(e => e.What is { Kind: "hot_topic", Tag: not null })
            .DistinctBy(e => (e.What.Tag, e.Day)))
        {
            var (tag, rank) = (topic.What.Tag!, topic.What.Count);
            var review = grains.Review(TaskOf(key, tag, topic.Day));
            if ((await review.Get()).Value is not null) continue; // the first word of the day stands
            var (skus, refusal) = await grains.CampaignResults().Fits(tag);
            if (refusal is not null) return refusal;
            if (skus.IsEmpty) continue;
            var opened = await review.Open(new("content_task", $"Hot on {key}: {tag}", $"topic/{key}",
                string.Create(CultureInfo.InvariantCulture, $"{tag} is at rank {rank} on {key}. It fits ")
                    + string.Join(", ", skus) + ".",
                "Make content for these products while it is hot.", policies.For(null, taken.At).Campaigns.Role),
                "insight");
            if (opened.Refusal is { } why) return why;
        }

        return null;
    }

    public static string TaskOf(string platform, string topic, DateOnly day) => CauseIds.Of("content_task",
        string.Create(CultureInfo.InvariantCulture, $"{platform}/{topic}/{day:yyyy-MM-dd}"));
}

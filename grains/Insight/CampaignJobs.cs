using System.Collections.Immutable;
using System.Globalization;
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
    private const int CampaignsPage = 500, EntriesPageMax = 500;

    /// <summary>Each day: a theme that comes near its date without a campaign stands in an inbox (CAM-09).</summary>
    public static readonly JobDefinition Themes = new(
        "theme-plan", "Themes of the year that need a campaign", p => p.Campaigns.DayCron, null, async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            var (due, isMore) = (0, false);
            foreach (var plan in new[] { today, today.AddDays(policy.ThemeDays) }
                .Select(day => ThemeBoards.PlanOf(run.Market, day)).Distinct())
            {
                var (board, refusal) = await grains.CampaignResults().Themes(plan, null, default, ct);
                if (refusal is not null) return JobResult.Failed(refusal.Code);
                isMore |= board!.More;
                foreach (var theme in board.Themes.Where(t => t.State == ThemeState.Due))
                {
                    due++;
                    var why = await grains.OpenItem(ThemeItem(plan, theme.Id), new("campaign_plan_due",
                        string.Create(CultureInfo.InvariantCulture,
                            $"Campaign plan due: {theme.Title} is on {theme.Date:yyyy-MM-dd}"),
                        $"theme/{plan}/{theme.Id}", policy.Role, InboxSeverity.Warning, null), "insight");
                    if (why is not null) return JobResult.Failed(why.Code);
                }
            }

            return JobResult.Done(string.Create(CultureInfo.InvariantCulture, $"{due} themes need a campaign.")
                + (isMore ? " More exist than one board reads." : ""));
        });

    /// <summary>Each day: what brand campaigns moved, once for each window that is over (CAM-05).</summary>
    public static readonly JobDefinition Effects = new(
        "brand-effect", "What brand campaigns moved in the long run", p => p.Campaigns.DayCron, null, async (run, ct) =>
        {
            var grains = run.Services.GetRequiredService<IGrainFactory>();
            var (measured, last) = (0, default(string));
            while (true)
            {
                var (campaigns, refusal) = await grains.CampaignResults().EndedBrands(
                    run.Attempt.DueAt, last, CampaignsPage, ct);
                if (refusal is not null) return JobResult.Failed(refusal.Code);
                foreach (var campaign in campaigns)
                {
                    var (windows, why) = await Measure(run, campaign, grains, ct);
                    if (why is not null) return JobResult.Failed(why.Code);
                    measured += windows;
                }

                if (campaigns.Length < CampaignsPage) break;
                last = campaigns[^1].Id;
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
            if (hits.IsEmpty) return JobResult.Done("No new clips beyond the mark.");
            var (placements, why) = await grains.CampaignResults().Showing([.. hits.Select(h => h.ContentId)], ct);
            if (why is not null) return JobResult.Failed(why.Code);
            foreach (var hit in hits)
            {
                var review = grains.Review(CauseIds.Of(ClipBoost.Kind, hit.ContentId)); // a clip is proposed once
                if ((await review.Get(null, ct)).Value is not null) continue;
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

            return JobResult.Done(string.Create(CultureInfo.InvariantCulture,
                $"{hits.Length} new clips beyond the mark."));
        });

    /// <summary>On a quarter's first day the awards of the one before, and the category that led at its end, bring prime
    /// slots (CAM-12).</summary>
    public static readonly JobDefinition Tilt = new(
        "resource-tilt", "Prime slots for award winners and the leading category", p => p.Campaigns.TiltCron, null,
        async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            var first = PrimeSlots.FirstOf(today);
            var (won, quarter) = (PrimeSlots.QuarterOf(first.AddDays(-1)), PrimeSlots.QuarterOf(first));
            var (awards, refusal) = await grains.AllEntries(
                new(EntriesPageMax) { Kind = PrimeSlots.Award }, default, ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            var given = 0;
            foreach (var award in awards.Where(a => a.State is not (RegisterState.Withdrawn or RegisterState.Superseded)
                && a.Id.StartsWith(won + "-", StringComparison.Ordinal)))
            {
                if (await Give(run, PrimeSlots.Register, award.Subject, award.Id, award.Terms.Title) is { } why)
                    return JobResult.Failed(why.Code);
                given++;
            }

            var weeks = run.Services.GetRequiredService<PolicyBook>().For(null, run.Attempt.DueAt).Costs.LeadWeeks;
            var week = CategoryLead.MondayOf(first).AddDays(-7); // the last that lies in the quarter before as a whole
            var (rows, no) = await grains.Costs().Categories(week, weeks, default, ct);
            if (no is not null) return JobResult.Failed(no.Code);
            var leader = CategoryLead.Of(rows, week, weeks);
            var note = string.Create(CultureInfo.InvariantCulture, $"{quarter}: slots for {given} awards")
                + (leader is null ? "; no category led." : $" and for {leader}.");
            if (leader is null) return JobResult.Done(note);
            if (!Limits.IsId(leader)) return JobResult.Done($"{note} It is no id: enter its slots by hand.");
            return await Give(run, PrimeSlots.CategoryRegister, leader, $"{won}-lead", string.Create(
                CultureInfo.InvariantCulture, $"Led in conversion for {weeks} weeks")) is { } not
                ? JobResult.Failed(not.Code) : JobResult.Done(note);
        });

    /// <summary>Windows of a campaign that are over and were not measured yet; how many.</summary>
    private static async Task<Outcome<int>> Measure(
        JobRun run, EndedCampaign c, IGrainFactory grains, CancellationToken ct)
    {
        var (_, policy, today) = Of(run);
        var market = run.Services.GetRequiredService<MarketBook>().For(null, run.Attempt.DueAt);
        var (first, after) = (market.BusinessDay(c.StartsAt), market.BusinessDay(c.EndsAt).AddDays(1));
        int[] over = [.. policy.EffectDays.Where(days => after.AddDays(days) <= today)];
        if (over.Length == 0) return 0;
        var (known, unknown) = await grains.Campaign(c.Id).Get(ct);
        if (unknown is not null) return unknown;
        var left = over.Where(days => known!.Effects.All(e => e.Days != days)).ToArray();
        foreach (var days in left)
        {
            var (before, no) = await grains.CampaignResults().Indicators(first.AddDays(-days), first, ct);
            if (no is not null) return no;
            var (then, not) = await grains.CampaignResults().Indicators(after, after.AddDays(days), ct);
            if (not is not null) return not;
            var kept = await grains.Campaign(c.Id).Measure(
                new(days, BrandLift.Of(before, then), run.Attempt.DueAt), CancellationToken.None);
            if (kept.Refusal is { } why) return why;
        }

        return left.Length;
    }

    /// <summary>Prime slots in the quarter of the run.</summary>
    private static async Task<Refusal?> Give(JobRun run, string register, string subject, string id, string title)
    {
        var (grains, policy, today) = Of(run);
        var market = run.Services.GetRequiredService<MarketBook>().For(null, run.Attempt.DueAt);
        var first = PrimeSlots.FirstOf(today);
        var entered = await grains.Register(register, subject).Enter(new(
            PrimeSlots.EntryOf(PrimeSlots.QuarterOf(first), id), new(title,
                [new("slots", policy.TiltSlots.ToString(CultureInfo.InvariantCulture))],
                market.StartOf(first), market.StartOf(first.AddMonths(3)))
            { Role = policy.Role }, "insight"), CancellationToken.None);
        // Another number stands there from a run before the policy changed: the first word stands.
        return entered.Refusal is { } why && why.Code != RegisterRefusals.Changed.Code ? why : null;
    }

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

/// <summary>A topic that is hot on a platform and fits products becomes a task for content, once a day (CAM-08).</summary>
internal sealed class HotTopics(PolicyBook policies) : Reaction<PlatformsEvent>(
    "hot-topics", "platform", PlatformJson.Default.PlatformsEvent)
{
    protected override async Task<Refusal?> React(
        string key, PlatformsEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not PlatformsEvent.Taken taken) return null;
        foreach (var topic in taken.Events.Where(e => e.What is { Kind: PlatformWire.HotTopic, Tag: not null })
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

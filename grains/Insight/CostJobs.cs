using System.Collections.Immutable;
using System.Globalization;
using Ale.Budgets;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Phases;
using Ale.Policy;
using Ale.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Insight;

/// <summary>What is watched of costs on the calendar.</summary>
internal static class CostJobs
{
    private const int Shown = 20, NamesMax = 3;

    /// <summary>Each day the steps of the month are looked at; one over its cap stands in an inbox, once a month
    /// (BUD-14).</summary>
    public static readonly JobDefinition Steps = new(
        "cost-steps", "Average cost of each step against its cap", p => p.Costs.StepCron, null, async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            // On a month's first day, and so early, the day before is the last of the month that counts.
            var month = FirstOf(today.AddDays(-1));
            var (steps, refusal) = await grains.Costs().StepsAt(month, run.Attempt.DueAt, default, ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            foreach (var step in steps.Where(s => s.IsOver))
            {
                var text = string.Create(CultureInfo.InvariantCulture,
                    $"{step.Step} costs {step.AverageMinor:0.##} {step.Currency} (minor units) for each {step.Unit} in ")
                    + string.Create(CultureInfo.InvariantCulture, $"{month:yyyy-MM}; its cap is {step.CapMinor}");
                var item = CauseIds.Of("cost_step", $"{month:yyyy-MM}/{step.Step}/{step.Currency}");
                // The average moves each day: the item that stands already says enough.
                if ((await grains.InboxItem(item).Get(null, ct)).Value is not null) continue;
                var opened = await grains.InboxItem(item).Open(new("cost_step", text,
                    string.Create(CultureInfo.InvariantCulture, $"costs/{month:yyyy-MM}"),
                    policy.Budgets.FinanceRole, InboxSeverity.Warning, null), "insight", CancellationToken.None);
                if (opened.Refusal is { } why) return JobResult.Failed(why.Code);
            }

            return JobResult.Done(string.Create(CultureInfo.InvariantCulture,
                $"{steps.Length} steps, {steps.Count(s => s.IsOver)} over their cap."));
        })
    { EachPeriod = true }; // else the last day of a month would never be looked at after an outage

    /// <summary>Each Monday, from the phase of growth on: a category that leads in conversion for so many weeks is
    /// proposed for more (BUD-13).</summary>
    public static readonly JobDefinition Lead = new(
        "category-lead", "The category that keeps leading", p => p.Costs.LeadCron, null, async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            var (phase, no) = await grains.Phases().InForce(run.Attempt.DueAt, ct);
            if (no is not null) return JobResult.Failed(no.Code);
            if (CategoryLead.WhyNot(phase!.Phase) is { } early) return JobResult.Done(early);
            var week = CategoryLead.MondayOf(today).AddDays(-7);
            var weeks = policy.Costs.LeadWeeks;
            var (rows, refusal) = await grains.Costs().Categories(week, weeks, default, ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            if (CategoryLead.Of(rows, week, weeks) is not { } leader)
                return JobResult.Done("No category keeps leading.");
            var (lines, why) = await MonthLines.Of(grains, today, ct);
            if (why is not null) return JobResult.Failed(why.Code);
            var note = string.Create(CultureInfo.InvariantCulture, $"{leader} leads {weeks} weeks.");
            // One proposal a month, and the first word of it stands.
            var review = grains.Review(CauseIds.Of("category_lead", $"{leader}/{FirstOf(today):yyyy-MM}"));
            if ((await review.Get(null, ct)).Value is not null) return JobResult.Done(note);
            var finding = string.Join(" ", rows.Where(r => r.Category == leader).Select(r => string.Create(
                CultureInfo.InvariantCulture, $"Week of {r.Week:yyyy-MM-dd}: {r.Percent} %.")).Prepend(note));
            var opened = await review.Open(new("category_lead", string.Create(CultureInfo.InvariantCulture,
                    $"+{policy.Costs.LeadPercent} % for {leader}"), $"category/{leader}", finding,
                string.Create(CultureInfo.InvariantCulture, $"Give {leader} {policy.Costs.LeadPercent} % more."),
                policy.Budgets.FinanceRole)
            { Effect = BudgetReview.MoreFor(leader, policy.Costs.LeadPercent, lines) }, "insight",
                CancellationToken.None);
            return opened.Refusal is { } not ? JobResult.Failed(not.Code) : JobResult.Done(note);
        });

    /// <summary>Each month: what automations saved, and how much of the work is creative (BUD-18).</summary>
    public static readonly JobDefinition Structure = new(
        "cost-structure", "Automations and creative hours", p => p.Costs.StructureCron, null, async (run, ct) =>
        {
            var (grains, policy, today) = Of(run);
            var month = FirstOf(today).AddMonths(-1);
            var (found, refusal) = await grains.Costs().Structure(month, default, ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            var note = string.Create(CultureInfo.InvariantCulture,
                $"{month:yyyy-MM}: saved {found!.SavingMinor} minor units; creative hours {found.CreativePercent:0.0} %, ")
                + string.Create(CultureInfo.InvariantCulture, $"{found.Points:+0.0;-0.0;0} points.");
            if (!found.Skipped.IsEmpty)
                note += $" Left out: {Names(found.Skipped)}.";
            if (found.Automations.IsEmpty && found.CreativePercent is null && found.Skipped.IsEmpty)
                return JobResult.Done($"{month:yyyy-MM}: nobody entered anything.");
            var review = grains.Review(CauseIds.Of("cost_structure", $"{month:yyyy-MM}"));
            if ((await review.Get(null, ct)).Value is not null) return JobResult.Done(note);
            var finding = string.Join(" ", found.Automations.Take(Shown).Select(a => string.Create(
                CultureInfo.InvariantCulture, $"{a.Name}: {a.Count} at {a.AfterMinor} instead of {a.BeforeMinor}, ")
                + string.Create(CultureInfo.InvariantCulture, $"{a.SavingMinor} saved.")).Prepend(note));
            if (found.Automations.Length > Shown)
                finding += string.Create(
                    CultureInfo.InvariantCulture, $" And {found.Automations.Length - Shown} more.");
            var opened = await review.Open(new("cost_structure", string.Create(CultureInfo.InvariantCulture,
                    $"Cost structure of {month:yyyy-MM}"), string.Create(CultureInfo.InvariantCulture,
                    $"costs/{month:yyyy-MM}"), finding,
                "Say which work is automated next, and where the hours go.", policy.Budgets.FinanceRole),
                "insight", CancellationToken.None);
            return opened.Refusal is { } why ? JobResult.Failed(why.Code) : JobResult.Done(note);
        });

    private static (IGrainFactory Grains, PolicySet Policy, DateOnly Today) Of(JobRun run)
    {
        var at = run.Attempt.DueAt;
        return (run.Services.GetRequiredService<IGrainFactory>(),
            run.Services.GetRequiredService<PolicyBook>().For(null, at),
            run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at));
    }

    private static string Names(ImmutableArray<string> names) => names.Length <= NamesMax ? string.Join(", ", names)
        : string.Create(CultureInfo.InvariantCulture,
            $"{string.Join(", ", names.Take(NamesMax))} and {names.Length - NamesMax} more");

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);
}

using System.Collections.Immutable;
using System.Globalization;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Ale.Registers;
using Ale.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Budgets;

/// <summary>
/// Each month tools are gone through (BUD-16): what was bought in the month before though subscriptions come first, and
/// which subscriptions (register <see cref="Register"/>) end soon.
/// </summary>
internal static class SubscriptionCheck
{
    /// <summary>The kind of register that subscriptions stand in, by tool.</summary>
    public const string Register = "subscription";
    private const int PageMax = 200, Shown = 20;

    public static readonly JobDefinition Definition = new(
        "subscription-check", "Tools: what was bought, and what ends", p => p.Costs.SubscriptionCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var policy = run.Services.GetRequiredService<PolicyBook>().For(null, at);
        var month = run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at).AddMonths(-1)
            .ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var (bought, refusal) = await grains.BudgetQueries().Breakdown(
            new($"{month}-", int.MaxValue) { By = "acquisition" }, default, ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        var (entries, why) = await grains.AllEntries(new(PageMax)
        {
            Kind = Register,
            ValidAt = at,
            EndsBefore = at.AddDays(policy.Costs.SubscriptionDays),
        }, default, ct);
        if (why is not null) return JobResult.Failed(why.Code);
        var purchases = bought.Where(b => b.Value == "purchase").ToArray();
        var note = string.Create(CultureInfo.InvariantCulture,
            $"{month}: {purchases.Sum(p => p.Spends)} purchases, {entries.Length} subscriptions end soon.");
        if (purchases.Length == 0 && entries.IsEmpty) return JobResult.Done(note);
        var review = grains.Review(CauseIds.Of("subscription_check", month));
        if ((await review.Get(null, ct)).Value is not null) return JobResult.Done(note);
        var opened = await review.Open(new("subscription_check", $"Tools of {month}", $"budget/{month}",
            Finding(note, purchases, entries),
            "For each purchase say whether a subscription does it; renew, change or end each subscription.",
            policy.Budgets.FinanceRole), "budgets", CancellationToken.None);
        return opened.Refusal is { } not ? JobResult.Failed(not.Code) : JobResult.Done(note);
    }

    private static string Finding(
        string note, BreakdownRow[] purchases, ImmutableArray<RegisterEntry> entries) => string.Join(" ",
        [
            note,
            .. purchases.Select(p => string.Create(
                CultureInfo.InvariantCulture, $"Bought for {p.AmountMinor} {p.Currency} (minor units).")),
            .. entries.Take(Shown).Select(e => string.Create(
                CultureInfo.InvariantCulture, $"{e.Terms.Title} ends {e.EndsAt:yyyy-MM-dd}.")),
            .. entries.Length > Shown
                ? [string.Create(CultureInfo.InvariantCulture, $"And {entries.Length - Shown} more.")]
                : Array.Empty<string>(),
        ]);
}

/// <summary>
/// When a month opens, a share of its research goes into a line of its own for new technology; what was left of the one
/// before is reported, and not carried over (BUD-17, A-37).
/// </summary>
internal static class ExploreLines
{
    /// <summary>The line for new technology within a line of research.</summary>
    public static string LineOf(string research) => research + "-explore";

    public static readonly JobDefinition Definition = new(
        "explore-line", "A share of research for new technology", p => p.Costs.ExploreCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var policy = run.Services.GetRequiredService<PolicyBook>().For(null, at);
        var today = run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at);
        var (research, explore) = (policy.Costs.ResearchLine, LineOf(policy.Costs.ResearchLine));
        var reported = await Report(grains, today.AddMonths(-1), explore, policy.Budgets.FinanceRole, ct);
        if (reported.Why is { } no) return JobResult.Failed(no.Code);
        var year = today.Year.ToString("D4", CultureInfo.InvariantCulture);
        var (line, refusal) = await grains.BudgetPlan(year).Carve(new(new(today.Month, research), explore,
            policy.Costs.ExplorePercent, "New technology, tried out", "budgets"), ct);
        if (refusal?.Code == BudgetRefusals.Unknown.Code)
            return JobResult.Done($"{reported.Text} Nothing is planned for {research}.");
        return refusal is not null ? JobResult.Failed(refusal.Code) : JobResult.Done(string.Create(
            CultureInfo.InvariantCulture, $"{reported.Text} {line!.Key}: {line.Terms.PlannedMinor}."));
    }

    private static async Task<(string Text, Refusal? Why)> Report(
        IGrainFactory grains, DateOnly month, string explore, string role, CancellationToken ct)
    {
        var key = BudgetKeys.KeyOf(month.Year, month.Month, explore);
        var (line, unknown) = await grains.BudgetLine(key).Get(ct);
        if (unknown is not null) return (unknown.Code == BudgetRefusals.Unknown.Code ? "No line before." : "",
            unknown.Code == BudgetRefusals.Unknown.Code ? null : unknown);
        var left = line!.Terms.PlannedMinor - line.ActualMinor;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{key}: {line.ActualMinor} of {line.Terms.PlannedMinor} used.");
        if (left <= 0) return (text, null);
        var review = grains.Review(CauseIds.Of("explore_unused", key));
        if ((await review.Get(null, ct)).Value is not null) return (text, null);
        var opened = await review.Open(new("explore_unused", $"{key} was not used up", $"budget/{key}",
            string.Create(CultureInfo.InvariantCulture, $"{text} {left} {line.Terms.Currency} is left, not carried."),
            "Say what kept it back, or plan what to try next.", role), "budgets", CancellationToken.None);
        return (text, opened.Refusal);
    }
}

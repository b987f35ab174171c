using System.Globalization;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Ale.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Budgets;

/// <summary>What is unusual among spends of a kind (BUD-15); pure.</summary>
internal static class Usual
{
    /// <summary>The mean of earlier amounts, and whether one more is far above them; a small one costs
    /// nothing.</summary>
    public static (long MeanMinor, bool IsUnusual) Of(long amount, IReadOnlyList<long> earlier, CostPolicy policy)
    {
        if (earlier.Count < policy.UnusualCountMin) return (0, false);
        var mean = earlier.Average();
        var deviation = Math.Sqrt(earlier.Average(a => (a - mean) * (a - mean)));
        var room = Math.Max(policy.UnusualDeviations * deviation, mean * policy.UnusualPercent / 100);
        return ((long)Math.Round(mean, MidpointRounding.AwayFromZero), amount - mean > room);
    }
}

/// <summary>
/// Each booked spend is compared with the earlier ones of the same line, category and step (BUD-15). What is far above
/// them is held for a check, and stands in an inbox until somebody has looked. Spend of placements is not: its cap and
/// its cost per result are watched in its own turn.
/// </summary>
internal sealed class UnusualSpends(PolicyBook policies, JournalClock clock) : Reaction<BudgetLineEvent>(
    "budget-unusual", "budget", BudgetLineJson.Default.BudgetLineEvent)
{
    protected override async Task<Refusal?> React(
        string key, BudgetLineEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case BudgetLineEvent.Booked { Spend: { Tags.PlacementId: null } spend }:
                var policy = policies.For(null, clock.GetUtcNow()).Costs;
                var (earlier, refusal) = await grains.BudgetQueries().Likes(key, spend, policy.UnusualMonths);
                if (refusal is not null) return refusal;
                var (mean, isUnusual) = Usual.Of(spend.AmountMinor, earlier, policy);
                return isUnusual ? (await grains.BudgetLine(key).Flag(new(spend, mean))).Refusal : null;
            case BudgetLineEvent.Flagged e:
                var title = string.Create(CultureInfo.InvariantCulture,
                    $"{e.Spend.Id} of {key} is {e.Spend.AmountMinor} {e.Spend.Currency} (minor units); ")
                    + string.Create(CultureInfo.InvariantCulture, $"its like comes to {e.UsualMinor}. Check it");
                return (await grains.InboxItem(ItemOf(key, e.Spend.Id)).Open(
                    new("budget_unusual", title, $"budget/{key}",
                        policies.For(null, e.At).Budgets.FinanceRole, InboxSeverity.Alarm, null), "budgets")).Refusal;
            case BudgetLineEvent.Checked e:
                return await grains.CloseItem(ItemOf(key, e.Spend.Id), e.By, e.Reason);
            default:
                return null;
        }
    }

    public static string ItemOf(string key, string spend) => CauseIds.Of("budget_unusual", $"{key}/{spend}");
}

/// <summary>Each quarter the one before is audited (BUD-15): what was unusual, and what nobody has looked at.</summary>
internal static class CostAudit
{
    private const int Shown = 10;

    public static readonly JobDefinition Definition = new(
        "cost-audit", "The quarter before: unusual spends and their checks", p => p.Costs.AuditCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var today = run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at);
        var role = run.Services.GetRequiredService<PolicyBook>().For(null, at).Budgets.FinanceRole;
        // Whenever it runs, it is the quarter before that is over.
        var first = new DateOnly(today.Year, today.Month - ((today.Month - 1) % 3), 1).AddMonths(-3);
        var (from, to) = (MonthOf(first), MonthOf(first.AddMonths(2)));
        var (count, refusal) = await grains.BudgetQueries().UnusualCount(from, to, default, ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        var (found, no) = await grains.BudgetQueries().Unusual(from, to, Shown, default, ct);
        if (no is not null) return JobResult.Failed(no.Code);
        var quarter = string.Create(CultureInfo.InvariantCulture, $"{first.Year}-Q{((first.Month - 1) / 3) + 1}");
        var review = grains.Review(CauseIds.Of("cost_audit", quarter));
        var note = string.Create(
            CultureInfo.InvariantCulture, $"{quarter}: {count!.Spends} unusual, {count.Held} unchecked.");
        // The run may come again when more is checked: the first word stands.
        if ((await review.Get(null, ct)).Value is not null) return JobResult.Done(note);
        var finding = string.Join(" ", found.Select(u => string.Create(CultureInfo.InvariantCulture,
            $"{u.Line}/{u.Spend.Id}: {u.Spend.AmountMinor} {u.Spend.Currency}, {u.Spend.Check}.")).Prepend(note));
        if (count.Spends > found.Length)
            finding += string.Create(
                CultureInfo.InvariantCulture, $" And {count.Spends - found.Length} more.");
        var opened = await review.Open(new("cost_audit", $"Audit of costs, {quarter}", $"budget/{quarter}", finding,
            count.Held > 0 ? "Check what is held, and say what the quarter taught." : "Say what the quarter taught.",
            role), "budgets", CancellationToken.None);
        return opened.Refusal is { } why ? JobResult.Failed(why.Code) : JobResult.Done(note);
    }

    private static string MonthOf(DateOnly day) => day.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}

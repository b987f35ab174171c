using System.Collections.Immutable;
using System.Globalization;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Budgets;

/// <summary>
/// Each year the plan of the coming one is looked at: whether it is in force, and what is set aside in it (BUD-09,
/// BUD-10). What is missing stands in an inbox until the plan is approved, or nothing is.
/// </summary>
internal static class ReserveCheck
{
    public const string By = "budgets";
    private const string Kind = "budget_reserves";

    public static readonly JobDefinition Definition = new(
        "reserve-check", "The coming year's plan and its reserves", p => p.Budgets.ReserveCron, null, Run);

    public static string ItemOf(string year) => CauseIds.Of(Kind, year);

    /// <summary>What is missing, for people; none: nothing is.</summary>
    /// <param name="plan">Null: there is none.</param>
    public static ImmutableArray<string> Missing(BudgetPlanInfo? plan) => plan is null ? ["Nothing is planned."] :
    [
        .. plan.State switch
        {
            BudgetPlanState.Draft => ["It is not submitted."],
            BudgetPlanState.Submitted => ["It is not approved."],
            _ => Array.Empty<string>(),
        },
        .. plan.Findings.Where(f => f.Rule is PhaseRules.RiskReserve or PhaseRules.EmergencyReserve)
            .Select(f => f.Text),
    ];

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var market = run.Services.GetRequiredService<MarketBook>().For(null, at);
        var first = new DateOnly(market.BusinessDay(at).Year + 1, 1, 1);
        var year = first.Year.ToString("D4", CultureInfo.InvariantCulture);
        var (plan, unknown) = await grains.BudgetPlan(year).Get(ct);
        if (unknown is not null && unknown.Code != BudgetRefusals.Unknown.Code) return JobResult.Failed(unknown.Code);
        var missing = string.Join(' ', Missing(plan));
        var note = $"The plan of {year}: {(missing.Length == 0 ? "in force, with its reserves." : missing)}";
        var role = run.Services.GetRequiredService<PolicyBook>().For(null, at).Budgets.FinanceRole;
        var refusal = missing.Length == 0 ? await grains.CloseItem(ItemOf(year), By, note)
            : await grains.RetellItem(ItemOf(year), new(
                Kind, note, $"budget/{year}", role, InboxSeverity.Warning, market.StartOf(first)), By);
        return refusal is null ? JobResult.Done(note) : JobResult.Failed(refusal.Code);
    }
}

/// <summary>A plan that is approved has its reserves.</summary>
internal sealed class ReserveReactions() : Reaction<BudgetPlanEvent>(
    "budget-reserves", "budgetplan", BudgetPlanJson.Default.BudgetPlanEvent)
{
    protected override async Task<Refusal?> React(
        string key, BudgetPlanEvent happened, string eventId, IGrainFactory grains) =>
        happened is BudgetPlanEvent.Settled { IsApproved: true }
            ? await grains.CloseItem(ReserveCheck.ItemOf(key), ReserveCheck.By, "The plan is approved.") : null;
}

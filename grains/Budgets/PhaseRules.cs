using System.Globalization;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>
/// What the rules say of a year's budget (BUD-05 to BUD-10, BUD-12); pure. Shares are of the whole plan; with no
/// phase begun no phase's rule is in force.
/// </summary>
internal static class PhaseRules
{
    public const int StartUp = 1, Growth = 2, Maturity = 3;

    /// <summary>Lines of kind reserve whose id begins so, and their parts, are the risk reserve.</summary>
    public const string RiskLine = "risk";

    /// <summary>The rules of what is set aside.</summary>
    public const string RiskReserve = "risk_reserve", EmergencyReserve = "emergency_reserve";

    /// <summary>True: who does not follow it says why.</summary>
    public static bool NeedsReason(string rule) => rule == "top_hosts";

    public static IEnumerable<BudgetFinding> Check(BudgetPlan plan, int? phase, BudgetPolicy policy)
    {
        if (plan.Lines.IsEmpty) yield break;
        foreach (var line in plan.Lines.Values.Where(l => l.Terms.Goal is null))
            yield return Broken("goal", $"{line.Place.Month}/{line.Place.Line} names no goal.");
        var total = plan.TotalMinor();
        var risk = Sum(plan, l => l.Terms.Kind == BudgetKind.Reserve
            && plan.Chain(l.Place).Any(c => c.Place.Line.StartsWith(RiskLine, StringComparison.Ordinal)));
        if (policy.IsEmergencyInRisk) risk = Math.Max(0, risk - Emergency(plan, policy));
        if (IsLess(risk, total, policy.RiskPercentMin))
            yield return Broken(RiskReserve,
                $"{Percent(risk, total)} % of the plan are set aside for risks; ",
                $"at least {policy.RiskPercentMin} % must be.");
        else if (IsMore(risk, total, policy.RiskPercentMax))
            yield return Advice(RiskReserve,
                $"{Percent(risk, total)} % of the plan are set aside for risks; {policy.RiskPercentMax} % are enough.");
        if (plan.State == BudgetPlanState.InForce && plan.EmergencyMinor < Emergency(plan, policy))
            yield return Advice(EmergencyReserve,
                $"{Percent(plan.EmergencyMinor, total)} % of the plan are set aside for what nobody expects; ",
                $"{policy.EmergencyPercent} % must be.");
        // Where money is: many parts of one whole are small, too.
        foreach (var month in plan.Own().Where(l => l.OwnMinor > 0)
            .GroupBy(l => l.Line.Place.Month).OrderBy(m => m.Key))
        {
            var sum = month.Sum(l => l.OwnMinor);
            var small = month.Count(l => IsLess(l.OwnMinor, sum, policy.SmallLinePercent));
            if (small > policy.SmallLinesMax)
                yield return Advice("small_lines",
                    $"Month {month.Key} has {small} lines below {policy.SmallLinePercent} % of it: key points first.");
        }

        foreach (var finding in phase switch
        {
            StartUp => AtStart(plan, policy),
            Growth => InGrowth(plan, total, policy),
            Maturity => InMaturity(plan, total, policy),
            _ => [],
        })
            yield return finding;
    }

    /// <summary>What is set aside for what nobody expects (BUD-09), rounded down to the minor unit.</summary>
    public static long Emergency(BudgetPlan plan, BudgetPolicy policy) =>
        plan.TotalMinor() * policy.EmergencyPercent / 100;

    /// <summary>A share in percent, one decimal.</summary>
    public static decimal Percent(long part, long whole) =>
        whole == 0 ? 0 : Math.Round(part * 100m / whole, 1, MidpointRounding.AwayFromZero);

    private static IEnumerable<BudgetFinding> AtStart(BudgetPlan plan, BudgetPolicy policy)
    {
        foreach (var (line, _) in plan.Own().Where(l => l.Line.Terms.Rigid && l.OwnMinor == 0
            && !plan.PartsIn(l.Line.Place).Any(p => p.Terms is { Rigid: true, PlannedMinor: > 0 })))
            yield return Broken("rigid_first",
                $"{line.Place.Month}/{line.Place.Line} is rigid and has no money, while flexible lines have.");
        var marketing = Sum(plan, l => l.Terms.Kind == BudgetKind.Marketing);
        var hosts = Sum(plan, l => l.Terms.Kind == BudgetKind.Marketing
            && plan.Chain(l.Place).Any(c => c.Terms.TopHosts));
        if (marketing > 0 && IsLess(hosts, marketing, policy.TopHostPercent))
            yield return Advice("top_hosts", $"{Percent(hosts, marketing)} % of marketing go to top hosts; ",
                $"the advice is {policy.TopHostPercent} %.");
    }

    private static IEnumerable<BudgetFinding> InGrowth(BudgetPlan plan, long total, BudgetPolicy policy)
    {
        var marketing = Sum(plan, l => l.Terms.Kind == BudgetKind.Marketing);
        if (!policy.IsRoiOn && !IsLess(marketing, total, policy.MarketingPercent))
            yield return Broken("roi", $"{Percent(marketing, total)} % are for marketing; {policy.MarketingPercent} % ",
                $"or more need the evaluation of returns to be on.");
    }

    private static IEnumerable<BudgetFinding> InMaturity(BudgetPlan plan, long total, BudgetPolicy policy)
    {
        var labour = Sum(plan, l => l.Terms.Kind == BudgetKind.Labour);
        if (IsMore(labour, total, policy.LabourPercentMax))
            yield return Broken("labour",
                $"{Percent(labour, total)} % are for labour; the cap is {policy.LabourPercentMax} %.");
    }

    /// <summary>Each line's own money: what stands in its parts is counted there, and once.</summary>
    private static long Sum(BudgetPlan plan, Func<VersionedLine, bool> which) =>
        plan.Own().Where(l => which(l.Line)).Sum(l => l.OwnMinor);

    private static bool IsLess(long part, long whole, int percent) => part * 100m < (decimal)whole * percent;

    private static bool IsMore(long part, long whole, int percent) => part * 100m > (decimal)whole * percent;

    private static BudgetFinding Broken(string rule, params FormattableString[] text) => new(rule, true, Text(text));

    private static BudgetFinding Advice(string rule, params FormattableString[] text) => new(rule, false, Text(text));

    private static string Text(FormattableString[] parts) =>
        string.Concat(parts.Select(part => part.ToString(CultureInfo.InvariantCulture)));
}

using System.Collections.Immutable;
using Ale.Budgets;
using Ale.Policy;

namespace Ale.Insight;

/// <summary>Which lines of a year's plan are the largest, beside those that the phase leans to; pure.</summary>
internal static class PlanTilts
{
    /// <param name="phase">Null: none has begun.</param>
    public static PlanTilt Of(BudgetPlanInfo plan, int? phase, BudgetPolicy policy)
    {
        var leans = LeansTo(phase, policy);
        // Set aside or paid whatever happens is no choice; what is split into others counts as those.
        var parents = plan.Lines.Where(l => l.Terms.Parent is not null)
            .Select(l => (l.Place.Month, l.Terms.Parent!)).ToHashSet();
        var rows = plan.Lines
            .Where(l => l.Terms is { Kind: not BudgetKind.Reserve, Rigid: false }
                && !parents.Contains((l.Place.Month, l.Place.Line)))
            .GroupBy(l => l.Place.Line, StringComparer.Ordinal)
            .Select(g => (Line: g.Key, PlannedMinor: g.Sum(l => l.Terms.PlannedMinor)))
            .OrderByDescending(l => l.PlannedMinor).ThenBy(l => l.Line, StringComparer.Ordinal)
            .Select((l, i) => new TiltRow(i + 1, l.Line, l.PlannedMinor,
                PhaseRules.Percent(l.PlannedMinor, plan.TotalMinor),
                leans.Any(word => l.Line.StartsWith(word, StringComparison.Ordinal))))
            .ToImmutableArray();
        var wanted = rows.Count(r => r.IsWanted);
        bool? isMet = leans.IsEmpty ? null
            : leans.All(word => rows.Any(r => r.Line.StartsWith(word, StringComparison.Ordinal)))
                && rows.Take(wanted).All(r => r.IsWanted);
        return new(plan.Year, phase, leans, rows, isMet);
    }

    private static ImmutableArray<string> LeansTo(int? phase, BudgetPolicy policy) => phase switch
    {
        PhaseRules.Growth => [.. policy.GrowthLines.Split(' ')],
        PhaseRules.Maturity => [.. policy.MaturityLines.Split(' ')],
        _ => [],
    };
}

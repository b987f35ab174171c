namespace Ale.Budgets;

/// <summary>
/// The plan as a tree (BUD-01): a line's own money is what is planned for it and not for its parts, so that each money
/// is in one line alone; pure.
/// </summary>
internal static class BudgetPlanTree
{
    /// <summary>Lines that are part of no other: what is counted once.</summary>
    public static IEnumerable<VersionedLine> Top(this BudgetPlan plan) =>
        plan.Lines.Values.Where(l => l.Terms.Parent is null);

    public static long TotalMinor(this BudgetPlan plan) => plan.Top().Sum(l => l.Terms.PlannedMinor);

    /// <summary>The line and the lines that it is part of, from it upwards.</summary>
    public static IEnumerable<VersionedLine> Chain(this BudgetPlan plan, BudgetPlace place)
    {
        for (string? id = place.Line; id is not null;)
        {
            if (plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(new(place.Month, id))) is not { } line) yield break;
            yield return line;
            id = line.Terms.Parent;
        }
    }

    /// <summary>Which lines lose and which get what is moved; one that both are part of stays as it is.</summary>
    public static (VersionedLine[] Lose, VersionedLine[] Get) Changing(
        this BudgetPlan plan, BudgetPlace from, BudgetPlace to)
    {
        VersionedLine[] down = [.. plan.Chain(from)], up = [.. plan.Chain(to)];
        return ([.. down.Where(l => up.All(o => o.Place != l.Place))],
            [.. up.Where(l => down.All(o => o.Place != l.Place))]);
    }

    /// <summary>What is planned in the parts of each line that has some, by the plan's keys.</summary>
    private static Dictionary<string, long> Parts(this BudgetPlan plan)
    {
        var parts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in plan.Lines.Values.Where(l => l.Terms.Parent is not null))
        {
            var whole = BudgetPlan.KeyOf(new(line.Place.Month, line.Terms.Parent!));
            parts[whole] = parts.GetValueOrDefault(whole) + line.Terms.PlannedMinor;
        }

        return parts;
    }

    /// <summary>Each line with its own money.</summary>
    public static IEnumerable<(VersionedLine Line, long OwnMinor)> Own(this BudgetPlan plan)
    {
        var parts = plan.Parts();
        return plan.Lines.Values.Select(l =>
            (l, Math.Max(0, l.Terms.PlannedMinor - parts.GetValueOrDefault(BudgetPlan.KeyOf(l.Place)))));
    }

    /// <summary>A line's own money.</summary>
    public static long OwnOf(this BudgetPlan plan, BudgetPlace place) =>
        Math.Max(0, plan.Lines[BudgetPlan.KeyOf(place)].Terms.PlannedMinor - plan.PartsOf(place, null));

    /// <summary>What is planned in a line's parts, without one of them.</summary>
    public static long PartsOf(this BudgetPlan plan, BudgetPlace place, string? but) =>
        plan.PartsIn(place).Where(l => l.Place.Line != but).Sum(l => l.Terms.PlannedMinor);

    /// <summary>What of a line's own money was in force, or was moved to it since.</summary>
    public static long CountsOf(this BudgetPlan plan, BudgetPlace place) => Math.Min(plan.OwnOf(place),
        plan.Lines[BudgetPlan.KeyOf(place)].CountsMinor - plan.PartsIn(place).Sum(l => l.CountsMinor));

    /// <summary>What of money that is moved away was in force: what was not goes first.</summary>
    public static long CountsIn(this BudgetPlan plan, BudgetPlace from, long amountMinor) =>
        Math.Max(0, amountMinor - plan.OwnOf(from) + Math.Max(0, plan.CountsOf(from)));

    /// <summary>What of a pot is in force, whatever a draft makes of it.</summary>
    public static long PotInForce(this BudgetPlan plan, string pot) =>
        plan.Lines.Values.Where(l => l.Place.Line == pot && IsPot(l))
            .Sum(l => Math.Max(0, l.CountsMinor - plan.PartsIn(l.Place).Sum(p => p.CountsMinor)));

    /// <summary>Pots of which a line that is entered leaves less, as it does of its whole.</summary>
    public static IEnumerable<(string Pot, long AmountMinor)> Lowered(this BudgetPlan plan, BudgetPlanEvent.LinePut put)
    {
        if (put.Terms.Kind != BudgetKind.Reserve) return [];
        var before = plan.Pots().ToDictionary(p => p.Pot, p => p.AmountMinor, StringComparer.Ordinal);
        return plan.Apply(put).Pots().Where(p => p.AmountMinor < before.GetValueOrDefault(p.Pot));
    }

    public static IEnumerable<VersionedLine> PartsIn(this BudgetPlan plan, BudgetPlace place) =>
        plan.Lines.Values.Where(l => l.Place.Month == place.Month && l.Terms.Parent == place.Line);

    /// <summary>What is set aside: the emergency reserve, and the own money of lines of kind reserve, over all
    /// months.</summary>
    public static IEnumerable<(string Pot, long AmountMinor)> Pots(this BudgetPlan plan) =>
        plan.Own().Where(l => IsPot(l.Line)).GroupBy(l => l.Line.Place.Line)
            .Select(pot => (pot.Key, pot.Sum(l => l.OwnMinor)))
            .Append((ReserveKeys.Emergency, plan.EmergencyMinor));

    /// <summary>True: its money is drawn from the pot of its name. The emergency reserve is worked out of the whole
    /// plan.</summary>
    public static bool IsPot(VersionedLine line) =>
        line.Terms.Kind == BudgetKind.Reserve && line.Place.Line != ReserveKeys.Emergency;
}

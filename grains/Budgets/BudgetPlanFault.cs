namespace Ale.Budgets;

/// <summary>What is wrong with a line of the plan, named with its field and its rule; pure.</summary>
internal static class BudgetPlanFault
{
    private const int BenefitPercentMax = 1_000_000;

    /// <summary>A number or a text out of range; null: none is.</summary>
    public static Refusal? Of(BudgetTerms t)
    {
        if (t.PlannedMinor is < 0 or > Limits.AmountMinorMax)
            return Bad("plannedMinor", $"Must be from 0 to {Limits.AmountMinorMax}.");
        if (!Enum.IsDefined(t.Kind)) return Bad("kind", $"Must be labour, marketing, technology or reserve.");
        if (t.Goal?.Length is 0 or > Limits.TextLengthMax) return OfText("goal");
        if (t.BenefitPercent is < 0 or > BenefitPercentMax)
            return Bad("benefitPercent", $"Must be from 0 to {BenefitPercentMax}.");
        return t.Parent is null || BudgetKeys.IsLine(BudgetKeys.YearMin, 1, t.Parent) ? null
            : Bad("parent", $"Must have 1 to {BudgetKeys.LineLengthMax} characters and no colon.");
    }

    /// <summary>A line of no month, or without a right id.</summary>
    public static Refusal? Of(int year, BudgetPlace place)
    {
        if (year is < BudgetKeys.YearMin or > BudgetKeys.YearMax)
            return Bad("year", $"Must be from {BudgetKeys.YearMin} to {BudgetKeys.YearMax}.");
        if (place.Month is < 1 or > 12) return Bad("month", $"Must be from 1 to 12.");
        return BudgetKeys.IsLine(year, place.Month, place.Line) ? null
            : Bad("line", $"Must have 1 to {BudgetKeys.LineLengthMax} characters and no colon.");
    }

    /// <summary>A text that is missing or too long.</summary>
    public static Refusal OfText(string field) => Bad(field, $"Must have 1 to {Limits.TextLengthMax} characters.");

    public static Refusal Bad(string field, FormattableString detail) =>
        BudgetLineFault.Say(BudgetRefusals.BadTerms, field, detail);

    /// <summary>A line that does not fit into the tree with its terms (BUD-01).</summary>
    public static Refusal? OfTree(BudgetPlan plan, BudgetPlace place, BudgetTerms terms)
    {
        if (OfWhole(plan, place, terms) is { } whole) return whole;
        var own = plan.PartsOf(place, null);
        return own <= terms.PlannedMinor ? null : BudgetLineFault.Say(BudgetRefusals.Parts, "plannedMinor",
            $"{own} are planned in the parts of {place.Month}/{place.Line}; it would have {terms.PlannedMinor}.");
    }

    /// <summary>Against the line that it is part of.</summary>
    private static Refusal? OfWhole(BudgetPlan plan, BudgetPlace place, BudgetTerms terms)
    {
        if (terms.Parent is not { } parent) return null;
        string[] above = [.. plan.Chain(new(place.Month, parent)).Select(l => l.Place.Line)];
        if (parent == place.Line || above.Contains(place.Line))
            return BudgetLineFault.Say(BudgetRefusals.Circle, "parent",
                $"A line is no part of itself: {string.Join(" > ", Circle(place.Line, above))}.");
        if (plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(new(place.Month, parent))) is not { Terms: var whole })
            return BudgetLineFault.Say(BudgetRefusals.Parent, "parent",
                $"There is no line {parent} in month {place.Month}.");
        if (whole.Kind != terms.Kind)
            return BudgetLineFault.Say(BudgetRefusals.ParentKind, "parent",
                $"{parent} is of kind {whole.Kind}; its parts are too, not {terms.Kind}.");
        var parts = plan.PartsOf(new(place.Month, parent), place.Line) + terms.PlannedMinor;
        return parts <= whole.PlannedMinor ? null : BudgetLineFault.Say(BudgetRefusals.Parts, "plannedMinor",
            $"{parts} would be planned in the parts of {place.Month}/{parent}, which has {whole.PlannedMinor}.");
    }

    /// <summary>Money that a rigid line would lose at the start, itself or to a flexible part (BUD-06).</summary>
    public static Refusal? OfRigid(BudgetPlan plan, BudgetPlace place, BudgetTerms terms)
    {
        var before = plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(place))?.Terms;
        if (before is { Rigid: true } && !terms.Rigid)
            return BudgetLineFault.Say(BudgetRefusals.Rigid, "rigid", $"In the start-up phase it stays rigid.");
        if (before is { Rigid: true } && terms.PlannedMinor < before.PlannedMinor)
            return BudgetLineFault.Say(BudgetRefusals.Rigid, "plannedMinor",
                $"In the start-up phase a rigid line keeps its {before.PlannedMinor}.");
        if (terms.Rigid || terms.Parent is not { } parent) return null;
        var had = before?.Parent == parent ? before.PlannedMinor : 0;
        return terms.PlannedMinor <= had || !plan.Lines[BudgetPlan.KeyOf(place with { Line = parent })].Terms.Rigid
            ? null : BudgetLineFault.Say(BudgetRefusals.Rigid, "parent",
                $"In the start-up phase money of {place.Month}/{parent}, which is rigid, is planned in rigid parts.");
    }

    /// <summary>Less in a reserve than is drawn or held of it.</summary>
    public static Refusal OfDrawn(string pot, long drawn) => BudgetLineFault.Say(
        BudgetRefusals.Spent, "plannedMinor", $"{drawn} of the reserve {pot} are drawn or held.");

    /// <summary>A year of more than an approval can state.</summary>
    public static Refusal? OfTotal(BudgetPlan plan, BudgetPlace place, BudgetTerms terms)
    {
        if (terms.Parent is not null) return null;
        var total = plan.Top().Where(l => l.Place != place).Sum(l => l.Terms.PlannedMinor) + terms.PlannedMinor;
        return total <= Limits.AmountMinorMax ? null : BudgetLineFault.Say(BudgetRefusals.Total, "plannedMinor",
            $"The year would be {total}; it may be {Limits.AmountMinorMax}, as much as an approval can state.");
    }

    private static IEnumerable<string> Circle(string line, string[] above) =>
        above.TakeWhile(l => l != line).Prepend(line).Append(line);
}

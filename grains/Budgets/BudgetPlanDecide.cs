using System.Collections.Immutable;
using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>What is decided about a year's budget.</summary>
internal static class BudgetPlanDecide
{
    /// <param name="phase">The phase in force; null: none has begun.</param>
    /// <param name="drawnMinor">What is drawn or held of the pot, where the line is one of a reserve.</param>
    public static Decision<BudgetPlanEvent, Done> Decide(
        this BudgetPlan plan, PutBudgetLine command, int? phase, DateTimeOffset now, long drawnMinor = 0)
    {
        var (place, terms) = (command.Place, command.Terms);
        if (BudgetPlanFault.Of(terms) is { } fault) return fault;
        if (plan.Currency is { } currency && currency != terms.Currency)
            return BudgetLineFault.Say(BudgetRefusals.Currency, "currency",
                $"The line is in {terms.Currency}; the year's plan is in {currency}.");
        var before = plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(place));
        if (before?.Terms == terms) return default(Done);
        if (before is not null && before.Terms.Kind != terms.Kind)
            return BudgetLineFault.Say(BudgetRefusals.Changed, "kind",
                $"{place.Month}/{place.Line} is of kind {before.Terms.Kind}; a line's kind stays.");
        if (before is null && plan.Lines.Count >= IBudgetPlanGrain.LinesMax) return BudgetRefusals.Full;
        if (BudgetPlanFault.OfTree(plan, place, terms) is { } tree) return tree;
        if (BudgetPlanFault.OfTotal(plan, place, terms) is { } total) return total;
        if (plan.State != BudgetPlanState.Draft) return BudgetRefusals.InForce;
        if (phase == PhaseRules.StartUp && before is { Terms.Rigid: true })
        {
            if (!terms.Rigid)
                return BudgetLineFault.Say(BudgetRefusals.Rigid, "rigid", $"In the start-up phase it stays rigid.");
            if (terms.PlannedMinor < before.Terms.PlannedMinor)
                return BudgetLineFault.Say(BudgetRefusals.Rigid, "plannedMinor",
                    $"In the start-up phase a rigid line keeps its {before.Terms.PlannedMinor}.");
        }

        var put = new BudgetPlanEvent.LinePut(plan.Version + 1, place, terms, command.By, now);
        if (terms.PlannedMinor < before?.Terms.PlannedMinor
            && plan.Apply(put).Pots().Any(p => p.Pot == place.Line && p.AmountMinor < drawnMinor))
            return BudgetLineFault.Say(BudgetRefusals.Spent, "plannedMinor",
                $"{drawnMinor} of the reserve {place.Line} are drawn or held.");
        return new(default(Done), put);
    }

    public static Decision<BudgetPlanEvent, Done> Decide(this BudgetPlan plan, CarveLine command, DateTimeOffset now)
    {
        if (plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(command.From)) is not { Terms: var from })
            return BudgetRefusals.Unknown;
        var place = command.From with { Line = command.Line };
        if (plan.Lines.ContainsKey(BudgetPlan.KeyOf(place))) return default(Done);
        if (plan.Lines.Count >= IBudgetPlanGrain.LinesMax) return BudgetRefusals.Full;
        if (plan.State == BudgetPlanState.Submitted) return BudgetRefusals.InForce;
        var share = (long)Math.Round(from.PlannedMinor * command.Percent / 100m, MidpointRounding.AwayFromZero);
        var terms = new BudgetTerms(share, from.Currency, from.Kind, command.Goal, false, command.From.Line);
        if (BudgetPlanFault.OfTree(plan, place, terms) is { } tree) return tree;
        return new(default(Done), new BudgetPlanEvent.LinePut(plan.Version + 1, place, terms, command.By, now));
    }

    public static Decision<BudgetPlanEvent, BudgetPlanInfo> Decide(this BudgetPlan plan, SubmitBudget command,
        string year, int? phase, BudgetPolicy policy, DateTimeOffset now)
    {
        if (plan.Lines.IsEmpty) return BudgetRefusals.Unknown;
        if (command.Overrides.Any(o => o.Reason.Length is 0 or > Limits.TextLengthMax))
            return BudgetPlanFault.OfText("overrides");
        if (plan.State == BudgetPlanState.Submitted) return plan.Info(year, phase, policy);
        if (plan.State == BudgetPlanState.InForce) return BudgetRefusals.InForce;
        var findings = PhaseRules.Check(plan, phase, policy);
        var broken = findings.Where(f => f.Blocks || (PhaseRules.NeedsReason(f.Rule)
            && command.Overrides.All(o => o.Rule != f.Rule))).Select(f => $"{f.Rule}: {f.Text}").ToArray();
        if (broken.Length > 0) return BudgetRefusals.Rules.With("rules", string.Join("; ", broken.Take(10)));
        var submitted = new BudgetPlanEvent.Submitted(
            plan.Version + 1, plan.Number + 1, command.By, command.Overrides, now);
        return new(plan.Apply(submitted).Info(year, phase, policy), submitted);
    }

    public static Decision<BudgetPlanEvent, BudgetPlanInfo> Decide(this BudgetPlan plan, ReviseBudget command,
        string year, int? phase, BudgetPolicy policy, DateTimeOffset now)
    {
        if (plan.Lines.IsEmpty) return BudgetRefusals.Unknown;
        if (command.Note.Length is 0 or > Limits.TextLengthMax) return BudgetPlanFault.OfText("note");
        if (plan.State == BudgetPlanState.Draft) return plan.Info(year, phase, policy);
        if (plan.State == BudgetPlanState.Submitted) return BudgetRefusals.State;
        var revised = new BudgetPlanEvent.Revised(plan.Version + 1, command.By, command.Note, now);
        return new(plan.Apply(revised).Info(year, phase, policy), revised);
    }

    public static Decision<BudgetPlanEvent, Done> DecideSettled(
        this BudgetPlan plan, int number, ApprovalState state, BudgetPolicy policy, DateTimeOffset now)
    {
        if (number != plan.Number || plan.State != BudgetPlanState.Submitted || state == ApprovalState.Open)
            return default(Done);
        var isApproved = state == ApprovalState.Approved;
        return new(default(Done), new BudgetPlanEvent.Settled(plan.Version + 1, number, isApproved,
            isApproved ? PhaseRules.Emergency(plan, policy) : 0, now));
    }

    public static Decision<BudgetPlanEvent, Done> DecideSpread(
        this BudgetPlan plan, long version, DateTimeOffset now) => version <= plan.SpreadVersion ? default(Done)
        : new Decision<BudgetPlanEvent, Done>(default(Done), new BudgetPlanEvent.Spread(version, now));

    public static BudgetPlanInfo Info(this BudgetPlan plan, string year, int? phase, BudgetPolicy policy)
    {
        var total = plan.TotalMinor();
        var own = plan.Own().ToArray();
        var shares = Enum.GetValues<BudgetKind>().Select(kind =>
        {
            var sum = own.Where(l => l.Line.Terms.Kind == kind).Sum(l => l.OwnMinor);
            return new BudgetShare(kind, sum, PhaseRules.Percent(sum, total));
        });
        return new(year, plan.State, plan.Version, plan.Note, total, plan.Currency, [.. shares],
            [.. plan.Lines.Values.OrderByDescending(l => l.Terms.BenefitPercent ?? -1)
                .ThenByDescending(l => l.Terms.PlannedMinor).Select(l => new PlannedLine(l.Place, l.Terms))],
            [.. PhaseRules.Check(plan, phase, policy)], plan.Number == 0 ? null : ApprovalOf(year, plan.Number),
            plan.Overrides);
    }

    public static string ApprovalOf(string year, int number) =>
        ApprovalIds.Of(BudgetKeys.PlanKind, year, number.ToString(CultureInfo.InvariantCulture));
}

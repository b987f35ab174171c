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
    /// <param name="drawnMinor">What is drawn or held of each pot that the line leaves less of.</param>
    public static Decision<BudgetPlanEvent, Done> Decide(this BudgetPlan plan, PutBudgetLine command, int? phase,
        DateTimeOffset now, IReadOnlyDictionary<string, long>? drawnMinor = null)
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
        if (phase == PhaseRules.StartUp && BudgetPlanFault.OfRigid(plan, place, terms) is { } rigid) return rigid;
        var put = new BudgetPlanEvent.LinePut(plan.Version + 1, place, terms, command.By, now);
        foreach (var (pot, amount) in plan.Lowered(put))
        {
            if (drawnMinor?.GetValueOrDefault(pot) is { } drawn && drawn > amount)
                return BudgetPlanFault.OfDrawn(pot, drawn);
        }

        return new(default(Done), put);
    }

    /// <summary>As a line that is entered, by who has read it as it is.</summary>
    public static Decision<BudgetPlanEvent, Done> Decide(this BudgetPlan plan, ChangeBudgetLine command, int? phase,
        DateTimeOffset now, IReadOnlyDictionary<string, long>? drawnMinor = null)
    {
        if (plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(command.Place)) is not { } line)
            return BudgetRefusals.Unknown;
        var (key, text) = (command.Key, CommandOf(command));
        if (plan.Keys.Find(key, now) is { } done) return done.Command == text ? default(Done) : BudgetRefusals.Changed;
        var terms = On(line.Terms, command);
        if (BudgetPlanFault.Of(terms) is { } fault) return fault;
        if (command.Version != line.Version) return BudgetRefusals.Stale;
        var (reply, events) = plan.Decide(new PutBudgetLine(command.Place, terms, command.By), phase, now, drawnMinor);
        return events is [BudgetPlanEvent.LinePut put]
            ? new(reply, put with { Key = key, Command = text }) : new(reply);
    }

    public static Decision<BudgetPlanEvent, Done> Decide(this BudgetPlan plan, CarveLine command, DateTimeOffset now)
    {
        if (plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(command.From)) is not { Terms: var from })
            return BudgetRefusals.Unknown;
        var place = command.From with { Line = command.Line };
        if (plan.Lines.ContainsKey(BudgetPlan.KeyOf(place))) return default(Done);
        if (plan.Lines.Count >= IBudgetPlanGrain.LinesMax) return BudgetRefusals.Full;
        var share = (long)Math.Round(from.PlannedMinor * command.Percent / 100m, MidpointRounding.AwayFromZero);
        var terms = new BudgetTerms(share, from.Currency, from.Kind, command.Goal, from.Rigid, command.From.Line);
        if (BudgetPlanFault.OfTree(plan, place, terms) is { } tree) return tree;
        if (plan.State == BudgetPlanState.Submitted) return BudgetRefusals.InForce;
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

    private static BudgetTerms On(BudgetTerms terms, ChangeBudgetLine c) => terms with
    {
        PlannedMinor = c.PlannedMinor ?? terms.PlannedMinor,
        Goal = c.Goal ?? terms.Goal,
        Rigid = c.Rigid ?? terms.Rigid,
        Parent = c.Parent ?? terms.Parent,
        BenefitPercent = c.BenefitPercent ?? terms.BenefitPercent,
        TopHosts = c.TopHosts ?? terms.TopHosts,
    };

    private static string CommandOf(ChangeBudgetLine c) => string.Create(CultureInfo.InvariantCulture,
        $"{c.Place.Month}/{c.Place.Line}@{c.Version}:{c.PlannedMinor}:{c.Rigid}:{c.Parent}:{c.BenefitPercent}")
        + $":{c.TopHosts}:{(c.Goal is null ? "" : IdHash.Short(c.Goal))}";
}

using System.Collections.Immutable;
using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>What is decided about a year's budget.</summary>
internal static class BudgetPlanDecide
{
    public static Decision<BudgetPlanEvent, Done> Decide(
        this BudgetPlan plan, PutBudgetLine command, DateTimeOffset now)
    {
        var (place, terms) = (command.Place, command.Terms);
        if (!IsGood(terms)) return BudgetRefusals.BadTerms;
        if (plan.Currency is { } currency && currency != terms.Currency) return BudgetRefusals.Currency;
        var before = plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(place));
        if (before?.Terms == terms) return default(Done);
        if (before is not null && before.Terms.Kind != terms.Kind) return BudgetRefusals.Changed;
        if (before is null && plan.Lines.Count >= IBudgetPlanGrain.LinesMax) return BudgetRefusals.Full;
        if (terms.Parent is not null)
        {
            if (plan.IsBelow(place, terms.Parent)) return BudgetRefusals.Circle.With("field", "parent");
            if (!plan.Lines.ContainsKey(BudgetPlan.KeyOf(new(place.Month, terms.Parent))))
                return BudgetRefusals.Parent.With("field", "parent");
        }

        if (plan.State != BudgetPlanState.Draft) return BudgetRefusals.InForce;
        return new(default(Done), new BudgetPlanEvent.LinePut(plan.Version + 1, place, terms, command.By, now));
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
        return new(default(Done), new BudgetPlanEvent.LinePut(plan.Version + 1, place, terms, command.By, now));
    }

    /// <param name="freeMinor">What of the line it comes from is neither spent nor committed.</param>
    /// <param name="phase">The phase in force; null: none has begun.</param>
    public static Decision<BudgetPlanEvent, BudgetPlanInfo> Decide(this BudgetPlan plan, MoveBudget command,
        string year, long freeMinor, int? phase, BudgetPolicy policy, DateTimeOffset now)
    {
        if (plan.Keys.Find(command.Key, now) is { } done)
            return done.Command == CommandOf(command.From, command.To, command.AmountMinor, command.Note)
                ? plan.Info(year, phase, policy) : BudgetRefusals.Changed;
        if (plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(command.From)) is not { } from)
            return BudgetRefusals.Unknown.With("field", "from");
        if (plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(command.To)) is not { } to)
            return BudgetRefusals.Unknown.With("field", "to");
        if (command.AmountMinor is < 1 or > Limits.AmountMinorMax || command.From == command.To
            || command.Note.Length is 0 or > Limits.TextLengthMax
            || to.Terms.PlannedMinor + command.AmountMinor > Limits.AmountMinorMax)
            return BudgetRefusals.BadTerms;
        if (plan.State == BudgetPlanState.Submitted) return BudgetRefusals.InForce;
        if (from.Terms.Rigid && phase == PhaseRules.StartUp) return BudgetRefusals.Rigid;
        if (command.AmountMinor > Math.Min(freeMinor, from.Terms.PlannedMinor)) return BudgetRefusals.Spent;
        var moved = new BudgetPlanEvent.Moved(plan.Version + 1, command.Key, command.From, command.To,
            command.AmountMinor, command.By, command.Note, now);
        return new(plan.Apply(moved).Info(year, phase, policy), moved);
    }

    public static Decision<BudgetPlanEvent, BudgetPlanInfo> Decide(this BudgetPlan plan, SubmitBudget command,
        string year, int? phase, BudgetPolicy policy, DateTimeOffset now)
    {
        if (plan.Lines.IsEmpty) return BudgetRefusals.Unknown;
        if (command.Overrides.Any(o => o.Reason.Length is 0 or > Limits.TextLengthMax)) return BudgetRefusals.BadTerms;
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
        if (command.Note.Length is 0 or > Limits.TextLengthMax) return BudgetRefusals.BadTerms;
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
        var shares = Enum.GetValues<BudgetKind>().Select(kind =>
        {
            var sum = plan.Top().Where(l => l.Terms.Kind == kind).Sum(l => l.Terms.PlannedMinor);
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

    public static string CommandOf(BudgetPlace from, BudgetPlace to, long amount, string note) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{from.Month}/{from.Line}>{to.Month}/{to.Line}:{amount}:{IdHash.Short(note)}");

    /// <summary>Lines that are part of no other: what is counted once.</summary>
    public static IEnumerable<VersionedLine> Top(this BudgetPlan plan) =>
        plan.Lines.Values.Where(l => l.Terms.Parent is null);

    public static long TotalMinor(this BudgetPlan plan) => plan.Top().Sum(l => l.Terms.PlannedMinor);

    private static bool IsBelow(this BudgetPlan plan, BudgetPlace place, string? parent)
    {
        while (parent is not null)
        {
            if (parent == place.Line) return true;
            parent = plan.Lines.GetValueOrDefault(BudgetPlan.KeyOf(new(place.Month, parent)))?.Terms.Parent;
        }

        return false;
    }

    private static bool IsGood(BudgetTerms t) =>
        t.PlannedMinor is >= 0 and <= Limits.AmountMinorMax && Enum.IsDefined(t.Kind)
        && t.Goal?.Length is null or (> 0 and <= Limits.TextLengthMax)
        && t.BenefitPercent is null or (>= 0 and <= 1_000_000)
        && (t.Parent is null || BudgetKeys.IsLine(BudgetKeys.YearMin, 1, t.Parent));
}

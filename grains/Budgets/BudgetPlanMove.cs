using System.Globalization;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>
/// What is decided about a move (BUD-01). It begins, takes the money where it is, and ends: who spends and who moves at
/// the same time never take one money, whoever comes first.
/// </summary>
internal static class BudgetPlanMove
{
    /// <param name="freeMinor">What of the line it comes from is neither spent nor committed, drawn nor held, as far as
    /// is known yet.</param>
    /// <param name="phase">The phase in force; null: none has begun.</param>
    public static Decision<BudgetPlanEvent, BudgetPlanInfo> Decide(this BudgetPlan plan, MoveBudget command,
        string year, long freeMinor, int? phase, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        if (plan.Keys.Find(command.Key, now) is { } done)
            return done.Command == CommandOf(command.From, command.To, command.AmountMinor, command.Note)
                ? plan.Info(year, phase, policy) : BudgetRefusals.Changed;
        if (!plan.Lines.ContainsKey(BudgetPlan.KeyOf(command.From))) return Unknown("from", command.From);
        if (!plan.Lines.ContainsKey(BudgetPlan.KeyOf(command.To))) return Unknown("to", command.To);
        var (lose, get) = plan.Changing(command.From, command.To);
        if (FaultOf(command, get) is { } fault) return fault;
        if (plan.State == BudgetPlanState.Submitted) return BudgetRefusals.InForce;
        foreach (var (field, place) in new[] { ("from", command.From), ("to", command.To) })
        {
            var key = KeyOf(year, place);
            if (BudgetLineMark.IsClosed(key, policy, market, now))
                return BudgetLineMark.Closed(key, policy, field, "move money of open months.");
        }

        if (phase == PhaseRules.StartUp && lose.Append(plan.Lines[BudgetPlan.KeyOf(command.From)])
            .FirstOrDefault(l => l.Terms.Rigid) is { } rigid)
            return BudgetLineFault.Say(BudgetRefusals.Rigid, "from",
                $"In the start-up phase money of {rigid.Place.Month}/{rigid.Place.Line}, which is rigid, stays there.");
        var free = Math.Max(0, Math.Min(freeMinor, plan.OwnOf(command.From)));
        if (command.AmountMinor > free)
            return BudgetLineFault.Say(BudgetRefusals.Spent, "amountMinor",
                $"{free} of {command.From.Month}/{command.From.Line} are free: not spent, held or in its parts.");
        var moving = new BudgetPlanEvent.Moving(command.Key, command.From, command.To, command.AmountMinor, command.By,
            command.Note, now);
        var moved = plan.After(moving);
        if (NewlyBroken(plan, moved, phase, policy) is { Length: > 0 } broken)
            return BudgetRefusals.Rules.With("rules", broken).With("detail", $"The move would break {broken}");
        return new(moved.Info(year, phase, policy), moving);
    }

    /// <summary>The money is taken, or was not there any more.</summary>
    public static Decision<BudgetPlanEvent, Done> DecideTaken(
        this BudgetPlan plan, BudgetPlanEvent.Moving moving, bool isTaken, DateTimeOffset now)
    {
        if (plan.Moving != moving) return default(Done);
        return new(default(Done), isTaken ? Moved(plan, moving, now)
            // A take that is still on its way comes after what the line is told now, and changes nothing.
            : new BudgetPlanEvent.Stayed(plan.Version + 2, moving.Key, moving.From, now));
    }

    /// <summary>What the one that loses money is told; the same version as that of the move.</summary>
    public static PlanLine Take(this BudgetPlan plan, BudgetPlanEvent.Moving moving) =>
        plan.After(moving).Tell(moving.From) with { IsTake = true };

    /// <summary>The plan when the money is moved.</summary>
    public static BudgetPlan After(this BudgetPlan plan, BudgetPlanEvent.Moving moving) =>
        plan.Apply(Moved(plan, moving, moving.At));

    /// <summary>What a line is told of itself.</summary>
    public static PlanLine Tell(this BudgetPlan plan, BudgetPlace place)
    {
        var line = plan.Lines[BudgetPlan.KeyOf(place)];
        var counts = Math.Max(0, plan.CountsOf(place));
        return new(line.Version, line.Terms)
        {
            PartsMinor = plan.PartsOf(place, null),
            CountsMinor = counts == plan.OwnOf(place) ? null : counts,
        };
    }

    public static string CommandOf(BudgetPlace from, BudgetPlace to, long amount, string note) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{from.Month}/{from.Line}>{to.Month}/{to.Line}:{amount}:{IdHash.Short(note)}");

    private static BudgetPlanEvent.Moved Moved(BudgetPlan plan, BudgetPlanEvent.Moving m, DateTimeOffset now) =>
        new(plan.Version + 1, m.Key, m.From, m.To, m.AmountMinor, m.By, m.Note, now) { Carries = true };

    private static Refusal? FaultOf(MoveBudget command, VersionedLine[] get)
    {
        if (command.AmountMinor is < 1 or > Limits.AmountMinorMax)
            return BudgetPlanFault.Bad("amountMinor", $"Must be from 1 to {Limits.AmountMinorMax}.");
        if (command.From == command.To)
            return BudgetPlanFault.Bad("to", $"Must be another line than that it comes from.");
        if (command.Note.Length is 0 or > Limits.TextLengthMax) return BudgetPlanFault.OfText("note");
        return get.All(l => l.Terms.PlannedMinor + command.AmountMinor <= Limits.AmountMinorMax) ? null
            : BudgetPlanFault.Bad("amountMinor", $"No line may have more than {Limits.AmountMinorMax}.");
    }

    private static Refusal Unknown(string field, BudgetPlace place) => BudgetLineFault.Say(
        BudgetRefusals.Unknown, field, $"There is no line {place.Line} in month {place.Month} of the year's plan.");

    /// <summary>Rules that the plan keeps and would not keep after it (BUD-07 to BUD-10).</summary>
    private static string NewlyBroken(BudgetPlan before, BudgetPlan after, int? phase, BudgetPolicy policy)
    {
        HashSet<string> broken = [.. PhaseRules.Check(before, phase, policy).Where(f => f.Blocks).Select(f => f.Rule)];
        return string.Join("; ", PhaseRules.Check(after, phase, policy)
            .Where(f => f.Blocks && !broken.Contains(f.Rule)).Select(f => $"{f.Rule}: {f.Text}").Take(10));
    }

    private static string KeyOf(string year, BudgetPlace place) =>
        BudgetKeys.KeyOf(int.Parse(year, CultureInfo.InvariantCulture), place.Month, place.Line);
}

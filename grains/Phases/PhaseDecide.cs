using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Phases;

/// <summary>What is decided about the phases of the plan. Days are business days of the default market.</summary>
internal static class PhaseDecide
{
    private const int DaysMax = 3_660;

    public static Decision<PhaseEvent, PhaseInfo> Decide(
        this Plan plan, PutPhase command, PhasePolicy policy, DateOnly today, DateTimeOffset now)
    {
        if (!IsPhase(command.Phase)) return PhaseRefusals.Unknown;
        if (command.Gates.Length > IPhasesGrain.GatesMax || command.Days is < 1 or > DaysMax
            || command.Gates.DistinctBy(g => g.Id, StringComparer.Ordinal).Count() < command.Gates.Length
            || command.Gates.Any(g => !Limits.IsId(g.Id) || g.Title.Length is 0 or > Limits.TextLengthMax))
            return PhaseRefusals.BadTerms;
        var phase = plan[command.Phase];
        var days = command.Days ?? phase.Days ?? policy.DaysOf(command.Phase);
        if (days == phase.Days && command.Gates.Select(g => (g.Id, g.Title))
            .SequenceEqual(phase.Gates.Select(g => (g.Id, g.Title))))
            return plan.Info(command.Phase, today);
        if (plan.Info(command.Phase, today).State == PhaseState.Over) return PhaseRefusals.Over;
        return After(plan, command.Phase, today, new PhaseEvent.Put(
            command.Phase, command.Gates, days, command.By, now));
    }

    public static Decision<PhaseEvent, PhaseInfo> Decide(
        this Plan plan, PassGate command, DateOnly today, DateTimeOffset now)
    {
        if (!IsPhase(command.Phase)
            || plan[command.Phase].Gates.FirstOrDefault(g => g.Id == command.Gate) is not { } gate)
            return PhaseRefusals.Unknown;
        if (command.Evidence.Length is 0 or > Limits.TextLengthMax) return PhaseRefusals.BadTerms;
        if (gate.Evidence is { } evidence)
            return evidence == command.Evidence ? plan.Info(command.Phase, today) : PhaseRefusals.Changed;
        return After(plan, command.Phase, today, new PhaseEvent.Passed(
            command.Phase, command.Gate, command.Evidence, command.By, now));
    }

    public static Decision<PhaseEvent, PhaseInfo> Decide(
        this Plan plan, BeginPhase command, PhasePolicy policy, DateOnly today, DateTimeOffset now)
    {
        if (!IsPhase(command.Phase)) return PhaseRefusals.Unknown;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return PhaseRefusals.BadTerms;
        var phase = plan[command.Phase];
        if (phase.IsAsked || phase.IsApproved)
            return phase.From == command.From ? plan.Info(command.Phase, today) : PhaseRefusals.Changed;
        if (command.From < today) return PhaseRefusals.BadTerms.With("field", "from");
        if (plan.Phases.Any(p => p.IsAsked)) return PhaseRefusals.Order;
        if (command.Phase > 1)
        {
            var before = plan[command.Phase - 1];
            if (!before.IsApproved || before.From >= command.From) return PhaseRefusals.Order;
            string[] open = [.. before.Open.Select(g => g.Title)];
            if (open.Length > 0) return PhaseRefusals.Gates.With("gates", string.Join("; ", open.Take(10)));
        }

        return After(plan, command.Phase, today, new PhaseEvent.Asked(command.Phase, command.From, plan.Asks + 1,
            policy.DaysOf(command.Phase), command.By, command.Reason, now));
    }

    public static Decision<PhaseEvent, Done> DecideTold(this Plan plan, int number, DateTimeOffset now) =>
        plan.IsTold || plan.Asks != number ? default(Done)
        : new Decision<PhaseEvent, Done>(default(Done), new PhaseEvent.Told(number, now));

    public static Decision<PhaseEvent, Done> DecideSettled(
        this Plan plan, int number, ApprovalState state, DateTimeOffset now) =>
        number != plan.Asks || state == ApprovalState.Open || !plan.Phases.Any(p => p.IsAsked) ? default(Done)
        : new Decision<PhaseEvent, Done>(default(Done),
            new PhaseEvent.Settled(number, state == ApprovalState.Approved, now));

    /// <summary>The phase in force; marked as late the first time that its day is over with gates open.</summary>
    public static Decision<PhaseEvent, PhaseAt> DecideCheck(
        this Plan plan, DateOnly today, PhasePolicy policy, DateTimeOffset now)
    {
        var at = plan.At(today);
        if (at.Phase is not { } number) return at;
        var phase = plan[number];
        if (phase.IsLate || at.OpenGates.IsEmpty || today <= EndsOn(phase)) return at;
        return new(at with { IsLate = true },
            new PhaseEvent.MarkedLate(number, at.OpenGates, policy.Role, now));
    }

    public static PhaseAt At(this Plan plan, DateOnly day)
    {
        for (var number = IPhasesGrain.Last; number >= 1; number--)
        {
            var phase = plan[number];
            if (phase.IsApproved && phase.From <= day)
                return new(number, phase.IsLate, [.. phase.Open.Select(g => g.Title)]);
        }

        return new(null, false, []);
    }

    public static PhaseInfo Info(this Plan plan, int number, DateOnly today)
    {
        var (phase, current) = (plan[number], plan.At(today).Phase);
        var state = phase.IsAsked ? PhaseState.Asked
            : !phase.IsApproved ? PhaseState.Ahead
            : phase.From > today ? PhaseState.Approved
            : current > number ? PhaseState.Over
            : phase.IsLate && phase.Open.Any() ? PhaseState.Late : PhaseState.InForce;
        return new(number, state, phase.Gates, phase.From, phase.IsApproved ? EndsOn(phase) : null,
            phase.Number == 0 ? null : ApprovalOf(phase.Number));
    }

    public static string ApprovalOf(int number) =>
        ApprovalIds.Of(PhaseKeys.Kind, PhaseKeys.Plan, number.ToString(CultureInfo.InvariantCulture));

    private static DateOnly? EndsOn(OnePhase phase) => phase.From?.AddDays(phase.Days!.Value);

    private static bool IsPhase(int phase) => phase is >= 1 and <= IPhasesGrain.Last;

    private static Decision<PhaseEvent, PhaseInfo> After(Plan plan, int phase, DateOnly today, PhaseEvent happened) =>
        new(plan.Apply(happened).Info(phase, today), happened);
}

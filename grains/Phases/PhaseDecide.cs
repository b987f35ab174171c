using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Phases;

/// <summary>
/// What is decided about the phases of the plan. Days are business days of the default market; the day from which a
/// phase is in force is its first.
/// </summary>
internal static class PhaseDecide
{
    private const int DaysMax = 3_660;

    public static Decision<PhaseEvent, PhaseInfo> Decide(
        this Plan plan, PutPhase command, PhasePolicy policy, DateOnly today, DateTimeOffset now)
    {
        if (!IsPhase(command.Phase)) return PhaseRefusals.Unknown;
        if (command.Gates.Length > IPhasesGrain.GatesMax || command.Days is < 1 or > DaysMax
            || command.Gates.DistinctBy(g => g.Id, StringComparer.Ordinal).Count() < command.Gates.Length
            || command.Gates.Any(g => !Limits.IsId(g.Id) || g.Title.Length is 0 or > Limits.TextLengthMax)
            || command.Reason?.Length is 0 or > Limits.TextLengthMax)
            return PhaseRefusals.BadTerms;
        var phase = plan[command.Phase];
        var days = command.Days ?? phase.Days ?? policy.DaysOf(command.Phase);
        if (days == phase.Days && command.Gates.Select(g => (g.Id, g.Title))
            .SequenceEqual(phase.Gates.Select(g => (g.Id, g.Title))))
            return plan.Info(command.Phase, today);
        if (plan.Info(command.Phase, today).State == PhaseState.Over) return PhaseRefusals.Over;
        if (command.Gates.IsEmpty && (phase.IsAsked || phase.IsApproved)) return PhaseRefusals.NoGates;
        string[] dropped = [.. phase.Open.Where(g => command.Gates.All(c => c.Id != g.Id)).Select(g => g.Title)];
        if (dropped.Length > 0 && command.Reason is null)
            return PhaseRefusals.Dropped.With("field", "reason").With("gates", Named(dropped));
        return After(plan, command.Phase, today, now, new PhaseEvent.Put(
            command.Phase, command.Gates, days, command.By, now)
        { Reason = dropped.Length > 0 ? command.Reason : null });
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
        return After(plan, command.Phase, today, now, new PhaseEvent.Passed(
            command.Phase, command.Gate, command.Evidence, command.By, now));
    }

    public static Decision<PhaseEvent, PhaseInfo> Decide(
        this Plan plan, BeginPhase command, PhasePolicy policy, DateOnly today, DateTimeOffset now)
    {
        if (!IsPhase(command.Phase)) return PhaseRefusals.Unknown;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return PhaseRefusals.BadTerms;
        var phase = plan[command.Phase];
        var isKnown = phase.IsAsked || phase.IsApproved;
        if (isKnown && phase.From == command.From) return plan.Info(command.Phase, today);
        if (command.From < today) return PhaseRefusals.BadTerms.With("field", "from");
        if (isKnown) return PhaseRefusals.Changed;
        var before = command.Phase > 1 ? plan[command.Phase - 1] : null;
        if (plan.Phases.Any(p => p.IsAsked) || before is { IsApproved: false } || before?.From >= command.From)
            return PhaseRefusals.Order;
        // The phase before may have begun before gates were asked for.
        if ((phase.Gates.IsEmpty && command.Phase < IPhasesGrain.Last) || before is { Gates.IsEmpty: true })
            return PhaseRefusals.NoGates;
        string[] open = [.. (before?.Open ?? []).Select(g => g.Title)];
        if (open.Length > 0) return PhaseRefusals.Gates.With("gates", Named(open));

        return After(plan, command.Phase, today, now, new PhaseEvent.Asked(command.Phase, command.From, plan.Asks + 1,
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

    /// <summary>
    /// The phase in force on a day; marked as late when its time is over with gates open, and not again until it was
    /// late no more, which is said, too.
    /// </summary>
    /// <param name="day">That of the check, which may come late.</param>
    public static Decision<PhaseEvent, PhaseAt> DecideCheck(
        this Plan plan, DateOnly day, DateOnly today, PhasePolicy policy, DateTimeOffset now)
    {
        List<PhaseEvent> events = [.. NoLongerLate(plan, today, now)];
        plan = events.Aggregate(plan, (p, e) => p.Apply(e));
        var at = plan.At(day);
        if (at.Phase is { } number && !plan[number].IsLate && !at.OpenGates.IsEmpty && day > EndsOn(plan[number]))
        {
            var lates = plan[number].Lates + 1;
            events.Add(new PhaseEvent.MarkedLate(number, at.OpenGates, policy.Role, now)
            { Times = lates == 1 ? null : lates });
            at = at with { IsLate = true };
        }

        return new(at, [.. events]);
    }

    public static PhaseAt At(this Plan plan, DateOnly day)
    {
        for (var number = IPhasesGrain.Last; number >= 1; number--)
        {
            var phase = plan[number];
            if (phase.IsApproved && phase.From <= day)
                return new(number, IsLateOn(phase, day), [.. phase.Open.Select(g => g.Title)]);
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
            : IsLateOn(phase, today) ? PhaseState.Late : PhaseState.InForce;
        return new(number, state, phase.Gates, phase.From, phase.IsApproved ? EndsOn(phase) : null,
            phase.Number == 0 ? null : ApprovalOf(phase.Number));
    }

    public static string ApprovalOf(int number) =>
        ApprovalIds.Of(PhaseKeys.Kind, PhaseKeys.Plan, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Its last day: day 61 of 61, of which the first is day 1.</summary>
    private static DateOnly? EndsOn(OnePhase phase) => phase.From?.AddDays(phase.Days!.Value - 1);

    private static bool IsLateOn(OnePhase phase, DateOnly day) =>
        phase.IsLate && phase.Open.Any() && day > EndsOn(phase);

    private static bool IsPhase(int phase) => phase is >= 1 and <= IPhasesGrain.Last;

    private static string Named(string[] gates) => string.Join("; ", gates.Take(10))
        + (gates.Length > 10 ? string.Create(CultureInfo.InvariantCulture, $"; and {gates.Length - 10} more") : "");

    private static IEnumerable<PhaseEvent> NoLongerLate(Plan plan, DateOnly today, DateTimeOffset now)
    {
        for (var number = 1; number <= IPhasesGrain.Last; number++)
        {
            var phase = plan[number];
            var why = !phase.IsLate ? null
                : !phase.Open.Any() ? "All gates are passed."
                : plan.At(today).Phase > number ? "The next phase has begun."
                : today <= EndsOn(phase) ? "Its time was extended." : null;
            if (why is not null)
                yield return new PhaseEvent.LateOver(number, why, phase.Lates == 1 ? null : phase.Lates, now);
        }
    }

    private static Decision<PhaseEvent, PhaseInfo> After(
        Plan plan, int phase, DateOnly today, DateTimeOffset now, PhaseEvent happened)
    {
        var after = plan.Apply(happened);
        PhaseEvent[] events = [happened, .. NoLongerLate(after, today, now)];
        return new(events.Aggregate(plan, (p, e) => p.Apply(e)).Info(phase, today), events);
    }
}

using Ale.Approvals;
using Ale.Policy;
using Xunit;

namespace Ale.Phases;

/// <summary>What is decided about the phases of the plan, rule by rule.</summary>
public sealed class PhaseTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day1 = new(2026, 6, 1);
    private static readonly PhasePolicy Policy =
        PolicyBook.Load(Repository.At("deploy", "policy")).For(null, Noon).Phases;

    private static readonly PhaseGate Model = new("model", "The model is checked"), Seeds = new("seeds", "500 seeds");

    /// <summary>Phase 1 in force from the first of June with two gates, of which the first is passed.</summary>
    private static Plan Started() => new PhaseEvent[]
    {
        new PhaseEvent.Put(1, [Model, Seeds], 61, "ann", Noon), new PhaseEvent.Asked(1, Day1, 1, 61, "ann", "go", Noon),
        new PhaseEvent.Told(1, Noon), new PhaseEvent.Settled(1, true, Noon),
        new PhaseEvent.Passed(1, "model", "report/7", "ann", Noon),
    }.Aggregate(Plan.New(), (p, e) => p.Apply(e));

    private static Plan Passed() => Started().Apply(new PhaseEvent.Passed(1, "seeds", "cohort", "ann", Noon));

    [Theory] // Begun on day 1; it may take 61 days.
    [InlineData(61, false)]
    [InlineData(62, true)]
    public void PHS_01_a_phase_whose_time_is_over_is_late_with_its_open_gates_named(int day, bool isLate)
    {
        var (reply, events) = Started().DecideCheck(Day1.AddDays(day), Policy, Noon);
        Assert.Equal((1, isLate), (reply.Value!.Phase, reply.Value.IsLate));
        Assert.Equal(isLate ? ["500 seeds"] : [], events.OfType<PhaseEvent.MarkedLate>().SelectMany(e => e.OpenGates));
        var after = events.Aggregate(Started(), (p, e) => p.Apply(e));
        Assert.Equal(isLate ? PhaseState.Late : PhaseState.InForce, after.Info(1, Day1.AddDays(day)).State);
        Assert.Empty(after.DecideCheck(Day1.AddDays(day), Policy, Noon).Events.OfType<PhaseEvent.MarkedLate>()
            .Skip(isLate ? 0 : 1)); // once
    }

    [Fact]
    public void PHS_01_a_phase_with_all_gates_passed_is_never_late() =>
        Assert.Empty(Passed().DecideCheck(Day1.AddDays(300), Policy, Noon).Events);

    [Theory]
    [InlineData(false, 30, "phase.gates")]
    [InlineData(true, 30, null)]
    [InlineData(true, 0, "phase.order")] // not before the one before
    public void PHS_02_the_next_phase_begins_when_the_gates_are_passed(bool isPassed, int day, string? code)
    {
        var plan = isPassed ? Passed() : Started();
        var (reply, _) = plan.Decide(new BeginPhase(2, Day1.AddDays(day), "ann", "go"), Policy, Day1, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        if (code == "phase.gates") Assert.Equal("500 seeds", Assert.Single(reply.Refusal!.Details).Value);
    }

    [Theory]
    [InlineData(29, 1)]
    [InlineData(30, 2)]
    public void PHS_02_the_rules_swap_from_the_day_that_was_approved(int day, int phase)
    {
        var plan = Passed().Apply(new PhaseEvent.Asked(2, Day1.AddDays(30), 2, 366, "ann", "go", Noon));
        Assert.Equal(1, plan.At(Day1.AddDays(day)).Phase); // asked is not approved
        plan = plan.Apply(new PhaseEvent.Settled(2, true, Noon));
        Assert.Equal(phase, plan.At(Day1.AddDays(day)).Phase);
        Assert.Equal(phase == 2 ? PhaseState.Over : PhaseState.InForce, plan.Info(1, Day1.AddDays(day)).State);
    }

    [Theory]
    [InlineData(ApprovalState.Approved, PhaseState.InForce)]
    [InlineData(ApprovalState.Rejected, PhaseState.Ahead)]
    [InlineData(ApprovalState.Expired, PhaseState.Ahead)]
    public void PHS_03_people_decide_that_a_phase_begins(ApprovalState how, PhaseState state)
    {
        var asked = Plan.New().Apply(new PhaseEvent.Asked(1, Day1, 1, 61, "ann", "go", Noon));
        Assert.Equal(PhaseState.Asked, asked.Info(1, Day1).State);
        var (_, events) = asked.DecideSettled(1, how, Noon);
        var after = events.Aggregate(asked, (p, e) => p.Apply(e));
        Assert.Equal(state, after.Info(1, Day1).State);
        Assert.Empty(after.DecideSettled(1, how, Noon).Events);
        Assert.Empty(asked.DecideSettled(2, how, Noon).Events);
    }

    [Theory]
    [InlineData(0, "phase.unknown")]
    [InlineData(5, "phase.unknown")]
    [InlineData(3, "phase.order")] // phase 2 has not begun
    public void PHS_03_phases_begin_one_after_the_other(int phase, string code) =>
        Assert.Equal(code, Passed().Decide(new BeginPhase(phase, Day1.AddDays(40), "ann", "go"), Policy, Day1, Noon)
            .Reply.Refusal?.Code);

    [Fact]
    public void PHS_01_a_gate_is_passed_once_with_its_evidence()
    {
        Assert.Equal("phase.unknown", Started().Decide(new PassGate(1, "none", "e", "ann"), Day1, Noon)
            .Reply.Refusal?.Code);
        Assert.Equal("phase.bad_terms", Started().Decide(new PassGate(1, "seeds", "", "ann"), Day1, Noon)
            .Reply.Refusal?.Code);
        Assert.Empty(Started().Decide(new PassGate(1, "model", "report/7", "bob"), Day1, Noon).Events);
        Assert.Equal("phase.changed", Started().Decide(new PassGate(1, "model", "report/8", "bob"), Day1, Noon)
            .Reply.Refusal?.Code);
    }

    [Theory]
    [InlineData(1, 0, "phase.bad_terms")]
    [InlineData(9, 10, "phase.unknown")]
    [InlineData(1, 10, null)]
    public void PHS_01_gates_are_entered_and_what_is_passed_stays(int phase, int days, string? code)
    {
        var (reply, events) = Started().Decide(new PutPhase(phase, [Model], days, "ann"), Policy, Day1, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        if (code is null) Assert.Equal("report/7", Assert.Single(reply.Value!.Gates).Evidence);
        Assert.Equal(code is null ? 1 : 0, events.Length);
        var twice = new PutPhase(1, [Model, Model], days, "ann");
        Assert.NotNull(Started().Decide(twice, Policy, Day1, Noon).Reply.Refusal);
    }

    [Fact]
    public void Stored_events_stay_readable() =>
        GoldenLines.CheckText("Phases/Phase.golden.jsonl", Plan.EventJson,
            new PhaseEvent.Put(1, [Model], 61, "ann", Noon), new PhaseEvent.Passed(1, "model", "report/7", "ann", Noon),
            new PhaseEvent.Asked(1, Day1, 1, 61, "ann", "go", Noon), new PhaseEvent.Told(1, Noon),
            new PhaseEvent.Settled(1, true, Noon), new PhaseEvent.MarkedLate(1, ["500 seeds"], "ops", Noon));
}

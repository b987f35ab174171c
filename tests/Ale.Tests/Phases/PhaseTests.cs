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

    [Theory] // It begins on day 1 and may take 61 days, of which day 61 is the last.
    [InlineData(61, false)]
    [InlineData(62, true)]
    public void PHS_01_a_phase_whose_time_is_over_is_late_with_its_open_gates_named(int day, bool isLate)
    {
        var today = Day1.AddDays(day - 1);
        Assert.Equal(new DateOnly(2026, 7, 31), Started().Info(1, today).EndsOn);
        var (reply, events) = Started().DecideCheck(today, today, Policy, Noon);
        Assert.Equal((1, isLate), (reply.Value!.Phase, reply.Value.IsLate));
        Assert.Equal(isLate ? ["500 seeds"] : [], events.OfType<PhaseEvent.MarkedLate>().SelectMany(e => e.OpenGates));
        var after = events.Aggregate(Started(), (p, e) => p.Apply(e));
        Assert.Equal(isLate ? PhaseState.Late : PhaseState.InForce, after.Info(1, today).State);
        Assert.Empty(after.DecideCheck(today, today, Policy, Noon).Events); // once
    }

    [Fact]
    public void PHS_01_a_phase_with_all_gates_passed_is_never_late() =>
        Assert.Empty(Passed().DecideCheck(Day1.AddDays(300), Day1.AddDays(300), Policy, Noon).Events);

    /// <summary>Late since day 62, which is now.</summary>
    private static Plan Late() => Started().Apply(new PhaseEvent.MarkedLate(1, ["500 seeds"], "ops", Noon));

    private static readonly DateOnly Day62 = Day1.AddDays(61);

    [Fact]
    public void PHS_01_a_late_phase_is_late_no_more_when_its_last_gate_is_passed()
    {
        var (reply, events) = Late().Decide(new PassGate(1, "seeds", "cohort", "ann"), Day62, Noon);
        Assert.Equal(PhaseState.InForce, reply.Value!.State);
        Assert.Equal(new PhaseEvent.LateOver(1, "All gates are passed.", null, Noon), events[1]);
        Assert.Empty(events.Aggregate(Late(), (p, e) => p.Apply(e)).DecideCheck(Day62, Day62, Policy, Noon).Events);
    }

    [Theory]
    [InlineData(61, false)]
    [InlineData(62, true)]
    [InlineData(70, true)]
    public void PHS_01_a_late_phase_whose_time_is_extended_is_late_after_the_new_time_alone(int days, bool isOver)
    {
        var (reply, events) = Late().Decide(
            new PutPhase(1, [Model with { Title = "Checked" }, Seeds], days, "ann"), Policy, Day62, Noon);
        Assert.Equal(isOver ? PhaseState.InForce : PhaseState.Late, reply.Value!.State);
        Assert.Equal(isOver ? ["Its time was extended."] : [], events.OfType<PhaseEvent.LateOver>().Select(e => e.Why));
        var after = events.Aggregate(Late(), (p, e) => p.Apply(e));
        Assert.Equal(!isOver, after.At(Day62).IsLate);
        var end = Day1.AddDays(days); // the first day after it
        var again = after.DecideCheck(end, end, Policy, Noon).Events.OfType<PhaseEvent.MarkedLate>();
        Assert.Equal(isOver ? [2] : [], again.Select(e => e.Times)); // an item of its own
    }

    [Fact]
    public void PHS_01_a_check_for_a_day_that_is_past_takes_nothing_back() => Assert.Empty(
        Late().DecideCheck(Day62.AddDays(-1), Day62, Policy, Noon).Events);

    [Theory]
    [InlineData(1, "Phase 1 is late; open: g1")]
    [InlineData(5, "Phase 1 is late; open: g1, g2, g3, g4, g5")]
    [InlineData(8, "Phase 1 is late; open: g1, g2, g3, g4, g5 and 3 more")]
    public void PHS_01_the_item_names_five_gates_and_says_how_many_more(int gates, string title) =>
        Assert.Equal(title, PhaseReactions.TitleOf(new(
            1, [.. Enumerable.Range(1, gates).Select(i => $"g{i}")], "ops", Noon)));

    [Theory]
    [InlineData(null, "phase.gate_dropped")]
    [InlineData("", "phase.bad_terms")]
    [InlineData("the cohort does it", null)]
    public void PHS_01_who_drops_an_open_gate_says_why(string? reason, string? code)
    {
        var (reply, events) = Started().Decide(
            new PutPhase(1, [Model], null, "ann") { Reason = reason }, Policy, Day1, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        if (code == "phase.gate_dropped")
            Assert.Equal(["field", "reason", "gates", "500 seeds"],
                reply.Refusal!.Details.SelectMany(d => new[] { d.Key, d.Value }));
        Assert.Equal(code is null ? ["the cohort does it"] : [],
            events.OfType<PhaseEvent.Put>().Select(e => e.Reason));
        // One that is passed may go; the last may not.
        Assert.Null(Started().Decide(new PutPhase(1, [Seeds], null, "ann"), Policy, Day1, Noon).Reply.Refusal);
        Assert.Equal("phase.no_gates", Passed().Decide(new PutPhase(1, [], null, "ann"), Policy, Day1, Noon)
            .Reply.Refusal?.Code);
    }

    [Fact]
    public void PHS_02_a_phase_without_gates_does_not_begin()
    {
        Assert.Equal("phase.no_gates", Plan.New().Decide(new BeginPhase(1, Day1, "ann", "go"), Policy, Day1, Noon)
            .Reply.Refusal?.Code);
        Assert.Equal("phase.order", Plan.New().Decide(new BeginPhase(2, Day1, "ann", "go"), Policy, Day1, Noon)
            .Reply.Refusal?.Code); // nor has the one before begun
        // One that began before gates were asked for is followed by none either.
        var empty = Ready(new PhaseEvent[]
        {
            new PhaseEvent.Asked(1, Day1, 1, 61, "ann", "go", Noon), new PhaseEvent.Settled(1, true, Noon),
        }.Aggregate(Plan.New(), (p, e) => p.Apply(e)));
        Assert.Equal("phase.no_gates", empty.Decide(new BeginPhase(2, Day1.AddDays(9), "ann", "go"), Policy, Day1, Noon)
            .Reply.Refusal?.Code);
    }

    /// <summary>Phase 2 has its gates.</summary>
    private static Plan Ready(Plan plan) =>
        plan.Apply(new PhaseEvent.Put(2, [new("growth", "Growth")], 366, "ann", Noon));

    [Theory]
    [InlineData(false, 30, "phase.gates")]
    [InlineData(true, 30, null)]
    [InlineData(true, 0, "phase.order")] // not before the one before
    public void PHS_02_the_next_phase_begins_when_the_gates_are_passed(bool isPassed, int day, string? code)
    {
        var plan = Ready(isPassed ? Passed() : Started());
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
        Assert.Equal(code, Passed().Apply(new PhaseEvent.Put(3, [Model], 366, "ann", Noon))
            .Decide(new BeginPhase(phase, Day1.AddDays(40), "ann", "go"), Policy, Day1,
                Noon).Reply.Refusal?.Code);

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
        var (reply, events) = Started().Decide(new PutPhase(phase, [Model, Seeds], days, "ann"), Policy, Day1, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        if (code is null) Assert.Equal(["report/7", null], reply.Value!.Gates.Select(g => g.Evidence));
        Assert.Equal(code is null ? 1 : 0, events.Length);
        var twice = new PutPhase(1, [Model, Model], days, "ann");
        Assert.NotNull(Started().Decide(twice, Policy, Day1, Noon).Reply.Refusal);
    }

    [Fact]
    public void Stored_events_stay_readable() =>
        GoldenLines.CheckText("Phases/Phase.golden.jsonl", Plan.EventJson,
            new PhaseEvent.Put(1, [Model], 61, "ann", Noon), new PhaseEvent.Passed(1, "model", "report/7", "ann", Noon),
            new PhaseEvent.Asked(1, Day1, 1, 61, "ann", "go", Noon), new PhaseEvent.Told(1, Noon),
            new PhaseEvent.Settled(1, true, Noon), new PhaseEvent.MarkedLate(1, ["500 seeds"], "ops", Noon),
            new PhaseEvent.LateOver(1, "All gates are passed.", null, Noon),
            new PhaseEvent.Put(1, [Model], 61, "ann", Noon) { Reason = "the cohort does it" },
            new PhaseEvent.MarkedLate(1, ["500 seeds"], "ops", Noon) { Times = 2 },
            new PhaseEvent.LateOver(1, "Its time was extended.", 2, Noon));
}

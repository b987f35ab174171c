using Ale.Approvals;
using Xunit;

namespace Ale.Budgets;

/// <summary>What is decided about money set aside, rule by rule.</summary>
public sealed class ReserveTests
{
    private const string Key = "2026-emergency", Legal = "2026-risk-legal";
    private static readonly DateTimeOffset Noon = new(2026, 6, 15, 4, 0, 0, TimeSpan.Zero);
    private static readonly IncidentRef Law = new("law", "I1"), War = new("price_war", "I2");

    private static DrawReserve D(
        long amount, IncidentRef? incident = null, string id = "d1", string reason = "a flood") =>
        new(id, amount, reason, incident, "fay");

    private static Reserve Pot(long amount = 60_000, params ReserveEvent[] more) => more.Aggregate(
        Reserve.New().Apply(new ReserveEvent.Set(1, amount, "CNY", Noon)), (r, e) => r.Apply(e));

    [Theory]
    [InlineData(Key, 20_000, null, false, null)] // an incident is optional here
    [InlineData(Key, 20_000, "law", true, null)]
    [InlineData(Key, 20_000, "law", false, "reserve.no_incident")]
    [InlineData(Legal, 20_000, "law", true, null)]
    [InlineData(Legal, 20_000, null, false, "reserve.wrong_incident")]
    [InlineData(Legal, 20_000, "price_war", true, "reserve.wrong_incident")]
    [InlineData(Legal, 20_000, "law", false, "reserve.no_incident")]
    [InlineData("2026-risk-promo", 20_000, "law", true, "reserve.wrong_incident")]
    [InlineData("2026-risk-promo", 20_000, "price_war", true, null)]
    [InlineData("2026-risk-pr", 20_000, "host_crisis", true, null)]
    [InlineData(Key, 60_000, null, false, null)]
    [InlineData(Key, 60_001, null, false, "reserve.empty")]
    [InlineData(Key, 0, null, false, "reserve.bad_terms")]
    public void BUD_11_a_pot_opens_for_its_own_kind_of_incident_alone(
        string key, long amount, string? kind, bool isOpen, string? code)
    {
        var incident = kind is null ? null : new IncidentRef(kind, "I1");
        var (reply, events) = Pot().Decide(D(amount, incident), isOpen, key, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(code is null ? 1 : 0, events.Length);
        if (code is null) Assert.Equal(60_000 - amount, reply.Value!.Reserve.LeftMinor);
    }

    [Fact]
    public void BUD_09_a_draw_needs_a_reason_and_is_remembered()
    {
        Assert.Equal("reserve.unknown", Reserve.New().Decide(D(1), false, Key, Noon).Reply.Refusal?.Code);
        Assert.Equal("reserve.bad_terms", Pot().Decide(D(1, reason: ""), false, Key, Noon).Reply.Refusal?.Code);
        var pot = Pot(60_000, new ReserveEvent.Asked(D(20_000), 1, Noon));
        var (again, none) = pot.Decide(D(20_000), false, Key, Noon);
        Assert.Equal((DrawState.Waiting, "reserve:2026-emergency:1"), (again.Value!.State, again.Value.ApprovalId));
        Assert.Empty(none);
        Assert.Equal("reserve.changed", pot.Decide(D(20_001), false, Key, Noon).Reply.Refusal?.Code);
    }

    [Theory]
    [InlineData(ApprovalState.Approved, DrawState.Granted, 20_000, 40_000)]
    [InlineData(ApprovalState.Rejected, DrawState.Refused, 0, 60_000)]
    [InlineData(ApprovalState.Expired, DrawState.Refused, 0, 60_000)]
    [InlineData(ApprovalState.Open, DrawState.Waiting, 0, 40_000)]
    public void BUD_11_what_is_held_is_taken_or_given_back(
        ApprovalState how, DrawState state, long drawn, long left)
    {
        var pot = Pot(60_000, new ReserveEvent.Asked(D(20_000, Law), 1, Noon), new ReserveEvent.Told("d1", Noon));
        var (_, events) = pot.DecideSettled(Reserve.ApprovalOf(Legal, 1), how, Legal, Noon);
        var after = events.Aggregate(pot, (r, e) => r.Apply(e));
        Assert.Equal((state, drawn, left), (after.Draws["d1"].State, after.DrawnMinor, after.LeftMinor));
        Assert.Equal(how == ApprovalState.Open ? 1 : 0, // told again: settled once
            after.Draws.Values.Count(d => d.State == DrawState.Waiting));
        Assert.Empty(after.DecideSettled(Reserve.ApprovalOf(Legal, 2), how, Legal, Noon).Events); // of another draw
    }

    [Fact]
    public void BUD_09_two_draws_never_take_one_remainder()
    {
        var pot = Pot(1_000, new ReserveEvent.Asked(D(800), 1, Noon));
        Assert.Equal("reserve.empty", pot.Decide(D(800, War, "d2"), true, Key, Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void BUD_09_an_older_plan_changes_nothing()
    {
        Assert.Empty(Pot().Decide(new SetReserve(1, 5, "CNY"), Key, Noon).Events);
        Assert.Equal(70_000, Pot().Decide(new SetReserve(2, 70_000, "CNY"), Key, Noon).Reply.Value!.AmountMinor);
    }

    [Fact]
    public void Stored_events_stay_readable() =>
        GoldenLines.Check("Budgets/Reserve.golden.jsonl", Reserve.EventJson,
            new ReserveEvent.Set(1, 500_000, "CNY", Noon), new ReserveEvent.Asked(D(20_000, Law), 1, Noon),
            new ReserveEvent.Told("d1", Noon), new ReserveEvent.Settled("d1", true, Noon));
}

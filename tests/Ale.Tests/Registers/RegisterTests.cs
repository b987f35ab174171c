using System.Collections.Immutable;
using System.Text.Json;
using Ale.Kernel;
using Ale.Policy;
using CsCheck;
using Xunit;

namespace Ale.Registers;

public sealed class RegisterTests
{
    private const string Key = "import_papers/K9";
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly RegisterPolicy Policy = new(30, "legal");

    private static readonly RegisterTerms Terms = new(
        "Quarantine paper", [new("number", "Q-17"), new("city", "Shanghai")], Noon, Noon.AddDays(90));

    private static Register After(Register register, RegisterEvent[] events) =>
        events.Aggregate(register, (state, e) => state.Apply(e));

    private static Register With(params (string Id, RegisterTerms Terms)[] entries) =>
        entries.Aggregate(Register.New(), (state, entry) => Enter(state, entry.Id, entry.Terms, Noon));

    private static Register Enter(Register register, string id, RegisterTerms terms, DateTimeOffset now)
    {
        var (reply, events) = register.Decide(new EnterPaper(id, terms, "l1"), Key, Policy, now);
        Assert.Null(reply.Refusal);
        return After(register, events);
    }

    private static Register Withdraw(Register register, string id, DateTimeOffset now) => After(register,
        register.Decide(new WithdrawPaper(id, "w-" + id, "l2", "forged"), Key, now).Events);

    private static bool IsValid(Register register, DateTimeOffset at, params RegisterAttribute[] match) =>
        register.Valid(at, [.. match], Key, Noon).IsValid;

    // The gate of CMP-06: at the instants around the term.
    [Theory]
    [InlineData(-1, false), InlineData(0, true), InlineData(1, true)]
    [InlineData(90 * 24 * 3600 - 1, true), InlineData(90 * 24 * 3600, false)]
    public void CMP_06_a_paper_is_valid_from_its_first_second_to_before_its_end(int second, bool isValid)
    {
        Assert.Equal(isValid, IsValid(With(("p1", Terms)), Noon.AddSeconds(second)));
        Assert.False(IsValid(Register.New(), Noon.AddSeconds(second)));
    }

    [Fact]
    public void One_without_an_end_is_valid_for_ever_and_the_gate_tells_the_one_that_ends_last()
    {
        var register = With(("p1", Terms), ("p2", Terms with { ValidTo = null }),
            ("p3", Terms with { ValidTo = Noon.AddDays(500) }));
        Assert.Equal("p2", register.Valid(Noon.AddDays(1), [], Key, Noon).Entry!.Id);
        Assert.True(IsValid(register, Noon.AddYears(50)));
        Assert.Null(register.Valid(Noon.AddDays(-1), [], Key, Noon).Entry);
    }

    [Fact]
    public void STK_11_a_gate_may_ask_for_attributes()
    {
        var register = With(("p1", Terms));
        Assert.True(IsValid(register, Noon, new RegisterAttribute("city", "Shanghai")));
        Assert.True(IsValid(register, Noon, new("city", "Shanghai"), new("number", "Q-17")));
        Assert.False(IsValid(register, Noon, new RegisterAttribute("city", "Beijing")));
        Assert.False(IsValid(register, Noon, new("city", "Shanghai"), new("issuer", "x")));
    }

    [Fact]
    public void A_withdrawn_paper_was_valid_before_and_is_not_from_then_on()
    {
        var register = Withdraw(With(("p1", Terms)), "p1", Noon.AddDays(2));
        Assert.True(IsValid(register, Noon.AddDays(2).AddSeconds(-1)));
        Assert.False(IsValid(register, Noon.AddDays(2)));
        var entry = register.Papers["p1"].Entry(Key, Noon.AddDays(3));
        Assert.Equal((RegisterState.Withdrawn, "l2", "forged", Noon.AddDays(2)),
            (entry.State, entry.WithdrawnBy, entry.Reason, entry.EndsAt!.Value));
    }

    [Fact]
    public void One_that_is_superseded_ends_where_its_successor_begins_and_does_not_come_back()
    {
        var next = Terms with { Supersedes = "p1", ValidFrom = Noon.AddDays(60), ValidTo = Noon.AddDays(200) };
        var register = Enter(With(("p1", Terms)), "p2", next, Noon.AddDays(1));
        Assert.Equal(Noon.AddDays(60), register.Papers["p1"].EndsAt);
        Assert.Equal(RegisterState.Valid, register.Papers["p1"].StateAt(Noon.AddDays(59)));
        Assert.Equal(RegisterState.Superseded, register.Papers["p1"].StateAt(Noon.AddDays(60)));
        Assert.Equal("p2", register.Valid(Noon.AddDays(60), [], Key, Noon).Entry!.Id);
        Assert.False(IsValid(Withdraw(register, "p2", Noon.AddDays(61)), Noon.AddDays(62)));
    }

    public static TheoryData<string, string, RegisterTerms> Refused() => new()
    {
        { "register.bad_entry", "p9", Terms with { Title = "" } },
        { "register.bad_entry", "p9", Terms with { Title = new('t', 201) } },
        { "register.bad_entry", "p9", Terms with { ValidTo = Noon } },
        { "register.bad_entry", "no id", Terms },
        { "register.bad_entry", "p9", Terms with { Role = "no id" } },
        { "register.bad_entry", "p9", Terms with { Attributes = [new("a", "1"), new("a", "2")] } },
        { "register.bad_entry", "p9", Terms with { Attributes = [new("a", new('v', 201))] } },
        { "register.bad_entry", "p9", Terms with { Attributes = [.. Enumerable.Range(0, 17)
            .Select(i => new RegisterAttribute($"a{i}", "v"))] } },
        { "register.changed", "p1", Terms with { Supersedes = "none" } }, // before the successor's faults
        { "register.unknown", "p9", Terms with { Supersedes = "none" } },
        { "register.ended", "p9", Terms with { Supersedes = "gone" } },
        { "register.ended", "p9", Terms with { Supersedes = "old" } },
    };

    [Theory, MemberData(nameof(Refused))]
    public void An_entry_is_refused_in_order_of_precedence(string code, string id, RegisterTerms terms)
    {
        var register = Withdraw(With(("p1", Terms), ("gone", Terms), ("old", Terms),
            ("new", Terms with { Supersedes = "old" })), "gone", Noon);
        var (reply, none) = register.Decide(new EnterPaper(id, terms, "l1"), Key, Policy, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Empty(none);
    }

    [Theory] // TEC-12
    [InlineData("stand_in/h7", "h7", "register.own")]
    [InlineData("stand_in/h7", "p1", null)]
    [InlineData("import_papers/h7", "h7", null)]
    public void TEC_12_nobody_makes_himself_a_stand_in(string key, string by, string? code) => Assert.Equal(code,
        Register.New().Decide(new EnterPaper("e1", Terms, by), key, Policy, Noon).Reply.Refusal?.Code);

    [Theory, InlineData("Papers/K9"), InlineData("papers"), InlineData("papers/"), InlineData("papers/a b")]
    public void A_register_of_another_form_holds_nothing(string key) => Assert.Equal("register.bad_entry",
        Register.New().Decide(new EnterPaper("p1", Terms, "l1"), key, Policy, Noon).Reply.Refusal?.Code);

    [Fact]
    public void A_repeat_is_the_entry_as_it_is_now_whatever_the_order_of_its_attributes()
    {
        var register = Withdraw(With(("p1", Terms)), "p1", Noon);
        var (reply, none) = register.Decide(new EnterPaper("p1",
            Terms with { Attributes = [.. Terms.Attributes.Reverse()] }, "l9"), Key, Policy, Noon);
        Assert.Equal((RegisterState.Withdrawn, "l1"), (reply.Value!.State, reply.Value.EnteredBy));
        Assert.Empty(none);
    }

    [Fact]
    public void TEC_03_a_withdrawal_again_gets_the_same_answer_and_another_key_the_rules()
    {
        var command = new WithdrawPaper("p1", "k1", "l2", "forged");
        var register = With(("p1", Terms), ("p2", Terms));
        var first = register.Decide(command, Key, Noon);
        register = After(register, first.Events);
        var (again, none) = register.Decide(command, Key, Noon.AddHours(1));
        Assert.Equal(first.Reply.Value, again.Value);
        Assert.Equal(("import_papers", "K9"), (again.Value!.Kind, again.Value.Subject));
        Assert.Empty(none);
        string? Code(WithdrawPaper other) => register.Decide(other, Key, Noon).Reply.Refusal?.Code;
        Assert.Equal("register.changed", Code(command with { Id = "p2" }));
        Assert.Equal("register.ended", Code(command with { Key = "k2" }));
        Assert.Equal("register.unknown", Code(command with { Id = "p3" }));
        Assert.Equal("register.bad_entry", Code(command with { Reason = "" }));
    }

    [Fact]
    public void A_register_takes_500_entries_and_no_more()
    {
        var full = With([.. Enumerable.Range(0, IRegisterGrain.EntriesMax - 1).Select(i => ($"p{i}", Terms))]);
        full = Enter(full, "last", Terms, Noon);
        Assert.Equal("register.full",
            full.Decide(new EnterPaper("one-more", Terms, "l1"), Key, Policy, Noon).Reply.Refusal?.Code);
        Assert.Null(full.Decide(new EnterPaper("last", Terms, "l1"), Key, Policy, Noon).Reply.Refusal);
    }

    [Fact]
    public void CMP_06_an_end_is_told_30_days_ahead_once()
    {
        var register = With(("p1", Terms));
        Assert.Equal(Noon.AddDays(60), register.DueAt);
        Assert.Empty(register.DecideDue(Noon.AddDays(60).AddMilliseconds(-1)).Events);
        var warned = register.DecideDue(Noon.AddDays(60)).Events;
        var told = new RegisterEvent.Expiring("p1", "Quarantine paper", "legal", Noon.AddDays(90), Noon.AddDays(60));
        Assert.Equal([told], warned);
        var after = After(register, warned);
        Assert.Null(after.DueAt);
        Assert.Empty(after.DecideDue(Noon.AddDays(61)).Events);
    }

    [Fact]
    public void One_that_ends_sooner_is_told_at_once_and_one_that_has_ended_or_never_does_is_not()
    {
        Assert.Equal(Noon.AddDays(61), Enter(Register.New(), "p1", Terms, Noon.AddDays(61)).DueAt);
        Assert.Null(Enter(Register.New(), "p1", Terms, Noon.AddDays(90)).DueAt);
        Assert.Null(With(("p1", Terms with { ValidTo = null })).DueAt);
        Assert.Equal("ops", With(("p1", Terms with { Role = "ops" })).DecideDue(Noon.AddDays(60)).Events
            .Cast<RegisterEvent.Expiring>().Single().Role);
    }

    [Theory]
    [InlineData(90, true), InlineData(89, true), InlineData(91, false)] // the successor's first day
    public void One_that_is_followed_without_a_gap_is_not_told(int day, bool isQuiet)
    {
        var next = new RegisterTerms("Next", [], Noon.AddDays(day), null) { Supersedes = "p1" };
        var register = With(("p1", Terms), ("p2", next));
        Assert.Equal(isQuiet, register.DueAt is null);
        var entered = (RegisterEvent.Entered)With(("p1", Terms)).Decide(
            new EnterPaper("p2", next, "l1"), Key, Policy, Noon).Events[0];
        Assert.Equal(isQuiet, entered.InTime);
        Assert.Null(Withdraw(With(("p1", Terms)), "p1", Noon).DueAt);
    }

    [Fact] // A repeat makes no event; what is replayed from JSON is what was live; the invariants hold.
    public void Any_commands_keep_the_invariants() => Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 60]).List[0, 40].Sample(commands =>
    {
        var (live, replayed, now) = (Register.New(), Register.New(), Noon);
        foreach (var (what, n, m, days) in commands)
        {
            now = now.AddDays(days % 7);
            var terms = Terms with { ValidTo = Noon.AddDays(days + 1), Supersedes = what == 1 ? $"p{m}" : null };
            var events = what == 2
                ? live.Decide(new WithdrawPaper($"p{n}", $"k{m}", "l2", "why"), Key, now).Events
                : live.Decide(new EnterPaper($"p{n}", terms, "l1"), Key, Policy, now).Events;
            var due = After(live, events).DecideDue(now).Events;
            foreach (var e in events.Concat(due))
            {
                var json = JsonSerializer.Serialize(e, Register.EventJson);
                (live, replayed) = (live.Apply(e),
                    replayed.Apply(JsonSerializer.Deserialize(json, Register.EventJson)!));
            }

            Assert.Empty(live.DecideDue(now).Events);
            foreach (var (id, paper) in live.Papers)
            {
                Assert.Equal(paper.Entry(Key, now), replayed.Papers[id].Entry(Key, now));
                Assert.Equal(paper.StateAt(now) == RegisterState.Valid, paper.IsValid(now));
            }
        }
    });

    [Fact]
    public void Stored_events_are_read_and_written_as_ever() => GoldenLines.CheckText(
        "Registers/Register.golden.jsonl", Register.EventJson,
        new RegisterEvent.Entered("p1", Terms, "l1", "legal", Noon.AddDays(60), false, Noon),
        new RegisterEvent.Entered("p2", new("Next", [], Noon, null) { Supersedes = "p1", Role = "ops" }, "l1", "ops",
            null, true, Noon),
        new RegisterEvent.Withdrawn("p2", "l2", "forged", "k1", Noon),
        new RegisterEvent.Expiring("p1", "Quarantine paper", "legal", Noon.AddDays(90), Noon));
}

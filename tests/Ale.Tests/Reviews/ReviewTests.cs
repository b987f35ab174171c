using System.Text.Json;
using Ale.Kernel;
using Ale.Policy;
using CsCheck;
using Xunit;

namespace Ale.Reviews;

public sealed class ReviewTests
{
    private const string Id = "variance:1";
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly ReviewPolicy Policy = new(31);

    private static readonly ReviewTerms Terms = new(
        "budget_variance", "Marketing −16 %", "budget/2026-6", "42,000 of 50,000", "move 8,000 to series Q", "finance")
    { Effect = new("budget.move", "8000") };

    private static readonly Review Opened =
        Review.New().Apply(new ReviewEvent.Opened(Terms, "budgets", Noon.AddDays(31), Noon));

    private static readonly DecideReview Accept = new(true, "k1", "f1", ["finance"], "agreed");

    private static Review After(Review review, IEnumerable<ReviewEvent> events) =>
        events.Aggregate(review, (state, e) => state.Apply(e));

    private static Review Decided(DecideReview command) => After(Opened, Opened.Decide(command, Id, Noon).Events);

    private static Decision<ReviewEvent, ReviewInfo> Open(Review review, ReviewTerms terms) =>
        review.Decide(terms, "budgets", name => name == "budget.move", Id, Policy, Noon);

    private static string? Code(Review review, DecideReview command, DateTimeOffset? now = null) =>
        review.Decide(command, Id, now ?? Noon).Reply.Refusal?.Code;

    [Fact]
    public void BUD_04_a_finding_is_opened_once_and_the_same_again_is_the_review_as_it_is_now()
    {
        var (first, events) = Open(Review.New(), Terms);
        Assert.Equal([new ReviewEvent.Opened(Terms, "budgets", Noon.AddDays(31), Noon)], events);
        Assert.Equal((ReviewState.Open, ReviewEffectState.None, Noon.AddDays(31)),
            (first.Value!.State, first.Value.EffectState, first.Value.ExpiresAt));
        var (again, none) = Open(Decided(Accept), Terms);
        Assert.Equal((ReviewState.Accepted, "f1"), (again.Value!.State, again.Value.ClosedBy));
        Assert.Empty(none);
        Assert.Equal("review.changed", Open(Opened, Terms with { Finding = "other" }).Reply.Refusal?.Code);
    }

    public static TheoryData<string, ReviewTerms> Wrong() => new()
    {
        { "review.bad_terms", Terms with { Title = "" } }, { "review.bad_terms", Terms with { Title = new('t', 201) } },
        { "review.bad_terms", Terms with { Subject = "" } }, { "review.bad_terms", Terms with { Finding = "" } },
        { "review.bad_terms", Terms with { Finding = new('f', 4_001) } },
        { "review.bad_terms", Terms with { Proposal = "" } },
        { "review.bad_terms", Terms with { Kind = "no id" } }, { "review.bad_terms", Terms with { Role = "" } },
        { "review.bad_terms", Terms with { Effect = new("no id", "") } },
        { "review.bad_terms", Terms with { Effect = new("budget.move", new('a', 4_001)) } },
        { "review.bad_terms", Terms with { ExpiresAt = Noon, Effect = new("none", "") } },
        { "review.unknown_effect", Terms with { Effect = new("none", "") } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_finding_of_the_wrong_form_or_with_an_effect_that_nobody_does_is_refused(
        string code, ReviewTerms terms) => Assert.Equal(code, Open(Review.New(), terms).Reply.Refusal?.Code);

    [Fact]
    public void A_decision_is_refused_in_order_of_precedence()
    {
        var accepted = Decided(Accept);
        var over = After(Opened, Opened.DecideDue(Noon.AddDays(31)).Events);
        Assert.Equal("review.bad_terms", Code(Review.New(), Accept with { Reason = "" }));
        Assert.Equal("review.unknown", Code(Review.New(), Accept));
        Assert.Equal("review.own", Code(Opened, Accept with { By = "budgets", Roles = [] }));
        Assert.Equal("review.role", Code(accepted, Accept with { Roles = ["ops"], Reason = "other" }));
        Assert.Equal("review.changed", Code(accepted, Accept with { Accept = false }));
        Assert.Equal("review.changed", Code(accepted, Accept with { Reason = "other" }));
        Assert.Equal("review.expired", Code(over, Accept));
        Assert.Equal("review.decided", Code(accepted, Accept with { Key = "k2" }));
    }

    [Fact]
    public void TEC_03_the_same_key_gets_the_same_answer_though_the_effect_is_done_meanwhile()
    {
        var first = Opened.Decide(Accept, Id, Noon);
        Assert.Equal(ReviewEffectState.Pending, first.Reply.Value!.EffectState);
        var settled = After(After(Opened, first.Events), [new ReviewEvent.Settled(null, Noon)]);
        var (again, none) = settled.Decide(Accept, Id, Noon.AddHours(1));
        Assert.Equal(first.Reply.Value, again.Value);
        Assert.Empty(none);
    }

    [Fact]
    public void An_effect_is_settled_once_and_only_after_acceptance()
    {
        string? Refused(Review review) => review.DecideSettle(null, Id, Noon).Reply.Refusal?.Code;
        Assert.Equal("review.no_effect", Refused(Review.New()));
        Assert.Equal("review.no_effect", Refused(Opened));
        Assert.Equal("review.no_effect", Refused(Decided(Accept with { Accept = false })));
        var plain = After(Review.New(), [new ReviewEvent.Opened(Terms with { Effect = null }, "b", Noon, Noon),
            new ReviewEvent.Closed(ReviewState.Accepted, "f1", "yes", "k", Noon)]);
        Assert.Equal("review.no_effect", Refused(plain));

        var accepted = Decided(Accept);
        var failed = After(accepted, accepted.DecideSettle("budget.held", Id, Noon).Events);
        Assert.Equal((ReviewEffectState.Failed, "budget.held"),
            (failed.Info(Id).EffectState, failed.Info(Id).EffectRefusal));
        var (reply, none) = failed.DecideSettle(null, Id, Noon);
        Assert.Equal(ReviewEffectState.Failed, reply.Value!.EffectState);
        Assert.Empty(none);
    }

    [Fact]
    public void It_is_over_at_its_instant_whether_a_timer_or_a_late_decision_sees_it()
    {
        Assert.Empty(Opened.DecideDue(Noon.AddDays(31).AddMilliseconds(-1)).Events);
        Assert.Null(Code(Opened, Accept, Noon.AddDays(31).AddMilliseconds(-1)));
        var (late, events) = Opened.Decide(Accept, Id, Noon.AddDays(31));
        Assert.Equal("review.expired", late.Refusal?.Code);
        Assert.Equal(Opened.DecideDue(Noon.AddDays(31)).Events, events);
        Assert.Equal((ReviewState.Expired, null), (After(Opened, events).State, After(Opened, events).DueAt));
    }

    [Fact]
    public void Who_has_not_the_role_does_not_find_the_review_and_a_backend_finds_all()
    {
        Assert.True(Opened.IsSeen(null));
        Assert.True(Opened.IsSeen(["ops", "finance"]));
        Assert.False(Opened.IsSeen(["ops"]));
        Assert.False(Review.New().IsSeen(null));
    }

    [Fact]
    public void Any_commands_keep_the_invariants() => Gen.Select(
        Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 72]).List[0, 30].Sample(commands =>
    {
        var (live, replayed, now, closed, settled) = (Opened, Opened, Noon, 0, 0);
        foreach (var (what, n, hours) in commands)
        {
            now = now.AddHours(hours);
            var events = what switch
            {
                0 => live.DecideSettle(n == 0 ? "x.no" : null, Id, now).Events,
                1 => live.DecideDue(now).Events,
                _ => live.Decide(Accept with { Accept = what == 2, Key = $"k{n}", By = $"f{n}" }, Id, now).Events,
            };
            foreach (var e in events)
            {
                var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(e, Review.EventJson),
                    Review.EventJson)!;
                (live, replayed) = (live.Apply(e), replayed.Apply(read));
                closed += e is ReviewEvent.Closed ? 1 : 0;
                settled += e is ReviewEvent.Settled ? 1 : 0;
            }

            Assert.True(closed <= 1 && settled <= closed);
            Assert.Equal(live.Info(Id), replayed.Info(Id));
            Assert.True(settled == 0 || live.State == ReviewState.Accepted);
        }
    });

    [Fact]
    public void Stored_events_are_read_and_written_as_ever() => GoldenLines.Check("Reviews/Review.golden.jsonl",
        Review.EventJson,
        new ReviewEvent.Opened(Terms with { Title = "Marketing" }, "budgets", Noon.AddDays(31), Noon),
        new ReviewEvent.Opened(Terms with { Title = "Marketing", Effect = null, ExpiresAt = Noon.AddDays(1) }, "p1",
            Noon.AddDays(1), Noon),
        new ReviewEvent.Closed(ReviewState.Accepted, "f1", "agreed", "k1", Noon),
        new ReviewEvent.Closed(ReviewState.Expired, null, null, null, Noon),
        new ReviewEvent.Settled(null, Noon), new ReviewEvent.Settled("budget.held", Noon));
}

using System.Text.Json;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;
using CsCheck;
using Xunit;

namespace Ale.Approvals;

public sealed class ApprovalTests
{
    private const string Id = "budget:2026.6.marketing:1";
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly ApprovalPolicy Policy = new(168) { EscalateHours = 72, EscalateRole = "executive" };

    private static readonly AskApproval Question = new("20 % over", "budget/2026/6/marketing",
        [new("planned", 100_000, null), new("actual", 120_001, "+20.001 %")], "f1", "approver", 2)
    { Currency = "CNY" };

    private static readonly Approval Asked =
        Approval.New().Apply(new ApprovalEvent.Asked(Question, Noon.AddHours(168), Noon));

    private static DecideApproval By(string person, ApprovalDecision decision = ApprovalDecision.Approve) =>
        new(Id, decision, "key-" + person, person, ["approver"], "fine");

    private static Approval After(Approval approval, IEnumerable<ApprovalEvent> events) =>
        events.Aggregate(approval, (state, e) => state.Apply(e));

    private static Approval Vote(Approval approval, DecideApproval command, DateTimeOffset now) =>
        After(approval, approval.Decide(command, Id, now).Events);

    private static string? Code(Approval approval, DecideApproval command, DateTimeOffset? now = null) =>
        approval.Decide(command, Id, now ?? Noon).Reply.Refusal?.Code;

    [Fact]
    public void A_question_is_asked_once_and_the_same_again_is_the_approval_as_it_is_now()
    {
        var (first, events) = Approval.New().Decide(Question, Id, Policy, Noon);
        Assert.Equal(new ApprovalEvent.Asked(Question, Noon.AddHours(168), Noon)
        {
            EscalatesAt = Noon.AddHours(72),
            EscalatesTo = "executive",
        }, Assert.Single(events));
        Assert.Equal((ApprovalState.Open, Noon.AddHours(168)), (first.Value!.State, first.Value.ExpiresAt));
        var rejected = Vote(Asked, By("a1", ApprovalDecision.Reject), Noon);
        var (again, none) = rejected.Decide(Question, Id, Policy, Noon.AddYears(1));
        Assert.Equal(ApprovalState.Rejected, again.Value!.State);
        Assert.Empty(none);
        Assert.Equal("approval.changed",
            Asked.Decide(Question with { Breakdown = [] }, Id, Policy, Noon).Reply.Refusal?.Code);
    }

    [Theory] // Noon of a Thursday in UTC is 20:00 in Shanghai: work goes on at nine.
    [InlineData(8, 400, "2026-06-22T10:00:00Z")] // Friday is a holiday, and then comes the weekend
    [InlineData(9, 400, "2026-06-23T02:00:00Z")]
    [InlineData(8, 24, "2026-06-19T00:00:00Z")] // after half of its time at the latest
    [InlineData(72, 168, "2026-06-23T10:00:00Z")] // which is half of its 32 hours of work
    public void TEC_16_A_question_goes_up_after_hours_of_work_where_the_policy_says_so(
        int hours, int expires, string expected)
    {
        var work = PolicyBook.Load(Repository.At("deploy", "policy")).For("cn", Noon).Market.Work with
        {
            Holidays = WorkingTime.Dates("2026-06-19"),
        };
        var (_, asked) = Approval.New().Decide(Question with { ExpiresAt = Noon.AddHours(expires) }, Id,
            Policy with { EscalateHours = hours, Work = work }, Noon);
        var question = Assert.IsType<ApprovalEvent.Asked>(Assert.Single(asked));
        Assert.Equal(DateTimeOffset.Parse(expected), question.EscalatesAt);
    }

    public static TheoryData<string, AskApproval, string> Wrong() => new()
    {
        { "budget:1", Question, "id" }, { "budget::1", Question, "id" }, { ":k:1", Question, "id" },
        { "budget:k:", Question, "id" },
        { Id, Question with { Title = "" }, "title" }, { Id, Question with { Title = new('t', 201) }, "title" },
        { Id, Question with { Subject = "" }, "subject" }, { Id, Question with { AskedBy = "" }, "askedBy" },
        { Id, Question with { Role = "no id" }, "role" },
        { Id, Question with { Quorum = 0 }, "quorum" }, { Id, Question with { Quorum = 11 }, "quorum" },
        { Id, Question with { Breakdown = [.. Enumerable.Repeat(new ApprovalLine("l", 1, null), 101)] }, "breakdown" },
        { Id, Question with { Breakdown = [new("", 1, null)] }, "breakdown" },
        { Id, Question with { Breakdown = [new("l", Limits.AmountMinorMax + 1, null)] }, "breakdown" },
        { Id, Question with { ExpiresAt = Noon }, "expiresAt" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_question_of_the_wrong_form_is_refused_by_its_field(string id, AskApproval question, string field)
    {
        var refusal = Approval.New().Decide(question, id, Policy, Noon).Reply.Refusal!;
        Assert.Equal("approval.bad_terms", refusal.Code);
        Assert.Equal(["field", "detail"], refusal.Details.Select(d => d.Key));
        Assert.Equal(field, refusal.Details[0].Value);
    }

    [Fact]
    public void The_quorums_last_approval_closes_it_and_the_first_rejection_does()
    {
        var one = Vote(Asked, By("a1"), Noon);
        Assert.Equal(ApprovalState.Open, one.State);
        var two = Vote(one, By("a2"), Noon.AddMinutes(1));
        Assert.Equal(ApprovalState.Approved, two.State);
        Assert.Null(two.DueAt);
        Assert.Equal(["a1", "a2"], two.Votes.Select(v => v.By));
        Assert.Equal([null, "approver"],
            Vote(one, By("a2") with { StandsInFor = "approver" }, Noon).Votes.Select(v => v.StandsInFor));
        Assert.Equal(ApprovalState.Rejected, Vote(one, By("a2", ApprovalDecision.Reject), Noon).State);
        Assert.Equal(ApprovalState.Rejected, Vote(Asked, By("a1", ApprovalDecision.Reject), Noon).State);
    }

    [Fact]
    public void TEC_12_nobody_decides_what_he_asked_for_and_nobody_decides_twice()
    {
        Assert.Equal("approval.own", Code(Asked, By("f1")));
        Assert.Equal("approval.own", Code(Asked, By("f1") with { Roles = ["ops", "approver", "executive"] }));
        Assert.Equal("approval.role", Code(Asked, By("a1") with { Roles = ["finance"] }));
        var one = Vote(Asked, By("a1"), Noon);
        Assert.Equal("approval.twice", Code(one, By("a1") with { Key = "other" }));
    }

    [Fact]
    public void A_decision_is_refused_in_order_of_precedence()
    {
        var two = Vote(Vote(Asked, By("a1"), Noon), By("a2"), Noon);
        var over = After(Asked, Asked.DecideDue(Noon.AddHours(168)).Events);
        Assert.Equal("approval.bad_terms", Code(Approval.New(), By("f1") with { Reason = "" }));
        Assert.Equal("approval.unknown", Code(Approval.New(), By("f1")));
        Assert.Equal("approval.own", Code(two, By("f1") with { Roles = [] }));
        Assert.Equal("approval.role", Code(two, By("a1") with { Roles = [], Reason = "other" }));
        Assert.Equal("approval.changed", Code(two, By("a1") with { Reason = "other" }));
        Assert.Equal("approval.expired", Code(over, By("a3")));
        Assert.Equal("approval.decided", Code(two, By("a1") with { Key = "other" }));
        Assert.Equal("approval.decided", Code(two, By("a3")));
    }

    [Fact]
    public void TEC_12_each_no_says_the_rule_in_words()
    {
        var one = Vote(Asked, By("a1"), Noon);
        var two = Vote(one, By("a2"), Noon.AddMinutes(1));
        Assert.Equal("f1 asked for it; somebody else decides.", Why(Asked, By("f1")));
        Assert.Equal("Holders of approver decide it.", Why(Asked, By("h1") with { Roles = ["host"] }));
        var (_, events) = Approval.New().Decide(Question, Id, Policy, Noon);
        var up = After(Approval.New(), events);
        up = After(up, up.DecideDue(Noon.AddHours(72)).Events);
        Assert.Equal("Holders of approver or executive decide it.", Why(up, By("h1") with { Roles = ["host"] }));
        Assert.Equal("a1 approved it at 2026-06-18T12:00:00Z; one person decides once.",
            Why(one, By("a1") with { Key = "other" }));
        Assert.Equal("It was approved at 2026-06-18T12:01:00Z: a1 approved it at 2026-06-18T12:00:00Z, "
            + "a2 approved it at 2026-06-18T12:01:00Z.", Why(two, By("a3")));
        Assert.Equal("It was rejected at 2026-06-18T12:00:00Z: a1 rejected it at 2026-06-18T12:00:00Z.",
            Why(Vote(Asked, By("a1", ApprovalDecision.Reject), Noon), By("a3")));
        Assert.Equal("It was withdrawn at 2026-06-18T12:00:00Z.",
            Why(After(Asked, Asked.DecideWithdraw("gone", Id, Noon).Events), By("a3")));
        const string late = "It was over, undecided, at 2026-06-25T12:00:00Z.";
        Assert.Equal(late, Why(Asked, By("a1"), Noon.AddHours(200)));
        Assert.Equal(late, Why(After(Asked, Asked.DecideDue(Noon.AddHours(168)).Events), By("a1")));

        static string Why(Approval approval, DecideApproval command, DateTimeOffset? now = null) =>
            Assert.Single(
                approval.Decide(command, Id, now ?? Noon).Reply.Refusal!.Details, d => d.Key == "detail").Value;
    }

    [Fact]
    public void TEC_03_the_same_key_gets_the_same_answer_though_others_have_decided_since()
    {
        var first = Asked.Decide(By("a1"), Id, Noon);
        var two = Vote(After(Asked, first.Events), By("a2"), Noon);
        var (again, none) = two.Decide(By("a1"), Id, Noon.AddHours(1));
        Assert.Equal((first.Reply.Value!.State, Id), (again.Value!.State, again.Value.Id));
        Assert.Single(again.Value.Votes);
        Assert.Empty(none);
        var (last, _) = two.Decide(By("a2"), Id, Noon.AddHours(1)); // the one that closed it was answered so
        Assert.Equal((ApprovalState.Approved, 2), (last.Value!.State, last.Value.Votes.Length));
    }

    [Theory] // Asked for a week; it goes up after 72 hours, or after half of a shorter time.
    [InlineData(168, 72)]
    [InlineData(144, 72)]
    [InlineData(48, 24)]
    public void BUD_03_what_nobody_decides_goes_up_once(int hours, int after)
    {
        var (_, asked) = Approval.New().Decide(Question with { ExpiresAt = Noon.AddHours(hours) }, Id, Policy, Noon);
        var approval = After(Approval.New(), asked);
        var up = Noon.AddHours(after);
        Assert.Equal(up, approval.DueAt);
        Assert.Equal("approval.role", Code(approval, By("e1") with { Roles = ["executive"] }));
        Assert.Empty(approval.DecideDue(up.AddTicks(-1)).Events);
        approval = After(approval, approval.DecideDue(up).Events);
        Assert.Equal(("executive", Noon.AddHours(hours)), (approval.EscalatedTo, approval.DueAt));
        Assert.Null(Code(approval, By("e1") with { Roles = ["executive"] }));
        Assert.Null(Code(approval, By("a1"))); // and who may before, still may
        Assert.Equal("approval.own", Code(approval, By("f1") with { Roles = ["executive"] }));
    }

    [Fact]
    public void BUD_03_what_is_theirs_already_goes_up_no_further()
    {
        var (_, asked) = Approval.New().Decide(Question with { Role = "executive" }, Id, Policy, Noon);
        Assert.Equal(Noon.AddHours(168), After(Approval.New(), asked).DueAt);
    }

    [Fact]
    public void It_is_over_at_its_instant_whether_a_timer_or_a_late_decision_sees_it()
    {
        Assert.Empty(Asked.DecideDue(Noon.AddHours(168).AddMilliseconds(-1)).Events);
        Assert.Null(Code(Asked, By("a1"), Noon.AddHours(168).AddMilliseconds(-1)));
        var closed = new ApprovalEvent.Closed(ApprovalState.Expired, null, Noon.AddHours(168));
        Assert.Equal([closed], Asked.DecideDue(Noon.AddHours(168)).Events);
        var (late, events) = Asked.Decide(By("a1"), Id, Noon.AddHours(168));
        Assert.Equal("approval.expired", late.Refusal?.Code);
        Assert.Equal([closed], events);
        Assert.Null(After(Asked, events).DueAt);
    }

    [Fact]
    public void One_that_is_withdrawn_is_closed_and_a_closed_one_stays_as_it_is()
    {
        Assert.Equal("approval.unknown", Approval.New().DecideWithdraw("gone", Id, Noon).Reply.Refusal?.Code);
        var gone = After(Asked, Asked.DecideWithdraw(new('w', 2_000), Id, Noon).Events);
        Assert.Equal((ApprovalState.Withdrawn, Limits.TextLengthMax), (gone.State, gone.Closing!.Reason!.Length));
        Assert.Equal("approval.decided", Code(gone, By("a1")));
        var rejected = Vote(Asked, By("a1", ApprovalDecision.Reject), Noon);
        var (reply, none) = rejected.DecideWithdraw("gone", Id, Noon);
        Assert.Equal(ApprovalState.Rejected, reply.Value!.State);
        Assert.Empty(none);
    }

    [Fact]
    public void An_id_begins_with_kind_and_key_of_the_grain_that_decides()
    {
        Assert.Equal("budget:2026.6.x:1", ApprovalIds.Of("budget", "2026.6.x", "1"));
        Assert.True(ApprovalIds.TryParse("refund:a:b:7", out var kind, out var key));
        Assert.Equal(("refund", "a:b"), (kind, key));
        Assert.Throws<ArgumentException>(() => ApprovalIds.Of("budget", "2026/6", "1"));
        Assert.Throws<ArgumentException>(() => ApprovalIds.Of("bud:get", "k", "1"));
        Assert.Throws<ArgumentException>(() => ApprovalIds.Of("budget", new('k', 64), "1"));
        Assert.False(ApprovalIds.TryParse(null, out _, out _));
    }

    [Fact]
    public void Any_decisions_keep_the_invariants_and_a_repeat_changes_nothing() => Gen.Select(
        Gen.Int[0, 6], Gen.Int[0, 8], Gen.Int[0, 40]).List[0, 40].Sample(commands =>
    {
        var (live, replayed, now) = (Asked, Asked, Noon);
        foreach (var (person, what, hours) in commands)
        {
            now = now.AddHours(hours);
            var command = By($"p{person}", what == 0 ? ApprovalDecision.Reject : ApprovalDecision.Approve) with
            {
                By = person == 0 ? "f1" : $"p{person}",
            };
            var first = live.Decide(command, Id, now);
            foreach (var e in first.Events)
            {
                var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(e, Approval.EventJson),
                    Approval.EventJson)!;
                (live, replayed) = (live.Apply(e), replayed.Apply(read));
            }

            var again = live.Decide(command, Id, now);
            Assert.Empty(again.Events);
            if (first.Reply.Value is { } answered) Assert.Equal(answered.State, again.Reply.Value!.State);
            Assert.True(live.Votes.Length <= Question.Quorum);
            Assert.Equal(live.Votes.Length, live.Votes.Select(v => v.By).Distinct().Count());
            Assert.DoesNotContain(live.Votes, v => v.By == "f1");
            Assert.Equal(live.State == ApprovalState.Approved, live.Outcome() == ApprovalState.Approved);
            Assert.Equal(live.State, replayed.State);
        }
    });

    [Fact]
    public void Stored_events_are_read_and_written_as_ever() => GoldenLines.CheckText(
        "Approvals/Approval.golden.jsonl", Approval.EventJson,
        new ApprovalEvent.Asked(Question with { ExpiresAt = Noon.AddHours(1) }, Noon.AddHours(1), Noon),
        new ApprovalEvent.Voted("a1", ApprovalDecision.Approve, "fine", "k1", Noon),
        new ApprovalEvent.Closed(ApprovalState.Approved, null, Noon),
        new ApprovalEvent.Closed(ApprovalState.Withdrawn, "cancelled", Noon),
        new ApprovalEvent.Asked(Question, Noon.AddHours(1), Noon)
        {
            EscalatesAt = Noon.AddMinutes(30),
            EscalatesTo = "executive",
        },
        new ApprovalEvent.Escalated("executive", Noon),
        new ApprovalEvent.Voted("a1", ApprovalDecision.Approve, "fine", "k1", Noon) { StandsInFor = "approver" });
}

using System.Text.Json;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Payments;
using Ale.Policy;
using CsCheck;
using Xunit;

namespace Ale.Orders;

/// <summary>Random returns of one order, their refunds and the people who decide them, beside a naive model.</summary>
public sealed class RefundPropertyTests
{
    private static readonly string[] People = ["ann", "bob", "eve", "kim"];
    private static readonly ApprovalPolicy Approvals = new(48) { EscalateHours = 72, EscalateRole = "executive" };
    private static readonly RefundPolicy Policy = new(200_00, 5_000_00, "approver", "finance", 60, 3_600, 24);

    private static readonly int[] Waits = [0, 0, 1, 10, 90, 1_500]; // minutes

    private sealed record Step(int Kind, int Which, int Who, int Minutes);

    private static readonly Gen<Step> Steps =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 5].Select(i => Waits[i]),
            (kind, which, who, minutes) => new Step(kind, which, who, minutes));

    [Fact]
    public void SHP_04_Refunds_are_decided_by_others_paid_once_and_never_more_than_was_paid() =>
        Gen.Select(Gen.Int[0, 5_000_00], Steps.Array[1, 60]).Sample((off, steps) =>
        {
            var run = new Run(off);
            foreach (var step in steps) run.Take(step);
        }, iter: 10_000);

    private sealed class One(RefundModel model)
    {
        public RefundModel Model => model;
        public Refund Refund { get; set; } = Refund.New();
        public List<RefundEvent> Events { get; } = [];
        public List<Approval> Questions { get; } = [];
        public int Attempts { get; set; }
        public HashSet<string> Asked { get; } = []; // refunds the acquirer took; it pays each once
    }

    private sealed class Run
    {
        private readonly OrderLife _life;
        private readonly Dictionary<string, One> _refunds = [];
        private DateTimeOffset _now = OrderLife.Noon;

        public Run(int off) => _life = OrderLife.In(OrderPhase.Paid,
            OrderLife.Of(("K1", 3, 120_00), ("K2", 3, 2_600_00)), off);

        public void Take(Step step)
        {
            _life.Now = _now = _now.AddMinutes(step.Minutes);
            var (id, who) = ($"r{step.Which}", People[step.Who]);
            if (!_refunds.TryGetValue(id, out var one))
            {
                if (step.Kind <= 3) Open(id, step);
            }
            else
            {
                Follow(one, id, who, step);
                Assert.Equal(one.Model.State, $"{one.Refund.State}");
                Assert.True(one.Events.OfType<RefundEvent.Paid>().Count() <= 1, "paid twice");
                Assert.Equal(Text(one.Refund), Text(one.Events.Aggregate(Refund.New(), (r, e) => r.Apply(Stored(e)))));
            }

            Assert.True(_refunds.Values.Sum(r => r.Refund.Opening!.Terms.AmountMinor) <= _life.Order.PaidMinor);
        }

        private void Open(string id, Step step)
        {
            var taken = _life.Return(id, ($"K{1 + step.Minutes % 4 / 2}", 1 + step.Which));
            if (taken.Refusal is not null || _life.Order.Returns[id].RefundMinor is 0) return;
            var amount = _life.Order.Returns[id].RefundMinor;
            var by = step.Who == 3 ? null : People[step.Who];
            var one = _refunds[id] = new(new(amount, by, _now));
            var terms = new RefundTerms(OrderLife.Id, id, amount, "GBP", "gb", "return", "pay-1", by, _now);
            Same(one, r => r.Decide(terms, Policy, "approver", id, _now));
            Assert.Same(RefundRefusals.Changed, one.Refund.Decide(
                terms with { AmountMinor = amount + 1 }, Policy, "approver", id, _now).Reply.Refusal);
        }

        private void Follow(One one, string id, string who, Step step)
        {
            foreach (var i in Enumerable.Range(0, one.Questions.Count)) // those whose time is over, at once
                Keep(one, i, one.Questions[i].DecideDue(_now).Events);
            switch (step.Kind)
            {
                case 0:
                    Ask(one, id);
                    break;
                case <= 5:
                    Vote(one, id, who, isYes: step.Kind < 5);
                    break;
                case 6 or 7:
                    one.Model.Settle(_now);
                    foreach (var i in Enumerable.Range(0, one.Questions.Count)) // old news come again
                        Same(one, r => r.DecideSettled(one.Questions[i].Info(QuestionOf(id, i)), id, _now));
                    break;
                case 8 or 9:
                    Try(one, id, step.Kind == 8 ? null : "acquirer.away");
                    break;
                case 10:
                    // Keys are remembered for a day.
                    var retry = new RetryRefund($"k{step.Minutes}-{_now.DayOfYear}", who);
                    Same(one, r => r.Decide(retry, id, _now), one.Model.Retry(retry.Key, who, _now));
                    break;
                default:
                    if (one.Asked.Count == 0) break;
                    one.Model.Paid();
                    Same(one, r => r.DecidePaid($"e{step.Which}", id, _now));
                    break;
            }
        }

        private void Ask(One one, string id)
        {
            Assert.Equal(one.Model.IsToAsk, one.Refund.IsToAsk);
            if (!one.Refund.IsToAsk) return;
            var (terms, place) = (one.Refund.Opening!.Terms, one.Questions.Count);
            one.Questions.Add(Approval.New());
            Keep(one, place, Approval.New().Decide(new AskApproval("Refund", $"order/{terms.OrderId}",
                [new("refund", terms.AmountMinor, null)], one.Refund.AskedBy ?? "orders", "approver",
                one.Refund.Opening.Quorum), QuestionOf(id, place), Approvals, _now).Events);
            one.Model.Asked();
            Same(one, r => r.DecideAsked(QuestionOf(id, place), id, _now));
        }

        /// <summary>As the refund's grain does: its own word first, then the question's.</summary>
        private void Vote(One one, string id, string who, bool isYes)
        {
            var (place, expected) = (one.Questions.Count - 1, one.Model.Vote(who, isYes));
            if (one.Refund.IsAskedBy(who))
            {
                Assert.Equal("approval.own", expected);
                return;
            }

            if (place < 0) return;
            var key = $"v{one.Questions[place].Votes.Length}{who}{_now.Ticks}";
            var vote = new DecideApproval(QuestionOf(id, place), isYes ? ApprovalDecision.Approve
                : ApprovalDecision.Reject, key, who, ["approver"], "seen");
            var (reply, events) = one.Questions[place].Decide(vote, vote.Id, _now);
            Assert.Equal(expected, reply.Refusal?.Code ?? RefundModel.Said(reply.Value!));
            Keep(one, place, events);
            if (reply.Refusal is not null) return;
            var again = one.Questions[place].Decide(vote, vote.Id, _now);
            Assert.Equal((0, expected), (again.Events.Length, RefundModel.Said(again.Reply.Value!)));
        }

        private void Try(One one, string id, string? fault)
        {
            Assert.Equal(one.Model.IsToTry(_now), one.Refund.IsToTry(_now));
            if (!one.Refund.IsToTry(_now)) return;
            Assert.True(one.Model.IsCleared, "the acquirer is asked although not all have agreed");
            if (fault is null) one.Asked.Add(id);
            one.Model.Tried(_now, one.Refund.Attempts + 1);
            // No repeat: a second try is one.
            Keep(one, one.Refund.DecideTried(fault, Policy, id, _now).Events);
        }

        private void Keep(One one, int place, ApprovalEvent[] events)
        {
            foreach (var e in events)
            {
                one.Questions[place] = one.Questions[place].Apply(e);
                if (e is ApprovalEvent.Closed { State: ApprovalState.Expired } && place == one.Questions.Count - 1)
                    one.Model.Close("expired");
            }
        }

        private static void Keep(One one, RefundEvent[] events)
        {
            foreach (var e in events)
            {
                one.Refund = one.Refund.Apply(e);
                one.Events.Add(e);
            }
        }

        /// <summary>A repeat of what was done says the same and changes nothing.</summary>
        private static void Same(
            One one, Func<Refund, Decision<RefundEvent, RefundView>> decide, string? expected = null)
        {
            var (reply, events) = decide(one.Refund);
            if (expected is not null) Assert.Equal(expected, reply.Refusal?.Code ?? $"{reply.Value!.State}");
            Keep(one, events);
            var again = decide(one.Refund);
            Assert.Empty(again.Events);
            Assert.Equal(reply.Refusal?.Code, again.Reply.Refusal?.Code);
            Assert.Equal(reply.Value, again.Reply.Value);
        }

        private static string QuestionOf(string id, int place) => ApprovalIds.Of(RefundKeys.Kind, id, $"{place + 1}");

        private static string Text(Refund refund) => JsonSerializer.Serialize(refund);

        private static RefundEvent Stored(RefundEvent e) => JsonSerializer.Deserialize(
            JsonSerializer.Serialize(e, RefundJson.Default.RefundEvent), RefundJson.Default.RefundEvent)!;
    }
}

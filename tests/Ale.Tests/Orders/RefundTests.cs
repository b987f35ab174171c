using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;
using Xunit;

namespace Ale.Orders;

public sealed class RefundTests
{
    private const string Id = "refund:1";
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RefundPolicy Policy = new(200_00, 5_000_00, "approver", "finance", 60, 3_600, 24);

    private static readonly RefundTerms Terms = new("o1", "r1", 300_00, "CNY", "cn", "return", "pay-1", "ann", Noon);

    private static Refund Opened(long amountMinor = 300_00) => Refund.New().With(
        r => r.Decide(Terms with { AmountMinor = amountMinor }, Policy, "approver", Id, Noon));

    private static Refund Asked() => Opened().With(r => r.DecideAsked("refund:refund:1:1", Id, Noon));

    private static ApprovalInfo Closed(ApprovalState state, string id = "refund:refund:1:1") => new(
        id, new("t", "s", [], "ann", "approver", 1), state, Noon, Noon, [], Noon);

    [Theory]
    [InlineData(200_00, 0)]
    [InlineData(200_01, 1)]
    [InlineData(4_999_99, 1)]
    [InlineData(5_000_00, 2)]
    public void SHP_04_The_amount_says_how_many_must_agree(long amountMinor, int people)
    {
        Assert.Equal(people, Refund.QuorumOf(amountMinor, Policy));
        Assert.Equal(2, Refund.QuorumOf(amountMinor, null)); // in money that nobody has set limits in
        var refund = Opened(amountMinor);
        Assert.Equal(people == 0 ? RefundState.Paying : RefundState.Waiting, refund.State);
        Assert.Equal(people == 0, refund.IsToTry(Noon));
    }

    [Fact]
    public void SHP_04_What_recorded_sales_gave_back_runs_by_itself()
    {
        var book = PolicyBook.Load(Repository.At("deploy", "policy"));
        Assert.Equal(0, Refund.QuorumOf(Limits.AmountMinorMax, book.For("gb", Noon).Refunds));
        Assert.Equal((200_00, 5_000_00, 24), (book.For("cn", Noon).Refunds.AutoMinor,
            book.For("cn", Noon).Refunds.TwoFromMinor, book.For("cn", Noon).Refunds.RetryHours));
    }

    [Fact]
    public void SHP_04_The_same_terms_again_change_nothing_and_others_are_refused()
    {
        var refund = Opened();
        var (reply, events) = refund.Decide(Terms, Policy, "approver", Id, Noon.AddHours(1));
        Assert.Equal((RefundState.Waiting, 0), (reply.Value!.State, events.Length));
        Assert.Same(RefundRefusals.Changed, refund.Decide(
            Terms with { AmountMinor = 1 }, Policy, "approver", Id, Noon).Reply.Refusal);
        Assert.Same(RefundRefusals.BadTerms, refund.Decide(
            Terms with { AmountMinor = 0 }, Policy, "approver", Id, Noon).Reply.Refusal);
    }

    [Theory]
    [InlineData(ApprovalState.Open, RefundState.Waiting)]
    [InlineData(ApprovalState.Approved, RefundState.Paying)]
    [InlineData(ApprovalState.Rejected, RefundState.Rejected)]
    [InlineData(ApprovalState.Expired, RefundState.Rejected)]
    [InlineData(ApprovalState.Withdrawn, RefundState.Rejected)]
    public void SHP_04_The_end_of_the_question_counts_once(ApprovalState end, RefundState state)
    {
        var refund = Asked().With(r => r.DecideSettled(Closed(end), Id, Noon));
        Assert.Equal(state, refund.State);
        Assert.Empty(refund.DecideSettled(Closed(end), Id, Noon).Events);
        Assert.Empty(Asked().DecideSettled(Closed(end, "refund:refund:1:2"), Id, Noon).Events); // another question
    }

    [Fact]
    public void SHP_04_A_payout_is_tried_for_a_day_with_growing_waits_and_then_given_up()
    {
        var (refund, now, waits) = (Opened(100), Noon, new List<double>());
        for (; refund.State == RefundState.Paying; now = refund.NextTryAt ?? now)
        {
            Assert.True(refund.IsToTry(now));
            var at = now;
            refund = refund.With(r => r.DecideTried("acquirer.away", Policy, Id, at));
            Assert.False(refund.IsToTry(now));
            if (refund.NextTryAt is { } next) waits.Add((next - now).TotalSeconds);
        }

        Assert.Equal([60, 120, 240, 480, 960, 1_920, 3_600, 3_600], waits.Take(8));
        Assert.Equal(Noon.AddHours(24), now); // the last attempt is at the end, not before and not after
        Assert.Equal((RefundState.Failed, waits.Count + 1), (refund.State, refund.Attempts));
        Assert.Null(refund.DueAt);
        refund = refund.With(r => r.Decide(new RetryRefund("k", "fin"), Id, now));
        Assert.Equal((RefundState.Paying, 0), (refund.State, refund.Attempts));
        Assert.True(refund.IsToTry(now));
        Assert.Empty(refund.Decide(new RetryRefund("k", "fin"), Id, now).Events);
    }

    [Theory]
    [InlineData("waiting", "refund.underway")]
    [InlineData("paying", "refund.underway")]
    [InlineData("paid", "refund.paid")]
    [InlineData("rejected", null)]
    public void SHP_04_Only_what_has_stopped_is_tried_again(string state, string? code)
    {
        var refund = state switch
        {
            "waiting" => Asked(),
            "paying" => Opened(1),
            "paid" => Opened(1).With(r => r.DecidePaid("e", Id, Noon)),
            _ => Asked().With(r => r.DecideSettled(Closed(ApprovalState.Rejected), Id, Noon)),
        };
        var (reply, events) = refund.Decide(new RetryRefund("k", "bob"), Id, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        if (code is null)
        {
            var again = refund.Apply(Assert.Single(events));
            Assert.Equal((RefundState.Waiting, true, 2, "bob"), (again.State, again.IsToAsk, again.Questions,
                again.AskedBy));
        }

        Assert.Same(RefundRefusals.Unknown, Refund.New().Decide(new RetryRefund("k", "b"), Id, Noon).Reply.Refusal);
    }

    [Fact]
    public void SHP_04_Money_that_is_back_is_back_once_however_it_got_there()
    {
        foreach (var refund in new[] { Opened(1), Asked(), Opened() })
        {
            var paid = refund.With(r => r.DecidePaid("e1", Id, Noon));
            Assert.Equal((RefundState.Paid, Noon), (paid.State, paid.PaidAt!.Value));
            Assert.Null(paid.DueAt);
            Assert.Empty(paid.DecidePaid("e2", Id, Noon).Events);
            Assert.Empty(paid.DecideTried(null, Policy, Id, Noon).Events);
            Assert.Empty(paid.DecideSettled(Closed(ApprovalState.Approved), Id, Noon).Events);
        }
    }

    [Theory] // A discount of the whole order, as a negative charge: less was paid than the goods cost.
    [InlineData(-300, 700, 0)]
    [InlineData(-1_000, 0, 0)]
    [InlineData(0, 1_000, 0)]
    public void SHP_04_Returns_never_give_back_more_than_was_paid_and_take_all_points(
        long charge, long first, long second)
    {
        var life = OrderLife.In(OrderPhase.Paid, OrderLife.Of(("K1", 1, 10_00), ("K2", 1, 5_00)) with
        {
            Charges = [new("DISCOUNT", charge - 5_00)],
        });
        life.Return("r1", ("K1", 1));
        life.Return("r2", ("K2", 1));
        Assert.Equal((first, second), (life.Order.Returns["r1"].RefundMinor, life.Order.Returns["r2"].RefundMinor));
        Assert.Equal(life.Order.PointsEarned, life.Order.PointsReversed); // L02: for goods that are gone
        Assert.Equal(life.Order.PaidMinor, life.Order.RefundMinor);
    }

    [Fact]
    public void SHP_04_An_order_says_where_its_refunds_stand_and_a_rejected_one_does_not_count()
    {
        var life = OrderLife.In(OrderPhase.Paid);
        life.Return("r1", ("K1", 1));
        var id = RefundKeys.IdOf("o1", "r1");
        Assert.Equal([new(id, "r1", 10_00, RefundState.Paying)], life.Order.View("o1").Refunds);
        Assert.Equal(0, life.Note("r1", RefundState.Waiting));
        Assert.Equal((10_00, RefundState.Waiting), Shown());
        Assert.Equal(-10_00, life.Note("r1", RefundState.Rejected));
        Assert.Equal((0, RefundState.Rejected), Shown());
        Assert.Null(life.Note("r1", RefundState.Rejected));
        Assert.Equal(10_00, life.Note("r1", RefundState.Waiting));
        life.Take(life.Event(Payments.PaymentEventType.Refunded, "r1", 10_00));
        Assert.Equal((10_00, RefundState.Paid), Shown());
        Assert.Null(life.Note("r1", RefundState.Failed)); // late news

        (long, RefundState) Shown() => (life.Order.View("o1").RefundMinor, life.Order.View("o1").Refunds[0].State);
    }

    [Fact]
    public void SHP_04_Money_that_is_back_although_it_was_rejected_counts_again()
    {
        var life = OrderLife.In(OrderPhase.Paid);
        life.Return("r1", ("K1", 1));
        life.Note("r1", RefundState.Rejected);
        life.Take(life.Event(Payments.PaymentEventType.Refunded, "r1", 10_00));
        Assert.Equal(0, life.Events.OfType<OrderEvent.RefundNoted>().Sum(e => e.ChangeMinor)); // taken, given back
        var view = life.Order.View("o1");
        Assert.Equal((10_00, RefundState.Paid), (view.RefundMinor, view.Refunds[0].State));
    }

    [Fact]
    public void Events_are_stored_as_ever() => GoldenLines.Check("Orders/Refund.golden.jsonl", Refund.EventJson,
        new RefundEvent.Opened(Terms, 1, "approver", Noon),
        new RefundEvent.Opened(Terms with { PaidBy = null, By = null }, 0, "approver", Noon),
        new RefundEvent.Asked("refund:refund:1:1", Noon), new RefundEvent.Cleared(Noon),
        new RefundEvent.Rejected("expired", Noon), new RefundEvent.Tried("payment.away", Noon, Noon),
        new RefundEvent.Tried(null, Noon, Noon), new RefundEvent.Failed(31, "finance", Noon),
        new RefundEvent.Retried("k", "fin", Noon, Noon), new RefundEvent.Retried("k", "fin", null, Noon),
        new RefundEvent.Paid("e1", Noon, Noon), new RefundEvent.Paid("e1", null, Noon));
}

file static class RefundLife
{
    public static Refund With(this Refund refund, Func<Refund, Decision<RefundEvent, RefundView>> decide)
    {
        var (reply, events) = decide(refund);
        Assert.Null(reply.Refusal);
        return events.Aggregate(refund, (state, e) => state.Apply(e));
    }

    /// <summary>What the note changes; null: it was no news.</summary>
    public static long? Note(this OrderLife life, string reference, RefundState state)
    {
        var events = life.Order.DecideNoted(reference, state, life.Now).Events;
        foreach (var e in events) life.Happens(e);
        return (events.SingleOrDefault() as OrderEvent.RefundNoted)?.ChangeMinor;
    }
}

using Ale.Approvals;
using Ale.Kernel;
using Xunit;

namespace Ale.Supply;

public sealed class PurchaseTests
{
    private const string Id = "po-1", Approval = "po:po-1:1";
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 6, 1);
    private static readonly PurchaseTerms Terms = new("LIP-1", 801, 300, "CNY", "cn", 1);
    private static readonly SupplierReply ByHand = new("local/po-1", false, "by hand");
    private static readonly ClosePurchase Come = new(true, "k", "buyer", "all there");

    private static readonly PurchaseEvent Opened = new PurchaseEvent.Opened(Terms, Day, Noon),
        Asked = new PurchaseEvent.Asked(Approval, Noon), Cleared = new PurchaseEvent.Cleared(Noon),
        Refused = new PurchaseEvent.Refused("rejected", Noon),
        Sent = new PurchaseEvent.Sent("local/po-1", "by hand", false, Noon),
        Closed = new PurchaseEvent.Closed(true, "k", "buyer", "all there", Noon);

    private static readonly Dictionary<string, PurchaseEvent[]> Ways = new()
    {
        ["none"] = [],
        ["checking"] = [Opened],
        ["waiting"] = [Opened, Asked],
        ["sending"] = [Opened, Cleared],
        ["sent"] = [Opened, Cleared, Sent],
        ["refused"] = [Opened, Asked, Refused],
        ["received"] = [Opened, Cleared, Sent, Closed],
    };

    private static Purchase In(string state) =>
        Ways[state].Aggregate(Purchase.New(), (purchase, e) => purchase.Apply(e));

    [Theory] // Who comes, when, and where that leads; = is no event.
    [InlineData("checking", "within", "sending")]
    [InlineData("checking", "above", "waiting")]
    [InlineData("waiting", "within", "=")]
    [InlineData("waiting", "approved", "sending")]
    [InlineData("waiting", "rejected", "refused")]
    [InlineData("waiting", "expired", "refused")]
    [InlineData("waiting", "another approved", "=")]
    [InlineData("sending", "approved", "=")]
    [InlineData("received", "approved", "=")]
    [InlineData("checking", "sent", "=")]
    [InlineData("waiting", "sent", "=")]
    [InlineData("sending", "sent", "sent")]
    [InlineData("sent", "sent", "=")]
    [InlineData("received", "sent", "=")]
    public void STK_05_An_order_goes_its_way_once(string from, string comes, string to)
    {
        var purchase = In(from);
        var (reply, events) = comes switch
        {
            "within" => purchase.DecideChecked(true, Approval, Id, Noon),
            "above" => purchase.DecideChecked(false, Approval, Id, Noon),
            "sent" => purchase.DecideSent(ByHand, Id, Noon),
            "another approved" => purchase.DecideSettled(Decided("approved") with { Id = "po:po-1:2" }, Id, Noon),
            _ => purchase.DecideSettled(Decided(comes), Id, Noon),
        };
        Assert.Equal(to == "=" ? 0 : 1, events.Length);
        var state = events.Aggregate(purchase, (p, e) => p.Apply(e)).State;
        Assert.Equal(to == "=" ? from : to, $"{state}".ToLowerInvariant());
        Assert.Equal(state, reply.Value!.State);

        static ApprovalInfo Decided(string how) => new(Approval, new("t", "s", [], "supply", "approver", 1),
            Enum.Parse<ApprovalState>(how, ignoreCase: true), Noon, Noon, [], Noon);
    }

    [Theory]
    [InlineData("none", true, "all there", "purchase.unknown")]
    [InlineData("received", true, "", "purchase.bad_terms")]
    [InlineData("received", true, "other", "purchase.changed")] // the same key
    [InlineData("received", false, "all there", "purchase.changed")]
    [InlineData("refused", true, "all there", "purchase.closed")]
    [InlineData("checking", true, "all there", "purchase.not_sent")]
    [InlineData("waiting", true, "all there", "purchase.not_sent")]
    [InlineData("waiting", false, "all there", null)]
    [InlineData("sent", false, "all there", null)]
    [InlineData("sent", true, "all there", null)]
    public void An_order_is_closed_or_not_in_order_of_precedence(string from, bool came, string why, string? code)
    {
        var (reply, events) = In(from).Decide(Come with { Received = came, Reason = why }, Id, Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Equal(code is null ? 1 : 0, events.Length);
    }

    [Fact]
    public void TEC_03_The_same_key_closes_once_and_the_same_shortage_opens_once()
    {
        var received = In("received");
        var (again, none) = received.Decide(Come, Id, Noon.AddHours(1));
        Assert.Equal((PurchaseState.Received, Id), (again.Value!.State, again.Value.Id));
        Assert.Empty(none);
        Assert.Equal("purchase.closed", received.Decide(Come with { Key = "l" }, Id, Noon).Reply.Refusal?.Code);
        var opened = received.Decide(Terms with { Quantity = 900 }, Day, Id, Noon);
        Assert.Equal(801, opened.Reply.Value!.Terms.Quantity);
        Assert.Empty(opened.Events);
        Assert.Equal("purchase.bad_terms",
            Purchase.New().Decide(Terms with { Quantity = 0 }, Day, Id, Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void STK_05_The_amount_is_that_of_all_units_and_unknown_without_a_cost()
    {
        Assert.Equal(240_300, Purchase.AmountOf(Terms));
        Assert.Null(Purchase.AmountOf(Terms with { CostMinor = null }));
        Assert.Null(Purchase.AmountOf(Terms with { CostMinor = Limits.AmountMinorMax }));
    }

    [Theory] // 1,000 a day, of which 400 are used.
    [InlineData("b", 600, true)]
    [InlineData("b", 601, false)]
    [InlineData("a", 400, true)] // again
    [InlineData("b", 0, true)]
    public void STK_05_A_day_lets_go_exactly_its_amount(string order, long amount, bool isWithin)
    {
        var day = PurchaseDay.New().Apply(new PurchaseDayEvent.Taken("a", 400, Noon));
        var (reply, events) = day.Decide(order, amount, 1_000, Noon);
        Assert.Equal(isWithin, reply.Value);
        Assert.Equal(isWithin && order != "a" ? 1 : 0, events.Length);
        var after = events.Aggregate(day, (d, e) => d.Apply(e));
        Assert.Equal(400 + (events.Length == 0 ? 0 : amount), after.UsedMinor);
    }

    [Fact]
    public void Stored_events_stay_readable()
    {
        GoldenLines.Check("Supply/Purchase.golden.jsonl", Purchase.EventJson,
            Opened, new PurchaseEvent.Opened(Terms with { CostMinor = null }, Day, Noon), Asked, Cleared, Refused, Sent,
            Closed);
        GoldenLines.Check("Supply/PurchaseDay.golden.jsonl", PurchaseDay.EventJson,
            new PurchaseDayEvent.Taken("po-1", 240_300, Noon));
    }
}

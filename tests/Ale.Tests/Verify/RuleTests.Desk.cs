using Ale.Approvals;
using Ale.Care;
using Ale.Kernel;
using Ale.Orders;
using Ale.Stock;
using Xunit;

namespace Ale.Verify;

/// <summary>Refunds and after-sales cases that do not agree with their orders.</summary>
public sealed partial class RuleTests
{
    private static readonly string RefundId = RefundKeys.IdOf("o", "r");

    private static readonly RefundTerms Terms10 = new(
        "o", "r", 10_00, "GBP", "gb", "return", "p", null, Noon);

    /// <summary>Two units were sold for 20.00; one came back.</summary>
    private static Func<DateTimeOffset, JournalRow>[] Returned(string id = "r", params OrderEvent[] after) =>
    [
        Stock("K", Defined, Received, Held("o/1"), Confirmed("o/1"),
            new StockEvent.PutBack($"o/r/{id}", "o/1", null, 1, null, false, Noon.AddMinutes(2))),
        Row("order", "o", (OrderEvent[])
        [
            new OrderEvent.Placed(1, OrderContent.Of(new([new("K", 2)])), Noon),
            new OrderEvent.Reserved([new("K", 2, 10_00, 0, false)], "gb", "GBP", 20_00, 0, 0, Noon.AddMinutes(15)),
            new OrderEvent.PaymentTaken("e", "p", 20_00, Noon), new OrderEvent.Paid(0, Noon),
            new OrderEvent.ReturnAccepted(
                id, "torn", [new("K", 1)], [new(0, "K", 1, 10_00)], 10_00, 0, Noon.AddMinutes(2)),
            new OrderEvent.ReturnDone(id), .. after,
        ], OrderJson.Default.OrderEvent),
    ];

    private static Func<DateTimeOffset, JournalRow> Refunded(string key, params RefundEvent[] events) =>
        Row("refund", key, events, RefundJson.Default.RefundEvent);

    private static RefundEvent Opened(int quorum = 0, long amountMinor = 10_00) =>
        new RefundEvent.Opened(Terms10 with { AmountMinor = amountMinor }, quorum, "approver", Noon);

    public static TheoryData<string?, string> Refunds => new()
    {
        { null, "as it should be" },
        { "the order decided 1000 GBP", "another amount" },
        { "was paid", "more than was paid" },
        { "the acquirer was asked while it was Waiting", "unasked" },
        { "it was cleared unasked", "cleared" },
        { "its order does not know", "paid alone" },
        { "it is paid twice", "paid twice" },
        { "has neither a return x nor was it cancelled", "of nothing" },
        { "it is not o/r's", "under another id" },
    };

    [Theory, MemberData(nameof(Refunds))]
    public async Task SHP_04_A_refund_that_differs_from_its_order_or_was_not_agreed_to_is_found(
        string? fault, string what)
    {
        var back = new OrderEvent.Refunded("e2", "r", 10_00, Noon);
        var (tried, paid) = (new RefundEvent.Tried(null, Noon, Noon), new RefundEvent.Paid("e2", null, Noon));
        var rows = what switch
        {
            "as it should be" => [.. Returned("r", back), Refunded(RefundId, Opened(1),
                new RefundEvent.Asked(ApprovalIds.Of(RefundKeys.Kind, RefundId, "1"), Noon),
                new RefundEvent.Cleared(Noon), tried, paid)],
            "another amount" => [.. Returned(), Refunded(RefundId, Opened(0, 9_99))],
            "more than was paid" => [.. Returned(), Refunded(RefundId, Opened(0, 20_01))],
            "unasked" => [.. Returned(), Refunded(RefundId, Opened(1), tried)],
            "cleared" => [.. Returned(), Refunded(RefundId, Opened(1), new RefundEvent.Cleared(Noon))],
            "paid alone" => [.. Returned(), Refunded(RefundId, Opened(), tried, paid)],
            "paid twice" => [.. Returned("r", back), Refunded(RefundId, Opened(), tried, paid, paid)],
            "of nothing" => [.. Returned(), Refunded(RefundKeys.IdOf("o", "x"),
                new RefundEvent.Opened(Terms10 with { Ref = "x" }, 0, "approver", Noon))],
            _ => (Func<DateTimeOffset, JournalRow>[])[.. Returned(), Refunded("other", Opened())],
        };
        var found = (await Finish(Noon, rows)).Where(f => f.Check == "refunds").ToArray();
        if (fault is null) Assert.Empty(found);
        else Assert.Contains(found, f => f.Detail.Contains(fault, StringComparison.Ordinal));
    }

    private static Func<DateTimeOffset, JournalRow> Case(
        string? returnId, long? refundMinor, CaseRemedy remedy = CaseRemedy.Return, int quantity = 1)
    {
        CaseEvent[] events =
        [
            new CaseEvent.Opened(new("o", "K", quantity, CaseKind.Quality, null), "ann", "gb", CaseWindow.Return, null,
                null, Noon, Noon),
            new CaseEvent.Evidenced("k1", "ann", "torn", true, Noon, Noon),
            new CaseEvent.Decided("k2", "ann", remedy, "torn", null, Noon, Noon),
            new CaseEvent.GoodsBack("k3", "ann", null, Noon, Noon),
            new CaseEvent.Settling("k4", "ann", null, Noon), new CaseEvent.Settled(returnId, refundMinor, Noon),
        ];
        return Row("case", "c", events, CaseJson.Default.CaseEvent);
    }

    [Theory]
    [InlineData("as it should be", null)]
    [InlineData("another amount", "its return 1000")]
    [InlineData("other units", "its return about 1")]
    [InlineData("no return", "has no return of it")]
    [InlineData("no case", "a case that did not grant it")]
    [InlineData("repaired for money", "settled by Repair and money")]
    [InlineData("no exchange", "were sold for it")]
    public async Task ORD_05_A_settled_case_that_differs_from_its_order_is_found(string what, string? fault)
    {
        var claim = CaseKeys.ClaimOf("c");
        var rows = what switch
        {
            "as it should be" => [.. Returned(claim), Case(claim, 10_00)],
            "another amount" => [.. Returned(claim), Case(claim, 9_99)],
            "other units" => [.. Returned(claim), Case(claim, 10_00, quantity: 2)],
            "no return" => [.. Returned(), Case(claim, 10_00)],
            "no case" => Returned(claim),
            "repaired for money" => [.. Returned(claim), Case(claim, 10_00, CaseRemedy.Repair)],
            _ => (Func<DateTimeOffset, JournalRow>[])[.. Returned(), Case(null, null, CaseRemedy.Exchange)],
        };
        var found = (await Finish(Noon, rows)).Where(f => f.Check == "cases").ToArray();
        if (fault is null) Assert.Empty(found);
        else Assert.Contains(found, f => f.Detail.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ORD_05_An_exchange_sells_as_many_units_as_come_back()
    {
        var claim = CaseKeys.ClaimOf("c");
        foreach (var (back, failures) in new[] { (1, 0), (0, 1) })
        {
            StockEvent[] old = back == 0 ? []
                : [new StockEvent.PutBack($"{claim}/back", claim, null, 1, null, false, Noon)];
            var found = await Finish(Noon, Stock("K", [Defined, Received, Held(claim, 1), Confirmed(claim, 1), .. old]),
                Case(null, null, CaseRemedy.Exchange));
            Assert.Equal(failures, found.Count(f => f.Check == "cases"));
        }
    }
}

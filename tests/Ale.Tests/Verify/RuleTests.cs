using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ale.Care;
using Ale.Kernel;
using Ale.Orders;
using Ale.Stock;
using Ale.Users;
using Xunit;

namespace Ale.Verify;

/// <summary>Journals whose chain is whole, yet whose events break a rule of their slice.</summary>
public sealed partial class RuleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly SkuTerms Terms = new("Cup", 1_000, "GBP", "gb");
    private static readonly StockEvent Defined = new StockEvent.Defined(Terms),
        Received = new StockEvent.Received("r", 9, null);

    private static StockEvent Held(string id, int quantity = 2) =>
        new StockEvent.Held(id, null, quantity, null, 1_000, Noon, Noon.AddMinutes(15));

    private static StockEvent Confirmed(string id, int quantity = 2) =>
        new StockEvent.Confirmed(id, quantity, Noon.AddMinutes(1));

    [Fact]
    public async Task A_claim_that_ends_twice_is_found()
    {
        var found = await Finish(Noon, Stock("K", Defined, Received, Held("a"), Confirmed("a")));
        Assert.Empty(found);
        found = await Finish(Noon, Stock("K", Defined, Received, Held("a"), Held("b"), Confirmed("a"),
            new StockEvent.Released("a", 2, Noon)));
        Assert.Contains(found, f => f.Stream == "stock/K" && f.Detail.StartsWith("claim a ends",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(15, 0)] // its deadline
    [InlineData(16, 0)] // a minute of grace
    [InlineData(17, 1)]
    public async Task A_claim_that_is_open_long_after_its_deadline_is_found(int minutes, int failures)
    {
        var found = await Finish(Noon.AddMinutes(minutes), Stock("K", Defined, Received, Held("a")));
        Assert.Equal(failures, found.Count(f => f.Check == "stock"));
    }

    [Fact]
    public async Task A_claim_may_begin_anew_after_its_end()
    {
        Assert.Empty(await Finish(Noon, Stock("K", Defined, Received, Held("a"),
            new StockEvent.Expired("a", 2, Noon.AddMinutes(15)),
            new StockEvent.Reclaimed("a", null, 2, null, 1_000, Noon.AddMinutes(20)))));
    }

    [Fact]
    public async Task A_ledger_whose_balance_is_not_its_sum_is_found()
    {
        UserEvent Earned(long balance) => new UserEvent.Earned(
            "o", "gb", "GBP", 10_00, 0, 10_00, 10, 20, true, null, null, 1, balance, Noon);
        Assert.DoesNotContain(await Finish(Noon, User("u", Earned(20))), f => f.Check == "users");
        Assert.Contains(await Finish(Noon, User("u", Earned(21))), f => (f.Check, f.Stream) == ("users", "user/u"));
    }

    [Theory]
    [InlineData(2, 20_00, null)]
    [InlineData(1, 20_00, "by the stock")]
    [InlineData(2, 19_99, "captured")]
    public async Task An_order_that_differs_from_its_claim_or_its_money_is_found(int claimed, long captured,
        string? fault)
    {
        OrderEvent[] order =
        [
            new OrderEvent.Placed(1, OrderContent.Of(new([new("K", 2)])), Noon),
            new OrderEvent.Reserved([new("K", 2, 10_00, 0, false)], "gb", "GBP", 20_00, 0, 0, Noon.AddMinutes(15)),
            new OrderEvent.PaymentTaken("e", "p", captured, Noon), new OrderEvent.Paid(0, Noon),
        ];
        var found = await Finish(Noon, Stock("K", Defined, Received, Held("o/1", claimed), Confirmed("o/1", claimed)),
            Row("order", "o", order, OrderJson.Default.OrderEvent));
        if (fault is null) Assert.Empty(found);
        else Assert.Contains(found, f => f.Stream == "order/o" && f.Detail.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Units_sold_for_an_order_that_is_not_there_are_found() =>
        Assert.Contains(await Finish(Noon, Stock("K", Defined, Received, Held("gone/1"), Confirmed("gone/1"))),
            f => (f.Check, f.Stream) == ("orders", "order/gone"));

    private static Func<DateTimeOffset, JournalRow> Stock(string key, params StockEvent[] events) =>
        Row("stock", key, events, StockJson.Default.StockEvent);

    private static Func<DateTimeOffset, JournalRow> User(string key, params UserEvent[] events) =>
        Row("user", key, events, UserJson.Default.UserEvent);

    private static Func<DateTimeOffset, JournalRow> Row<T>(string kind, string key, T[] events, JsonTypeInfo<T> json) =>
        at => new(default, $"{kind}/{key}", 0, events.Length, kind, 0,
            Encoding.UTF8.GetBytes($"[{string.Join(',', events.Select(e => JsonSerializer.Serialize(e, json)))}]"), [],
                null,
            at.ToUnixTimeMilliseconds(), 0);

    private static async Task<List<VerifyFailure>> Finish(DateTimeOffset at, params Func<DateTimeOffset,
        JournalRow>[] rows)
    {
        JournalCheck[] checks =
            [new StockCheck(), new UserCheck(), new OrderCheck(), new RefundCheck(), new CaseCheck()];
        var found = new List<VerifyFailure>();
        foreach (var check in checks)
            foreach (var row in rows) check.Fold(row(at));
        foreach (var check in checks)
            await foreach (var failure in check.Finish(checks, default)) found.Add(failure);
        return found;
    }
}

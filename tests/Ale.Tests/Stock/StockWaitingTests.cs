using Ale.Kernel;
using CsCheck;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>Returns in quarantine with their clocks, and what somebody hears of (SHP-02, S05).</summary>
public sealed class StockWaitingTests
{
    private static readonly DateTimeOffset Due = Noon.AddHours(24);

    /// <summary>Two orders have a return of the same name: three units, and an hour later two.</summary>
    private static Stock Returned()
    {
        var stock = Of(new StockEvent.Defined(Plain), new StockEvent.Received("in", 9, null),
            new StockEvent.Held("o1/1", null, 5, null, 9_900, Noon, Noon.AddSeconds(900)),
            new StockEvent.Confirmed("o1/1", 5, Noon));
        PutBack(stock, "o1/r/r1", 3, Noon);
        PutBack(stock, "o2/r/r1", 2, Noon.AddHours(1));
        return stock;
    }

    private static void PutBack(Stock stock, string id, int units, DateTimeOffset at) =>
        Do(stock, Stock.Clocked(stock.Decide(new PutBackStock(id, "o1/1", units) { Quarantine = true }, Sku, at), 24, at));

    private static Outcome<T> Do<T>(Stock stock, Decision<StockEvent, T> decision)
    {
        foreach (var e in decision.Events) stock.Apply(e);
        return decision.Reply;
    }

    private static string? Scan(Stock stock, string id, int units, InspectionGrade grade, string? returnId = "r1",
        string? orderId = null) => Do(stock, stock.Decide(
            new InspectStock(id, units, grade, returnId, "s1") { OrderId = orderId }, Sku, Noon.AddHours(2))).Refusal?.Code;

    [Theory]
    [InlineData(86_399, 0)] // one second before its time
    [InlineData(86_400, 1)]
    [InlineData(90_000, 2)] // the second one was put back an hour later
    public void SHP_02_A_return_is_late_when_it_is_not_scanned_in_time(int seconds, int late)
    {
        var (stock, now) = (Returned(), Noon.AddSeconds(seconds));
        Assert.Equal(Due, stock.DueAt);
        var said = stock.DecideDue(now).Events;
        Assert.Equal(late, said.Length);
        Assert.All(said, e => Assert.IsType<StockEvent.InspectionLate>(e));
        foreach (var e in said) stock.Apply(e);
        Assert.Empty(stock.DecideDue(now).Events); // once
        if (late == 0) return;
        var news = stock.NextNotice!;
        Assert.Equal((1, StockNews.InspectionLate, 3, "r1", "o1"),
            (news.No, news.What, news.Units, news.ReturnId, news.OrderId));
    }

    [Fact]
    public void SHP_02_What_was_put_back_without_quarantine_or_scanned_has_no_clock()
    {
        var stock = Returned();
        Assert.Null(Scan(stock, "i1", 5, InspectionGrade.A, returnId: null));
        Assert.Empty(stock.Waiting);
        Assert.Null(stock.DueAt);
        var sold = Do(stock, stock.Decide(new PutBackStock("x", "o1/1", 1), Sku, Noon));
        Assert.Equal("stock.negative", sold.Refusal?.Code); // all five are back
        var plain = Stock.Clocked(new(new StockMove("b", Sku, 1),
            new StockEvent.PutBack("b", "o", null, 1, null, false, Noon)), 24, Noon);
        Assert.Null(Assert.IsType<StockEvent.PutBack>(Assert.Single(plain.Events)).InspectBy);
    }

    [Theory]
    [InlineData("r1", null, 3, null)]
    [InlineData("r1", null, 5, null)] // of both orders
    [InlineData("r1", null, 6, "stock.not_quarantined")]
    [InlineData("r1", "o2", 2, null)]
    [InlineData("r1", "o2", 3, "stock.not_quarantined")]
    [InlineData("r1", "o3", 1, "stock.unknown_return")]
    [InlineData("r2", null, 1, "stock.unknown_return")]
    [InlineData(null, null, 5, null)]
    [InlineData(null, null, 6, "stock.not_quarantined")]
    public void SHP_02_A_scan_names_a_return_that_waits_here(string? returnId, string? orderId, int units, string? code)
    {
        var stock = Returned();
        Assert.Equal(code, Scan(stock, "i1", units, InspectionGrade.A, returnId, orderId));
        Assert.Equal(code is null ? 5 - units : 5, stock.Quarantine);
        Assert.Equal(stock.Quarantine, stock.Waiting.Sum(w => w.Units));
        if (code is null && units == 5) Assert.Equal("stock.unknown_return", Scan(stock, "i2", 1, InspectionGrade.A));
    }

    [Fact]
    public void SHP_02_Units_to_be_refurbished_are_seen_and_are_scanned_again()
    {
        var stock = Returned();
        Assert.Null(Scan(stock, "i1", 3, InspectionGrade.B, orderId: "o1"));
        Assert.Equal(Noon.AddHours(25), stock.DueAt); // the clock of the other return
        Assert.Equal("stock.not_quarantined", Scan(stock, "i2", 1, InspectionGrade.B, orderId: "o1"));
        Assert.Null(Scan(stock, "i3", 2, InspectionGrade.A, orderId: "o1"));
        Assert.Null(Scan(stock, "i4", 1, InspectionGrade.C, orderId: "o1"));
        Assert.Equal((6, 2, 1), (stock.OnHand, stock.Quarantine, stock.Scrapped));
        var claim = stock.NextNotice!;
        Assert.Equal((StockNews.SupplierClaim, "i4", 1, "r1", "o1"),
            (claim.What, claim.Id, claim.Units, claim.ReturnId, claim.OrderId));
        Do(stock, stock.DecideTold(claim, "F2", Noon));
        Assert.Null(stock.NextNotice);
        Assert.Empty(stock.DecideTold(claim, "F2", Noon).Events); // told once
    }

    [Fact]
    public void SHP_02_A_late_return_is_closed_when_all_of_it_is_scanned()
    {
        var stock = Returned();
        Do(stock, stock.DecideDue(Due));
        Do(stock, stock.DecideTold(stock.NextNotice!, null, Due));
        Assert.Null(Scan(stock, "i1", 2, InspectionGrade.A, orderId: "o1"));
        Assert.Null(stock.NextNotice);
        Assert.Null(Scan(stock, "i2", 1, InspectionGrade.A, orderId: "o1"));
        Assert.Equal((StockNews.InspectionDone, "o1/r/r1"), (stock.NextNotice!.What, stock.NextNotice.Id));
        var thawed = Stock.Snapshots.Thaw(Stock.Snapshots.Freeze(stock)());
        Assert.Equal(stock.Waiting, thawed.Waiting);
        Assert.Equal(stock.NextNotice, thawed.NextNotice);
        Assert.Equal(stock.DueAt, thawed.DueAt);
    }

    [Fact]
    public void SHP_02_Whatever_comes_back_and_is_scanned_no_unit_is_lost_or_made() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 4], Gen.Int[0, 3]).Array[1, 40].Sample(steps =>
        {
            var stock = Of(new StockEvent.Defined(Plain), new StockEvent.Received("in", 40, null),
                new StockEvent.Held("o1/1", null, 30, null, 9_900, Noon, Noon.AddSeconds(900)),
                new StockEvent.Confirmed("o1/1", 30, Noon));
            var now = Noon;
            foreach (var ((what, units, which), no) in steps.Select((step, i) => (step, i)))
            {
                now = now.AddHours(units);
                if (what == 3) PutBack(stock, $"o{which}/r/r{no}", units, now);
                else
                {
                    var named = stock.Waiting.Count > which
                        ? WaitingReturn.Parse(stock.Waiting[which].Id).Return : null;
                    Do(stock, stock.Decide(
                        new InspectStock($"i{no}", units, (InspectionGrade)what, named, "s1"), Sku, now));
                }

                Do(stock, stock.DecideDue(now));
                Assert.Equal(40, stock.OnHand + stock.Sold + stock.Quarantine + stock.Scrapped);
                Assert.Equal(stock.Quarantine, stock.Waiting.Sum(w => w.Units)); // each has a clock
                Assert.All(stock.Waiting, w => Assert.True(w.Units > 0 && w.Unseen >= 0 && w.Unseen <= w.Units));
                Assert.All(stock.Waiting, w => Assert.True(w.IsLate || w.Unseen == 0 || w.DueAt > now));
            }
        }, iter: 2_000);

    [Theory] // Five there; holds of 3, then of 2.
    [InlineData(0, null, true, true)]
    [InlineData(-1, "1: h2", true, false)]
    [InlineData(-2, "2: h2", true, false)]
    [InlineData(-3, "3: h2, h1", false, false)]
    [InlineData(-5, "5: h2, h1", false, false)] // never more than is held
    public void S05_A_correction_below_what_is_held_names_the_youngest_holds(
        int delta, string? shortfall, bool first, bool second)
    {
        var stock = Of(new StockEvent.Defined(Plain), new StockEvent.Received("in", 5, null),
            new StockEvent.Held("h1", null, 3, null, 9_900, Noon, Noon.AddSeconds(900)),
            new StockEvent.Held("h2", null, 2, null, 9_900, Noon.AddSeconds(1), Noon.AddSeconds(900)));
        if (delta < 0)
            Do(stock, stock.WithShortfall(stock.Decide(new AdjustStock("a1", delta, "lost"), Sku), Noon));
        Assert.Equal(shortfall, stock.NextNotice is { } news ? $"{news.Units}: {news.Holds}" : null);
        Assert.Equal((first, second), (stock.DecideCovers("h1").Reply.Value, stock.DecideCovers("h2").Reply.Value));
        Assert.True(stock.DecideCovers("gone").Reply.Value);
        Assert.Equal(Math.Max(0, 5 + delta - 5), stock.Available);
    }
}

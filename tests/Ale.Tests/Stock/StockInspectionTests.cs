using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

public sealed class StockInspectionTests
{
    private static readonly InspectStock Scan = new("i1", 2, InspectionGrade.A, null, "s1");

    /// <summary>Five came, three were sold and came back: two wait of three.</summary>
    private static Stock Returned() => new StockEvent[]
    {
        new StockEvent.Defined(Plain), new StockEvent.Received("in", 5, null),
        new StockEvent.Held("r", null, 3, null, 9_900, Noon, Noon.AddSeconds(900)),
        new StockEvent.Confirmed("r", 3, Noon),
        new StockEvent.PutBack("b", "r", null, 3, null, false, Noon, Quarantine: true),
    }.Aggregate(Stock.New(), (stock, e) => stock.Apply(e));

    [Theory] // On hand, in quarantine and scrapped, after two of three are graded.
    [InlineData(InspectionGrade.A, 4, 1, 0)]
    [InlineData(InspectionGrade.B, 2, 3, 0)]
    [InlineData(InspectionGrade.C, 2, 1, 2)]
    public void SHP_02_A_grade_says_what_becomes_of_returned_units(
        InspectionGrade grade, long onHand, long quarantine, long scrapped)
    {
        var stock = Returned();
        Assert.Equal((2, 3, 2), (stock.OnHand, stock.Quarantine, stock.Available)); // nothing without a scan
        stock.Apply(Assert.Single(stock.Decide(Scan with { Grade = grade }, "K1", Noon).Events));
        Assert.Equal((onHand, quarantine, scrapped), (stock.OnHand, stock.Quarantine, stock.Scrapped));
        Assert.Equal(5, stock.OnHand + stock.Sold + stock.Quarantine + stock.Scrapped);
        Assert.Equal(onHand, stock.Available);
    }

    [Fact]
    public void SHP_02_What_is_refurbished_is_scanned_again()
    {
        var stock = Returned();
        stock.Apply(stock.Decide(Scan with { Grade = InspectionGrade.B, Quantity = 3 }, "K1", Noon).Events[0]);
        stock.Apply(stock.Decide(Scan with { Id = "i2", Quantity = 2 }, "K1", Noon).Events[0]);
        var scrap = Scan with { Id = "i3", Quantity = 1, Grade = InspectionGrade.C };
        stock.Apply(stock.Decide(scrap, "K1", Noon).Events[0]);
        Assert.Equal((4, 0, 1), (stock.OnHand, stock.Quarantine, stock.Scrapped));
    }

    [Theory]
    [InlineData("i1", 2, InspectionGrade.A, null)] // the same again
    [InlineData("i1", 1, InspectionGrade.A, "stock.changed")]
    [InlineData("i1", 2, InspectionGrade.C, "stock.changed")]
    [InlineData("i2", 0, InspectionGrade.A, "stock.bad_inspection")]
    [InlineData("i2", 2, (InspectionGrade)7, "stock.bad_inspection")]
    [InlineData("i2", 2, InspectionGrade.A, "stock.not_quarantined")] // one is left
    public void SHP_02_A_scan_counts_once_and_never_more_than_waits(
        string id, int units, InspectionGrade grade, string? code)
    {
        var stock = Returned();
        stock.Apply(stock.Decide(Scan, "K1", Noon).Events[0]);
        var (reply, events) = stock.Decide(Scan with { Id = id, Quantity = units, Grade = grade }, "K1", Noon);
        Assert.Equal(code, reply.Refusal?.Code);
        Assert.Empty(events);
        Assert.Equal("stock.unknown_sku", Stock.New().Decide(Scan, "K1", Noon).Reply.Refusal?.Code);
    }

    [Fact]
    public void SHP_02_A_snapshot_keeps_what_was_scrapped()
    {
        var stock = Returned();
        stock.Apply(stock.Decide(Scan with { Grade = InspectionGrade.C }, "K1", Noon).Events[0]);
        var thawed = Stock.Snapshots.Thaw(Stock.Snapshots.Freeze(stock)());
        Assert.Equal((2, 1), (thawed.Scrapped, thawed.Quarantine));
        Assert.Empty(thawed.Decide(Scan with { Grade = InspectionGrade.C }, "K1", Noon).Events);
    }
}

using System.Text;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>The three marks of a SKU: what is signalled, and what is not.</summary>
public sealed class StockSignalTests
{
    private static readonly StockPolicy Watching = Rules with { CalmMinutes = 15 };
    private static readonly SupplyPolicy Supply = new(1_000_000, 200, "approver");

    /// <summary>A SKU at work: each step is decided, watched and applied.</summary>
    private sealed class Shelf
    {
        private int _n;

        public Shelf(StockMarks marks, int? total = null) =>
            Stock.Apply(Defined(Plain with { Levels = marks, LimitedTotal = total }));

        public Stock Stock { get; } = Stock.New();
        public DateTimeOffset Now { get; set; } = Noon;
        public List<StockEvent> Events { get; } = [];

        public Shelf Receive(int units) =>
            Take(Stock.Decide(new ReceiveStock($"in{_n++}", units), Sku));

        public Shelf Adjust(int delta) => Take(Stock.Decide(new AdjustStock($"a{_n++}", delta, "count"), Sku));

        public string Hold(int units)
        {
            var id = $"h{_n++}";
            Take(Stock.Decide(new ReserveStock(id, units), null, Sku, Watching, Now));
            return id;
        }

        public Shelf Sell(int units) => Confirm(Hold(units));

        public Shelf Confirm(string id) => Take(Stock.Decide(new ConfirmStock(id), null, Sku, Now));

        public Shelf Release(string id) => Take(Stock.Decide(new ReleaseStock(id), null, Sku, Now));

        public Shelf Change(StockMarks marks) => Take(Stock.Decide(
            new ChangeSku(Stock.TermsVersion, $"k{_n++}", "s1") { Levels = marks }, Sku, Now));

        public Shelf Due() => Take(Stock.DecideDue(Now));

        public Shelf Tell(StockLevel mark, int order = 0) =>
            Take(Stock.DecideTold(mark, Stock.SignalOf(mark).Moves, order, Now));

        /// <summary>What was signalled of a mark, as <c>fired 1.1 at 499</c>.</summary>
        public string[] Signals(StockLevel mark) => [.. Events.OfType<StockEvent.Signalled>()
            .Where(e => e.Mark == mark).Select(e => $"{e.To} {e.Episode}.{e.Falls} at {e.Figure}")];

        private Shelf Take<T>(Decision<StockEvent, T> decision)
        {
            Assert.Null(decision.Reply.Refusal);
            var watched = Stock.Watch(decision, Watching, Now);
            foreach (var e in watched.Events) Stock.Apply(e);
            Events.AddRange(watched.Events);
            return this;
        }
    }

    [Fact]
    public void STK_04_Confirmed_sales_below_the_safety_mark_signal_once_and_holds_alone_do_not()
    {
        var shelf = new Shelf(new(500, 200, 50)).Receive(500);
        Assert.Equal(["Armed 0.0 at 500"], shelf.Signals(StockLevel.Safety));
        Assert.True(shelf.Stock.SignalOf(StockLevel.Safety).IsTold); // that it was reached is news to nobody
        var hold = shelf.Hold(100);
        Assert.Single(shelf.Signals(StockLevel.Safety)); // 400 are available, 500 on hand
        shelf.Release(hold).Sell(1).Sell(1);
        Assert.Equal(["Fired 1.1 at 499"], shelf.Signals(StockLevel.Safety).Skip(1));
        Assert.False(shelf.Stock.SignalOf(StockLevel.Safety).IsTold);
        Assert.Equal(StockLevel.Safety, shelf.Stock.Levels(Sku, 1, Noon).Level);
    }

    [Fact]
    public void STK_04_Before_the_mark_was_reached_for_the_first_time_nothing_is_signalled()
    {
        var shelf = new Shelf(new(500, 200, 50)).Receive(30).Sell(10).Receive(5);
        Assert.Empty(shelf.Events.OfType<StockEvent.Signalled>());
    }

    [Fact]
    public void A04_A_figure_that_goes_to_and_fro_is_one_incident_and_each_fall_is_counted()
    {
        var shelf = new Shelf(new(500, 200, 0)).Receive(500);
        for (var i = 0; i < 3; i++)
        {
            shelf.Sell(1);
            shelf.Now = shelf.Now.AddMinutes(5);
            shelf.Receive(1);
            shelf.Now = shelf.Now.AddMinutes(5);
        }

        Assert.Equal(["Fired 1.1 at 499", "Calming 1.1 at 500", "Fired 1.2 at 499", "Calming 1.2 at 500",
            "Fired 1.3 at 499", "Calming 1.3 at 500"], shelf.Signals(StockLevel.Safety).Skip(1));
        Assert.Equal(shelf.Now.AddMinutes(10), shelf.Tell(StockLevel.Safety).Stock.DueAt);
        shelf.Now = shelf.Now.AddMinutes(10).AddTicks(-1);
        shelf.Due();
        Assert.True(shelf.Stock.SignalOf(StockLevel.Safety).Signal.IsOpen);
        shelf.Now = shelf.Now.AddTicks(1);
        shelf.Due(); // by itself: nobody bought or sold
        Assert.Equal("Armed 1.3 at 500", shelf.Signals(StockLevel.Safety)[^1]);
        shelf.Sell(1);
        Assert.Equal("Fired 2.1 at 499", shelf.Signals(StockLevel.Safety)[^1]);
    }

    [Fact]
    public void STK_05_The_warning_mark_signals_once_and_again_only_when_it_was_reached_again()
    {
        var shelf = new Shelf(new(500, 200, 50)).Receive(200).Sell(1).Sell(1);
        Assert.Equal(["Armed 0.0 at 200", "Fired 1.1 at 199"], shelf.Signals(StockLevel.Warning));
        Assert.Equal(StockLevel.Warning, shelf.Stock.Levels(Sku, 1, Noon).Level);
        Assert.Equal(shelf.Now, shelf.Stock.DueAt); // somebody is to be told
        shelf.Tell(StockLevel.Warning, order: 1);
        Assert.Equal(1, shelf.Stock.SignalOf(StockLevel.Warning).Order);
        Assert.Empty(shelf.Stock.DecideTold(StockLevel.Warning, 2, 1, Noon).Events); // told already
        shelf.Receive(2);
        Assert.False(shelf.Stock.SignalOf(StockLevel.Warning).IsTold);
    }

    [Theory]
    [InlineData(500, 199, 801)]
    [InlineData(500, 0, 1_000)]
    [InlineData(1, 5, 1)] // at least one
    public void STK_05_An_emergency_purchase_fills_up_to_twice_the_safety_mark(int safety, long onHand, int units) =>
        Assert.Equal(units, StockShortage.QuantityOf(new(safety, 0, 0), onHand, Supply));

    [Fact]
    public void STK_06_Live_selling_pauses_below_the_minimum_and_goes_on_when_it_is_back()
    {
        var shelf = new Shelf(new(500, 200, 50)).Receive(50);
        Assert.True(shelf.Stock.Levels(Sku, 1, Noon).LiveSelling);
        var hold = shelf.Hold(1); // 49 available, 50 on hand
        Assert.Equal((StockLevel.Minimum, false),
            (shelf.Stock.Levels(Sku, 1, Noon).Level, shelf.Stock.Levels(Sku, 1, Noon).LiveSelling));
        Assert.Equal("stock.paused", Ask("l1 1 - live")?.Code);
        Assert.Null(Ask("s1 1"));
        shelf.Release(hold);
        Assert.Null(Ask("l1 1 - live"));
        Assert.Equal(["Armed 0.0 at 50", "Fired 1.1 at 49", "Armed 1.1 at 50"], shelf.Signals(StockLevel.Minimum));
        Assert.True(shelf.Stock.SignalOf(StockLevel.Minimum).IsTold); // who sells live asks the figures themselves
        hold = shelf.Hold(50);
        Assert.Equal("stock.sold_out", Ask("l1 1 - live")?.Code); // both hear the same at 0
        Assert.Equal("stock.sold_out", Ask("s1 1")?.Code);
        shelf.Confirm(hold).Receive(300);
        Assert.Null(Ask("l1 1 - live"));

        Refusal? Ask(string wish) =>
            shelf.Stock.Decide(Wish(wish), null, Sku, Watching, shelf.Now).Reply.Refusal;
    }

    [Fact]
    public void STK_06_A_minimum_of_0_never_pauses_and_signals_nothing()
    {
        var shelf = new Shelf(new(5, 2, 0)).Receive(9).Sell(9);
        Assert.Empty(shelf.Signals(StockLevel.Minimum));
        Assert.Equal((StockLevel.Warning, true),
            (shelf.Stock.Levels(Sku, 1, Noon).Level, shelf.Stock.Levels(Sku, 1, Noon).LiveSelling));
    }

    [Fact]
    public void STK_07_A_limited_edition_is_neither_reminded_of_nor_bought_again_but_pauses()
    {
        var shelf = new Shelf(new(5, 3, 2), total: 9).Receive(9).Sell(8);
        Assert.Empty(shelf.Signals(StockLevel.Safety));
        Assert.Empty(shelf.Signals(StockLevel.Warning));
        Assert.Equal(["Armed 0.0 at 9", "Fired 1.1 at 1"], shelf.Signals(StockLevel.Minimum));
        Assert.Equal(StockLevel.Minimum, shelf.Stock.Levels(Sku, 1, Noon).Level);
    }

    [Fact]
    public void Corrections_returns_and_other_marks_are_looked_at_too()
    {
        var shelf = new Shelf(new(10, 5, 0)).Receive(10).Adjust(-1);
        Assert.Equal("Fired 1.1 at 9", shelf.Signals(StockLevel.Safety)[^1]);
        shelf.Change(new(9, 5, 0));
        Assert.Equal("Calming 1.1 at 9", shelf.Signals(StockLevel.Safety)[^1]);
        shelf.Change(new(20, 8, 0));
        Assert.Equal("Fired 1.2 at 9", shelf.Signals(StockLevel.Safety)[^1]);
    }

    [Fact]
    public void A_frozen_state_knows_its_signals()
    {
        var shelf = new Shelf(new(10, 5, 2)).Receive(10).Sell(6);
        shelf.Tell(StockLevel.Safety);
        var thawed = Stock.Snapshots.Thaw(Stock.Snapshots.Freeze(shelf.Stock)());
        foreach (var mark in new[] { StockLevel.Safety, StockLevel.Warning, StockLevel.Minimum })
            Assert.Equal(shelf.Stock.SignalOf(mark), thawed.SignalOf(mark));
        Assert.Equal(shelf.Stock.DueAt, thawed.DueAt);
        Assert.Equal(SignalState.Fired, thawed.SignalOf(StockLevel.Warning).Signal.State);
        Assert.Equal(Encoding.UTF8.GetString(Stock.Snapshots.Freeze(shelf.Stock)()),
            Encoding.UTF8.GetString(Stock.Snapshots.Freeze(thawed)()));
    }
}

using System.Collections.Immutable;
using CsCheck;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

public sealed class StockWarehouseTests
{
    private static readonly DateTimeOffset Until = Noon.AddSeconds(900);

    private static StockEvent In(int quantity, string? warehouse, string id = "in") =>
        new StockEvent.Received(id, quantity, null, warehouse);

    private static StockEvent Hold(string id, int quantity, string? warehouse = null) =>
        new StockEvent.Held(id, null, quantity, null, 9_900, Noon, Until, null, warehouse);

    private static string Pools(Stock stock) => string.Join(' ',
        (stock.Pools ?? []).Select(p => $"{p.Warehouse}:{p.OnHand}-{p.Held}"));

    [Theory] // twelve in HZ, five in SH, three in the main house; what is asked for, and who serves it
    [InlineData(12, "HZ", "HZ")]
    [InlineData(13, "HZ", null)]
    [InlineData(5, "SH HZ", "SH")]
    [InlineData(6, "SH HZ", "HZ")]
    [InlineData(1, "BJ", null)]
    [InlineData(1, "", null)]
    public void STK_12_The_first_warehouse_that_has_all_units_serves(int units, string asked, string? from)
    {
        var stock = Of(Defined(Plain), In(12, "HZ"), In(5, "SH"), In(3, null, "main"));
        var wish = new ReserveStock("r1", units)
        {
            Warehouses = [.. asked.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        };
        var (reply, events) = stock.Decide(wish, null, Sku, Rules, Noon);
        Assert.Equal(from, reply.Value!.Warehouse);
        stock.Apply(Assert.Single(events));
        Assert.Equal(from, stock.Decide(wish, null, Sku, Rules, Noon).Reply.Value!.Warehouse); // a repeat says the same
        Assert.Equal(20 - units, stock.Available);
    }

    [Fact]
    public void STK_12_What_is_sold_leaves_its_warehouse_and_else_the_main_house_first()
    {
        var stock = Of(Defined(Plain), In(12, "HZ"), In(5, "SH"), In(3, null, "main"));
        stock.Apply(Hold("a", 2, "HZ"));
        Assert.Equal("HZ:12-2 SH:5-0", Pools(stock));
        stock.Apply(new StockEvent.Confirmed("a", 2, Noon));
        Assert.Equal("HZ:10-0 SH:5-0", Pools(stock));
        stock.Apply(Hold("b", 4));
        stock.Apply(new StockEvent.Confirmed("b", 4, Noon)); // three of the main house, one of where most is free
        Assert.Equal(("HZ:9-0 SH:5-0", 14L), (Pools(stock), stock.OnHand));
        stock.Apply(Hold("c", 3, "SH"));
        stock.Apply(new StockEvent.Released("c", 3, Noon));
        Assert.Equal("HZ:9-0 SH:5-0", Pools(stock));
        stock.Apply(new StockEvent.Adjusted("x", -10, "flood"));
        Assert.Equal(4, stock.Pools!.Value.Sum(p => p.OnHand));
    }

    [Theory] // the hold of the only unit there ends at 900
    [InlineData(899, "HZ:1-1 0", null)]
    [InlineData(900, "HZ:1-0 1", "HZ")]
    public void STK_12_A_hold_that_has_ended_holds_nothing_in_its_warehouse_though_no_event_says_so(
        int seconds, string pools, string? from)
    {
        var (stock, now) = (Of(Defined(Plain), In(1, "HZ"), In(3, null, "main"), Hold("a", 1, "HZ")),
            Noon.AddSeconds(seconds));
        Assert.Equal(pools, string.Join(' ', stock.Levels(Sku, 1, now).Warehouses!.Value
            .Select(p => $"{p.Warehouse}:{p.OnHand}-{p.Held} {p.Available}")));
        var (reply, events) = stock.Decide(
            new ReserveStock("b", 1) { Warehouses = ["HZ"] }, null, Sku, Rules, now);
        Assert.Equal(from, reply.Value!.Warehouse);
        foreach (var e in events) stock.Apply(e);
        Assert.Equal("HZ:1-1", Pools(stock));
    }

    [Theory]
    [InlineData(false, "HZ:2-0")]
    [InlineData(true, "HZ:1-0 SH:5-0")] // they wait for inspection, and push nothing out of another warehouse
    public void STK_12_What_is_undone_is_in_its_warehouse_again_unless_it_is_in_quarantine(
        bool quarantine, string pools)
    {
        var stock = quarantine
            ? Of(Defined(Plain), In(2, "HZ"), In(5, "SH", "in2"), Hold("a", 1, "HZ"), Confirmed("a", 1))
            : Of(Defined(Plain), In(2, "HZ"), Hold("a", 1, "HZ"), Confirmed("a", 1));
        var back = new PutBackStock("b", "a", 1) { Undo = true, Quarantine = quarantine };
        foreach (var e in stock.Decide(back, Sku, Noon).Events) stock.Apply(e);
        Assert.Equal(pools, Pools(stock));
    }

    [Theory]
    [InlineData(-5, "SH", null)]
    [InlineData(-6, "SH", "stock.negative")]
    [InlineData(-1, "BJ", "stock.negative")]
    [InlineData(-20, null, null)]
    [InlineData(-21, null, "stock.negative")]
    [InlineData(7, "SH", null)]
    public void STK_12_A_correction_takes_no_more_out_of_a_warehouse_than_is_in_it(
        int delta, string? where, string? code)
    {
        var stock = Of(Defined(Plain), In(12, "HZ"), In(5, "SH"), In(3, null, "main"));
        var command = new AdjustStock("a1", delta, "counted") { Warehouse = where };
        var (reply, events) = stock.Decide(command, Sku);
        Assert.Equal(code, reply.Refusal?.Code);
        foreach (var e in events) stock.Apply(e);
        if (code is not null) return;
        Assert.Null(stock.Decide(command, Sku).Reply.Refusal);
        Assert.Equal("stock.changed", stock.Decide(command with { Warehouse = "XX" }, Sku).Reply.Refusal?.Code);
    }

    [Fact]
    public void STK_12_Pools_are_never_below_zero_nor_above_what_is_on_hand_and_survive_a_snapshot() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 7], Gen.Int[1, 6]).Array[1, 60].Sample(steps =>
        {
            var stock = Of(Defined(Plain));
            string?[] houses = [null, "HZ", "SH"];
            for (var i = 0; i < steps.Length; i++)
            {
                var (what, which, units) = steps[i];
                var (id, house) = ($"h{which}", houses[which % 3]);
                StockEvent[] events = what switch
                {
                    0 => stock.Decide(new ReceiveStock($"in{i}", units) { Warehouse = house }, Sku).Events,
                    1 => stock.Decide(new AdjustStock($"a{i}", -units, "lost") { Warehouse = house }, Sku).Events,
                    2 or 3 => stock.Decide(new ReserveStock(id, units)
                    {
                        Warehouses = house is null ? [] : [house],
                    }, null, Sku, Rules, Noon).Events,
                    4 => stock.Decide(new ConfirmStock(id), null, Sku, Noon).Events,
                    _ => stock.Decide(new ReleaseStock(id), null, Sku, Noon).Events,
                };
                foreach (var e in events) stock.Apply(e);
                var pools = stock.Pools ?? ImmutableArray<WarehouseStock>.Empty;
                Assert.All(pools, p => Assert.True(p is { OnHand: >= 0, Held: >= 0 }, Pools(stock)));
                Assert.True(pools.Sum(p => p.OnHand) <= stock.OnHand, $"{Pools(stock)} of {stock.OnHand}");
            }

            Assert.Equal(Pools(stock), Pools(Stock.Snapshots.Thaw(Stock.Snapshots.Freeze(stock)())));
        }, iter: 2_000);

    [Fact]
    public void STK_12_A_SKU_in_no_warehouse_knows_of_none()
    {
        var stock = Of(Defined(Plain), In(5, null), Hold("a", 2));
        Assert.Null(stock.Levels(Sku, 1, Noon).Warehouses);
        Assert.Null(stock.Decide(new ReserveStock("b", 1) { Warehouses = ["HZ"] }, null, Sku, Rules, Noon)
            .Reply.Value!.Warehouse);
    }

    [Theory]
    [InlineData("330106", "330000", null)]
    [InlineData("330000", "330000", "stock.bad_area")] // a province is no city
    [InlineData("330106", "339900", "stock.bad_area")]
    public void STK_12_A_warehouse_has_official_areas(string city, string covers, string? code) => Assert.Equal(code,
        WarehouseNetwork.New().Decide(new("w", city, [covers]), "ann", Noon).Reply.Refusal?.Code);

    [Fact]
    public void STK_12_Warehouses_in_the_city_itself_come_first_and_the_last_word_counts()
    {
        var network = new[]
        {
            new Warehouse("A", "310100", ["330000", "310000"]), new("B", "330106", ["330100"]), new("C", "330100", []),
        }.Aggregate(WarehouseNetwork.New(), Put);
        Assert.Equal(["B", "A"], network.Covering("330106"));
        Assert.Equal(["A"], network.Covering("330200"));
        Assert.Empty(network.Covering("110101"));
        Assert.Empty(network.Decide(new("B", "330106", ["330100", "330100"]), "bob", Noon).Events);
        Assert.Equal(["A"], Put(network, new("B", "330106", [])).Covering("330106"));

        static WarehouseNetwork Put(WarehouseNetwork network, Warehouse w) =>
            network.Decide(w, "ann", Noon).Events.Aggregate(network, (n, e) => n.Apply(e));
    }

    [Fact]
    public void Stored_events_of_warehouses_keep_their_form() => GoldenLines.CheckText("Stock/Warehouse.golden.jsonl",
        WarehouseJson.Default.WarehouseEvent,
        new WarehouseEvent.Set(new("HZ-1", "330106", ["330000", "310100"]), "ann", Noon));
}

using Ale.Engines;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

public sealed class StockFormatTests
{
    [Fact]
    public void Stored_events_keep_their_form() => GoldenLines.Check("Stock/Stock.golden.jsonl",
        StockJson.Default.StockEvent,
        new StockEvent.Defined(Plain),
        new StockEvent.Defined(Plain with
        {
            Product = "lip",
            CostMinor = 3_000,
            Barcode = "690",
            Levels = new(9, 6, 3),
            HoldSeconds = 60,
            PerUserMax = 2,
            PerSessionMax = 50,
            LimitedTotal = 100,
            EcoPackaging = true,
            Imported = true,
        }),
        new StockEvent.Received("in1", 5, "b-7"),
        new StockEvent.Adjusted("a1", -2, "broken"),
        new StockEvent.Held("r1", "u1", 2, "live", 9_900, Noon, Noon.AddSeconds(900)),
        new StockEvent.Held("r2", null, 1, null, 9_900, Noon, Noon.AddSeconds(900)),
        new StockEvent.Renewed("r1", "k1", Noon.AddSeconds(1_800)),
        new StockEvent.Confirmed("r1", 2, Noon.AddSeconds(1)),
        new StockEvent.Reclaimed("r2", "u1", 1, "live", 9_900, Noon.AddSeconds(2)),
        new StockEvent.Released("r3", 1, Noon.AddSeconds(3)),
        new StockEvent.Expired("r4", 1, Noon.AddSeconds(4)),
        new StockEvent.PutBack("b1", "r1", "u1", 1, "live", true, Noon.AddSeconds(5)),
        new StockEvent.PutBack("b2", "r1", null, 1, null, false, Noon.AddSeconds(6), true),
        new StockEvent.Changed(Plain with { Title = "Rouge", Levels = new(9, 6, 0) }, "k1", "s1", Noon),
        new StockEvent.Signalled(StockLevel.Safety, SignalState.Armed, 0, 0, 500, 500, null, Noon),
        new StockEvent.Signalled(StockLevel.Warning, SignalState.Calming, 1, 2, 200, 200, Noon.AddMinutes(15), Noon),
        new StockEvent.Told(StockLevel.Warning, 3, 1, Noon),
        new StockEvent.OfferPlanned("S1/o1", new("S1", 5_000, Noon.AddMinutes(1), Noon.AddMinutes(6))
        {
            Total = 3,
            PerUserMax = 2,
            CountdownSeconds = 60,
        }, "d1", Noon),
        new StockEvent.OfferPlanned("S1/o2", new("S1", 5_000, Noon, Noon.AddMinutes(6)), "d1", Noon),
        new StockEvent.Missed("S1", 35, Noon),
        new StockEvent.Missed(null, 1, Noon),
        new StockEvent.OfferStarted("S1/o1", Noon),
        new StockEvent.OfferEnded("S1/o1", OfferEnd.Units, Noon),
        new StockEvent.Held("r5", "u1", 2, "S1", 5_000, Noon, Noon.AddSeconds(900), "S1/o1"),
        new StockEvent.Reclaimed("r6", "u1", 1, "S1", 5_000, Noon.AddSeconds(2), "S1/o1"),
        new StockEvent.PutBack("b3", "r5", null, 1, null, true, Noon.AddSeconds(6), Offer: "S1/o1"),
        new StockEvent.Inspected("i1", "r1", 2, InspectionGrade.C, "s1", Noon),
        new StockEvent.PricePlanned("p1", 8_900, Noon.AddMinutes(1), "s1", Noon),
        new StockEvent.PriceDropped("p1", "s1", Noon),
        new StockEvent.PriceStarted("p2", 8_900, Noon),
        new StockEvent.Shelved(true, 2, Noon),
        new StockEvent.Inspected("i2", "r1", 2, InspectionGrade.C, "s1", Noon, "o1"),
        new StockEvent.PutBack("o1/r/r1", "o1/1", null, 1, null, false, Noon, true, null, Noon.AddHours(24)),
        new StockEvent.InspectionLate("o1/r/r1", 1, Noon, Noon), new StockEvent.Short("a1", 3, "o2/1, o1/1", Noon),
        new StockEvent.NoticeTold(1, Noon), new StockEvent.ClaimOpened(2, "i2", 2, "F2", "r1", "o1", Noon),
        new StockEvent.ClaimOpened(3, "i3", 2, null, null, null, Noon),
        new StockEvent.Defined(Plain with { WeightGrams = 250 }),
        new StockEvent.Received("in2", 5, null, "HZ-1"), new StockEvent.Adjusted("a2", -2, "broken", "HZ-1"),
        new StockEvent.Held("r7", null, 1, null, 9_900, Noon, Noon.AddSeconds(900), null, "HZ-1"),
        new StockEvent.PutBack("b4", "r7", null, 1, null, true, Noon, Warehouse: "HZ-1"),
        new StockEvent.OfferChanged("S1/o2", new("S1", 4_500, Noon, Noon.AddMinutes(6)), "k1", "d1", Noon));
}

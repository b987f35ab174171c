using Ale.Orders;
using CsCheck;
using Xunit;

namespace Ale.Shipping;

public sealed class ShipmentTests
{
    private const string Id = "P1";
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);
    private static readonly ShipmentTerms Terms = new("O1", "shanghai", 1_200);

    private static readonly CarrierChoice Sf = new(
        new("sf", new("SF Express", 2, [], "CNY", [new(0, 1_200), new(1_001, 1_500)])), "sf-2026");

    private static readonly ShipmentEvent Opened = new ShipmentEvent.Opened(Terms, "ops-1", "sf", "sf-2026", 1_500,
            "CNY", Noon),
        Labelled = new ShipmentEvent.Labelled("sf-AB12", 1_500, ShipmentState.Labelled, Noon);

    private static Shipment In(params ShipmentEvent[] events) =>
        events.Aggregate(Shipment.New(), (shipment, e) => shipment.Apply(e));

    /// <summary>Tracking events as <c>kind@hour</c>, each taken as the grain takes it.</summary>
    private static ShipmentState After(string events)
    {
        var shipment = In(Opened, Labelled);
        foreach (var text in events.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Null(Take(Event(text)));
        }

        return shipment.View(Id).State;

        Refusal? Take(TrackShipment e)
        {
            var decided = shipment.Decide(e, Id, Noon);
            foreach (var happened in decided.Events) shipment = shipment.Apply(happened);
            if (decided.Reply.Value is { } view) Assert.Equal(shipment.View(Id).State, view.State);
            return decided.Reply.Refusal;
        }
    }

    private static TrackShipment Event(string text)
    {
        var parts = text.Split('@');
        var at = Noon.AddHours(int.Parse(parts[1]));
        return new(text.Replace('@', '-'), Enum.Parse<TrackingKind>(parts[0]), at, null);
    }

    [Theory]
    [InlineData("shanghai", "330106", OrderState.Paid, "shanghai", null)]
    [InlineData("", "330106", OrderState.Paid, "330100", null)] // of the district's city
    [InlineData("", "330100", OrderState.Shipped, "330100", null)]
    [InlineData("shanghai", null, OrderState.Paid, "shanghai", null)]
    [InlineData("", null, OrderState.Paid, null, "order.no_ship_to")]
    [InlineData("shanghai", "330106", OrderState.AwaitingPayment, null, "shipment.order_not_paid")]
    [InlineData("", null, OrderState.Cancelled, null, "shipment.order_not_paid")]
    public void STK_11_A_parcel_goes_to_the_city_named_or_else_to_the_orders(
        string named, string? area, OrderState state, string? city, string? code)
    {
        var order = new OrderView("O1", null, state, [], 0, 0, 0, 0, "CNY", null)
        {
            Shipping = area is null ? null : new(null, area, "Hangzhou", 0, Noon, [], false),
        };
        var (to, why) = Shipment.Destination(Terms with { City = named }, order);
        Assert.Equal((city, code), (to, why?.Code));
    }

    [Fact]
    public void STK_11_Who_names_no_city_again_is_answered_with_the_one_it_went_to()
    {
        var again = In(Opened).Decide(new(Terms with { City = "" }, "ops-1"), null, Id, Noon);
        Assert.Equal(("shanghai", 0), (again.Reply.Value!.Terms.City, again.Events.Length));
    }

    [Fact]
    public void STK_11_The_label_is_asked_of_the_carrier_chosen_with_its_priority_and_rate()
    {
        var opened = Shipment.New().Decide(new(Terms, "ops-1"), Sf, Id, Noon);
        Assert.Equal(Opened, Assert.Single(opened.Events));
        var shipment = In(Opened);
        Assert.Equal(new(Id, "sf", "shanghai", 1_200, true, 1_500, "CNY"), shipment.Wanted(Id));
        Assert.Equal(Noon.AddSeconds(5), shipment.DueAt); // a label that did not come is asked for again
        Assert.Equal(ShipmentState.Asked, shipment.View(Id).State);
        shipment = shipment.Apply(Assert.Single(shipment.DecideLabelled(new("sf-AB12", 1_500), Id, Noon).Events));
        Assert.Equal((ShipmentState.Labelled, "sf-AB12", 1_500L),
            (shipment.View(Id).State, shipment.View(Id).LabelId, shipment.View(Id).FreightMinor));
        Assert.Null(shipment.DueAt);
        Assert.Empty(shipment.DecideLabelled(new("sf-CD34", 1), Id, Noon).Events);
    }

    [Fact]
    public async Task STK_11_The_same_shipment_gets_the_same_label_and_no_other_one_does()
    {
        var carrier = new LocalCarrier();
        var wanted = In(Opened).Wanted(Id);
        var label = await carrier.Label(wanted);
        Assert.Equal(label, await carrier.Label(wanted));
        Assert.True(Limits.IsId(label.Id));
        Assert.StartsWith("sf-", label.Id, StringComparison.Ordinal);
        Assert.Equal(1_500, label.FreightMinor);
        Assert.NotEqual(label.Id, (await carrier.Label(wanted with { Shipment = "P2" })).Id);
        Assert.NotEqual(label.Id, (await carrier.Label(wanted with { Carrier = "jd" })).Id);
    }

    [Fact]
    public void STK_11_Refusals_in_their_order()
    {
        var none = Shipment.New();
        var open = new OpenShipment(Terms, "ops-1");
        foreach (var bad in new[]
            { Terms with { OrderId = "a b" }, Terms with { City = "Shanghai" }, Terms with { Grams = 0 },
              Terms with { Grams = ShipmentTerms.GramsMax + 1 } })
            Assert.Equal(ShipmentRefusals.BadTerms, none.Decide(new(bad, "ops-1"), Sf, Id, Noon).Reply.Refusal);
        Assert.Equal(CarrierRefusals.NotServed, none.Decide(open, null, Id, Noon).Reply.Refusal);
        Assert.Equal(ShipmentRefusals.Unknown, none.Decide(Event("Picked@1"), Id, Noon).Reply.Refusal);

        var shipment = In(Opened, Labelled);
        var again = shipment.Decide(open, null, Id, Noon); // whoever would be chosen by now
        Assert.Equal("sf", again.Reply.Value!.Carrier);
        Assert.Empty(again.Events);
        Assert.Equal(ShipmentRefusals.Changed,
            shipment.Decide(new(Terms with { Grams = 1 }, "ops-1"), null, Id, Noon).Reply.Refusal);

        var picked = Event("Picked@1");
        shipment = shipment.Apply(Assert.Single(shipment.Decide(picked, Id, Noon).Events));
        Assert.Empty(shipment.Decide(picked, Id, Noon).Events);
        foreach (var other in new[]
            { picked with { Kind = TrackingKind.Lost }, picked with { Note = "x" }, picked with { HappenedAt = Noon } })
            Assert.Equal(ShipmentRefusals.Changed, shipment.Decide(other, Id, Noon).Reply.Refusal);
        foreach (var bad in new[]
            { picked with { Id = "" }, picked with { Kind = (TrackingKind)9 }, picked with { Note = new('n', 201) } })
            Assert.Equal(ShipmentRefusals.BadTerms, shipment.Decide(bad, Id, Noon).Reply.Refusal);
    }

    [Fact]
    public void STK_11_A_parcel_keeps_two_hundred_events()
    {
        var shipment = In(Opened, Labelled);
        for (var i = 0; i < IShipmentGrain.EventsMax; i++)
        {
            var e = Event("InTransit@1") with { Id = $"e{i}" };
            shipment = shipment.Apply(Assert.Single(shipment.Decide(e, Id, Noon).Events));
        }

        Assert.Equal(ShipmentRefusals.Full, shipment.Decide(Event("Delivered@2"), Id, Noon).Reply.Refusal);
        Assert.Null(shipment.Decide(Event("InTransit@1") with { Id = "e7" }, Id, Noon).Reply.Refusal); // a repeat
    }

    [Theory]
    [InlineData("", ShipmentState.Labelled)]
    [InlineData("Picked@1", ShipmentState.Picked)]
    [InlineData("Picked@1 InTransit@2", ShipmentState.InTransit)]
    [InlineData("InTransit@2 Picked@1", ShipmentState.InTransit)] // out of order
    [InlineData("Delivered@9 Picked@1 InTransit@2", ShipmentState.Delivered)]
    [InlineData("Picked@1 Lost@5", ShipmentState.Lost)]
    [InlineData("Lost@5 InTransit@7", ShipmentState.Lost)]
    [InlineData("Lost@5 Delivered@7", ShipmentState.Delivered)] // it was found
    [InlineData("Delivered@7 Lost@9", ShipmentState.Delivered)]
    [InlineData("Delivered@7 Returned@9", ShipmentState.Returned)]
    [InlineData("Returned@9 Delivered@7", ShipmentState.Returned)]
    [InlineData("Returned@5 Delivered@7", ShipmentState.Delivered)]
    [InlineData("Delivered@7 Returned@7", ShipmentState.Returned)] // at once
    [InlineData("Picked@1 Picked@1 Picked@1", ShipmentState.Picked)]
    public void STK_11_The_event_furthest_on_the_way_tells_where_the_parcel_is(string events, ShipmentState state) =>
        Assert.Equal(state, After(events));

    [Fact]
    public void STK_11_Tracking_may_be_faster_than_the_label()
    {
        var shipment = In(Opened);
        shipment = shipment.Apply(Assert.Single(shipment.Decide(Event("Picked@1"), Id, Noon).Events));
        var labelled = Assert.IsType<ShipmentEvent.Labelled>(
            Assert.Single(shipment.DecideLabelled(new("sf-AB12", 1), Id, Noon).Events));
        Assert.Equal(ShipmentState.Picked, labelled.State);
        Assert.Equal(ShipmentState.Picked, shipment.Apply(labelled).View(Id).State);
    }

    [Fact]
    public void STK_11_In_whatever_order_and_however_often_events_come_the_state_is_the_same() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5]).Array[0, 12]
            .SelectMany(events => Gen.Shuffle(events), (events, mixed) => (events, mixed))
            .Sample(both =>
            {
                string Text((int Kind, int Hour)[] events) =>
                    string.Join(' ', events.Select(e => $"{(TrackingKind)e.Kind}@{e.Hour}"));
                return After(Text(both.events)) == After(Text([.. both.mixed, .. both.events]));
            });

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.Check("Shipping/Shipment.golden.jsonl",
        Shipment.EventJson, Opened, Labelled,
        new ShipmentEvent.Tracked(new("e1", TrackingKind.InTransit, Noon, "hub"), ShipmentState.InTransit, Noon));
}

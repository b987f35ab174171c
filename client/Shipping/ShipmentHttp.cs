using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Shipping;

/// <summary>Parcels of orders, their labels and where they are (STK-11).</summary>
internal static class ShipmentHttp
{
    public static void MapShipments(this IEndpointRouteBuilder api)
    {
        var shipments = api.MapGroup("/shipments").WithTags("Shipping");

        shipments.MapPut("/{id}", (Id id, ShipmentBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Shipment(id).Open(new(body.Terms, caller.Subject), ct), ShipmentReply.Of))
            .Allow(Permission.ShippingWrite).WithName("putShipment")
            .WithSummary("Asks the chosen carrier for a label; the same again: the shipment as it is now");

        shipments.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Shipment(id).Get(ct), ShipmentReply.Of))
            .Allow(Permission.ShippingRead).WithName("getShipment").WithSummary("A shipment as it is now");

        shipments.MapGet("", (Id? orderId, string? state, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new ShipmentsWanted(page.Limit + 1)
                {
                    OrderId = orderId?.Value,
                    State = QueryEnum.Of<ShipmentState>("state", state),
                    BeforeOpened = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.ShipmentQueries().Shipments(wanted, page.At ?? default, ct),
                    found => Page<ShipmentRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.OpenedAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.ShippingRead).WithName("listShipments")
            .WithSummary("Shipments, the latest opened first; ?orderId= and ?state= narrow the list");

        shipments.MapPut("/{id}/events/{eventId}", (Id id, Id eventId, TrackingBody body, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(ct => grains.Shipment(id).Track(body.Command(eventId), ct), ShipmentReply.Of))
            .Allow(Permission.ShippingWrite).WithName("putShipmentEvent")
            .WithSummary("Takes a tracking event, once an id and in any order; the order follows");

        shipments.MapPost("/events", (TrackingFileBody body, IGrainFactory grains, EdgeCall edge) =>
            {
                var rows = ShipmentCsv.Read(body.Csv);
                return edge.Run(ct => grains.ShipmentTracking().Import(rows, ct));
            })
            .Allow(Permission.ShippingWrite).WithName("importTracking")
            .WithSummary("Takes a carrier's CSV of tracking events: label, event, kind, at, note; again: the same");
    }

    /// <param name="City">Where it goes; absent: the official code of the city that the order goes to.</param>
    /// <param name="Grams">What it weighs; absent: a kilogram.</param>
    internal sealed record ShipmentBody(Id OrderId, string? City = null, int Grams = 1_000) : IValidated
    {
        internal ShipmentTerms Terms => new(OrderId, City?.ToLowerInvariant() ?? "", Grams);

        public void Validate(Problems p)
        {
            CarrierHttp.City(p, "city", City);
            p.Range("grams", Grams, 1, ShipmentTerms.GramsMax);
        }
    }

    /// <param name="At">When it happened, by the carrier's clock.</param>
    /// <param name="Note">Where, or why; no personal data.</param>
    internal sealed record TrackingBody(TrackingKind Kind, DateTimeOffset At, string? Note = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Instant("at", At);
            p.Text("note", Note, TrackShipment.NoteLengthMax, 1);
        }

        internal TrackShipment Command(string id) => new(id, Kind, At, Note);
    }

    /// <param name="Csv">With a header line: <c>label,event,kind,at,note</c>; <c>note</c> may be left out.</param>
    internal sealed record TrackingFileBody(string Csv);

    /// <summary>A shipment as answered; the members mean what they do in <see cref="ShipmentView"/>.</summary>
    internal sealed record ShipmentReply(
        string Id, string OrderId, string City, int Grams, ShipmentState State, string Carrier, bool IsPriority,
        string? Agreement, string? LabelId, long RatedMinor, long? FreightMinor, string Currency,
        DateTimeOffset OpenedAt, ImmutableArray<ShipmentEventReply> Events)
    {
        public static ShipmentReply Of(ShipmentView s) => new(s.Id, s.Terms.OrderId, s.Terms.City, s.Terms.Grams,
            s.State, s.Carrier, s.Agreement is not null, s.Agreement, s.LabelId, s.RatedMinor, s.FreightMinor,
            s.Currency, s.OpenedAt,
            [.. s.Events.Select(e => new ShipmentEventReply(e.Id, e.Kind, e.HappenedAt, e.Note))]);
    }

    /// <summary>A tracking event as answered.</summary>
    internal sealed record ShipmentEventReply(string Id, TrackingKind Kind, DateTimeOffset At, string? Note);
}

namespace Ale.Edge;

/// <summary>The rows of carriers and shipments.</summary>
internal static partial class WalkTable
{
    private const string Carrier = """
        {"title":"Walkers","rank":1,"currency":"CNY","rates":[{"fromGrams":0,"minor":1200},{"fromGrams":1001,"minor":1500}],
         "cities":["walk"]}
        """;

    private const string Shipment = """{"orderId":"walk-order","city":"walk","grams":500}""";

    private const string Tracking = """{"kind":"delivered","at":"2026-06-19T12:00:00Z","note":"at the door"}""";

    private static WalkRow[] OfShipping() =>
    [
        new("putCarrier", "/api/carriers/walk", Carrier)
        {
            Other = (Carrier.Replace("1500", "1501"), "carrier.changed"),
        },
        new("changeCarrier", "/api/carriers/walk", """
            {"title":"Strollers","rank":2,"rates":[{"fromGrams":0,"minor":1300}],"cities":["walk"],"isActive":true}
            """)
        {
            IfMatch = "\"1\"", Unknown = ("/api/carriers/none", "carrier.unknown"),
        },
        new("getCarrier", "/api/carriers/walk") { Unknown = ("/api/carriers/none", "carrier.unknown") },
        new("listCarriers", "/api/carriers"),
        new("getCarrierChoice", "/api/carriers/choice?city=walk"),
        new("putShipment", "/api/shipments/walk", Shipment)
        {
            Other = (Shipment.Replace("500", "501"), "shipment.changed"),
        },
        new("putShipmentEvent", "/api/shipments/walk/events/e1", Tracking)
        {
            Other = (Tracking.Replace("door", "gate"), "shipment.changed"),
            Unknown = ("/api/shipments/none/events/e1", "shipment.unknown"),
        },
        new("getShipment", "/api/shipments/walk") { Unknown = ("/api/shipments/none", "shipment.unknown") },
        new("listShipments", "/api/shipments") { FromTables = true },
        new("importTracking", "/api/shipments/events",
            """{"csv":"label,event,kind,at,note\nwalk-none,e1,picked,2026-06-19T12:00:00Z,\n"}"""),
    ];
}

using System.Collections.Immutable;

namespace Ale.Shipping;

/// <summary>Lists of shipments, from the slice's table. Key 0.</summary>
[Alias("ale.shipment.queries")]
public interface IShipmentQueries : IGrainWithIntegerKey
{
    /// <summary>Shipments, the latest opened first.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("shipments")]
    Task<Outcome<ImmutableArray<ShipmentRow>>> Shipments(
        ShipmentsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>Which shipments have these labels, a moment late; labels it does not know are left out.</summary>
    [Alias("of_labels")]
    Task<Outcome<ImmutableArray<ShipmentLabel>>> OfLabels(
        ImmutableArray<string> labels, CancellationToken ct = default);
}

/// <summary>Takes what a carrier tells of many parcels at once. Key 0.</summary>
[Alias("ale.shipment.tracking")]
public interface IShipmentTracking : IGrainWithIntegerKey
{
    /// <summary>Most rows at once.</summary>
    public const int RowsMax = 5_000;

    /// <summary>
    /// Gives each row to its shipment, in the file's order. A row that is refused stops no other one; all again counts
    /// nothing twice and is answered alike.
    /// </summary>
    [Alias("import")]
    Task<Outcome<TrackingImported>> Import(ImmutableArray<TrackingRow> rows, CancellationToken ct = default);
}

/// <summary>Which shipments; null: any.</summary>
/// <param name="Limit">Most entries.</param>
[GenerateSerializer, Immutable, Alias("ale.shipment.wanted")]
public sealed record ShipmentsWanted([property: Id(0)] int Limit)
{
    /// <summary>Only of this order.</summary>
    [Id(1)] public string? OrderId { get; init; }

    /// <summary>Only those that stand there.</summary>
    [Id(2)] public ShipmentState? State { get; init; }

    /// <summary>When the last one of the page before was opened.</summary>
    [Id(3)] public DateTimeOffset? BeforeOpened { get; init; }

    /// <summary>The id of the last one of the page before.</summary>
    [Id(4)] public string? BeforeId { get; init; }
}

/// <summary>A shipment as listed.</summary>
[GenerateSerializer, Immutable, Alias("ale.shipment.row")]
public sealed record ShipmentRow(
    [property: Id(0)] string Id, [property: Id(1)] string OrderId, [property: Id(2)] string City,
    [property: Id(3)] ShipmentState State, [property: Id(4)] string Carrier, [property: Id(5)] bool IsPriority,
    [property: Id(6)] string? LabelId, [property: Id(7)] long? FreightMinor, [property: Id(8)] string Currency,
    [property: Id(9)] DateTimeOffset OpenedAt);

/// <summary>Whose a label is.</summary>
[GenerateSerializer, Immutable, Alias("ale.shipment.label")]
public readonly record struct ShipmentLabel([property: Id(0)] string LabelId, [property: Id(1)] string ShipmentId);

/// <summary>A row of a carrier's file.</summary>
/// <param name="Line">Where it stands, from 1.</param>
[GenerateSerializer, Immutable, Alias("ale.shipment.tracking_row")]
public sealed record TrackingRow(
    [property: Id(0)] int Line, [property: Id(1)] string LabelId, [property: Id(2)] TrackShipment Event);

/// <summary>What became of a file.</summary>
/// <param name="Accepted">Rows that count, now or before.</param>
/// <param name="Refused">The first 100 that do not, with the code.</param>
[GenerateSerializer, Immutable, Alias("ale.shipment.tracking_imported")]
public sealed record TrackingImported(
    [property: Id(0)] int Rows, [property: Id(1)] int Accepted,
    [property: Id(2)] ImmutableArray<TrackingRefused> Refused);

/// <summary>A row that does not count.</summary>
[GenerateSerializer, Immutable, Alias("ale.shipment.tracking_refused")]
public readonly record struct TrackingRefused([property: Id(0)] int Line, [property: Id(1)] string Code);

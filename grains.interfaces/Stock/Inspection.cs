namespace Ale.Stock;

/// <summary>What a scan says of returned units (SHP-02).</summary>
public enum InspectionGrade
{
    /// <summary>As new: they are on hand again.</summary>
    A,

    /// <summary>To be refurbished: they stay out until another scan grades them A or C.</summary>
    B,

    /// <summary>Scrap: they are gone, and the supplier is to answer for them.</summary>
    C,
}

/// <summary>A scan of units that wait for inspection.</summary>
/// <param name="Id">Remembered for ever, with its grade and quantity.</param>
/// <param name="Quantity">Units, 1 to <see cref="Limits.QuantityMax"/>.</param>
/// <param name="ReturnId">
/// The return they came with: of an order, or the claim of a case; null: not known, and the oldest are meant.
/// </param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.sku.inspect")]
public sealed record InspectStock(
    [property: Id(0)] string Id, [property: Id(1)] int Quantity, [property: Id(2)] InspectionGrade Grade,
    [property: Id(3)] string? ReturnId, [property: Id(4)] string By)
{
    /// <summary>The order of the return, where several orders have one of its name; null: the oldest is meant.</summary>
    [Id(5)] public string? OrderId { get; init; }
}

/// <summary>A scan that was done.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.inspection")]
public sealed record StockInspection(
    [property: Id(0)] string Id, [property: Id(1)] string Sku, [property: Id(2)] int Quantity,
    [property: Id(3)] InspectionGrade Grade);

/// <summary>What refuses a scan, after <see cref="StockRefusals.UnknownSku"/>.</summary>
public static class InspectionRefusals
{
    /// <summary>A quantity out of range, or no such grade.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "stock.bad_inspection");

    /// <summary>No return of that name waits here: it never came, or all of it is graded A or C.</summary>
    public static readonly Refusal UnknownReturn = new(RefusalKind.NotFound, "stock.unknown_return");

    /// <summary>Fewer units wait for inspection.</summary>
    public static readonly Refusal NotQuarantined = new(RefusalKind.Conflict, "stock.not_quarantined");
}

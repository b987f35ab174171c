namespace Ale.Edge;

/// <summary>The rows of the refund desk; what is returned above runs by itself.</summary>
internal static partial class WalkTable
{
    private static WalkRow[] OfRefunds() =>
    [
        new("listRefunds", "/api/refunds?orderId=walk-order") { FromTables = true },
        new("getRefund", "/api/refunds/none") { Status = 404 },
        new("retryRefund", "/api/refunds/none/retry") { Status = 404 },
    ];
}

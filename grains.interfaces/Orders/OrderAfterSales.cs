namespace Ale.Orders;

/// <summary>What an after-sales case is to know of an order (ORD-04).</summary>
/// <param name="Market">Whose calendar and policy count.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="UnitsLeft">Units of the SKU bought and not returned; 0: none, or never any.</param>
/// <param name="DeliveredAt">When the order arrived; null: it has not.</param>
[GenerateSerializer, Immutable, Alias("ale.order.after_sales")]
public sealed record OrderAfterSales(
    [property: Id(0)] string Market, [property: Id(1)] string Currency, [property: Id(2)] int UnitsLeft,
    [property: Id(3)] DateTimeOffset? DeliveredAt);

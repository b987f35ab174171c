namespace Ale.Stock;

/// <summary>Units received under an id.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.receive")]
public sealed record ReceiveStock([property: Id(0)] string Id, [property: Id(1)] int Quantity)
{
    /// <summary>Where they came from, for tracing.</summary>
    [Id(2)] public string? Batch { get; init; }

    /// <summary>Where they lie (STK-12); null: in the main house.</summary>
    [Id(3)] public string? Warehouse { get; init; }
}

/// <summary>A correction of units on hand, with its reason.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.adjust")]
public sealed record AdjustStock(
    [property: Id(0)] string Id, [property: Id(1)] int Delta, [property: Id(2)] string Reason)
{
    /// <summary>The warehouse that is corrected; null: all of it, the main house first.</summary>
    [Id(3)] public string? Warehouse { get; init; }
}

/// <summary>What a receipt, an adjustment or a put-back did.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.move")]
public sealed record StockMove([property: Id(0)] string Id, [property: Id(1)] string Sku, [property: Id(2)] int Delta);

/// <summary>Sold units that come back.</summary>
[GenerateSerializer, Immutable, Alias("ale.sku.put_back")]
public sealed record PutBackStock(
    [property: Id(0)] string Id, [property: Id(1)] string ReservationId, [property: Id(2)] int Quantity)
{
    /// <summary>Whose limits get them back.</summary>
    [Id(3)] public UserId? User { get; init; }

    /// <summary>The session whose limit gets them back.</summary>
    [Id(4)] public string? SessionId { get; init; }

    /// <summary>True when the sale itself is undone: a limited edition that it closed opens again.</summary>
    [Id(5)] public bool Undo { get; init; }

    /// <summary>True: they wait for inspection and are not on hand.</summary>
    [Id(6)] public bool Quarantine { get; init; }
}

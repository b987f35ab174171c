namespace Ale.Stock;

/// <summary>Keys of the slice.</summary>
public static class StockKeys
{
    /// <summary>The kind of register that holds an imported SKU's conformity papers; its subject is the SKU.</summary>
    public const string ImportPapers = "import_papers";

    /// <summary>The grain of a SKU; SKUs are compared without case.</summary>
    public static ISkuGrain Sku(this IGrainFactory grains, string sku) =>
        grains.Ref<ISkuGrain>(sku.ToUpperInvariant());

    /// <summary>Lists of stock.</summary>
    public static IStockQueries StockQueries(this IGrainFactory grains) => grains.GetGrain<IStockQueries>(0);
}

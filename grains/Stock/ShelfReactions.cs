using Ale.Kernel;
using Ale.Products;

namespace Ale.Stock;

/// <summary>SKUs follow their product: sold, or not (SHP-05).</summary>
internal sealed class ShelfReactions()
    : Reaction<ProductEvent>("shelf", "product", ProductJson.Default.ProductEvent)
{
    protected override async Task<Refusal?> React(
        string key, ProductEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not ProductEvent.Moved e) return null;
        foreach (var sku in e.Skus)
        {
            var shelved = await grains.Sku(sku).Shelve(WordOf(e));
            // A SKU that the product knows and that was never defined follows when it is.
            if (shelved.Refusal is { } refusal && refusal != StockRefusals.UnknownSku) return refusal;
        }

        return null;
    }

    public static ShelveSku WordOf(ProductEvent.Moved e) => new(e.To == ProductState.Active, e.Move);
}

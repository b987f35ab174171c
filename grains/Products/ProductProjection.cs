using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Products;

/// <summary>Products as a table.</summary>
internal sealed class ProductProjection()
    : Projection<ProductEvent>("products", 1, "product", ProductJson.Default.ProductEvent, Products)
{
    /// <summary><c>category</c> is the path with a slash at its end, so that what is below it begins alike.</summary>
    public static readonly Table Products = new("product",
    [
        Column.TextKey("id"), Column.Text("title"), Column.Text("category"), Column.Text("brand"),
        Column.Text("state"), Column.Sum("variants"),
    ], "category, id");

    protected override void Project(string key, ProductEvent happened, JournalRow row, ViewBatch views)
    {
        var product = views.Row(Products, key);
        switch (happened)
        {
            case ProductEvent.Defined e:
                Show(product, e.Terms).Set("state", NameOf(e.State));
                break;
            case ProductEvent.Changed e:
                Show(product, e.Terms);
                break;
            case ProductEvent.Moved e:
                product.Set("state", NameOf(e.To));
                break;
            case ProductEvent.Adopted e:
                if (e.IsNew) product.Add("variants", 1);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    /// <summary>A state's name in the table.</summary>
    public static string NameOf(ProductState state) => state.ToString().ToLowerInvariant();

    private static ViewRow Show(ViewRow product, ProductTerms terms) => product.Set("title", terms.Title)
        .Set("category", terms.Category is { } path ? path + "/" : null).Set("brand", terms.Brand);
}

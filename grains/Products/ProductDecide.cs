using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Products;

/// <summary>What is decided about a product.</summary>
internal static class ProductDecide
{
    public const string ChangeCommand = "change";

    public static Decision<ProductEvent, ProductView> Decide(
        this Product product, DefineProduct command, string id, DateTimeOffset now)
    {
        if (!IsGood(command.Terms) || command.State == ProductState.Archived) return ProductRefusals.BadTerms;
        if (product.DefinedAs is { } defined)
        {
            return product.Terms!.Equals(command.Terms) && defined == command.State
                ? product.View(id) : ProductRefusals.Changed;
        }

        return After(product, id, new ProductEvent.Defined(command.Terms, command.State, command.Actor, now));
    }

    public static Decision<ProductEvent, ProductView> Decide(
        this Product product, ChangeProduct command, string id, DateTimeOffset now)
    {
        if (product.Terms is null) return ProductRefusals.Unknown;
        if (product.Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return Changed(done.Answer.Terms, command).Equals(done.Answer.Terms)
                ? done.Answer with { Id = id } : ProductRefusals.Changed;
        }

        if (command.Version != product.Version) return ProductRefusals.Stale;
        var terms = Changed(product.Terms, command);
        if (!IsGood(terms)) return ProductRefusals.BadTerms;
        if (product.Variants.FirstOrDefault(v => !Fits(terms, v.Value)).Key is { } sku)
            return ProductRefusals.InUse.With("sku", sku);
        return terms.Equals(product.Terms) ? product.View(id)
            : After(product, id, new ProductEvent.Changed(terms, command.Key, command.Actor, now));
    }

    public static Decision<ProductEvent, ProductView> Decide(
        this Product product, MoveProduct command, string id, DateTimeOffset now)
    {
        if (product.Terms is null) return ProductRefusals.Unknown;
        if (command.To == ProductState.Draft) return ProductRefusals.BadTerms;
        if (product.State == command.To) return product.View(id);
        return After(product, id, new ProductEvent.Moved(
            command.To, product.Moves + 1, [.. product.Variants.Keys], command.Actor, now));
    }

    public static Decision<ProductEvent, ProductView> Decide(
        this Product product, AdoptVariant command, string id, DateTimeOffset now)
    {
        if (product.Terms is null) return ProductRefusals.Unknown;
        var known = product.Variants.GetValueOrDefault(command.Sku);
        if (known is not null && known.SequenceEqual(command.Values)) return product.View(id);
        if (known is null && product.State == ProductState.Archived) return ProductRefusals.Archived;
        if (!Fits(product.Terms, command.Values)) return ProductRefusals.BadOptions;
        var alike = product.Variants.FirstOrDefault(v => v.Key != command.Sku && v.Value.SequenceEqual(command.Values));
        if (alike.Key is not null) return ProductRefusals.Taken.With("sku", alike.Key);
        if (known is null && product.Variants.Count >= IProductGrain.VariantsMax) return ProductRefusals.Full;
        return After(product, id, new ProductEvent.Adopted(command.Sku, command.Values, known is null, now));
    }

    /// <summary>One value of each option, and nothing else.</summary>
    public static bool Fits(ProductTerms terms, ImmutableSortedDictionary<string, string> values) =>
        values.Count == terms.Options.Length
        && terms.Options.All(o => values.TryGetValue(o.Name, out var value) && o.Values.Contains(value));

    /// <summary>Ids, parted by slashes, from the root.</summary>
    public static bool IsCategory(string path) =>
        path.Split('/') is { Length: <= ProductTerms.CategoryDepthMax } places && places.All(Limits.IsId);

    private static ProductTerms Changed(ProductTerms terms, ChangeProduct to) => terms with
    {
        Title = to.Title ?? terms.Title,
        Category = to.Category ?? terms.Category,
        Brand = to.Brand ?? terms.Brand,
        Pictures = to.Pictures ?? terms.Pictures,
        Options = to.Options ?? terms.Options,
        Description = to.Description ?? terms.Description,
    };

    private static bool IsGood(ProductTerms t) =>
        t.Title.Length is > 0 and <= Limits.TextLengthMax && t.Brand is null or { Length: <= Limits.TextLengthMax }
        && t.Description is null or { Length: <= ProductTerms.DescriptionLengthMax }
        && (t.Category is null || IsCategory(t.Category))
        && t.Pictures.Length <= ProductTerms.PicturesMax && AreDistinct(t.Pictures) && t.Pictures.All(IsAddress)
        && t.Options.Length <= ProductTerms.OptionsMax && AreDistinct(t.Options.Select(o => o.Name))
        && t.Options.All(o => IsShort(o.Name) && AreDistinct(o.Values) && o.Values.All(IsShort)
            && o.Values.Length is > 0 and <= IProductGrain.VariantsMax);

    private static bool IsAddress(string text) => text.Length <= Limits.TextLengthMax
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    private static bool IsShort(string text) => text.Length is > 0 and <= ProductOption.LengthMax;

    private static bool AreDistinct(IEnumerable<string> texts) =>
        texts.GroupBy(t => t, StringComparer.Ordinal).All(g => g.Count() == 1);

    private static Decision<ProductEvent, ProductView> After(Product product, string id, ProductEvent happened) =>
        new(product.Apply(happened).View(id), happened);
}

using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Products;

/// <summary>Products and the tree of categories (SHP-05).</summary>
internal static class ProductHttp
{
    public static void MapProducts(this IEndpointRouteBuilder api)
    {
        var products = api.MapGroup("/products").WithTags("Products");

        products.MapPut("/{id}", (Id id, ProductBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Product(id).Define(
                    new(body.Terms, body.State, caller.Subject), ct), ProductReply.Of))
            .Allow(Permission.StockWrite).WithName("putProduct")
            .WithSummary("Creates a product; its SKUs name it, with one value of each of its options");

        products.MapPatch("/{id}", (Id id, ProductPatch body, ExpectedVersion version, CommandKey key, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Product(id).Change(body.Command(version, key, caller.Subject), ct),
                    ProductReply.Of))
            .Allow(Permission.StockWrite).WithName("changeProduct")
            .WithSummary("Changes a product; options and values that a SKU has must stay");

        products.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Product(id).Get(ct), ProductReply.Of))
            .Allow(Permission.StockRead).WithName("getProduct").WithSummary("A product with its variants");

        products.MapGet("", (string? category, string? state, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new ProductsWanted(page.After?.Text(0), page.Limit + 1)
                {
                    Category = category,
                    State = QueryEnum.Of<ProductState>("state", state),
                };
                return edge.Run(
                    ct => grains.ProductQueries().Products(wanted, page.At ?? default, ct),
                    found => Page<ProductRow>.Of(found, page.Limit, row => Cursor.Of(row.Id)));
            })
            .Allow(Permission.StockRead).WithName("listProducts")
            .WithSummary("Products in order of their id; ?category= (with what is below it) and ?state= narrow it");

        api.MapGet("/categories", (PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.ProductQueries().Categories(page.At ?? default, ct),
                    found => Page<CategoryRow>.Of(
                        [.. found.SkipWhile(c => string.CompareOrdinal(c.Path, after) <= 0).Take(page.Limit + 1)],
                        page.Limit, last => Cursor.Of(last.Path)));
            })
            .Allow(Permission.StockRead).WithTags("Products").WithName("listCategories")
            .WithSummary("The tree of categories, with the products in and below each");

        Move("activate", "activateProduct", "Its SKUs are sold", ProductState.Active);
        Move("archive", "archiveProduct", "Its SKUs are sold no more; held units stay held", ProductState.Archived);

        void Move(string verb, string name, string summary, ProductState to) =>
            products.MapPost($"/{{id}}/{verb}", (Id id, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.Product(id).Move(new(to, caller.Subject), ct), ProductReply.Of))
                .Allow(Permission.StockWrite).WithName(name).WithSummary(summary);
    }

    /// <summary>The members mean what they do in <see cref="ProductTerms"/>.</summary>
    /// <param name="State">Draft or active.</param>
    internal sealed record ProductBody(
        string Title, string? Category = null, string? Brand = null, IReadOnlyList<string>? Pictures = null,
        IReadOnlyList<OptionBody>? Options = null, string? Description = null,
        ProductState State = ProductState.Active) : IValidated
    {
        internal ProductTerms Terms => new(Title, Category, Brand, [.. Pictures ?? []],
            [.. (Options ?? []).Select(o => o.Option)], Description);

        public void Validate(Problems p) => p.At("", new ProductPatch
        {
            Title = Title,
            Category = Category,
            Brand = Brand,
            Pictures = Pictures,
            Options = Options,
            Description = Description,
        });
    }

    /// <summary>New terms; what is absent stays as it is.</summary>
    internal sealed record ProductPatch : IValidated
    {
        public string? Title { get; init; }
        public string? Category { get; init; }
        public string? Brand { get; init; }
        public IReadOnlyList<string>? Pictures { get; init; }
        public IReadOnlyList<OptionBody>? Options { get; init; }
        public string? Description { get; init; }

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Text("category", Category, min: 1);
            p.Text("brand", Brand, min: 1);
            p.Text("description", Description, ProductTerms.DescriptionLengthMax, 1);
            p.Count("pictures", Pictures, ProductTerms.PicturesMax);
            foreach (var picture in Pictures ?? [])
            {
                p.Require(picture is not null, "pictures", "Must not be null.");
                p.Text("pictures", picture, min: 1);
            }

            p.Each("options", Options, ProductTerms.OptionsMax);
        }

        public ChangeProduct Command(long version, string key, string actor) => new(version, key, actor)
        {
            Title = Title,
            Category = Category,
            Brand = Brand,
            Pictures = Pictures is null ? null : [.. Pictures],
            Options = Options is null ? null : [.. Options.Select(o => o.Option)],
            Description = Description,
        };
    }

    internal sealed record OptionBody(string Name, IReadOnlyList<string> Values) : IValidated
    {
        internal ProductOption Option => new(Name, [.. Values]);

        public void Validate(Problems p)
        {
            p.Text("name", Name, ProductOption.LengthMax, 1);
            p.Count("values", Values, IProductGrain.VariantsMax, 1);
            foreach (var value in Values)
            {
                p.Require(value is not null, "values", "Must not be null.");
                p.Text("values", value, ProductOption.LengthMax, 1);
            }
        }
    }

    /// <summary>A product as answered; <c>version</c> is what <c>If-Match</c> names.</summary>
    internal sealed record ProductReply(
        string Id, string Title, string? Category, string? Brand, ImmutableArray<string> Pictures,
        ImmutableArray<ProductOption> Options, string? Description, ProductState State,
        ImmutableArray<ProductVariant> Variants, long Version)
    {
        public static ProductReply Of(ProductView p) => new(p.Id, p.Terms.Title, p.Terms.Category, p.Terms.Brand,
            p.Terms.Pictures, p.Terms.Options, p.Terms.Description, p.State, p.Variants, p.Version);
    }
}

using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Products;

[StatelessWorker]
internal sealed class ProductQueries(Views views) : Grain, IProductQueries
{
    private sealed class Row
    {
        public string Id { get; init; } = "";
        public string? Title { get; init; }
        public string? Category { get; init; }
        public string? Brand { get; init; }
        public string State { get; init; } = "";
        public long Variants { get; init; }
    }

    private sealed class CountRow
    {
        public string Category { get; init; } = "";
        public long Products { get; init; }
    }

    public async Task<Outcome<ImmutableArray<ProductRow>>> Products(
        ProductsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.Category is not null) where += " and substr(category, 1, length(@category)) = @category";
        if (wanted.State is not null) where += " and state = @state";
        var (rows, refusal) = await views.List<Row>($$"""
            select id, title, category, brand, state, variants from {product}
            where id > @after{{where}} order by id limit @limit
            """, new
        {
            after = wanted.After ?? "",
            category = wanted.Category + "/",
            state = wanted.State is { } state ? ProductProjection.NameOf(state) : "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ProductRow(r.Id, r.Title ?? "",
            r.Category?.TrimEnd('/'), r.Brand, Enum.Parse<ProductState>(r.State, ignoreCase: true), r.Variants)));
    }

    public async Task<Outcome<ImmutableArray<CategoryRow>>> Categories(JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<CountRow>("""
            select category, count(*) as Products from {product} where category is not null group by category
            """, null, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(TreeOf(rows!.Select(r => (r.Category.TrimEnd('/'), r.Products))));
    }

    /// <summary>Every place with what is in it and below, in order of the path.</summary>
    public static IEnumerable<CategoryRow> TreeOf(IEnumerable<(string Path, long Products)> counts) =>
        counts.SelectMany(c => Above(c.Path).Select(place => (Place: place, c.Products)))
            .GroupBy(c => c.Place, c => c.Products).OrderBy(place => place.Key, StringComparer.Ordinal)
            .Select(place => new CategoryRow(place.Key, place.Sum()));

    /// <summary>The place itself, and those above it.</summary>
    private static IEnumerable<string> Above(string path)
    {
        var places = path.Split('/');
        return Enumerable.Range(1, places.Length).Select(depth => string.Join('/', places.Take(depth)));
    }
}

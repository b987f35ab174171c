using System.Collections.Immutable;

namespace Ale.Products;

/// <summary>Lists of products, from the slice's table. Key 0.</summary>
[Alias("ale.product.queries")]
public interface IProductQueries : IGrainWithIntegerKey
{
    /// <summary>Products in order of their id.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("products")]
    Task<Outcome<ImmutableArray<ProductRow>>> Products(
        ProductsWanted wanted, JournalPlace at, CancellationToken ct = default);

    /// <summary>The tree of categories: every place that a product is in or below, with how many are.</summary>
    [Alias("categories")]
    Task<Outcome<ImmutableArray<CategoryRow>>> Categories(JournalPlace at, CancellationToken ct = default);
}

/// <summary>Which products are wanted.</summary>
/// <param name="After">After this id; null: from the first.</param>
/// <param name="Limit">At most so many.</param>
[GenerateSerializer, Immutable, Alias("ale.product.wanted")]
public sealed record ProductsWanted([property: Id(0)] string? After, [property: Id(1)] int Limit)
{
    /// <summary>Only in this place of the tree, or below it.</summary>
    [Id(2)] public string? Category { get; init; }

    /// <summary>Only in this state.</summary>
    [Id(3)] public ProductState? State { get; init; }
}

/// <summary>A product as listed.</summary>
[GenerateSerializer, Immutable, Alias("ale.product.row")]
public sealed record ProductRow(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string? Category,
    [property: Id(3)] string? Brand, [property: Id(4)] ProductState State, [property: Id(5)] long Variants);

/// <summary>A place in the tree.</summary>
/// <param name="Products">In it and below, archived ones too.</param>
[GenerateSerializer, Immutable, Alias("ale.product.category")]
public sealed record CategoryRow([property: Id(0)] string Path, [property: Id(1)] long Products);

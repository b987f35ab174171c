using System.Collections.Immutable;

namespace Ale.Products;

/// <summary>
/// A product and its variants (SHP-05): each variant is a SKU with one value of each of the product's options, no two
/// alike.
/// </summary>
/// <remarks>The key is the product's id.</remarks>
[Alias("ale.product")]
public interface IProductGrain : IGrainWithStringKey
{
    /// <summary>Most SKUs of one product.</summary>
    public const int VariantsMax = 100;

    /// <summary>
    /// Creates it. The terms as they are now again: same answer; others: <see cref="ProductRefusals.Changed"/>.
    /// </summary>
    [Alias("define")] Task<Outcome<ProductView>> Define(DefineProduct command, CancellationToken ct = default);

    /// <summary>The product as it is now, with its variants.</summary>
    [Alias("get")] Task<Outcome<ProductView>> Get(CancellationToken ct = default);

    /// <summary>
    /// Changes terms, of the version named alone; its variants must still be variants of it
    /// (<see cref="ProductRefusals.InUse"/>). The same key again: the same answer.
    /// </summary>
    [Alias("change")] Task<Outcome<ProductView>> Change(ChangeProduct command, CancellationToken ct = default);

    /// <summary>
    /// Puts it on sale, or takes it off; its SKUs follow within a moment, and units that are held stay held. It is so
    /// already: nothing changes.
    /// </summary>
    [Alias("move")] Task<Outcome<ProductView>> Move(MoveProduct command, CancellationToken ct = default);

    /// <summary>
    /// Takes a SKU as a variant, or takes its new option values. Said by the SKU itself; again: nothing changes.
    /// </summary>
    [Alias("adopt")] Task<Outcome<ProductView>> Adopt(AdoptVariant command, CancellationToken ct = default);
}

/// <summary>Whether a product is sold.</summary>
public enum ProductState
{
    /// <summary>Not yet.</summary>
    Draft,

    /// <summary>Yes.</summary>
    Active,

    /// <summary>No more; it takes no new variant.</summary>
    Archived,
}

/// <summary>What a product is.</summary>
/// <param name="Title">For people.</param>
/// <param name="Category">Its place in the tree, from the root, as <c>food/tea/green</c>; null: none.</param>
/// <param name="Pictures">Addresses, at most <see cref="PicturesMax"/>; the first is the cover.</param>
/// <param name="Options">What tells variants apart, at most <see cref="OptionsMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.product.terms")]
public sealed record ProductTerms(
    [property: Id(0)] string Title, [property: Id(1)] string? Category, [property: Id(2)] string? Brand,
    [property: Id(3)] ImmutableArray<string> Pictures, [property: Id(4)] ImmutableArray<ProductOption> Options,
    [property: Id(5)] string? Description)
{
    /// <summary>Most pictures.</summary>
    public const int PicturesMax = 20;

    /// <summary>Most options.</summary>
    public const int OptionsMax = 3;

    /// <summary>Longest description, characters.</summary>
    public const int DescriptionLengthMax = 5_000;

    /// <summary>Deepest place in the tree of categories.</summary>
    public const int CategoryDepthMax = 8;

    /// <inheritdoc/>
    public bool Equals(ProductTerms? other) => other is not null
        && (Title, Category, Brand, Description) == (other.Title, other.Category, other.Brand, other.Description)
        && Pictures.SequenceEqual(other.Pictures) && Options.SequenceEqual(other.Options);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, Category, Brand, Description);
}

/// <summary>An option with the values it may have, as <c>size</c> with <c>S</c>, <c>M</c>.</summary>
[GenerateSerializer, Immutable, Alias("ale.product.option")]
public sealed record ProductOption(
    [property: Id(0)] string Name, [property: Id(1)] ImmutableArray<string> Values)
{
    /// <summary>Longest name and value, characters.</summary>
    public const int LengthMax = 100;

    /// <inheritdoc/>
    public bool Equals(ProductOption? other) =>
        other is not null && Name == other.Name && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Values.Length);
}

/// <summary>A wish for a product.</summary>
/// <param name="State">Whether it is sold from the start.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.product.define")]
public sealed record DefineProduct(
    [property: Id(0)] ProductTerms Terms, [property: Id(1)] ProductState State, [property: Id(2)] string Actor);

/// <summary>New terms; null leaves one as it is.</summary>
/// <param name="Version">The version they are meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.product.change")]
public sealed record ChangeProduct(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string Actor)
{
    /// <summary>See <see cref="ProductTerms"/>, here and below.</summary>
    [Id(3)] public string? Title { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(4)] public string? Category { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(5)] public string? Brand { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(6)] public ImmutableArray<string>? Pictures { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(7)] public ImmutableArray<ProductOption>? Options { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(8)] public string? Description { get; init; }
}

/// <summary>A wish to sell it, or not.</summary>
/// <param name="To">Active or archived; nothing becomes a draft again.</param>
/// <param name="Actor">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.product.move")]
public sealed record MoveProduct([property: Id(0)] ProductState To, [property: Id(1)] string Actor);

/// <summary>A SKU that wants to be a variant.</summary>
[GenerateSerializer, Immutable, Alias("ale.product.adopt")]
public sealed record AdoptVariant(
    [property: Id(0)] string Sku, [property: Id(1)] ImmutableSortedDictionary<string, string> Values);

/// <summary>A product as it is now.</summary>
/// <param name="Version">Raised by every change of terms; what <c>If-Match</c> names.</param>
/// <param name="Moves">How often its state was set.</param>
/// <param name="Variants">Its SKUs, in order of their code.</param>
[GenerateSerializer, Immutable, Alias("ale.product.view")]
public sealed record ProductView(
    [property: Id(0)] string Id, [property: Id(1)] ProductTerms Terms, [property: Id(2)] ProductState State,
    [property: Id(3)] long Version, [property: Id(4)] int Moves,
    [property: Id(5)] ImmutableArray<ProductVariant> Variants);

/// <summary>A SKU of a product.</summary>
[GenerateSerializer, Immutable, Alias("ale.product.variant")]
public sealed record ProductVariant(
    [property: Id(0)] string Sku, [property: Id(1)] ImmutableSortedDictionary<string, string> OptionValues);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class ProductRefusals
{
    /// <summary>No such product.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "product.unknown");

    /// <summary>Terms out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "product.bad_terms");

    /// <summary>The id or the key was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "product.changed");

    /// <summary>The terms have another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "product.stale");

    /// <summary>A variant would be none any more.</summary>
    public static readonly Refusal InUse = new(RefusalKind.Conflict, "product.in_use");

    /// <summary>It takes no new variant.</summary>
    public static readonly Refusal Archived = new(RefusalKind.Conflict, "product.archived");

    /// <summary>Not one value of each of its options, and nothing else.</summary>
    public static readonly Refusal BadOptions = new(RefusalKind.Invalid, "product.bad_options");

    /// <summary>Another SKU has these values.</summary>
    public static readonly Refusal Taken = new(RefusalKind.Conflict, "product.taken");

    /// <summary>It has as many variants as it may.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "product.full");
}

/// <summary>Keys of the slice.</summary>
public static class ProductKeys
{
    /// <summary>The grain of a product.</summary>
    public static IProductGrain Product(this IGrainFactory grains, string id) => grains.Ref<IProductGrain>(id);

    /// <summary>Lists of products.</summary>
    public static IProductQueries ProductQueries(this IGrainFactory grains) => grains.GetGrain<IProductQueries>(0);
}

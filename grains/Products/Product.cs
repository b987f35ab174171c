using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Products;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Defined), "product.defined"), JsonDerivedType(typeof(Changed), "product.changed")]
[JsonDerivedType(typeof(Moved), "product.moved"), JsonDerivedType(typeof(Adopted), "product.adopted")]
internal abstract record ProductEvent
{
    internal sealed record Defined(ProductTerms Terms, ProductState State, string Actor, DateTimeOffset At)
        : ProductEvent;

    internal sealed record Changed(ProductTerms Terms, string Key, string Actor, DateTimeOffset At) : ProductEvent;

    /// <param name="Move">How often the state was set, with this time.</param>
    /// <param name="Skus">The variants that follow.</param>
    internal sealed record Moved(
        ProductState To, int Move, ImmutableArray<string> Skus, string Actor, DateTimeOffset At) : ProductEvent;

    internal sealed record Adopted(
        string Sku, ImmutableSortedDictionary<string, string> Values, bool IsNew, DateTimeOffset At) : ProductEvent;
}

/// <summary>
/// One product. Invariants: at most <see cref="IProductGrain.VariantsMax"/> variants, each with one value of each
/// option, no two alike; at most 16 keys.
/// </summary>
internal sealed record Product : IState<Product, ProductEvent>
{
    public static JsonTypeInfo<ProductEvent> EventJson => ProductJson.Default.ProductEvent;

    /// <summary>The state it began in; a repeat says the same.</summary>
    public ProductState? DefinedAs { get; private init; }

    public ProductTerms? Terms { get; private init; }
    public long Version { get; private init; }
    public ProductState State { get; private init; }
    public int Moves { get; private init; }

    /// <summary>Option values by SKU.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> Variants
    {
        get;
        private init;
    } = ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, string>>(StringComparer.Ordinal);

    public RememberedKeys<ProductView> Keys { get; private init; } = RememberedKeys<ProductView>.None;

    public static Product New() => new();

    public Product Apply(ProductEvent happened)
    {
        switch (happened)
        {
            case ProductEvent.Defined e:
                return this with { DefinedAs = e.State, Terms = e.Terms, Version = 1, State = e.State, Moves = 1 };
            case ProductEvent.Changed e:
                var changed = this with { Terms = e.Terms, Version = Version + 1 };
                // The state does not know its own key; the answer gets it when it is given again.
                return changed with { Keys = Keys.Add(e.Key, ProductDecide.ChangeCommand, changed.View(""), e.At) };
            case ProductEvent.Moved e:
                return this with { State = e.To, Moves = e.Move };
            case ProductEvent.Adopted e:
                return this with { Variants = Variants.SetItem(e.Sku, e.Values) };
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    public ProductView View(string id) => new(id, Terms!, State, Version, Moves,
        [.. Variants.Select(v => new ProductVariant(v.Key, v.Value))]);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProductEvent))]
internal sealed partial class ProductJson : JsonSerializerContext;

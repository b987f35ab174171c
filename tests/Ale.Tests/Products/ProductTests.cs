using System.Collections.Immutable;
using Ale.Kernel;
using Xunit;

namespace Ale.Products;

/// <summary>What is decided about a product, rule by rule (SHP-05).</summary>
public sealed class ProductTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private static readonly ProductTerms Terms = new("Shirt", "wear/shirts", "Ale", ["https://a.example/1.png"],
        [new("size", ["S", "M"]), new("colour", ["red", "blue"])], null);

    private static Product Given(ProductTerms? terms = null, ProductState state = ProductState.Active) =>
        Product.New().Apply(new ProductEvent.Defined(terms ?? Terms, state, "ann", At));

    private static Product With(Product product, string sku, string values) =>
        product.Apply(new ProductEvent.Adopted(sku, Values(values), true, At));

    private static ImmutableSortedDictionary<string, string> Values(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('='))
            .ToImmutableSortedDictionary(v => v[0], v => v[1], StringComparer.Ordinal);

    [Theory]
    [InlineData("size=S colour=red", null)]
    [InlineData("size=S", "product.bad_options")] // one lacks
    [InlineData("size=L colour=red", "product.bad_options")] // no such value
    [InlineData("size=S colour=red fit=slim", "product.bad_options")] // one too many
    [InlineData("size=M colour=red", "product.taken")] // another SKU has these
    public void SHP_05_A_variant_has_one_value_of_each_option_and_none_is_like_it(string values, string? why) =>
        Assert.Equal(why, With(Given(), "OTHER", "size=M colour=red")
            .Decide(new AdoptVariant("K1", Values(values)), "p", At).Reply.Refusal?.Code);

    [Fact]
    public void SHP_05_A_product_holds_a_hundred_SKUs_and_no_more()
    {
        var sizes = Enumerable.Range(0, 100).Select(i => $"s{i}").ToImmutableArray();
        var product = Given(Terms with { Options = [new("size", sizes), new("fit", ["slim"])] });
        for (var i = 0; i < 99; i++) product = With(product, $"K{i}", $"size=s{i} fit=slim");
        var last = product.Decide(new AdoptVariant("K99", Values("size=s99 fit=slim")), "p", At);
        Assert.Null(last.Reply.Refusal);
        product = product.Apply(Assert.Single(last.Events));
        product = product.Apply(new ProductEvent.Changed(
            Terms with { Options = [new("size", sizes), new("fit", ["slim", "wide"])] }, "k", "ann", At));
        Assert.Equal(ProductRefusals.Full,
            product.Decide(new AdoptVariant("K100", Values("size=s0 fit=wide")), "p", At).Reply.Refusal);
        Assert.Empty(product.Decide(new AdoptVariant("K99", Values("size=s99 fit=slim")), "p", At).Events); // again
    }

    public static TheoryData<string, ProductTerms, bool> Bounds() => new()
    {
        { "3 options", Terms with { Options = [.. Options(3)] }, true },
        { "4 options", Terms with { Options = [.. Options(4)] }, false },
        { "an option twice", Terms with { Options = [new("a", ["1"]), new("a", ["2"])] }, false },
        { "a value twice", Terms with { Options = [new("a", ["1", "1"])] }, false },
        { "no value", Terms with { Options = [new("a", [])] }, false },
        { "20 pictures", Terms with { Pictures = [.. Pictures(20)] }, true },
        { "21 pictures", Terms with { Pictures = [.. Pictures(21)] }, false },
        { "a picture twice", Terms with { Pictures = ["http://a/1", "http://a/1"] }, false },
        { "a picture that is no address", Terms with { Pictures = ["1.png"] }, false },
        { "no title", Terms with { Title = "" }, false },
        { "8 places deep", Terms with { Category = "a/b/c/d/e/f/g/h" }, true },
        { "9 places deep", Terms with { Category = "a/b/c/d/e/f/g/h/i" }, false },
        { "a place without a name", Terms with { Category = "a//b" }, false },
        { "no category", Terms with { Category = null }, true },
    };

    [Theory, MemberData(nameof(Bounds))]
    public void SHP_05_Terms_out_of_bounds_are_refused(string what, ProductTerms terms, bool isGood)
    {
        Assert.NotEmpty(what);
        Assert.Equal(isGood ? null : ProductRefusals.BadTerms,
            Product.New().Decide(new DefineProduct(terms, ProductState.Draft, "ann"), "p", At).Reply.Refusal);
    }

    [Fact]
    public void SHP_05_It_goes_from_draft_to_active_to_archived_and_back_on_sale()
    {
        var product = Given(state: ProductState.Draft);
        product = With(product, "K1", "size=S colour=red");
        Assert.Equal(ProductRefusals.BadTerms, Move(ProductState.Draft).Reply.Refusal);
        foreach (var (to, move) in new[] { (ProductState.Active, 2), (ProductState.Archived, 3), (ProductState.Active, 4) })
        {
            var moved = Assert.IsType<ProductEvent.Moved>(Assert.Single(Move(to).Events));
            Assert.Equal((to, move, "K1"), (moved.To, moved.Move, Assert.Single(moved.Skus)));
            product = product.Apply(moved);
            Assert.Empty(Move(to).Events); // it is so
        }

        product = product.Apply(Assert.Single(Move(ProductState.Archived).Events));
        Assert.Equal(ProductRefusals.Archived,
            product.Decide(new AdoptVariant("K2", Values("size=M colour=red")), "p", At).Reply.Refusal);

        Decision<ProductEvent, ProductView> Move(ProductState to) =>
            product.Decide(new MoveProduct(to, "ann"), "p", At);
    }

    [Fact]
    public void SHP_05_A_change_keeps_the_values_that_SKUs_have()
    {
        var product = With(Given(), "K1", "size=S colour=red");
        ImmutableArray<ProductOption> without = [new("size", ["M"]), new("colour", ["red"])];
        Assert.Equal(ProductRefusals.InUse.Code, product.Decide(
            new ChangeProduct(1, "k", "ann") { Options = without }, "p", At).Reply.Refusal?.Code);
        var changed = product.Decide(new ChangeProduct(1, "k", "ann") { Title = "Blouse" }, "p", At);
        Assert.Equal(("Blouse", 2), (changed.Reply.Value!.Terms.Title, changed.Reply.Value.Version));
        product = product.Apply(Assert.Single(changed.Events));
        Assert.Empty(product.Decide(new ChangeProduct(1, "k", "ann") { Title = "Blouse" }, "p", At).Events);
        Assert.Equal(ProductRefusals.Changed,
            product.Decide(new ChangeProduct(1, "k", "ann") { Title = "Coat" }, "p", At).Reply.Refusal);
        Assert.Equal(ProductRefusals.Stale,
            product.Decide(new ChangeProduct(1, "k2", "ann") { Title = "Coat" }, "p", At).Reply.Refusal);
    }

    [Fact]
    public void SHP_05_The_tree_counts_what_is_in_and_below_each_place() => Assert.Equal(
        [new("food", 6), new("food/tea", 5), new("food/tea/green", 3), new("wear", 1)],
        ProductQueries.TreeOf([("food/tea/green", 3), ("food/tea", 2), ("wear", 1), ("food", 1)]));

    [Fact]
    public void Stored_events_are_read_as_they_were_written() => GoldenLines.CheckText(
        "Products/Product.golden.jsonl", Product.EventJson,
        new ProductEvent.Defined(Terms, ProductState.Draft, "ann", At),
        new ProductEvent.Changed(Terms with { Title = "Blouse", Options = [], Pictures = [] }, "k1", "ann", At),
        new ProductEvent.Moved(ProductState.Active, 2, ["K1"], "ann", At),
        new ProductEvent.Adopted("K1", Values("size=S colour=red"), true, At));

    private static IEnumerable<ProductOption> Options(int count) =>
        Enumerable.Range(0, count).Select(i => new ProductOption($"o{i}", ["1"]));

    private static IEnumerable<string> Pictures(int count) =>
        Enumerable.Range(0, count).Select(i => $"https://a.example/{i}.png");
}

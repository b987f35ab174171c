using Ale.Products;
using CsCheck;
using Xunit;
using static Ale.Stock.Given;

namespace Ale.Stock;

/// <summary>A product's words on their way to its variant: late, twice, or while the variant is being made.</summary>
public sealed class StockShelfTests
{
    private static readonly SkuTerms Variant = Plain with { Product = "shirt", OptionValues = Stock.NoOptions };

    [Fact]
    public void SHP_05_Whatever_is_late_or_repeated_or_cut_off_a_variant_is_sold_as_its_product_says() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 6].Array[0, 30]).Sample((isDraft, steps) =>
        {
            var run = new Run(isDraft ? ProductState.Draft : ProductState.Active);
            foreach (var step in steps) run.Take(step);
            run.Settle();
        }, iter: 10_000);

    private sealed class Run
    {
        private readonly Stock _sku = Stock.New();
        private readonly List<ShelveSku> _words = []; // of the product, to its variant, in order
        private Product _product = Product.New();
        private ProductView? _asked;
        private bool _isAcknowledged;
        private int _heard;

        public Run(ProductState state) => Keep(_product.Decide(
            new DefineProduct(new("Shirt", null, null, [], [], null), state, "s1"), "shirt", Noon).Events);

        public void Take(int step)
        {
            switch (step)
            {
                case 0:
                    Move(ProductState.Active);
                    break;
                case 1:
                    Move(ProductState.Archived);
                    break;
                case 2:
                    _asked ??= Adopt(); // the first half of defining it: the product may move before the second
                    break;
                case 3:
                    Define();
                    _asked = null; // cut off: nobody was answered
                    break;
                case 4:
                    _isAcknowledged |= Define() && Follow();
                    _asked = null;
                    break;
                case 5:
                    Hear();
                    break;
                default:
                    if (_heard > 0) _heard--; // the reader begins again a little before
                    break;
            }
        }

        /// <summary>All words arrive; who was not answered asks again.</summary>
        public void Settle()
        {
            while (_heard < _words.Count) Hear();
            var isKnown = _product.Variants.ContainsKey(Sku);
            if (!_isAcknowledged) _isAcknowledged = Define() && Follow();
            Assert.Equal(isKnown || _product.State != ProductState.Archived, _isAcknowledged);
            if (_isAcknowledged) Assert.Equal(_product.State != ProductState.Active, _sku.IsOffSale);
        }

        private void Move(ProductState to) =>
            Keep(_product.Decide(new MoveProduct(to, "s1"), "shirt", Noon).Events);

        private ProductView? Adopt()
        {
            var (reply, events) = _product.Decide(new AdoptVariant(Sku, Stock.NoOptions), "shirt", Noon);
            Keep(events);
            return reply.Value;
        }

        private bool Define()
        {
            if ((_asked ?? Adopt()) is not { } product) return false;
            var (reply, events) = _sku.Decide(Variant, product, Noon);
            Keep(events);
            return reply.Refusal is null;
        }

        private bool Follow()
        {
            Keep(_sku.Decide(Stock.WordOf(Adopt()!), Noon).Events);
            return true;
        }

        private void Hear()
        {
            if (_heard < _words.Count) Keep(_sku.Decide(_words[_heard++], Noon).Events);
        }

        private void Keep(StockEvent[] events)
        {
            foreach (var e in events) _sku.Apply(e);
        }

        private void Keep(ProductEvent[] events)
        {
            foreach (var e in events)
            {
                _product = _product.Apply(e);
                if (e is ProductEvent.Moved moved && moved.Skus.Contains(Sku))
                    _words.Add(ShelfReactions.WordOf(moved));
            }
        }
    }
}

using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Stock;

/// <summary>SKUs, their units and what moves them. Reservations are in <see cref="ReservationHttp"/>.</summary>
internal static class StockHttp
{
    public const string Tag = "Stock";

    private const int OptionsMax = 20, OptionLengthMax = 100;

    public static void MapStock(this IEndpointRouteBuilder api)
    {
        var skus = api.MapGroup("/skus").WithTags(Tag);

        skus.MapPut("/{sku}", (SkuCode sku, SkuBody body, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Sku(sku).Define(body.Terms, ct), terms => SkuBody.Of(sku, terms)))
            .Allow(Permission.StockWrite).WithName("putSku")
            .WithSummary("Creates a SKU; the same terms again change nothing, others are stock.changed.");

        skus.MapGet("/{sku}", (SkuCode sku, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Sku(sku).Get(ct), terms => SkuBody.Of(sku, terms)))
            .Allow(Permission.StockRead).WithName("getSku").WithSummary("The terms of a SKU.");

        skus.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.StockQueries().Skus(after, page.Limit + 1, page.At ?? default, ct),
                    found => Page<SkuRow>.Of(found, page.Limit, row => Cursor.Of(row.Sku)));
            })
            .Allow(Permission.StockRead).WithName("listSkus")
                .WithSummary("All SKUs with their figures, in order of their code.");

        skus.MapGet("/{sku}/stock", (SkuCode sku, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Sku(sku).Levels(ct)))
            .Allow(Permission.StockRead).WithName("getStock").WithSummary("The figures of a SKU as they are now.");

        skus.MapPut("/{sku}/receipts/{id}", (SkuCode sku, Id id, ReceiptBody body, IGrainFactory grains,
            EdgeCall edge) =>
                edge.Run(
                    ct => grains.Sku(sku).Receive(new(id, body.Quantity) { Batch = body.Batch }, ct),
                    move => new ReceiptReply(move.Id, move.Sku, move.Delta)))
            .Allow(Permission.StockWrite).WithName("putReceipt").WithSummary("Takes units in, once for each id.");

        skus.MapPut("/{sku}/adjustments/{id}",
                (SkuCode sku, Id id, AdjustmentBody body, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => grains.Sku(sku).Adjust(new(id, body.Delta, body.Reason), ct)))
            .Allow(Permission.StockWrite).WithName("putAdjustment")
            .WithSummary("Corrects units on hand, once for each id; never below zero on hand.");

        StockFeedHttp.Map(skus);
        ReservationHttp.Map(skus);
    }

    /// <summary>What a SKU is and how it sells; the members mean what they do in <see cref="SkuTerms"/>.</summary>
    /// <param name="Market">Absent: the default market.</param>
    internal sealed record SkuBody(
        string Title, long PriceMinor, string Currency, string? Market = null, string? Product = null,
        IReadOnlyDictionary<string, string>? OptionValues = null, long? CostMinor = null, string? Barcode = null,
        LevelsBody? Levels = null, int? HoldSeconds = null, int? PerUserMax = null, int? PerSessionMax = null,
        int? LimitedTotal = null, bool EcoPackaging = false, bool Imported = false) : IValidated
    {
        internal SkuTerms Terms => new(Title, PriceMinor, Currency, Market ?? "")
        {
            Product = Product,
            OptionValues = OptionValues?.ToImmutableSortedDictionary(StringComparer.Ordinal),
            CostMinor = CostMinor,
            Barcode = Barcode,
            Levels = Levels is { } l ? new(l.Safety, l.Warning, l.Minimum) : null,
            HoldSeconds = HoldSeconds,
            PerUserMax = PerUserMax,
            PerSessionMax = PerSessionMax,
            LimitedTotal = LimitedTotal,
            EcoPackaging = EcoPackaging,
            Imported = Imported,
        };

        public static SkuReply Of(string sku, SkuTerms t) =>
            new(sku, t.Title, t.PriceMinor, t.Currency, t.Market, t.Product,
            t.OptionValues, t.CostMinor, t.Barcode,
            t.Levels is { } l ? new(l.Safety, l.Warning, l.Minimum) : null, t.HoldSeconds, t.PerUserMax,
            t.PerSessionMax, t.LimitedTotal, t.EcoPackaging, t.Imported);

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Money("priceMinor", PriceMinor);
            p.Currency("currency", Currency);
            p.Text("market", Market, 8, 1);
            p.Id("product", Product);
            p.Count("optionValues", OptionValues, OptionsMax);
            foreach (var (name, value) in OptionValues ?? ImmutableDictionary<string, string>.Empty)
            {
                p.Text("optionValues", name, OptionLengthMax, 1);
                p.Require(value is not null, "optionValues", "Must not be null.");
                p.Text("optionValues", value, OptionLengthMax, 1);
            }

            p.Money("costMinor", CostMinor);
            p.Text("barcode", Barcode, Limits.IdLengthMax, 1);
            p.Range("holdSeconds", HoldSeconds, 1, SkuTerms.HoldSecondsMax);
            p.Quantity("perUserMax", PerUserMax);
            p.Quantity("perSessionMax", PerSessionMax);
            p.Quantity("limitedTotal", LimitedTotal);
        }
    }

    /// <summary>Units; in no other order than safety &gt; warning &gt; minimum ≥ 0, else
    /// <c>stock.bad_levels</c>.</summary>
    internal sealed record LevelsBody(int Safety, int Warning, int Minimum);

    /// <summary>A SKU as answered.</summary>
    internal sealed record SkuReply(
        string Sku, string Title, long PriceMinor, string Currency, string Market, string? Product,
        IReadOnlyDictionary<string, string>? OptionValues, long? CostMinor, string? Barcode, LevelsBody? Levels,
        int? HoldSeconds, int? PerUserMax, int? PerSessionMax, int? LimitedTotal, bool EcoPackaging, bool Imported);

    /// <param name="Batch">Where the units came from.</param>
    internal sealed record ReceiptBody(int Quantity, string? Batch = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Quantity("quantity", Quantity);
            p.Id("batch", Batch);
        }
    }

    /// <summary>Units taken in.</summary>
    internal sealed record ReceiptReply(string Id, string Sku, int Quantity);

    /// <param name="Delta">Units more (or fewer, below zero) on hand.</param>
    internal sealed record AdjustmentBody(int Delta, string Reason) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Range("delta", Delta, -Limits.QuantityMax, Limits.QuantityMax);
            p.Require(Delta != 0, "delta", "Must not be 0.");
            p.Text("reason", Reason, min: 1);
        }
    }
}

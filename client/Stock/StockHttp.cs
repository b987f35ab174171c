using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Stock;

/// <summary>SKUs, their units and what moves them. Reservations are in <see cref="ReservationHttp"/>.</summary>
internal static class StockHttp
{
    public const string Tag = "Stock";

    public static void MapStock(this IEndpointRouteBuilder api)
    {
        var skus = api.MapGroup("/skus").WithTags(Tag);

        skus.MapPut("/{sku}", (SkuCode sku, SkuBody body, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    async ct => (await grains.Sku(sku).Define(body.Terms, ct)).Refusal is { } refusal
                        ? refusal : await grains.Sku(sku).Info(ct),
                    SkuReply.Of))
            .Allow(Permission.StockWrite).WithName("putSku")
            .WithSummary("Creates a SKU; the terms it has again change nothing, others are stock.changed.");

        skus.MapPatch("/{sku}", (SkuCode sku, SkuPatch body, ExpectedVersion version, CommandKey key, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    ct => grains.Sku(sku).Change(body.Command(version, key, caller.Subject), ct), SkuReply.Of))
            .Allow(Permission.StockWrite).WithName("changeSku")
            .WithSummary("Changes terms of a SKU; what is absent stays as it is, and holds keep their price.");

        skus.MapGet("/{sku}", (SkuCode sku, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Sku(sku).Info(ct), SkuReply.Of))
            .Allow(Permission.StockRead).WithName("getSku").WithSummary("The terms of a SKU.");

        skus.MapGet("", (Id? product, Id? barcode, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new SkusWanted(page.After?.Text(0), page.Limit + 1, product?.Value, barcode?.Value);
                return edge.Run(
                    ct => grains.StockQueries().Find(wanted, page.At ?? default, ct),
                    found => Page<SkuRow>.Of(found, page.Limit, row => Cursor.Of(row.Sku)));
            })
            .Allow(Permission.StockRead).WithName("listSkus")
                .WithSummary("SKUs with their figures, in order of their code; ?product= and ?barcode= narrow the list.");

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

        api.MapGet("/stockouts", (Id? sessionId, Id? market, Within asked, PageRequest page, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(
                    ct => grains.StockQueries().OutRate(
                        new(sessionId?.Value, market?.Value, asked.From, asked.To), page.At ?? default, ct),
                    rate => new OutRateReply(rate.Attempts, rate.Refused, rate.Percent, rate.Skus)))
            .Allow(Permission.SalesRead).WithTags(Tag).WithName("getStockOutRate")
            .WithSummary("Attempts to buy that found no stock, of all, with the SKUs; of a session, or of a time");

        skus.MapPut("/{sku}/inspections/{id}", (SkuCode sku, Id id, InspectionBody body, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Sku(sku).Inspect(
                    new(id, body.Quantity, body.Grade, body.ReturnId?.Value, caller.Subject), ct)))
            .Allow(Permission.StockWrite).WithName("putInspection")
            .WithSummary("Grades returned units: a on hand again, b to be refurbished, c scrap; once for each id.");

        PriceHttp.Map(skus);
        StockFeedHttp.Map(skus);
        ReservationHttp.Map(skus);
    }

    /// <param name="Batch">Where the units came from.</param>
    internal sealed record ReceiptBody(int Quantity, string? Batch = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Quantity("quantity", Quantity);
            p.Id("batch", Batch);
        }
    }

    /// <summary>The members mean what they do in <see cref="OutRate"/>.</summary>
    internal sealed record OutRateReply(
        long Attempts, long Refused, decimal Percent, ImmutableArray<OutRateOfSku> Skus);

    /// <summary>Units taken in.</summary>
    internal sealed record ReceiptReply(string Id, string Sku, int Quantity);

    /// <param name="Grade">What the scan says of all these units.</param>
    /// <param name="ReturnId">The return they came with.</param>
    internal sealed record InspectionBody(int Quantity, InspectionGrade Grade, Id? ReturnId = null) : IValidated
    {
        public void Validate(Problems p) => p.Quantity("quantity", Quantity);
    }

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

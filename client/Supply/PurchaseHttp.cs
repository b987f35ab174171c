using Ale.Edge;

namespace Ale.Supply;

/// <summary>Purchase orders that shortages opened (STK-05). What they cost is not for customers.</summary>
internal static class PurchaseHttp
{
    public static void MapSupply(this IEndpointRouteBuilder api)
    {
        var purchases = api.MapGroup("/purchases").WithTags("Purchases");

        purchases.MapGet("", (SkuCode? sku, string? state, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new PurchasesWanted(page.Limit + 1)
                {
                    Sku = sku?.Value,
                    State = QueryEnum.Of<PurchaseState>("state", state),
                    BeforeOpened = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.PurchaseQueries().Orders(wanted, page.At ?? default, ct),
                    found => Page<PurchaseReply>.Of([.. found.Select(PurchaseReply.Of)], page.Limit,
                        last => Cursor.Of(last.OpenedAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.StockWrite).WithName("listPurchases")
            .WithSummary("Purchase orders, the latest opened first; ?sku= and ?state= narrow the list");

        purchases.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.PurchaseOrder(id).Get(ct), PurchaseReply.Of))
            .Allow(Permission.StockWrite).WithName("getPurchase").WithSummary("A purchase order as it is now");

        foreach (var (verb, received) in new[] { ("receive", true), ("cancel", false) })
        {
            purchases.MapPost($"/{{id}}/{verb}", (Id id, PurchaseEndBody body, CommandKey key, Caller caller,
                    IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(
                        ct => grains.PurchaseOrder(id).Close(new(received, key, caller.Subject, body.Reason), ct),
                        PurchaseReply.Of))
                .Allow(Permission.StockWrite).WithName($"{verb}Purchase").WithSummary(received
                    ? "Says that the goods have come; the units themselves are booked by a receipt"
                    : "Says that the goods are not wanted any more");
        }
    }

    /// <param name="Reason">Why, or what came.</param>
    internal sealed record PurchaseEndBody(string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <summary>A purchase order as answered; the members mean what they do in <see cref="PurchaseOrder"/>.</summary>
    internal sealed record PurchaseReply(
        string Id, string Sku, int Quantity, long? CostMinor, long? AmountMinor, string Currency, string Market,
        PurchaseState State, DateTimeOffset OpenedAt, string? ApprovalId, string? Supplier, string? Note,
        DateTimeOffset? ClosedAt)
    {
        public static PurchaseReply Of(PurchaseOrder o) => new(o.Id, o.Terms.Sku, o.Terms.Quantity, o.Terms.CostMinor,
            o.AmountMinor, o.Terms.Currency, o.Terms.Market, o.State, o.OpenedAt, o.ApprovalId, o.Supplier, o.Note,
            o.ClosedAt);
    }
}

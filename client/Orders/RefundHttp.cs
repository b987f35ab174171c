using Ale.Edge;

namespace Ale.Orders;

/// <summary>The refund desk (SHP-04). Decisions are taken where all approvals are.</summary>
internal static class RefundHttp
{
    public static void MapRefunds(this IEndpointRouteBuilder api)
    {
        var refunds = api.MapGroup("/refunds").WithTags("Refunds");

        refunds.MapGet("", (string? state, Id? orderId, Id? cause, PageRequest page, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var wanted = new RefundsWanted(page.Limit + 1)
                {
                    State = QueryEnum.Of<RefundState>("state", state),
                    OrderId = orderId?.Value,
                    Cause = cause?.Value,
                    BeforeAsked = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.RefundQueries().Refunds(wanted, page.At ?? default, ct),
                    found => Page<RefundRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.AskedAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.RefundRead).WithName("listRefunds")
            .WithSummary("Refunds, the latest asked first; ?state=, ?orderId= and ?cause= narrow the list");

        refunds.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Refund(id).Get(ct), RefundReply.Of))
            .Allow(Permission.RefundRead).WithName("getRefund").WithSummary("A refund as it is now");

        refunds.MapPost("/{id}/retry", (Id id, CommandKey key, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Refund(id).Retry(new(key, caller.Subject), ct), RefundReply.Of))
            .Allow(Permission.RefundWrite).WithName("retryRefund")
            .WithSummary("Tries a failed one for another day, or asks people anew about a rejected one");
    }

    /// <summary>A refund as answered; the members mean what they do in <see cref="RefundView"/>.</summary>
    internal sealed record RefundReply(
        string Id, string OrderId, string Ref, string Cause, long AmountMinor, string Currency, string Market,
        RefundState State, int Quorum, string? ApprovalId, int Attempts, DateTimeOffset? NextTryAt, string? Note,
        DateTimeOffset AskedAt, string? AskedBy, DateTimeOffset? PaidAt)
    {
        public static RefundReply Of(RefundView r) => new(r.Id, r.Terms.OrderId, r.Terms.Ref, r.Terms.Cause,
            r.Terms.AmountMinor, r.Terms.Currency, r.Terms.Market, r.State, r.Quorum, r.ApprovalId, r.Attempts,
            r.NextTryAt, r.Note, r.Terms.AskedAt, r.Terms.By, r.PaidAt);
    }
}

using Ale.Kernel;
using Ale.Payments;

namespace Ale.Orders;

/// <summary>Money goes back through the acquirer, asked until it takes the order; its event closes the
/// refund.</summary>
internal sealed class OrderReactions(IAcquirer acquirer)
    : Reaction<OrderEvent>("order-refunds", "order", OrderJson.Default.OrderEvent)
{
    protected override async Task<Refusal?> React(string key, OrderEvent happened, string eventId, IGrainFactory grains)
    {
        var (refundId, amountMinor, at) = happened switch
        {
            OrderEvent.Cancelled { RefundId: { } id, RefundMinor: > 0 } e => (id, e.RefundMinor, e.At),
            OrderEvent.ReturnAccepted { RefundMinor: > 0 } e => (e.Id, e.RefundMinor, e.At),
            _ => (null, 0L, default(DateTimeOffset)),
        };
        if (refundId is null) return null;
        var (order, refusal) = await grains.Order(key).Get();
        if (refusal is not null) return refusal;
        return await acquirer.Refund(new(key, refundId, amountMinor, order!.Currency, at), grains);
    }
}

using Ale.Kernel;

namespace Ale.Orders;

/// <summary>Money that is to go back becomes a refund; the acquirer's word, which the order takes, closes it.</summary>
internal sealed class OrderReactions()
    : Reaction<OrderEvent>("order-refunds", "order", OrderJson.Default.OrderEvent)
{
    protected override Task<Refusal?> React(string key, OrderEvent happened, string eventId, IGrainFactory grains) =>
        happened switch
        {
            OrderEvent.Cancelled { RefundId: { } id, RefundMinor: > 0 } e =>
                Open(id, e.RefundMinor, e.Reason, e.By, e.At, key, grains),
            OrderEvent.ReturnAccepted { RefundMinor: > 0 } e =>
                Open(e.Id, e.RefundMinor, "return", e.By, e.At, key, grains),
            OrderEvent.Refunded e => Close(key, e.Ref ?? Order.CancelRefundId, e.EventId, grains),
            OrderEvent.Delayed e => OrderDelays.Open(key, e, grains),
            OrderEvent.DelayOver e => OrderDelays.Close(key, e, grains),
            _ => Task.FromResult<Refusal?>(null),
        };

    private static async Task<Refusal?> Open(
        string id, long amountMinor, string cause, string? by, DateTimeOffset at, string key, IGrainFactory grains)
    {
        var (order, refusal) = await grains.Order(key).Get();
        if (refusal is not null) return refusal;
        var terms = new RefundTerms(key, id, amountMinor, order!.Currency, order.Market, cause, order.PaidBy, by, at);
        return (await grains.Refund(RefundKeys.IdOf(key, id)).Open(terms)).Refusal;
    }

    private static async Task<Refusal?> Close(string key, string id, string eventId, IGrainFactory grains)
    {
        var refusal = (await grains.Refund(RefundKeys.IdOf(key, id)).Paid(eventId)).Refusal;
        return refusal == RefundRefusals.Unknown ? null : refusal; // asked for before there were refunds
    }
}

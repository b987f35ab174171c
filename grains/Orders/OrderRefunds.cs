using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Orders;

internal sealed partial class OrderGrain
{
    public Task<Outcome<Done>> NoteRefund(string reference, RefundState state, CancellationToken ct) =>
        Commit(State.DecideNoted(reference, state, Now), ct);
}

/// <summary>What an order knows of its refunds (SHP-04); each goes its own way in a grain of its own.</summary>
internal sealed partial record Order
{
    /// <summary>Goods money that people did not let go back.</summary>
    public long RejectedMinor =>
        Returns.Where(r => StateOf(r.Key, r.Value.IsRefunded) == RefundState.Rejected).Sum(r => r.Value.RefundMinor);

    /// <summary>News of a refund; what is no news, or comes when the money is back, does nothing.</summary>
    public Decision<OrderEvent, Done> DecideNoted(string reference, RefundState state, DateTimeOffset now)
    {
        var back = Returns.GetValueOrDefault(reference);
        var isBack = back?.IsRefunded ?? WasPaidBack;
        if (Phase == OrderPhase.None) return OrderRefusals.Unknown;
        var before = StateOf(reference, isBack);
        if (isBack || state == RefundState.Paid || state == before) return new Done();
        var amount = back?.RefundMinor ?? 0; // what was paid for a cancelled order is no goods money
        var change = state == RefundState.Rejected ? -amount : before == RefundState.Rejected ? amount : 0;
        return new(new Done(), new OrderEvent.RefundNoted(reference, state, change, now));
    }

    /// <summary>The acquirer's word stands above people's: money that was not let go, yet is back, counts again.</summary>
    private IEnumerable<OrderEvent> BackAfterAll(Payments.PaymentEvent e, DateTimeOffset now) =>
        RefOf(e) is { } reference && StateOf(reference, false) == RefundState.Rejected
            ? DecideNoted(reference, RefundState.Paying, now).Events : [];

    private ImmutableArray<OrderRefund> Refunds(string id)
    {
        var refunds = Returns.Where(r => r.Value.RefundMinor > 0)
            .Select(r => Refund(r.Key, r.Value.RefundMinor, r.Value.IsRefunded));
        return Phase == OrderPhase.Cancelled && PaidBy is not null && PaidMinor > 0
            ? [.. refunds, Refund(CancelRefundId, PaidMinor, WasPaidBack)] : [.. refunds];

        OrderRefund Refund(string reference, long amountMinor, bool isBack) =>
            new(RefundKeys.IdOf(id, reference), reference, amountMinor, StateOf(reference, isBack));
    }

    private RefundState StateOf(string reference, bool isBack) =>
        isBack ? RefundState.Paid : RefundNotes.GetValueOrDefault(reference, RefundState.Paying);
}

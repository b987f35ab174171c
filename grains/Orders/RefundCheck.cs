using Ale.Kernel;

namespace Ale.Orders;

/// <summary>
/// A refund is one its order decided, of the amount it decided; refunds of an order never pass what was paid for it; the
/// acquirer is asked only when nobody need agree or all who must have; what is paid the order knows of (SHP-04).
/// </summary>
internal sealed class RefundCheck() : JournalCheck<RefundEvent>("refunds", "refund", RefundJson.Default.RefundEvent)
{
    private readonly Dictionary<string, Refund> _refunds = new(StringComparer.Ordinal);

    protected override void Fold(string key, RefundEvent happened)
    {
        var refund = _refunds.GetValueOrDefault(key) ?? Refund.New();
        if (happened is RefundEvent.Opened) Expect(key, refund.Opening is null, $"it is opened twice");
        if (happened is RefundEvent.Tried)
            Expect(key, refund.State == RefundState.Paying, $"the acquirer was asked while it was {refund.State}");
        if (happened is RefundEvent.Cleared)
            Expect(key, refund is { State: RefundState.Waiting, ApprovalId: not null }, $"it was cleared unasked");
        if (happened is RefundEvent.Paid)
            Expect(key, refund.State != RefundState.Paid, $"it is paid twice");
        _refunds[key] = refund.Apply(happened);
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
        var orders = others.OfType<OrderCheck>().Single();
        foreach (var (key, refund) in _refunds)
        {
            var terms = refund.Opening!.Terms;
            Expect(key, key == RefundKeys.IdOf(terms.OrderId, terms.Ref), $"it is not {terms.OrderId}/{terms.Ref}'s");
            var order = orders.Find(terms.OrderId);
            var isReturn = order?.Returns.ContainsKey(terms.Ref) == true;
            var known = isReturn || (terms.Ref == RefundKeys.Cancel && order is { Phase: OrderPhase.Cancelled });
            Expect(key, known, $"order {terms.OrderId} has neither a return {terms.Ref} nor was it cancelled");
            if (!known) continue;
            var decided = isReturn ? order!.Returns[terms.Ref].RefundMinor : order!.PaidMinor;
            Expect(key, (terms.AmountMinor, terms.Currency) == (decided, order.Currency),
                $"it is {terms.AmountMinor} {terms.Currency}, the order decided {decided} {order.Currency}");
            var isBack = isReturn ? order.Returns[terms.Ref].IsRefunded : order.WasPaidBack;
            Expect(key, refund.State != RefundState.Paid || isBack, $"it is paid, but its order does not know");
        }

        foreach (var of in _refunds.Values.GroupBy(r => r.Opening!.Terms.OrderId, StringComparer.Ordinal))
        {
            var paid = orders.Find(of.Key)?.PaidMinor ?? 0;
            var back = of.Sum(r => r.Opening!.Terms.AmountMinor);
            Expect(RefundKeys.IdOf(of.Key, of.First().Opening!.Terms.Ref), back <= paid,
                $"{back} is to go back of order {of.Key}, {paid} was paid");
        }
    }
}

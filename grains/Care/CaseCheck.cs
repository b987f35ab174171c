using Ale.Kernel;
using Ale.Orders;
using Ale.Stock;

namespace Ale.Care;

/// <summary>
/// A case's steps come in their order; one that is settled by money has a return of its order, of its units and its
/// amount; one that is settled by an exchange has sold new units and put as many back; no return and no sale has a
/// case's name without the case (ORD-05).
/// </summary>
internal sealed class CaseCheck() : JournalCheck<CaseEvent>("cases", "case", CaseJson.Default.CaseEvent)
{
    private readonly Dictionary<string, Case> _cases = new(StringComparer.Ordinal);

    protected override void Fold(string key, CaseEvent happened)
    {
        var care = _cases.GetValueOrDefault(key) ?? Case.New();
        var (isInOrder, step) = happened switch
        {
            CaseEvent.Opened => (care.Opening is null, "opened"),
            CaseEvent.Evidenced e => (care.State == (e.IsFirst ? CaseState.Opened : CaseState.Evidenced), "evidenced"),
            CaseEvent.Decided => (care.State == CaseState.Evidenced, "decided"),
            CaseEvent.GoodsBack => (care.State == CaseState.Decided, "got its goods back"),
            CaseEvent.Settled or CaseEvent.NotSettled => (care.Settlement is not null, "settled"),
            _ => (true, ""),
        };
        Expect(key, isInOrder, $"it was {step} while it was {care.State}");
        _cases[key] = care.Apply(happened);
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
        var orders = others.OfType<OrderCheck>().Single();
        var stock = others.OfType<StockCheck>().Single();
        foreach (var (key, care) in _cases.Where(c => c.Value.State == CaseState.Settled))
        {
            if (care.Remedy is CaseRemedy.Return or CaseRemedy.Refund) Money(key, care, orders);
            else
                Expect(key, (care.ReturnId, care.RefundMinor) == (null, null),
                    $"it is settled by {care.Remedy} and money");
            if (care.Remedy == CaseRemedy.Exchange) Exchange(key, care.Opening!.Terms, stock);
        }

        var known = _cases.Where(c => c.Value.Opening is not null)
            .ToDictionary(c => CaseKeys.ClaimOf(c.Key), c => c.Value, StringComparer.Ordinal);
        foreach (var (sku, claim, sold) in stock.Sold.Where(s => CaseKeys.IsClaim(s.Id)))
        {
            var isOne = known.TryGetValue(claim, out var care) && care.Remedy == CaseRemedy.Exchange
                && care.Opening!.Terms.Sku == sku;
            Expect(claim, isOne, $"{sold.Quantity} units of {sku} were sold for an exchange that no case granted");
        }

        foreach (var (order, back) in orders.ReturnIds.Where(r => CaseKeys.IsClaim(r.Return)))
        {
            var isOne = known.TryGetValue(back, out var care) && care.Opening!.Terms.OrderId == order
                && care.Remedy is CaseRemedy.Return or CaseRemedy.Refund;
            Expect(back, isOne, $"order {order} has a return for a case that did not grant it");
        }
    }

    private void Money(string key, Case care, OrderCheck orders)
    {
        var terms = care.Opening!.Terms;
        var back = orders.Find(terms.OrderId)?.Returns.GetValueOrDefault(CaseKeys.ClaimOf(key));
        Expect(key, back is not null && care.ReturnId == CaseKeys.ClaimOf(key),
            $"it is settled by money, but order {terms.OrderId} has no return of it");
        if (back is null) return;
        var units = back.Lines.Where(l => l.Sku == terms.Sku).Sum(l => l.Quantity);
        Expect(key, units == terms.Quantity && back.Lines.All(l => l.Sku == terms.Sku),
            $"it is about {terms.Quantity} units of {terms.Sku}, its return about {units}");
        Expect(key, back.RefundMinor == care.RefundMinor,
            $"it says that {care.RefundMinor} goes back, its return {back.RefundMinor}");
    }

    private void Exchange(string key, CaseTerms terms, StockCheck stock)
    {
        var claim = stock.Find(terms.Sku, CaseKeys.ClaimOf(key));
        Expect(key, claim is { State: ReservationState.Confirmed } && claim.Value.Quantity == terms.Quantity,
            $"it is settled by an exchange, but no {terms.Quantity} units of {terms.Sku} were sold for it");
        if (claim is { } sold)
            Expect(key, sold.Back == terms.Quantity, $"{sold.Back} of {terms.Quantity} old units came back for new ones");
    }
}

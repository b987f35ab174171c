using Ale.Kernel;
using Ale.Stock;
using Ale.Users;

namespace Ale.Orders;

/// <summary>
/// Each line's units = its reservation = its confirm; captured = payable; points = what the user's ledger booked for
/// the goods; refunds ≤ paid; points reversed by the rule (USR-06).
/// </summary>
internal sealed class OrderCheck() : JournalCheck<OrderEvent>("orders", "order", OrderJson.Default.OrderEvent)
{
    private readonly Dictionary<string, Order> _orders = new(StringComparer.Ordinal);

    /// <summary>An order as its events make it; null: there is none.</summary>
    public Order? Find(string id) => _orders.GetValueOrDefault(id);

    /// <summary>Every return, with its order.</summary>
    public IEnumerable<(string Order, string Return)> ReturnIds =>
        from o in _orders from r in o.Value.Returns.Keys select (o.Key, r);

    protected override void Fold(string key, OrderEvent happened) =>
        _orders[key] = (_orders.TryGetValue(key, out var order) ? order : Order.New()).Apply(happened);

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
        var stock = others.OfType<StockCheck>().Single();
        var users = others.OfType<UserCheck>().Single();
        foreach (var (id, order) in _orders)
        {
            Money(id, order);
            Units(id, order, stock);
            Points(id, order, users);
        }

        foreach (var (sku, claim, sold) in stock.Sold)
        {
            // Ids hold no slash, so a claim with one is an order's: order/attempt.
            if (claim.Split('/') is not [var id, _]) continue;
            var known = _orders.TryGetValue(id, out var order);
            Expect(id, known, $"{sold.Quantity} units of {sku} were sold for it, but there is no such order");
            if (!known || IsSold(order!) || order!.Phase is OrderPhase.Paying or OrderPhase.Cancelling) continue;
            Expect(id, sold.Back == sold.Quantity,
                $"{sold.Quantity} units of {sku} are sold and {sold.Back} back, but the order is {order.Phase}");
        }

        foreach (var (id, earned) in users.Earned)
        {
            Expect(id, _orders.TryGetValue(id, out var order) && order.Content?.User == earned.User,
                $"user {earned.User} earned points for it, but it is no order of his");
        }
    }

    private static bool IsSold(Order order) =>
        order.Phase is OrderPhase.Paid or OrderPhase.Shipped or OrderPhase.Delivered;

    private void Money(string id, Order order)
    {
        if (!order.Lines.IsEmpty)
        {
            var goods = order.Lines.Sum(l => l.Quantity * l.PriceMinor);
            var shares = order.Lines.Sum(l => l.DiscountMinor);
            Expect(id, goods == order.GoodsMinor, $"its lines cost {goods}, its goods {order.GoodsMinor}");
            Expect(id, shares == order.DiscountMinor,
                $"its lines share a discount of {shares}, the order has {order.DiscountMinor}");
        }

        if (order.PaidBy is null)
        {
            Expect(id, !IsSold(order) && order.Returns.IsEmpty, $"it is {order.Phase} but was never paid");
            return;
        }

        Expect(id, order.PaidMinor == order.PayableMinor,
            $"{order.PaidMinor} was captured, {order.PayableMinor} was payable");
        Expect(id, order.RefundMinor - order.FreightBackMinor <= order.NetGoodsMinor,
            $"{order.RefundMinor} is refunded of goods of {order.NetGoodsMinor}");
        Expect(id, order.FreightBackMinor <= (order.Shipping?.FreightMinor ?? 0),
            $"{order.FreightBackMinor} of freight is refunded, it was {order.Shipping?.FreightMinor}");
        Expect(id, order.RefundMinor <= order.PaidMinor,
            $"{order.RefundMinor} is to go back of {order.PaidMinor} that was paid");
        var back = order.Returns.Values.Where(r => r.IsRefunded).Sum(r => r.RefundMinor);
        Expect(id, back <= order.PaidMinor, $"{back} went back, {order.PaidMinor} was paid");
    }

    private void Units(string id, Order order, StockCheck stock)
    {
        if (!IsSold(order)) return;
        for (var i = 0; i < order.Lines.Length; i++)
        {
            var returned = order.Returns.Values.SelectMany(r => r.Lines).Where(l => l.Line == i).Sum(l => l.Quantity);
            Expect(id, returned <= order.Lines[i].Quantity,
                $"{returned} of {order.Lines[i].Quantity} units of line {i} came back");
        }

        foreach (var (sku, units) in order.Content!.Demand)
        {
            var lines = order.Lines.Where(l => l.Sku == sku).Sum(l => l.Quantity);
            Expect(id, lines == units, $"its lines have {lines} units of {sku}, {units} were asked for");
            var claim = stock.Find(sku, $"{id}/{order.Attempt}");
            Expect(id, claim is { State: ReservationState.Confirmed },
                $"{units} units of {sku} are sold by it, but not by the stock");
            if (claim is not { } sold) continue;
            Expect(id, sold.Quantity == units, $"{units} units of {sku} are sold by it, {sold.Quantity} by the stock");
            var accepted = Returned(_ => true);
            var done = Returned(r => r.IsDone);
            Expect(id, done <= sold.Back && sold.Back <= accepted,
                $"{done} to {accepted} units of {sku} came back by it, {sold.Back} by the stock");

            int Returned(Func<OrderReturn, bool> which) =>
                order.Returns.Values.Where(which).SelectMany(r => r.Lines).Where(l => l.Sku == sku).Sum(l =>
                    l.Quantity);
        }
    }

    private void Points(string id, Order order, UserCheck users)
    {
        if (!order.WasSold) return;
        if (order.Content!.User is not { } user)
        {
            Expect(id, order.PointsEarned == 0, $"a guest's order earned {order.PointsEarned} points");
            return;
        }

        var earned = users.Earned.GetValueOrDefault(id);
        Expect(id, earned is not null && earned.User == user, $"its buyer's ledger has no entry of it");
        Expect(id, earned is null || (earned.Points == order.PointsEarned && earned.GoodsMinor == order.NetGoodsMinor),
            $"{order.PointsEarned} points for {order.NetGoodsMinor}, booked {earned?.Points} for {earned?.GoodsMinor}");
        if (order.Returns.IsEmpty) return;
        var rule = order.NetGoodsMinor == 0 ? 0
            : (long)((Int128)order.PointsEarned * order.GoodsBackMinor / order.NetGoodsMinor);
        Expect(id, order.PointsReversed == rule, $"{order.PointsReversed} points went back, by the rule {rule}");
        foreach (var (back, r) in order.Returns.Where(r => r.Value.IsDone))
        {
            var booked = users.Reversed(id, back);
            Expect(id, booked == r.Points, $"return {back} took {r.Points} points back, the ledger booked {booked}");
        }
    }
}

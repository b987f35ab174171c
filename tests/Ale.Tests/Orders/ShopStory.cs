using Ale.Edge;
using Ale.Kernel;
using Ale.Stock;
using Xunit;

namespace Ale.Orders;

/// <summary>The shop as a plain list of claims, told what happened in the journal's order.</summary>
internal sealed class ShopStory(int seed)
{
    public const int PerUserMax = 5;

    private enum Phase { Placing, Reserved, Refused, Paid, Cancelled }

    private sealed class Told(string claim, OrderContent content)
    {
        public string Claim => claim;
        public OrderContent Content => content;
        public Phase Phase { get; set; }

        /// <summary>What it could have been refused for since it was placed.</summary>
        public HashSet<string> WhyNot { get; } = [];
    }

    private readonly Dictionary<(string Sku, string Claim), (int Units, string State, string? User)> _claims = [];
    private readonly Dictionary<string, long> _onHand = [];
    private readonly Dictionary<string, Told> _orders = [];
    private readonly HashSet<(string Order, Phase Phase)> _ever = [];
    private readonly HashSet<(string Order, string Code)> _refused = []; // asked again, it may be had or not

    public async Task Read(IJournalStore journal)
    {
        var (place, end) = (default(JournalPlace), await journal.End(default));
        while (place < end)
        {
            var page = await journal.Read(JournalFilter.All, place, 1_000, default);
            foreach (var row in page.Rows)
            {
                var id = row.Stream[(row.Stream.IndexOf('/') + 1)..];
                if (row.Kind == "stock")
                    foreach (var e in EventJson.Read(row.Events, StockJson.Default.StockEvent)) Tell(id, e);
                if (row.Kind == "order")
                    foreach (var e in EventJson.Read(row.Events, OrderJson.Default.OrderEvent)) Tell(id, e);
            }

            place = page.Horizon;
        }
    }

    public (long OnHand, long Held, long Sold) Figures(string sku) =>
        (_onHand[sku], Sum(sku, "held"), Sum(sku, "sold"));

    /// <summary>Whether the buyer heard what was so at some time.</summary>
    public void Explains(string order, int kind, Answer answer)
    {
        var code = answer.Status == 200 ? "" : (string)answer.Json["code"]!;
        if (!_orders.TryGetValue(order, out var told))
        {
            Is(answer.Status == 404, $"{order} never was, and its buyer heard {answer.Text}");
            return;
        }

        Is(told.Phase is not Phase.Placing, $"{order} is still being placed");
        if (kind <= 2 && answer.Status != 200)
        {
            Is(_refused.Contains((order, code)) || code.StartsWith("order.", StringComparison.Ordinal),
                $"{order}: {answer.Text}");
        }

        if (answer.Status != 200) return;
        var said = (string)answer.Json["state"]!;
        var phase = said switch
        {
            "paid" => Phase.Paid,
            "cancelled" or "refunded" => Phase.Cancelled,
            _ => Phase.Reserved,
        };
        Is(_ever.Contains((order, phase)), $"{order} was never {phase}, and its buyer heard {said}");
        if (phase == Phase.Cancelled)
            Is(told.Phase == phase, $"{order} was {said} and is {told.Phase}");
    }

    private void Tell(string sku, StockEvent happened)
    {
        switch (happened)
        {
            case StockEvent.Received e:
                _onHand[sku] = _onHand.GetValueOrDefault(sku) + e.Quantity;
                break;
            case StockEvent.Held e:
                Is(!_claims.ContainsKey((sku, e.Id)), $"{e} was there");
                Is(WhyNot(sku, e.Quantity, e.User) is [], $"{e}, which could not be had");
                _claims[(sku, e.Id)] = (e.Quantity, "held", e.User);
                break;
            case StockEvent.Confirmed e:
                Turn(sku, e.Id, "held", "sold");
                _onHand[sku] -= e.Quantity;
                break;
            case StockEvent.Released e when e.Quantity > 0:
                Turn(sku, e.Id, "held", "released");
                break;
            case StockEvent.PutBack e:
                Turn(sku, e.ReservationId, "sold", "back");
                _onHand[sku] += e.Quantity;
                break;
            case StockEvent.Expired or StockEvent.Reclaimed:
                Is(false, $"{happened} within seconds");
                break;
        }

        foreach (var order in _orders.Values.Where(o => o.Phase == Phase.Placing)) Consider(order, sku);
    }

    private void Tell(string id, OrderEvent happened)
    {
        switch (happened)
        {
            case OrderEvent.Placed e:
                var told = _orders[id] = new($"{id}/{e.Attempt}", e.Content);
                foreach (var (sku, _) in e.Content.Demand) Consider(told, sku);
                break;
            case OrderEvent.Reserved: To(Phase.Placing, Phase.Reserved, "held"); break;
            case OrderEvent.Paid: To(Phase.Reserved, Phase.Paid, "sold"); break;
            case OrderEvent.Cancelled: To(_orders[id].Phase, Phase.Cancelled, null); break;
            case OrderEvent.Refused e:
                To(Phase.Placing, Phase.Refused, null);
                _refused.Add((id, e.Code));
                Is(_orders[id].WhyNot.Contains($"{e.Code} {e.Sku}"), $"{id}: {e} at no time");
                break;
        }

        void To(Phase from, Phase to, string? claims)
        {
            var order = _orders[id];
            Is(order.Phase == from, $"{id} is {order.Phase}, then {happened}");
            foreach (var (sku, units) in order.Content.Demand)
            {
                var (had, state, _) = _claims.GetValueOrDefault((sku, order.Claim), (0, "none", null));
                Is(claims is null ? state is not ("held" or "sold") : (had, state) == (units, claims),
                    $"{happened} while {id} has {had} of {sku} {state}");
            }

            order.Phase = to;
            _ever.Add((id, to));
        }
    }

    private void Consider(Told order, string sku)
    {
        foreach (var (wanted, units) in order.Content.Demand)
        {
            if (wanted != sku || _claims.ContainsKey((sku, order.Claim))) continue;
            order.WhyNot.UnionWith(WhyNot(sku, units, order.Content.User).Select(why => $"{why} {sku}"));
        }
    }

    private List<string> WhyNot(string sku, int units, string? user)
    {
        var reasons = new List<string>();
        if (_onHand[sku] - Sum(sku, "held") < units) reasons.Add("stock.sold_out");
        var own = _claims.Where(c => c.Key.Sku == sku && c.Value.User == user && c.Value.State is "held" or "sold");
        if (user is not null && own.Sum(c => c.Value.Units) + units > PerUserMax) reasons.Add("stock.limit");
        return reasons;
    }

    private long Sum(string sku, string state) =>
        _claims.Where(c => c.Key.Sku == sku && c.Value.State == state).Sum(c => (long)c.Value.Units);

    private void Turn(string sku, string claim, string from, string to)
    {
        var (units, state, user) = _claims.GetValueOrDefault((sku, claim), (0, "none", null));
        Is(state == from, $"{claim} of {sku} is {state}, then {to}");
        _claims[(sku, claim)] = (units, to, user);
    }

    private void Is(bool so, string otherwise) => Assert.True(so, $"seed {seed}: {otherwise}");
}

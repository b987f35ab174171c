using System.Collections.Immutable;
using Ale.Coupons;
using Ale.Kernel;
using Ale.Sessions;
using Ale.Stock;
using Ale.Users;

namespace Ale.Orders;

/// <summary>
/// Drives an order from an intent to a rest: asks stock, coupon and user, all of them to the left and each by an id of
/// the order's own, so that any step may be taken twice. One drive at a time; who comes meanwhile awaits it.
/// </summary>
internal sealed partial class OrderGrain
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(1);

    /// <summary>Of so many times what an order wants, a SKU is not scarce for it.</summary>
    private const int PlentyTimes = 20;

    private Task? _drive;

    /// <summary>The attempt that was begun here and not driven yet: nobody can hold anything of it.</summary>
    private int _begun;

    /// <summary>The order's reservations, one a SKU; a new attempt holds anew.</summary>
    private string ClaimId => $"{Key}/{State.Attempt}";

    private UserId? Buyer => State.Buyer;

    private async Task Drive()
    {
        while (State.IsUnderway)
        {
            if (_drive is null || _drive.IsCompleted) _drive = DriveOnce();
            await _drive;
        }
    }

    private Task DriveOnce() => State.Phase switch
    {
        OrderPhase.Placing => Claim(),
        OrderPhase.Paying => Sell(),
        OrderPhase.Cancelling => GiveBack(State.Reason!),
        _ => FinishReturns(),
    };

    /// <summary>
    /// All lines or none; the scarcest first and alone, so that who cannot have it holds nobody else up. Where there is
    /// plenty of all, nobody is held up, and they are asked at once.
    /// </summary>
    private async Task Claim()
    {
        var isFirstRun = _begun == State.Attempt;
        _begun = 0;
        if (!isFirstRun) CallMark.SetRepeat(); // whoever caused this run: the one before it may have been cut off
        var content = State.Content!;
        var demand = content.Demand.ToArray();
        var (offered, refusal) = await Offered(content, demand);
        string? area = null;
        var near = ImmutableArray<string>.Empty;
        if (refusal is null) (area, refusal) = await Destination(content);
        if (area is not null) near = await Near(area);
        var (order, alone) = (new List<(string Sku, int Quantity)>(), 0);
        if (refusal is null) (order, alone, refusal) = await ScarcestFirst(demand);
        var held = new Dictionary<string, Reservation>(StringComparer.Ordinal);
        if (refusal is null)
        {
            if (alone > 0) refusal = await Hold(order.Take(alone));
            if (refusal is null && order.Count > alone) refusal = await Hold(order.Skip(alone));
        }

        var couponOff = 0L;
        if (refusal is null && content.Coupon is { } code)
        {
            var goods = content.Lines.Sum(l => l.Quantity * (l.PriceMinor ?? held[l.Sku].PriceMinor));
            var use = CouponCodes.TemplateOf(code, out var template)
                ? await GrainFactory.Coupon(template).Hold(new(code, ClaimId, Buyer, goods, held.Values.First()
                    .Currency))
                : new Outcome<CouponUse>(null, CouponRefusals.Unknown);
            (couponOff, refusal) = (use.Value?.OffMinor ?? 0, use.Refusal);
        }

        if (refusal is null)
        {
            var freight = area is null ? null : policies.For(held.Values.First().Market, Now).Freight;
            var touched = await Touched(held.Values.First().Market);
            (_, refusal) = await Commit(State.DecideReserved(
                held, couponOff, policies.DefaultMarket, area, freight, touched));
            if (refusal is null) return;
        }

        if (refusal.Kind == RefusalKind.Busy) throw new OutcomeUnknownException(
            $"{Key}: {refusal.Code}"); // asked again
        // A first run knows what it holds; a run after a crash does not know what the one before held.
        await LetGo(!isFirstRun ? demand : [.. demand.Where(d => held.ContainsKey(d.Sku))]);
        var sku = refusal.Details.FirstOrDefault(d => d.Key == "sku").Value;
        await Commit(new Decision<OrderEvent, Done>(
            new Done(), new OrderEvent.Refused(refusal.Code, refusal.Kind, sku, Now)));

        async Task<Refusal?> Hold(IEnumerable<(string Sku, int Quantity)> some)
        {
            var asked = some.Select(async d => (d.Sku, Outcome: await skus.Reserve(d.Sku,
                new(ClaimId, d.Quantity)
                {
                    User = Buyer,
                    SessionId = content.SessionId,
                    Offer = d.Sku == offered ? $"{content.SessionId}/{content.Offer}" : null,
                    Warehouses = near,
                }))).ToArray();
            var answers = await Task.WhenAll(asked);
            foreach (var (sku, outcome) in answers)
                if (outcome.Value is { } reservation) held[sku] = reservation;
            var first = content.Lines.Select(l => l.Sku)
                .FirstOrDefault(s => answers.Any(a => a.Sku == s && a.Outcome.Refusal is not null));
            if (first is null) return null;
            var why = answers.First(a => a.Sku == first).Outcome.Refusal!;
            return (why.Code == StockRefusals.UnknownSku.Code ? OrderRefusals.UnknownSku : why).With("sku", first);
        }
    }

    /// <summary>The SKU that the order's offer is for; null: it names none.</summary>
    private async Task<(string? Sku, Refusal? Refusal)> Offered(
        OrderContent content, (string Sku, int Quantity)[] demand)
    {
        if (content.Offer is null) return (null, null);
        var (sku, refusal) = await GrainFactory.Session(content.SessionId!).OfferSku(content.Offer);
        if (refusal is null && demand.All(d => d.Sku != sku)) refusal = OfferRefusals.Unknown;
        return (sku, refusal);
    }

    /// <summary>
    /// The SKUs in the order to ask them, and how many of them to ask alone before the rest: none when all seem to have
    /// plenty. Or why none is asked at all.
    /// </summary>
    private async Task<(List<(string Sku, int Quantity)> Order, int Alone, Refusal? Refusal)> ScarcestFirst(
        (string Sku, int Quantity)[] demand)
    {
        // One SKU needs no order; an unknown one says so itself.
        if (demand.Length == 1 && State.Attempt == 1 && State.Content!.Lines.Length == 1) return ([demand[0]], 1, null);
        var glances = await Task.WhenAll(demand.Select(d => GrainFactory.Sku(d.Sku).Glance()));
        if (glances.Any(g => g.Value.Currency != glances[0].Value.Currency || g.Refusal is not null)
            && await WhyNotTogether(demand) is { } refusal) return ([], 0, refusal);
        var isPlenty = demand.Zip(glances).All(d => d.Second.Value.Available >= PlentyTimes * (long)d.First.Quantity);
        return ([.. demand.Zip(glances).OrderBy(d => d.Second.Value.Available)
            .ThenBy(d => d.First.Sku, StringComparer.Ordinal).Select(d => d.First)], isPlenty ? 0 : 1, null);
    }

    /// <summary>A glance is a hint; what an order is refused for is asked properly.</summary>
    private async Task<Refusal?> WhyNotTogether((string Sku, int Quantity)[] demand)
    {
        var currency = default(string);
        foreach (var (sku, _) in demand)
        {
            var (terms, refusal) = await GrainFactory.Sku(sku).Get();
            if (refusal is not null) return OrderRefusals.UnknownSku.With("sku", sku);
            if ((currency ??= terms!.Currency) != terms!.Currency) return OrderRefusals.Currency.With("sku", sku);
        }

        return null;
    }

    /// <summary>The money is there: sell every line, then coupon, then points; if a line cannot be had, all of it
    /// back.</summary>
    private async Task Sell()
    {
        var content = State.Content!;
        var demand = content.Demand.ToArray();
        if (State.PayBy - Now < RenewBefore && State.PayBy > Now)
        {
            await Task.WhenAll(demand.Select(d => GrainFactory.Sku(d.Sku).Renew(new(ClaimId, $"{ClaimId}/pay"))));
        }

        var sold = await Task.WhenAll(demand.Select(async d =>
            (d.Sku, d.Quantity, (await GrainFactory.Sku(d.Sku).Confirm(
            new(ClaimId)
            {
                Content = new(ClaimId, d.Quantity) { User = Buyer, SessionId = content.SessionId },
                PriceMinor = State.Lines.First(l => l.Sku == d.Sku).PriceMinor,
            })).Refusal)));
        if (sold.FirstOrDefault(s => s.Refusal?.Kind == RefusalKind.Busy) is { Refusal: { } busy })
            throw new OutcomeUnknownException($"{Key}: {busy.Code}");
        if (sold.Any(s => s.Refusal is not null))
        {
            await Cancel("stock");
            return;
        }

        if (content.Coupon is { } code && CouponCodes.TemplateOf(code, out var template))
        {
            var redeemed = await GrainFactory.Coupon(template).Redeem(new(code, ClaimId)
            {
                Content = new(code, ClaimId, Buyer, State.GoodsMinor, State.Currency),
            });
            if (redeemed.Refusal is not null)
            {
                await Cancel("coupon");
                return;
            }
        }

        var points = 0L;
        if (Buyer is { } buyer)
        {
            var eco = State.Lines.Where(l => l.Eco).Sum(l => l.NetMinor);
            var (earned, refusal) = await GrainFactory.User(buyer).Earn(
                new(Key, State.Market, State.Currency, State.NetGoodsMinor, eco));
            if (refusal is not null) throw new InvalidOperationException(
                $"Points of {Key} were refused: {refusal.Code}");
            points = earned!.Points;
        }

        await Commit(new Decision<OrderEvent, Done>(new Done(), new OrderEvent.Paid(points, Now)));
    }

    /// <summary>From here on things are only given back, also by who drives on after a crash.</summary>
    private Task Cancel(string reason) =>
        Commit(new Decision<OrderEvent, Done>(new Done(), new OrderEvent.Cancelling(reason, null, Now)));

    /// <summary>Everything back: units, coupon, points, money. Any step may have been taken before.</summary>
    private async Task GiveBack(string reason)
    {
        await LetGo([.. State.Content!.Demand]);
        if (State.WasSold && Buyer is { } buyer && State.PointsEarned > State.PointsReversed)
        {
            var (_, refusal) = await GrainFactory.User(buyer).Reverse(new(Order.CancelRefundId, Key,
                State.PointsEarned - State.PointsReversed, State.NetGoodsMinor - State.RefundMinor));
            if (refusal is not null) throw new OutcomeUnknownException($"{Key}: points answer {refusal.Code}");
        }

        var paid = State.PaidBy is not null;
        await Commit(new Decision<OrderEvent, Done>(new Done(), State.WithDelayOver(new OrderEvent.Cancelled(
            reason, paid ? Order.CancelRefundId : null, paid ? State.PaidMinor : 0, Now, State.CancelledBy),
            "cancelled", Now)));
    }

    /// <summary>Holds are released, what was sold is put back, the coupon is free again.</summary>
    private async Task LetGo((string Sku, int Quantity)[] demand)
    {
        var content = State.Content!;
        await Task.WhenAll(demand.Select(async d =>
        {
            var sku = GrainFactory.Sku(d.Sku);
            var released = await sku.Release(new(ClaimId) { Fence = true });
            if (released.Refusal?.Code == StockRefusals.Confirmed.Code)
            {
                released = (await sku.PutBack(new($"{ClaimId}/undo", ClaimId, d.Quantity)
                {
                    User = Buyer,
                    SessionId = content.SessionId,
                    Undo = true,
                })).Refusal ?? new Outcome<Reservation>(null, null);
            }

            if (released.Refusal is { } refusal && refusal.Code != StockRefusals.UnknownSku.Code)
                throw new OutcomeUnknownException($"{Key}: {d.Sku} answers {refusal.Code}");
        }));

        if (content.Coupon is { } code && CouponCodes.TemplateOf(code, out var template))
        {
            var (_, refusal) = await GrainFactory.Coupon(template).GiveBack(new(code, ClaimId));
            if (refusal is not null && refusal.Code != CouponRefusals.Unknown.Code)
                throw new OutcomeUnknownException($"{Key}: coupon {code} answers {refusal.Code}");
        }
    }

    private async Task FinishReturns()
    {
        var content = State.Content!;
        var quarantine = policies.For(State.Market, Now).Orders.ReturnQuarantine;
        foreach (var (id, back) in State.Returns.Where(r => !r.Value.IsDone))
        {
            foreach (var (sku, units) in back.Lines.GroupBy(l => l.Sku).Select(g => (g.Key, g.Sum(l => l.Quantity))))
            {
                var (_, refusal) = await GrainFactory.Sku(sku).PutBack(new($"{Key}/r/{id}", ClaimId, units)
                {
                    User = Buyer,
                    SessionId = content.SessionId,
                    Quarantine = quarantine,
                });
                if (refusal is not null) throw new OutcomeUnknownException($"{Key}: {sku} answers {refusal.Code}");
            }

            if (Buyer is { } buyer)
            {
                var (_, refusal) = await GrainFactory.User(buyer).Reverse(new(id, Key, back.Points, back.GoodsMinor));
                if (refusal is not null) throw new OutcomeUnknownException($"{Key}: points answer {refusal.Code}");
            }

            await Commit(new Decision<OrderEvent, Done>(new Done(), new OrderEvent.ReturnDone(id)));
        }
    }
}

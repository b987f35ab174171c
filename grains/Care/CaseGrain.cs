using Ale.Kernel;
using Ale.Markets;
using Ale.Orders;
using Ale.Policy;
using Ale.Registers;
using Ale.Stock;

namespace Ale.Care;

[GrainType("case")]
internal sealed class CaseGrain(SiloKernel kernel, PolicyBook policies, MarketBook markets)
    : EventSourcedGrain<Case, CaseEvent>(kernel), ICaseGrain
{
    private readonly SingleFlight<Task> _driving = new();

    private CarePolicy Policy => policies.For(State.Opening?.Market, Now).Care;

    private string ClaimId => CaseKeys.ClaimOf(Key);

    public async Task<Outcome<CaseView>> Open(OpenCase command, CancellationToken ct)
    {
        var nothing = new CaseFacts(policies.DefaultMarket, 0, null, null, null);
        var first = State.Decide(command, nothing, policies.For(null, Now), Key, Now);
        if (State.Opening is not null || first.Reply.Refusal == CaseRefusals.BadTerms) return await Commit(first, ct);
        var terms = command.Terms;
        var (order, refusal) = await GrainFactory.Order(terms.OrderId).AfterSales(terms.Sku, ct);
        if (refusal is not null) return await Commit<CaseView>(refusal, ct);
        var calendar = markets.For(order!.Market, Now);
        int? days = order.DeliveredAt is { } arrived
            ? calendar.BusinessDay(Now).DayNumber - calendar.BusinessDay(arrived).DayNumber : null;
        var policy = policies.For(order.Market, Now);
        string? voucher = null;
        if (CaseWindows.NeedsVoucher(terms.Kind, days, policy.Orders))
        {
            var (gate, unknown) = await GrainFactory.Register(CaseKeys.VoucherRegister, terms.OrderId)
                .Valid(null, [new(CaseKeys.VoucherAttribute, terms.Sku.ToUpperInvariant())], ct);
            if (unknown is not null) return await Commit<CaseView>(unknown, ct);
            voucher = gate!.Entry?.Id;
        }

        var facts = new CaseFacts(order.Market, order.UnitsLeft, order.DeliveredAt, days, voucher);
        return await Commit(State.Decide(command, facts, policy, Key, Now), ct);
    }

    public Task<Outcome<CaseView>> Get(CancellationToken ct) =>
        Commit<CaseView>(State.Opening is null ? CaseRefusals.Unknown : State.View(Key, Now), ct);

    public Task<Outcome<CaseView>> Evidence(StepCase command, CancellationToken ct) =>
        Commit(State.DecideEvidence(command, Policy, Key, Now), ct);

    public async Task<Outcome<CaseView>> Decide(DecideCase command, CancellationToken ct)
    {
        long? price = null;
        var would = State.Decide(command, price, Policy, Key, Now);
        if (would.Events.Length > 0 && command.Remedy == CaseRemedy.Exchange)
        {
            // Nobody's limits count: the units replace units that were counted when they were bought.
            var terms = State.Opening!.Terms;
            var (held, refusal) = await GrainFactory.Sku(terms.Sku).Reserve(new(ClaimId, terms.Quantity), ct);
            if (refusal is not null) return await Commit<CaseView>(refusal.With("sku", terms.Sku), ct);
            price = held!.PriceMinor;
        }

        return await Commit(State.Decide(command, price, Policy, Key, Now), ct);
    }

    public Task<Outcome<CaseView>> GoodsBack(StepCase command, CancellationToken ct) =>
        Commit(State.DecideGoodsBack(command, Policy, Key, Now), ct);

    public async Task<Outcome<CaseView>> Settle(StepCase command, CancellationToken ct)
    {
        await Drive();
        var would = State.DecideSettle(command, Key, Now);
        if (would.Events.Length > 0)
        {
            var terms = State.Opening!.Terms;
            var (order, refusal) = await GrainFactory.Order(terms.OrderId).AfterSales(terms.Sku, ct);
            if (refusal is not null) return await Commit<CaseView>(refusal, ct);
            if (order!.UnitsLeft < terms.Quantity) return await Commit<CaseView>(CaseRefusals.Exceeds, ct);
        }

        var begun = await Commit(State.DecideSettle(command, Key, Now), ct);
        if (begun.Refusal is not null || State.Settlement is null) return begun;
        while (State.Settlement is not null) await Drive();
        return await Commit<CaseView>(
            State.State == CaseState.Settled ? State.View(Key, Now) : State.WhyNotSettled!, ct);
    }

    protected override async Task OnDue()
    {
        try
        {
            CallMark.SetRepeat(); // what was asked before a crash may have been done
            await Drive();
        }
        finally
        {
            CallMark.Clear();
        }

        await Commit(State.DecideLate(Policy, Now));
    }

    private Task Drive() => State.Settlement is null ? Task.CompletedTask : _driving.Run(SettleOn);

    private async Task SettleOn()
    {
        var (terms, isMoney) = (State.Opening!.Terms, State.Remedy is CaseRemedy.Return or CaseRemedy.Refund);
        long? refund = null;
        Refusal? refusal = null;
        if (isMoney)
        {
            var goods = new ReturnGoods(ClaimId, [new(terms.Sku, terms.Quantity)], $"case {Key}")
            {
                Quality = terms.Kind == CaseKind.Quality,
                By = State.GrantedBy, // who granted it has asked for the money, so he may not decide on it
            };
            var back = await GrainFactory.Order(terms.OrderId).Return(goods);
            (refund, refusal) = (back.Value?.RefundMinor, back.Refusal);
        }
        else if (State.Remedy == CaseRemedy.Exchange) refusal = await Exchange(terms);

        if (refusal?.Kind == RefusalKind.Busy) throw new OutcomeUnknownException($"{Key}: {refusal.Code}");
        await Commit(State.DecideSettled(refusal, isMoney ? ClaimId : null, refund, Key, Now));
    }

    /// <summary>
    /// Sells the new units and puts the old ones back against that sale: the order's own sale is as it was, for its
    /// buyer has as many units as before.
    /// </summary>
    private async Task<Refusal?> Exchange(CaseTerms terms)
    {
        var sku = GrainFactory.Sku(terms.Sku);
        var sold = await sku.Confirm(new(ClaimId)
        {
            Content = new(ClaimId, terms.Quantity),
            PriceMinor = State.PriceMinor,
        });
        if (sold.Refusal is not null) return sold.Refusal;
        var back = await sku.PutBack(new($"{ClaimId}/back", ClaimId, terms.Quantity)
        {
            Quarantine = policies.For(State.Opening!.Market, Now).Orders.ReturnQuarantine,
        });
        // Units that were just sold can come back; anything else is a fault, and is tried again.
        return back.Refusal is null ? null : throw new OutcomeUnknownException($"{Key}: {back.Refusal.Code}");
    }
}

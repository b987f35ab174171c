using Ale.Kernel;
using Ale.Payments;
using Ale.Policy;
using Ale.Stock;

namespace Ale.Orders;

[GrainType("order")]
internal sealed partial class OrderGrain(
    SiloKernel kernel, PolicyBook policies, IAcquirer acquirer, SkuCalls skus)
    : EventSourcedGrain<Order, OrderEvent>(kernel), IOrderGrain
{
    public async Task<Outcome<OrderView>> Place(PlaceOrder command, CancellationToken ct)
    {
        var before = State.Attempt;
        var (_, refusal) = await Commit(State.Decide(command, CallMark.IsRepeat, Now), ct);
        if (refusal is not null) return refusal;
        if (State.Attempt > before) _begun = State.Attempt;
        await Drive();
        if (State.Phase == OrderPhase.Refused) return await Commit<OrderView>(State.WhyRefused!, ct);
        await TakeParked();
        return await Answer(State.View(Key), ct);
    }

    public Task<Outcome<OrderView>> Get(CancellationToken ct) =>
        State.Phase == OrderPhase.None ? Commit<OrderView>(OrderRefusals.Unknown, ct) : Answer(State.View(Key), ct);

    public async Task<Outcome<PaymentAsked>> Pay(PayOrder command, CancellationToken ct)
    {
        if (acquirer.WhyNot(command.Method, command.Outcome) is { } refusal) return await Commit<PaymentAsked>(refusal,
            ct);
        await Drive();
        if (await Uncovered(command.Key) is { } gone) return await Commit<PaymentAsked>(gone, ct);
        var asked = await Commit(State.Decide(command, Key, Now), ct);
        if (asked.Value is not { } payment || State.PaidBy is not null) return asked;
        var askedAt = State.Keys.Find(command.Key, Now)!.At;
        await acquirer.Capture(
            new(payment.PaymentId, Key, State.PayableMinor, State.Currency, command.Outcome, askedAt), GrainFactory);
        return await Answer(payment with { State = State.State!.Value }, ct);
    }

    public async Task<Outcome<PaymentTaken>> TakePayment(PaymentEvent happened, CancellationToken ct)
    {
        // The event is kept first, whatever the order makes of it; asked again, the order may still have to act.
        var (_, changed) = await GrainFactory.Payment(happened.EventId).Keep(happened, ct);
        if (changed is not null) return changed;
        await Drive();
        var taken = await Commit(State.Decide(happened, Now), ct);
        if (taken.Refusal is not null) return taken.Refusal;
        await Drive();
        return await Answer(new PaymentTaken(taken.Value, Key), ct);
    }

    public Task<Outcome<OrderView>> Cancel(string key, CancellationToken ct) => Cancel(new CancelOrder(key, null), ct);

    public async Task<Outcome<OrderView>> Cancel(CancelOrder command, CancellationToken ct)
    {
        await Drive();
        return await Done(await Commit(State.DecideCancel(command.Key, Now, command.By), ct), ct);
    }

    public async Task<Outcome<OrderView>> Ship(string key, CancellationToken ct)
    {
        await Drive();
        return await Done(await Commit(State.DecideShip(key, Now), ct), ct);
    }

    public async Task<Outcome<OrderView>> Deliver(string key, CancellationToken ct)
    {
        await Drive();
        return await Done(await Commit(State.DecideDeliver(key, Now), ct), ct);
    }

    public async Task<Outcome<ReturnView>> Return(ReturnGoods command, CancellationToken ct)
    {
        await Drive();
        var (_, refusal) = await Commit(State.Decide(command, Now), ct);
        if (refusal is not null) return refusal;
        await Drive();
        return await Answer(State.ReturnView(command.Id), ct);
    }

    protected override async Task OnDue()
    {
        try
        {
            CallMark.SetRepeat(); // what was asked before a crash may have been done
            await Drive();
            await TakeParked();
            await Commit(State.DecideLapse(Now));
            if (State.Shipping is not null)
                await Commit(State.DecideLate(policies.For(State.Market, Now).Freight, Now));
            await Drive();
        }
        finally
        {
            CallMark.Clear();
        }
    }

    private async Task<Outcome<OrderView>> Done(Outcome<Done> done, CancellationToken ct)
    {
        if (done.Refusal is not null) return done.Refusal;
        await Drive();
        return await Answer(State.View(Key), ct);
    }

    /// <summary>Money that came before its order takes effect now.</summary>
    private async Task TakeParked()
    {
        while (State.ParkedThatFits is { } early)
        {
            await Commit(State.Decide(early, Now));
            await Drive();
        }
    }
}

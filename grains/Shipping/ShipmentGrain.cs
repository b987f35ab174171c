using Ale.Kernel;
using Ale.Orders;

namespace Ale.Shipping;

[GrainType("shipment")]
internal sealed class ShipmentGrain(SiloKernel kernel, ICarrier carrier)
    : EventSourcedGrain<Shipment, ShipmentEvent>(kernel), IShipmentGrain
{
    private Task? _driving;

    public async Task<Outcome<ShipmentView>> Open(OpenShipment command, CancellationToken ct)
    {
        CarrierChoice? choice = null;
        if (State.Opening is null)
        {
            if (await WhyNotSent(command.Terms.OrderId, ct) is { } why) return await Commit<ShipmentView>(why, ct);
            var (chosen, refusal) = await GrainFactory.Carriers().Choose(command.Terms.City, ct);
            if (refusal is not null) return await Commit<ShipmentView>(refusal, ct);
            choice = chosen;
        }

        var opened = await Commit(State.Decide(command, choice, Key, Now), ct);
        if (opened.Refusal is not null || State.Label is not null) return opened;
        await Drive();
        return await Answer(State.View(Key), ct);
    }

    public Task<Outcome<ShipmentView>> Get(CancellationToken ct) =>
        Commit<ShipmentView>(State.Opening is null ? ShipmentRefusals.Unknown : State.View(Key), ct);

    public Task<Outcome<ShipmentView>> Track(TrackShipment command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    protected override Task OnDue() => Drive();

    /// <summary>A new parcel is for an order that is paid; an old one is told whatever became of its order.</summary>
    private async Task<Refusal?> WhyNotSent(string orderId, CancellationToken ct)
    {
        if (!Limits.IsId(orderId)) return ShipmentRefusals.BadTerms;
        var (order, refusal) = await GrainFactory.Order(orderId).Get(ct);
        return refusal ?? (order!.State is OrderState.AwaitingPayment or OrderState.Refused or OrderState.Cancelled
            ? ShipmentRefusals.OrderNotPaid : null);
    }

    /// <summary>One label at a time; who comes meanwhile waits for it.</summary>
    private Task Drive() => _driving is { IsCompleted: false } running ? running : _driving = AskLabel();

    private async Task AskLabel()
    {
        if (State.Label is not null) return;
        var label = await carrier.Label(State.Wanted(Key));
        var (_, refusal) = await Commit(State.DecideLabelled(label, Key, Now));
        // Not now: what is due asks again, and gets the same label.
        if (refusal is not null) throw new OutcomeUnknownException($"{Key}: {refusal.Code}");
    }
}

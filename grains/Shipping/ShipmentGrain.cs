using Ale.Kernel;
using Ale.Orders;

namespace Ale.Shipping;

[GrainType("shipment")]
internal sealed class ShipmentGrain(SiloKernel kernel, ICarrier carrier)
    : EventSourcedGrain<Shipment, ShipmentEvent>(kernel), IShipmentGrain
{
    private readonly SingleFlight<Task> _driving = new();

    public async Task<Outcome<ShipmentView>> Open(OpenShipment command, CancellationToken ct)
    {
        CarrierChoice? choice = null;
        if (State.Opening is null)
        {
            var (city, why) = await Destination(command.Terms, ct);
            if (why is not null) return await Commit<ShipmentView>(why, ct);
            command = command with { Terms = command.Terms with { City = city! } };
            var (chosen, refusal) = await GrainFactory.Carriers().Choose(city!, ct);
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

    /// <summary>Where a new parcel goes, for an order that is paid; an old one is told whatever became of its order.
    /// </summary>
    private async Task<(string? City, Refusal? Why)> Destination(ShipmentTerms terms, CancellationToken ct)
    {
        if (!Limits.IsId(terms.OrderId)) return (null, ShipmentRefusals.BadTerms);
        var (order, refusal) = await GrainFactory.Order(terms.OrderId).Get(ct);
        return refusal is not null ? (null, refusal) : Shipment.Destination(terms, order!);
    }

    private Task Drive() => _driving.Run(AskLabel);

    private async Task AskLabel()
    {
        if (State.Label is not null) return;
        var label = await carrier.Label(State.Wanted(Key));
        var (_, refusal) = await Commit(State.DecideLabelled(label, Key, Now));
        // Not now: what is due asks again, and gets the same label.
        if (refusal is not null) throw new OutcomeUnknownException($"{Key}: {refusal.Code}");
    }
}

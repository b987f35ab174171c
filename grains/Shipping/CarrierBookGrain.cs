using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Registers;

namespace Ale.Shipping;

[GrainType("carrier_book")]
internal sealed class CarrierBookGrain(SiloKernel kernel)
    : EventSourcedGrain<CarrierBook, CarrierEvent>(kernel), ICarrierBookGrain
{
    public Task<Outcome<CarrierInfo>> Enter(EnterCarrier command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    public Task<Outcome<CarrierInfo>> Change(ChangeCarrier command, CancellationToken ct) =>
        Commit(State.Decide(command, Now), ct);

    public Task<Outcome<CarrierInfo>> Get(string id, CancellationToken ct) => Commit<CarrierInfo>(
        State.Carriers.TryGetValue(id, out var carrier) ? carrier : CarrierRefusals.Unknown, ct);

    public Task<Outcome<ImmutableArray<CarrierInfo>>> All(CancellationToken ct) => Answer(State.InOrder(), ct);

    public async Task<Outcome<CarrierChoice>> Choose(string city, CancellationToken ct)
    {
        var serving = State.Serving(city);
        var gates = await Task.WhenAll(serving.Select(carrier => GrainFactory
            .Register(CarrierKeys.PriorityRegister, CarrierKeys.PriorityOf(carrier.Id, city)).Valid(null, [], ct)));
        if (gates.FirstOrDefault(gate => gate.Refusal is not null).Refusal is { } refusal)
            return await Commit<CarrierChoice>(refusal, ct);
        var choice = CarrierBook.Choose(
            [.. serving.Select((carrier, i) => (carrier, gates[i].Value!.IsValid ? gates[i].Value!.Entry!.Id : null))]);
        return await Commit<CarrierChoice>(choice is null ? CarrierRefusals.NotServed : choice, ct);
    }
}

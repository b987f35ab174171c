using Ale.Kernel;

namespace Ale.Products;

[GrainType("product")]
internal sealed class ProductGrain(SiloKernel kernel) : EventSourcedGrain<Product, ProductEvent>(kernel), IProductGrain
{
    public Task<Outcome<ProductView>> Define(DefineProduct command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ProductView>> Get(CancellationToken ct) =>
        Commit<ProductView>(State.Terms is null ? ProductRefusals.Unknown : State.View(Key), ct);

    public Task<Outcome<ProductView>> Change(ChangeProduct command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ProductView>> Move(MoveProduct command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);

    public Task<Outcome<ProductView>> Adopt(AdoptVariant command, CancellationToken ct) =>
        Commit(State.Decide(command, Key, Now), ct);
}

using Ale.Kernel;
using Ale.Orders;

namespace Ale.Carts;

[GrainType("cart")]
internal sealed class CartGrain(SiloKernel kernel) : EventSourcedGrain<Cart, CartEvent>(kernel), ICartGrain
{
    protected override SnapshotCodec<Cart> Snapshots => Cart.Snapshots;

    public Task<Outcome<CartView>> Put(CartLine line, CancellationToken ct) => Commit(State.Decide(line, Now), ct);

    public Task<Outcome<CartView>> Remove(string sku, string? sessionId, CancellationToken ct) =>
        Commit(State.DecideRemove(sku, sessionId, Now), ct);

    public Task<Outcome<CartView>> Get(CancellationToken ct) => Answer(State.View, ct);

    public async Task<Outcome<OrderView>> Checkout(CheckoutCart command, CancellationToken ct)
    {
        var (checkout, refusal) = await Commit(State.Decide(command, Now), ct);
        return refusal is not null ? refusal : await Place(checkout!);
    }

    public async Task<Outcome<Done>> Finish(string orderId, CancellationToken ct)
    {
        if (State.Find(orderId) is { IsOrdered: false } begun
            && (await Place(begun.Checkout)).Refusal is { Kind: RefusalKind.Busy } busy) return busy;
        return await Answer(new Done(), ct);
    }

    /// <summary>Any step may have been taken before: the order is the same under the same id.</summary>
    private async Task<Outcome<OrderView>> Place(Checkout checkout)
    {
        var placed = await GrainFactory.Order(checkout.OrderId).Place(checkout.Order(new(Key)));
        if (placed.Refusal is { Kind: RefusalKind.Busy }) return placed; // neither placed nor refused
        var ended = await Commit(State.DecideEnd(checkout.OrderId, placed.Refusal, Now));
        return placed with { At = JournalPlace.Max(placed.At, ended.At) };
    }
}

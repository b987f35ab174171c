using Ale.Kernel;

namespace Ale.Carts;

/// <summary>A checkout that was begun is brought to its end, whatever became of who began it.</summary>
internal sealed class CartReactions() : Reaction<CartEvent>("cart-checkouts", "cart", CartJson.Default.CartEvent)
{
    protected override async Task<Refusal?> React(
        string key, CartEvent happened, string eventId, IGrainFactory grains) =>
        happened is CartEvent.CheckoutStarted e
            ? (await grains.Cart(new(key)).Finish(e.Checkout.OrderId)).Refusal : null;
}

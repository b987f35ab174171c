using Ale.Kernel;
using Ale.Policy;

namespace Ale.Supply;

[GrainType("purchase_day")]
internal sealed class PurchaseDayGrain(SiloKernel kernel, PolicyBook policies)
    : EventSourcedGrain<PurchaseDay, PurchaseDayEvent>(kernel), IPurchaseDayGrain
{
    public Task<Outcome<bool>> Take(string orderId, long amountMinor, CancellationToken ct) => Commit(
        State.Decide(orderId, amountMinor, policies.For(Key.Split('/')[0], Now).Supply.AutoOrderDayMinor, Now), ct);
}

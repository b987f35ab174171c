using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Supply;

/// <summary>Who buys finds an order that nobody was told of in his inbox, until it is over.</summary>
internal sealed class PurchaseReactions(PolicyBook policies, JournalClock time)
    : Reaction<PurchaseEvent>("purchase-inbox", "purchase", PurchaseJson.Default.PurchaseEvent)
{
    private const string By = "supply", Kind = "purchase_to_send";

    protected override async Task<Refusal?> React(
        string key, PurchaseEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case PurchaseEvent.Sent { IsDelivered: false }:
                var (order, unknown) = await grains.PurchaseOrder(key).Get();
                if (unknown is not null) return unknown;
                // A market that has left the files must not hold the stream up.
                var market = policies.Knows(order!.Terms.Market) ? order.Terms.Market : null;
                var role = policies.For(market, time.GetUtcNow()).Supply.DeskRole;
                return await grains.OpenItem(ItemOf(key), new(
                    Kind, $"Send purchase order {key}", $"purchase/{key}", role, InboxSeverity.Alarm, null), By);
            case PurchaseEvent.Closed e:
                return await grains.CloseItem(ItemOf(key), By, e.Received ? "received" : "cancelled");
            default:
                return null;
        }
    }

    /// <summary>The item that asks to send an order.</summary>
    public static string ItemOf(string id) => CauseIds.Of(Kind, id);
}

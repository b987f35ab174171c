using Ale.Inbox;
using Ale.Kernel;

namespace Ale.Supply;

/// <summary>Who buys finds an order that nobody was told of in his inbox, until it is over.</summary>
internal sealed class PurchaseReactions()
    : Reaction<PurchaseEvent>("purchase-inbox", "purchase", PurchaseJson.Default.PurchaseEvent)
{
    private const string By = "supply", Kind = "purchase_to_send", Role = "ops";

    protected override async Task<Refusal?> React(
        string key, PurchaseEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case PurchaseEvent.Sent { IsDelivered: false }:
                var terms = new InboxTerms(
                    Kind, $"Send purchase order {key}", $"purchase/{key}", Role, InboxSeverity.Alarm, null);
                return (await grains.InboxItem(ItemOf(key)).Open(terms, By)).Refusal;
            case PurchaseEvent.Closed e:
                return await grains.CloseItem(ItemOf(key), By, e.Received ? "received" : "cancelled");
            default:
                return null;
        }
    }

    /// <summary>The item that asks to send an order.</summary>
    public static string ItemOf(string id) => CauseIds.Of(Kind, id);
}

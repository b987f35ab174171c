using System.Globalization;
using Ale.Inbox;

namespace Ale.Orders;

/// <summary>An order that passed its promise stands in an inbox until its goods are there, or never will be (ORD-06).</summary>
internal static class OrderDelays
{
    private const string By = "orders", Kind = "logistics_delay";

    public static async Task<Refusal?> Open(string id, OrderEvent.Delayed e, IGrainFactory grains)
    {
        var promised = e.PromiseAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var terms = new InboxTerms(Kind, $"Logistics delay: order {id} was promised for {promised} UTC. {Say(e.Remedy)}",
            $"order/{id}", e.Role, InboxSeverity.Warning, e.PromiseAt);
        return (await grains.InboxItem(ItemOf(id)).Open(terms, By)).Refusal;
    }

    public static Task<Refusal?> Close(string id, OrderEvent.DelayOver e, IGrainFactory grains) =>
        grains.CloseItem(ItemOf(id), By, e.Why);

    /// <summary>The item that says that an order is late.</summary>
    public static string ItemOf(string id) => CauseIds.Of(Kind, id);

    private static string Say(DelayRemedy remedy) => remedy switch
    {
        DelayRemedy.SendNow => "Suggested: send it now, by the fastest way, and tell the buyer.",
        DelayRemedy.PayFreightBack => "Suggested: pay the freight back, or give a coupon, and tell the buyer.",
        _ => "Suggested: ask the carrier where it is, and tell the buyer.",
    };
}

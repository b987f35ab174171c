using Ale.Inbox;
using Ale.Kernel;
using Ale.Orders;
using Ale.Policy;

namespace Ale.Shipping;

/// <summary>
/// What a parcel does, its order does (STK-11); always by the same ids, so that a repeat finds it done. A parcel that
/// is lost, came back, or belongs to an order that cannot be sent is somebody's to look at.
/// </summary>
internal sealed class ShipmentReactions(PolicyBook policies, JournalClock time)
    : Reaction<ShipmentEvent>("shipment-orders", "shipment", ShipmentJson.Default.ShipmentEvent)
{
    private const string By = "shipping", StrayKind = "shipment_stray", OrderKind = "shipment_order";

    private string Role => policies.For(null, time.GetUtcNow()).Freight.ShipmentRole;

    protected override async Task<Refusal?> React(
        string key, ShipmentEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not ShipmentEvent.Tracked { State: var state }) return null;
        var (shipment, unknown) = await grains.Shipment(key).Get();
        if (unknown is not null) return unknown;
        var orderId = shipment!.Terms.OrderId;
        switch (state)
        {
            case ShipmentState.Picked or ShipmentState.InTransit:
                return await Ship() is { } notShipped ? await Tell(notShipped) : null;
            case ShipmentState.Delivered:
                if (await Ship() is { } notSent) return await Tell(notSent);
                var delivered = (await grains.Order(orderId).Deliver(KeyOf("deliver", key))).Refusal;
                // What is shipped and cannot be delivered was delivered before.
                if (delivered is not null && delivered.Code != OrderRefusals.NotShipped.Code)
                    return await Tell(delivered);
                return await grains.CloseItem(ItemOf(StrayKind, key), By, "delivered");
            case ShipmentState.Lost or ShipmentState.Returned:
                return await grains.OpenItem(ItemOf(StrayKind, key), new(StrayKind,
                    $"Parcel {key} of order {orderId} did not arrive: send it again or pay back",
                    $"shipment/{key}", Role, InboxSeverity.Warning, null), By);
            default:
                return null;
        }

        async Task<Refusal?> Ship()
        {
            var refusal = (await grains.Order(orderId).Ship(KeyOf("ship", key))).Refusal;
            // Another parcel, or a person, was faster.
            return refusal?.Code == OrderRefusals.Shipped.Code ? null : refusal;
        }

        // A rule of the order says no: it was cancelled meanwhile. The parcel is under way all the same.
        async Task<Refusal?> Tell(Refusal refusal) => refusal.Kind is RefusalKind.Busy or RefusalKind.TooMany ? refusal
            : await grains.OpenItem(ItemOf(OrderKind, key), new(OrderKind,
                $"Parcel {key} is under way, but its order {orderId} is not to be sent",
                $"shipment/{key}", Role, InboxSeverity.Alarm, null), By);
    }

    /// <summary>The item that says that a parcel is lost or came back.</summary>
    public static string StrayItem(string shipment) => ItemOf(StrayKind, shipment);

    /// <summary>The item that says that a parcel's order is not to be sent.</summary>
    public static string OrderItem(string shipment) => ItemOf(OrderKind, shipment);

    private static string ItemOf(string kind, string shipment) => CauseIds.Of(kind, shipment);

    private static string KeyOf(string step, string shipment) => CauseIds.Of($"shipment_{step}", shipment);
}

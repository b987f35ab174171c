using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;
using Ale.Stock;
using Ale.Users;

namespace Ale.Orders;

/// <summary>
/// Where an order goes, as stored: no name, no street. They lie with the buyer's personal data, under the order's id.
/// </summary>
/// <param name="Grams">What it weighs, for the freight to another place.</param>
/// <param name="OrderedAt">From when the promise counts.</param>
internal sealed record OrderShipping(
    string? AddressId, string Area, string City, long Grams, long FreightMinor, DateTimeOffset OrderedAt,
    DateTimeOffset PromiseAt, ImmutableArray<string> Warehouses)
{
    /// <summary>Covering warehouses have all its units.</summary>
    [JsonIgnore]
    public bool IsFast => !Warehouses.IsEmpty;

    /// <summary>The same promise counted from a later instant.</summary>
    public OrderShipping From(DateTimeOffset at) =>
        this with { OrderedAt = at, PromiseAt = at + (PromiseAt - OrderedAt) };
}

internal sealed partial class OrderGrain
{
    public async Task<Outcome<OrderView>> ShipTo(OrderShipTo to, CancellationToken ct)
    {
        await Drive();
        if (State.WhyNotShipTo is { } fixedRefusal) return await Commit<OrderView>(fixedRefusal, ct);
        var (area, refusal) = await AreaOf(to, ct);
        if (refusal is not null) return await Commit<OrderView>(refusal, ct);
        var near = await Near(area!);
        var would = State.DecideShipTo(to, area!, near, policies.For(State.Market, Now).Freight, Now);
        if (would.Reply.Refusal is null && to.AddressId is { } address)
        {
            (_, refusal) = await GrainFactory.AddressBook(Buyer!.Value).Copy(address, Key, ct);
            if (refusal is not null) return await Commit<OrderView>(refusal, ct);
        }

        return await Done(await Commit(
            State.DecideShipTo(to, area!, near, policies.For(State.Market, Now).Freight, Now), ct), ct);
    }

    /// <summary>The area of a place; the address stays where it is.</summary>
    private async Task<(string? Area, Refusal? Refusal)> AreaOf(OrderShipTo to, CancellationToken ct)
    {
        if (to.AddressId is null)
            return Areas.IsPlace(to.City) ? (to.City, null) : (null, ShippingRefusals.UnknownArea);
        if (Buyer is not { } buyer) return (null, AddressRefusals.Unknown);
        var (all, refusal) = await GrainFactory.AddressBook(buyer).List(ct);
        if (refusal is not null) return (null, AddressRefusals.Unknown); // who is erased has none
        var found = all.FirstOrDefault(a => a.Id == to.AddressId);
        return found is null ? (null, AddressRefusals.Unknown) : (found.Address.Area, null);
    }

    /// <summary>Copies the address onto the order, and answers with its area; null: the order says no place.</summary>
    private async Task<(string? Area, Refusal? Refusal)> Destination(OrderContent content)
    {
        if (content.ShipTo is not { } to) return (null, null);
        if (to.AddressId is not { } address || Buyer is not { } buyer) return await AreaOf(to, CancellationToken.None);
        var copied = await GrainFactory.AddressBook(buyer).Copy(address, Key);
        return (copied.Value, copied.Refusal);
    }

    /// <summary>The warehouses that cover an area.</summary>
    private async Task<ImmutableArray<string>> Near(string area)
    {
        var (near, refusal) = await GrainFactory.Warehouses().Covering(area);
        return refusal is null ? near : throw new OutcomeUnknownException($"{Key}: warehouses answer {refusal.Code}");
    }
}

internal sealed partial record Order
{
    /// <summary>Where it goes; null: nobody said.</summary>
    public OrderShipping? Shipping { get; init; }

    /// <summary>Its promise has passed, and people were told.</summary>
    public bool IsDelayed { get; init; }

    /// <summary>The promise passed, and the goods are still to come.</summary>
    public bool IsDelayOpen { get; init; }

    /// <summary>When somebody is to hear that it is late; null: never, or they have.</summary>
    private DateTimeOffset? LateAt =>
        Shipping is { } to && !IsDelayed && Phase is OrderPhase.Paid or OrderPhase.Shipped
        && UnitsReturned < Units ? to.PromiseAt : null;

    private long Units => Lines.Sum(l => (long)l.Quantity);

    /// <summary>Freight that went back with returns.</summary>
    public long FreightBackMinor => Returns.Values.Sum(r => r.FreightMinor);

    private OrderShippingView? ShippingView => Shipping is { } to
        ? new(to.AddressId, to.Area, Areas.NameOf(to.Area), to.FreightMinor, to.PromiseAt, to.Warehouses, IsDelayed)
        : null;

    /// <summary>Why the place may not become another one (any more); null: it may.</summary>
    public Refusal? WhyNotShipTo => Phase switch
    {
        OrderPhase.None => OrderRefusals.Unknown,
        OrderPhase.Refused => OrderRefusals.Refused,
        OrderPhase.Cancelled or OrderPhase.Cancelling => OrderRefusals.Cancelled,
        OrderPhase.Shipped or OrderPhase.Delivered => OrderRefusals.Shipped,
        _ => Shipping is null ? ShippingRefusals.NoShipTo : null,
    };

    /// <summary>
    /// Another place until it has left the house: what is paid stays what it is, so the freight must be the same. A fast
    /// promise stays when the warehouses that have its units cover the new place too.
    /// </summary>
    /// <param name="near">The warehouses that cover the new place.</param>
    public Decision<OrderEvent, Done> DecideShipTo(
        OrderShipTo to, string area, ImmutableArray<string> near, FreightPolicy policy, DateTimeOffset now)
    {
        if (WhyNotShipTo is { } refusal) return refusal;
        var was = Shipping!;
        if ((was.AddressId, was.Area) == (to.AddressId, area)) return new Done();
        if (FreightRates.Of(policy.Template, area, NetGoodsMinor, was.Grams) is not { } freight)
            return ShippingRefusals.NotServed;
        if (freight != was.FreightMinor) return ShippingRefusals.FreightDiffers;
        var stays = !was.IsFast || was.Warehouses.All(near.Contains);
        return new(new Done(), new OrderEvent.ShipToChanged(was with
        {
            AddressId = to.AddressId,
            Area = area,
            City = Areas.CityOf(area),
            PromiseAt = stays ? was.PromiseAt : was.OrderedAt + TimeSpan.FromHours(policy.NormalHours),
            Warehouses = stays ? was.Warehouses : [],
        }, now));
    }

    /// <summary>What the place makes of the units held; null: it is not served.</summary>
    private OrderShipping? Sent(
        string area, FreightPolicy policy, IReadOnlyDictionary<string, Reservation> held, long netGoodsMinor)
    {
        var grams = Content!.Lines.Sum(l => (long)l.Quantity * (held[l.Sku].WeightGrams ?? policy.UnitGrams));
        if (FreightRates.Of(policy.Template, area, netGoodsMinor, grams) is not { } freight) return null;
        var isFast = held.Values.All(r => r.Warehouse is not null);
        return new(Content.ShipTo!.AddressId, area, Areas.CityOf(area), grams, freight, Since,
            Since + (isFast ? TimeSpan.FromMinutes(policy.FastMinutes) : TimeSpan.FromHours(policy.NormalHours)),
            isFast ? [.. held.Values.Select(r => r.Warehouse!).Distinct().Order(StringComparer.Ordinal)] : []);
    }

    /// <summary>
    /// The freight goes back with the return that brings the last of the goods, when all of them were sent back for
    /// their quality; once, for it is the last.
    /// </summary>
    private long FreightBack(ReturnGoods command, long units) =>
        Shipping is { FreightMinor: > 0 } to && command.Quality && UnitsReturned + units == Units
        && Returns.Values.All(r => r.Quality) ? to.FreightMinor : 0;

    /// <summary>The promise has passed: said once (ORD-06).</summary>
    public Decision<OrderEvent, Done> DecideLate(FreightPolicy policy, DateTimeOffset now) =>
        !(LateAt <= now) ? new Done()
        : new Decision<OrderEvent, Done>(new Done(), new OrderEvent.Delayed(
            Shipping!.PromiseAt, policy.Role, Phase == OrderPhase.Paid ? DelayRemedy.SendNow
                : Shipping.IsFast ? DelayRemedy.PayFreightBack : DelayRemedy.AskCarrier, now));

    /// <summary>What ends a delay says so.</summary>
    public OrderEvent[] WithDelayOver(OrderEvent happened, string why, DateTimeOffset now) =>
        IsDelayOpen ? [happened, new OrderEvent.DelayOver(why, now)] : [happened];
}

using System.Collections.Immutable;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Stock;

/// <summary>An offer as stored.</summary>
internal sealed record FrozenOffer(
    string Id, OfferTerms Terms, long Taken, long Sold, KeyValuePair<string, int>[] ByUser, bool IsStarted,
    OfferEnd? EndedBy, bool IsEnded, long Version, RememberedKey<ChangedOffer>[] Keys);

/// <summary>What a change of an offer came to.</summary>
internal sealed record ChangedOffer(OfferTerms Terms, long Version);

/// <summary>A price really paid.</summary>
internal sealed record PricePaid(DateTimeOffset At, long PriceMinor);

/// <summary>An offer in memory: what is held and sold at its price, and by whom.</summary>
internal sealed class LiveOffer(string id, OfferTerms terms)
{
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal);

    public string Id => id;
    public OfferTerms Terms => terms;

    /// <summary>How often the terms were set.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Changes of terms, each with what it came to.</summary>
    public RememberedKeys<ChangedOffer> Keys { get; init; } = RememberedKeys<ChangedOffer>.None;

    public long Taken { get; private set; }
    public long Sold { get; set; }

    /// <summary>Told as started.</summary>
    public bool IsStarted { get; set; }

    /// <summary>What ended it before its time, or at it.</summary>
    public OfferEnd? EndedBy { get; set; }

    /// <summary>Told as ended.</summary>
    public bool IsEnded { get; set; }

    /// <summary>When it has to tell something; null: it has told all.</summary>
    public DateTimeOffset? DueAt =>
        IsEnded ? null : EndedBy is not null || !IsStarted ? terms.StartsAt : terms.EndsAt;

    public int Of(string user) => _byUser.GetValueOrDefault(user);

    public void Take(string? user, int units)
    {
        Taken += units;
        if (user is null || terms.PerUserMax is null) return;
        var count = Of(user) + units;
        if (count <= 0) _byUser.Remove(user);
        else _byUser[user] = count;
    }

    public OfferEnd? EndAt(DateTimeOffset now) => EndedBy ?? (terms.EndsAt <= now ? OfferEnd.Time : null);

    public FrozenOffer Freeze() => new(id, terms, Taken, Sold,
        [.. _byUser.OrderBy(u => u.Key, StringComparer.Ordinal)], IsStarted, EndedBy, IsEnded, Version,
        [.. Keys.Entries]);

    public static LiveOffer Thaw(FrozenOffer frozen)
    {
        var offer = new LiveOffer(frozen.Id, frozen.Terms)
        {
            Taken = frozen.Taken,
            Sold = frozen.Sold,
            IsStarted = frozen.IsStarted,
            EndedBy = frozen.EndedBy,
            IsEnded = frozen.IsEnded,
            Version = frozen.Version,
            Keys = RememberedKeys<ChangedOffer>.Of(frozen.Keys),
        };
        foreach (var (user, units) in frozen.ByUser) offer._byUser[user] = units;
        return offer;
    }
}

/// <summary>
/// Live prices (SHP-01). The clock decides, not an event: a sale in the last second is a sale. The price is frozen in
/// the hold; units of holds that end go back to the offer, those of returns do not.
/// </summary>
internal sealed partial class Stock
{
    public const int OffersMax = 64;
    // How long it remembers; the policy says how much of it counts.
    private static readonly TimeSpan PricesFor = TimeSpan.FromDays(7), OffersFor = TimeSpan.FromDays(7);

    private readonly SlidingMinimum _prices = new(PricesFor); // those really paid
    private Dictionary<string, LiveOffer>? _offers; // none until the first: most SKUs never have one

    /// <summary>When the next offer has to tell of its start or end.</summary>
    private DateTimeOffset? OfferDueAt { get; set; }

    public Decision<StockEvent, OfferView> Decide(PutOffer command, string sku, OfferPolicy policy, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var terms = command.Terms;
        if (_offers?.GetValueOrDefault(command.Id) is { } there)
            return there.Terms == terms ? View(there, sku, policy, now) : OfferRefusals.Changed;
        if (WhyNot(terms, policy, now) is { } refusal) return refusal;
        if (_offers?.Values.Count(o => !IsOld(o, now)) >= OffersMax) return OfferRefusals.Full;
        return new(View(new(command.Id, terms), sku, policy, now),
            new StockEvent.OfferPlanned(command.Id, terms, command.Actor, now));
    }

    public Decision<StockEvent, OffersOfSku> Offers(string sku, OfferPolicy policy, DateTimeOffset now) =>
        Terms is null ? StockRefusals.UnknownSku : new OffersOfSku(sku, _offers is null ? []
            : [.. _offers.Values.OrderBy(o => o.Terms.StartsAt).ThenBy(o => o.Id, StringComparer.Ordinal)
                .Select(o => View(o, sku, policy, now))]);

    /// <summary>The live price the wish gets, or why it does not get the one it names.</summary>
    private (LiveOffer? Offer, Refusal? Refusal) LivePrice(ReserveStock wish, StockEvent[] due, DateTimeOffset now)
    {
        if (wish.Offer is not { } id) return (LowestFor(wish, due, now), null);
        if (_offers?.GetValueOrDefault(id) is not { } offer)
            return (null, OfferRefusals.Unknown);
        if (offer.Terms.StartsAt > now) return (null, OfferRefusals.NotStarted);
        if (offer.EndAt(now) is not null) return (null, OfferRefusals.Ended);
        if (WhyNoRoom(offer, wish, due) is { } refusal) return (null, refusal);
        // The list price may have been lowered since: the lowest wins, and the offer keeps its unit.
        return (offer.Terms.PriceMinor < ListPrice(now) ? offer : null, null);
    }

    /// <summary>Who buys in a session that has live prices gets the lowest with room, asked for or not.</summary>
    private LiveOffer? LowestFor(ReserveStock wish, StockEvent[] due, DateTimeOffset now)
    {
        if (wish.SessionId is null) return null;
        LiveOffer? lowest = null;
        foreach (var offer in _offers!.Values)
        {
            if (offer.Terms.SessionId != wish.SessionId || offer.Terms.StartsAt > now || offer.EndAt(now) is not null
                || offer.Terms.PriceMinor >= (lowest?.Terms.PriceMinor ?? ListPrice(now))
                || WhyNoRoom(offer, wish, due) is not null) continue;
            lowest = offer;
        }

        return lowest;
    }

    private Refusal? WhyNoRoom(LiveOffer offer, ReserveStock wish, StockEvent[] due)
    {
        if (offer.Terms.PerUserMax is { } most && wish.User is { } user
            && offer.Of(user.Value) - FreedOf(due, user.Value, offer: offer.Id)
                + wish.Quantity > most) return StockRefusals.Limit;
        return offer.Terms.Total is { } total
            && offer.Taken - FreedOf(due, offer: offer.Id) + wish.Quantity > total
            ? StockRefusals.SoldOut : null;
    }

    /// <summary>Whether a hold that has ended may be claimed anew at the offer's price: its time does not matter, for
    /// it was in time; its units and limits do.</summary>
    private bool HasOfferRoom(ReserveStock claim, StockEvent[] due) =>
        claim.Offer is null || _offers?.GetValueOrDefault(claim.Offer) is not { } offer
        || WhyNoRoom(offer, claim, due) is null;

    private IEnumerable<StockEvent> OfferTurns(DateTimeOffset now)
    {
        if (_offers is null || !(OfferDueAt <= now)) yield break;
        foreach (var offer in _offers.Values)
        {
            var (isStarted, end) = (offer.Terms.StartsAt <= now, offer.EndAt(now));
            if (isStarted && !offer.IsStarted) yield return new StockEvent.OfferStarted(offer.Id, now);
            if (end is { } by && !offer.IsEnded) yield return new StockEvent.OfferEnded(offer.Id, by, now);
        }
    }

    private OfferView View(LiveOffer offer, string sku, OfferPolicy policy, DateTimeOffset now)
    {
        var (terms, list) = (offer.Terms, ListPrice(now));
        var end = offer.EndAt(now);
        var struck = Math.Min(list, _prices.At(now, TimeSpan.FromDays(policy.CompareDays)) ?? list);
        var countdown = TimeSpan.FromSeconds(terms.CountdownSeconds ?? policy.CountdownSeconds);
        return new(offer.Id, sku, terms,
            end is not null ? OfferState.Ended : terms.StartsAt <= now ? OfferState.Running : OfferState.Planned,
            end, offer.Taken, Terms!.Currency, list, struck > terms.PriceMinor ? struck : null,
            terms.StartsAt - countdown)
        { Version = offer.Version };
    }

    private void Apply(StockEvent.OfferPlanned e)
    {
        if (_offers is not null)
            foreach (var old in _offers.Values.Where(o => IsOld(o, e.At)).ToArray()) _offers.Remove(old.Id);
        Remember(new(e.Id, e.Terms));
    }

    private void Apply(StockEvent.OfferStarted e)
    {
        _offers![e.Id].IsStarted = true;
        FindNextTurn();
    }

    private void Apply(StockEvent.OfferEnded e)
    {
        (_offers![e.Id].EndedBy, _offers[e.Id].IsEnded) = (e.By, true);
        FindNextTurn();
    }

    private void Remember(LiveOffer offer)
    {
        (_offers ??= new(StringComparer.Ordinal))[offer.Id] = offer;
        FindNextTurn();
    }

    /// <summary>Units are paid: the price counts for what may be struck through, and offers may have ended by
    /// it.</summary>
    private void Paid(Hold hold, DateTimeOffset at)
    {
        _prices.Add(at, hold.PriceMinor);
        if (_offers is null) return;
        if (hold.Offer is { } id && _offers.GetValueOrDefault(id) is { } own)
        {
            own.Sold += hold.Quantity;
            if (own.Sold >= own.Terms.Total) own.EndedBy ??= OfferEnd.Units;
        }

        if (OnHand == 0)
        {
            foreach (var offer in _offers.Values)
                if (offer.Terms.StartsAt <= at && offer.EndAt(at) is null) offer.EndedBy = OfferEnd.Stock;
        }

        FindNextTurn();
    }

    /// <summary>An order that is undone in the turn of its sale gives its units back to a running offer.</summary>
    private void GiveBackToOffer(StockEvent.PutBack e)
    {
        if (e.Offer is not { } id || _offers?.GetValueOrDefault(id) is not { } offer) return;
        offer.Take(e.User, -e.Quantity);
        offer.Sold -= e.Quantity;
    }

    private void FindNextTurn() => OfferDueAt = _offers?.Values.Min(o => o.DueAt);

    private static bool IsOld(LiveOffer offer, DateTimeOffset now) => offer.Terms.EndsAt < now - OffersFor;
}

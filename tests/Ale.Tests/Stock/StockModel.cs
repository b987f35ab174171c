namespace Ale.Stock;

/// <summary>The rules of one SKU again, slow and plain: a list of claims, summed each time.</summary>
internal sealed partial class StockModel(SkuTerms terms, OfferTerms? offer = null)
{
    private sealed class Claim(ReserveStock wish, DateTimeOffset now)
    {
        public ReserveStock Wish => wish;
        public int Quantity => wish.Quantity;
        public DateTimeOffset StartedAt => now;
        public DateTimeOffset ExpiresAt { get; set; } = now.AddSeconds(20);
        public ReservationState State { get; set; }
        public bool CountsFor(string? user, string? session) =>
            State is ReservationState.Held or ReservationState.Confirmed
            && (user is null || wish.User?.Value == user) && (session is null || wish.SessionId == session);
        public bool IsOffered { get; init; }
        public long PriceMinor { get; init; }

        /// <summary>The warehouse that serves it.</summary>
        public string? House { get; set; }

        public string Said =>
            $"{State} {Quantity} at {PriceMinor} from {House} until {(ExpiresAt - Given.Noon).TotalSeconds}";
    }

    private readonly Dictionary<string, Claim> _claims = [];
    private readonly Dictionary<string, PutBackStock> _back = [];
    private readonly Dictionary<string, int> _returnedByUser = [], _returnedBySession = [];
    private long _returnedToEdition;
    private DateTimeOffset _now;
    private bool _offerEnded;

    public long OnHand { get; private set; }
    public long Quarantine { get; private set; }
    public long Held => Sum(ReservationState.Held);
    public long Sold => Sum(ReservationState.Confirmed) - _back.Values.Sum(b => b.Quantity);

    /// <summary>When a hold ends or a planned price begins next.</summary>
    public DateTimeOffset? NextDeadline => _claims.Values.Where(c => c.State == ReservationState.Held)
        .Select(c => (DateTimeOffset?)c.ExpiresAt).Concat(PricesToCome).Min();

    private long SoldEver => Sum(ReservationState.Confirmed) - _returnedToEdition;
    private bool IsClosed => terms.LimitedTotal <= SoldEver;

    public void Expire(DateTimeOffset now)
    {
        _now = now;
        foreach (var claim in _claims.Values)
            if (claim.State == ReservationState.Held && claim.ExpiresAt <= now) claim.State = ReservationState.Expired;
    }

    public string Reserve(ReserveStock wish, DateTimeOffset now)
    {
        if (_claims.TryGetValue(wish.Id, out var claim))
        {
            return (claim.Wish.User, claim.Wish.SessionId, claim.Quantity) == (wish.User, wish.SessionId, wish.Quantity)
                ? claim.Said : "stock.changed";
        }

        if (IsOffSale) return "stock.off_sale";
        if (IsClosed) return "stock.closed";
        var list = ListPrice(now);
        var offered = wish.SessionId is not null && offer?.PriceMinor < list && WhyNotOffered(wish, now) is null;
        var why = wish.Offer is null ? null : WhyNotOffered(wish, now);
        if (why is not null and not "stock.sold_out") return why;
        if (IsOverLimit(wish)) return "stock.limit";
        if (OnHand - Held < wish.Quantity || why is not null) return "stock.sold_out";
        if (wish.SessionId is not null && OnHand - Held < terms.Levels?.Minimum) return "stock.paused";
        return (_claims[wish.Id] = new(wish, now)
        {
            IsOffered = offered,
            PriceMinor = offered ? offer!.PriceMinor : list,
            House = wish.Warehouses.FirstOrDefault(h => FreeIn(h) >= wish.Quantity),
        }).Said;
    }

    private string? WhyNotOffered(ReserveStock wish, DateTimeOffset now) =>
        offer!.StartsAt > now ? "offer.not_started"
        : _offerEnded || offer.EndsAt <= now ? "offer.ended" : WhyNoRoom(wish);

    private string? WhyNoRoom(ReserveStock wish) =>
        wish.User is { } user && Offered(c => c.Wish.User == user) + wish.Quantity > offer!.PerUserMax ? "stock.limit"
        : Offered(_ => true) + wish.Quantity > offer!.Total ? "stock.sold_out" : null;

    /// <summary>Units held and sold at the offer's price, less those of orders undone.</summary>
    private long Offered(Func<Claim, bool> which) =>
        _claims.Values.Where(c => c.IsOffered && c.CountsFor(null, null) && which(c)).Sum(c => (long)c.Quantity)
        - _back.Values.Where(b => b.Undo && _claims[b.ReservationId].IsOffered && which(_claims[b.ReservationId]))
            .Sum(b => (long)b.Quantity);

    private void EndOffer()
    {
        if (offer is null || offer.StartsAt > _now) return;
        var sold = Offered(c => c.State == ReservationState.Confirmed);
        if (OnHand == 0 && offer.EndsAt > _now) _offerEnded = true;
        if (sold >= offer.Total) _offerEnded = true;
    }

    public string Confirm(string id)
    {
        if (!_claims.TryGetValue(id, out var claim)) return "stock.unknown_reservation";
        switch (claim.State)
        {
            case ReservationState.Released:
                return "stock.released";
            case ReservationState.Expired when IsClosed:
                return "stock.closed";
            case ReservationState.Expired when IsOverLimit(claim.Wish):
                return "stock.limit";
            case ReservationState.Expired when OnHand - Held < claim.Quantity
                || (claim.IsOffered && WhyNoRoom(claim.Wish) is not null):
                return "stock.expired";
            case ReservationState.Held when OnHand < claim.Quantity:
                return "stock.sold_out";
            case ReservationState.Expired:
                (claim.ExpiresAt, claim.House) = (_now, null); // taken from anywhere
                break;
        }

        if (claim.State == ReservationState.Confirmed) return claim.Said;
        claim.State = ReservationState.Confirmed;
        Take(claim.House, claim.Quantity);
        EndOffer();
        return claim.Said;
    }

    public string Release(string id)
    {
        if (!_claims.TryGetValue(id, out var claim)) return "stock.unknown_reservation";
        if (claim.State == ReservationState.Confirmed) return "stock.confirmed";
        if (claim.State == ReservationState.Held) claim.State = ReservationState.Released;
        return claim.Said;
    }

    public string Renew(string id, DateTimeOffset now)
    {
        if (!_claims.TryGetValue(id, out var claim)) return "stock.unknown_reservation";
        if (claim.State != ReservationState.Held) return $"stock.{claim.State}".ToLowerInvariant();
        claim.ExpiresAt = now.AddSeconds(20); // the cap of 1,800 s lies beyond a run
        return claim.Said;
    }

    /// <summary>Null when the caller would lie: only units that were sold to the named ones come back.</summary>
    public string? PutBack(PutBackStock back)
    {
        if (_back.TryGetValue(back.Id, out var before))
            return (before.ReservationId, before.Quantity) == (back.ReservationId, back.Quantity)
                ? $"{back.Quantity}" : "stock.changed";
        if (!_claims.TryGetValue(back.ReservationId, out var claim) || claim.State != ReservationState.Confirmed
            || claim.Wish.User != back.User || claim.Wish.SessionId != back.SessionId
            || claim.Quantity < back.Quantity || _back.Values.Any(b =>
                b.ReservationId == back.ReservationId)) return null;
        if (back.Undo || !IsClosed) _returnedToEdition += back.Quantity;
        _back[back.Id] = back;
        if (back.User is { } user) Add(_returnedByUser, user.Value, back.Quantity);
        if (back.SessionId is { } session) Add(_returnedBySession, session, back.Quantity);
        if (back.Quarantine) Quarantine += back.Quantity;
        else Put(back.Undo ? claim.House : null, back.Quantity);
        return $"{back.Quantity}";
    }

    private bool IsOverLimit(ReserveStock wish) =>
        (wish.User is { } user && Counted(user.Value, null) - _returnedByUser.GetValueOrDefault(
            user.Value) + wish.Quantity
            > terms.PerUserMax)
        || (wish.SessionId is { } session
            && Counted(null, session) - _returnedBySession.GetValueOrDefault(
                session) + wish.Quantity > terms.PerSessionMax)
        || Held + SoldEver + wish.Quantity > terms.LimitedTotal;

    private long Counted(string? user, string? session) =>
        _claims.Values.Where(c => c.CountsFor(user, session)).Sum(c => (long)c.Quantity);

    private long Sum(ReservationState state) => _claims.Values.Where(c => c.State == state).Sum(c => (long)c.Quantity);

    private static void Add(Dictionary<string, int> sums, string key, int units) =>
        sums[key] = sums.GetValueOrDefault(key) + units;
}

using Ale.Kernel;
using Ale.Policy;

namespace Ale.Stock;

/// <summary>What is decided about a SKU. Each command first ends the holds whose time has run out.</summary>
internal sealed partial class Stock
{
    public Decision<StockEvent, SkuTerms> Decide(SkuTerms terms)
    {
        if (Terms is not null) return Terms.Equals(terms) ? Terms : StockRefusals.Changed;
        if (!IsGood(terms.Levels)) return StockRefusals.BadLevels;
        return new(terms, new StockEvent.Defined(terms));
    }

    /// <param name="past">What the table knows of a repeat that memory has forgotten.</param>
    public Decision<StockEvent, Reservation> Decide(
        ReserveStock command, Reservation? past, string sku, StockPolicy policy, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var (due, freed) = Due(now);
        if (Find(command.Id) is var (hold, state))
        {
            if (state == ReservationState.Released && hold.Quantity == 0) return new(StockRefusals.Released,
                due); // fenced
            if ((hold.User, hold.Quantity, hold.SessionId) != (command.User?.Value, command.Quantity,
                command.SessionId)
                || (command.Offer is not null && hold.Offer is not null && command.Offer != hold.Offer))
                return new(StockRefusals.Changed, due);
            var ended = state == ReservationState.Held && hold.ExpiresAt <= now;
            return new(Reply(command.Id, sku, hold, ended ? ReservationState.Expired : state), due);
        }

        if (past is not null)
        {
            return (past.User, past.Quantity, past.SessionId) == (command.User, command.Quantity, command.SessionId)
                ? new(past, due) : new(StockRefusals.Changed, due);
        }

        var (live, refusal) = Sell(command, due, freed, now);
        if (refusal is not null)
        {
            // What he left unpaid a while ago is taken from him before he is refused (S07).
            var own = OwnHolds(command, policy, now);
            if (own.Length == 0) return new(refusal, due);
            StockEvent[] released = [.. due, .. own];
            (live, var still) = Sell(command, released, freed + own.Sum(e => (long)e.Quantity), now);
            if (still is not null) return new(refusal, due);
            due = released;
        }

        var priceMinor = live?.Terms.PriceMinor ?? ListPrice(now);
        var expiresAt = now + TimeSpan.FromSeconds(Math.Min(Terms.HoldSeconds
            ?? policy.HoldSeconds, policy.HoldCapSeconds));
        var held = new StockEvent.Held(
            command.Id, command.User?.Value, command.Quantity, command.SessionId, priceMinor, now, expiresAt, live?.Id,
            WarehouseFor(command, due));
        return new(new Reservation(command.Id, sku, command.User, command.Quantity, priceMinor, Terms.Currency,
            ReservationState.Held, expiresAt, command.SessionId)
        {
            Market = Terms.Market,
            EcoPackaging = Terms.EcoPackaging,
            Offer = live?.Id,
            WeightGrams = Terms.WeightGrams,
            Warehouse = held.Warehouse,
        }, due.Length == 0 ? [held] : [.. due, held]);
    }

    public Decision<StockEvent, Reservation> Decide(
        ConfirmStock command, Reservation? past, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var (due, freed) = Due(now);
        var content = command.Content;
        var priceMinor = command.PriceMinor ?? ListPrice(now);
        if (Find(command.Id) is var (hold, state))
        {
            if (state == ReservationState.Released) return new(StockRefusals.Released, due);
            if (IsOther(content, hold.Quantity, hold.User)) return new(StockRefusals.Changed, due);
            if (state == ReservationState.Confirmed) return new(Reply(command.Id, sku, hold, state), due);
            if (state == ReservationState.Held && hold.ExpiresAt > now)
            {
                if (OnHand < hold.Quantity) return new(StockRefusals.SoldOut, due); // a correction took them (S05)
                return new(Reply(command.Id, sku, hold, ReservationState.Confirmed),
                    [.. due, new StockEvent.Confirmed(command.Id, hold.Quantity, now)]);
            }

            content = new(command.Id, hold.Quantity)
            {
                User = hold.User is { } u ? new(u) : null,
                SessionId = hold.SessionId,
                Offer = hold.Offer,
            };
            priceMinor = hold.PriceMinor;
        }
        else if (past is not null)
        {
            if (past.State == ReservationState.Released) return new(StockRefusals.Released, due);
            if (IsOther(content, past.Quantity, past.User?.Value)) return new(StockRefusals.Changed, due);
            if (past.State == ReservationState.Confirmed) return new(past, due);
            content = new(command.Id, past.Quantity)
            {
                User = past.User,
                SessionId = past.SessionId,
                Offer = past.Offer,
            };
            priceMinor = past.PriceMinor;
        }

        // The hold has ended or is forgotten: the units are claimed anew when they are there.
        if (content is null) return new(StockRefusals.UnknownReservation, due);
        if (IsClosed) return new(StockRefusals.Closed, due);
        if (IsOverLimit(content, due, freed)) return new(StockRefusals.Limit, due);
        if (OnHand - Held + freed < content.Quantity || !HasOfferRoom(content, due))
            return new(StockRefusals.Expired, due);
        var claim = new Hold(content.User?.Value, content.Quantity, content.SessionId, priceMinor, now, now, null,
            _offers is null ? null : content.Offer);
        return new(Reply(command.Id, sku, claim, ReservationState.Confirmed),
            [.. due, new StockEvent.Reclaimed(command.Id, claim.User, claim.Quantity, claim.SessionId, priceMinor,
                now, claim.Offer)]);
    }

    public Decision<StockEvent, Reservation> Decide(
        ReleaseStock command, Reservation? past, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var (due, _) = Due(now);
        if (Find(command.Id) is var (hold, state))
        {
            if (state == ReservationState.Confirmed) return new(StockRefusals.Confirmed, due);
            if (state != ReservationState.Held) return new(Reply(command.Id, sku, hold, state), due);
            if (hold.ExpiresAt <= now) return new(Reply(command.Id, sku, hold, ReservationState.Expired), due);
            return new(Reply(command.Id, sku, hold, ReservationState.Released),
                [.. due, new StockEvent.Released(command.Id, hold.Quantity, now)]);
        }

        if (past is { State: ReservationState.Confirmed }) return new(StockRefusals.Confirmed, due);
        if (past is not null && !command.Fence) return new(past, due);
        if (!command.Fence) return new(StockRefusals.UnknownReservation, due);
        var nothing = new Hold(null, 0, null, 0, now, now, null);
        return new(Reply(command.Id, sku, nothing, ReservationState.Released),
            [.. due, new StockEvent.Released(command.Id, 0, now)]);
    }

    public Decision<StockEvent, Reservation> Decide(RenewStock command, string sku, StockPolicy policy,
        DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var (due, _) = Due(now);
        if (Find(command.Id) is not var (hold, state)) return new(StockRefusals.UnknownReservation, due);
        if (state == ReservationState.Confirmed) return new(StockRefusals.Confirmed, due);
        if (state == ReservationState.Released) return new(StockRefusals.Released, due);
        if (state == ReservationState.Expired || hold.ExpiresAt <= now) return new(StockRefusals.Expired, due);
        var end = now + TimeSpan.FromSeconds(Terms.HoldSeconds ?? policy.HoldSeconds);
        var cap = hold.StartedAt + TimeSpan.FromSeconds(policy.HoldCapSeconds);
        if (end > cap) end = cap;
        if (hold.Keys?.Contains(command.Key) == true || end <= hold.ExpiresAt) return new(Reply(command.Id, sku, hold,
            state), due);
        return new(Reply(command.Id, sku, hold with { ExpiresAt = end }, state),
            [.. due, new StockEvent.Renewed(command.Id, command.Key, end)]);
    }

    public Decision<StockEvent, StockMove> Decide(PutBackStock command, string sku, DateTimeOffset now)
    {
        if (Terms is null) return StockRefusals.UnknownSku;
        var reply = new StockMove(command.Id, sku, command.Quantity);
        if (_moves.TryGetValue(ReturnOf(command.Id), out var content))
            return content == Content($"{command.ReservationId}/{command.Quantity}") ? reply : StockRefusals.Changed;

        if (Sold < command.Quantity) return StockRefusals.Negative; // units out of nothing
        return new(reply, new StockEvent.PutBack(command.Id, command.ReservationId, command.User?.Value,
            command.Quantity,
            command.SessionId, command.Undo, now, command.Quarantine,
            command.Undo ? Find(command.ReservationId)?.Hold.Offer : null,
            // What waits in quarantine is on no shelf.
            Warehouse: command is { Undo: true, Quarantine: false }
                ? Find(command.ReservationId)?.Hold.Warehouse : null));
    }

    /// <summary>Ends the holds whose time has run out; nothing to do is no event.</summary>
    public Decision<StockEvent, Done> DecideDue(DateTimeOffset now) =>
        new(new Done(), [.. Due(now).Events, .. OfferTurns(now), .. PriceTurns(now), .. LateInspections(now)]);

    /// <summary>The reservation if memory knows it.</summary>
    public Reservation? Known(string id, string sku, DateTimeOffset now)
    {
        if (Find(id) is not var (hold, state) || (hold.Quantity == 0
            && state == ReservationState.Released)) return null;
        return Reply(id, sku, hold, state == ReservationState.Held && hold.ExpiresAt <= now ? ReservationState.Expired
            : state);
    }

    public bool Remembers(string id) => _holds.ContainsKey(id) || _ended.ContainsKey(id);

    public StockLevels Levels(string sku, long version, DateTimeOffset now)
    {
        var (ended, freed) = Due(now);
        var held = Held - freed;
        var available = Math.Max(0, OnHand - held);
        var level = Terms?.Levels is not { } marks ? StockLevel.None
            : available < marks.Minimum ? StockLevel.Minimum
            : OnHand < marks.Warning ? StockLevel.Warning
            : OnHand < marks.Safety ? StockLevel.Safety : StockLevel.Ok;
        return new(sku, OnHand, held, Sold, Quarantine, available, level, level != StockLevel.Minimum
            && !IsClosed, version)
        { Warehouses = PoolsAfter(ended) };
    }

    /// <param name="ended">The holds that end before it in the same turn.</param>
    private (LiveOffer? Live, Refusal? Refusal) Sell(
        ReserveStock command, StockEvent[] ended, long freed, DateTimeOffset now)
    {
        var (live, offer) = _offers is null && command.Offer is null ? (null, null) : LivePrice(command, ended, now);
        return (live, WhyNot(command, ended, freed, offer));
    }

    /// <summary>The buyer's own holds that are old enough to make way for his new wish.</summary>
    private StockEvent.Released[] OwnHolds(ReserveStock command, StockPolicy policy, DateTimeOffset now)
    {
        if (command.User is not { } user || !_ofUser.TryGetValue(user.Value, out var ids)) return [];
        var oldest = now - TimeSpan.FromSeconds(policy.OwnHoldSeconds);
        return
        [
            .. ids.Where(id => _holds[id].StartedAt <= oldest && _holds[id].ExpiresAt > now)
                .Select(id => new StockEvent.Released(id, _holds[id].Quantity, now)),
        ];
    }

    private Refusal? WhyNot(ReserveStock command, StockEvent[] due, long freed, Refusal? offer)
    {
        if (IsOffSale) return StockRefusals.OffSale;
        if (IsClosed) return StockRefusals.Closed;
        if (offer is not null && offer.Code != StockRefusals.SoldOut.Code) return offer;
        if (IsOverLimit(command, due, freed)) return StockRefusals.Limit;
        var available = OnHand - Held + freed;
        if (available < command.Quantity || offer is not null) return StockRefusals.SoldOut;
        if (command.SessionId is not null && Terms!.Levels is { } marks && available < marks.Minimum)
            return StockRefusals.Paused;
        return null;
    }

    private bool IsOverLimit(ReserveStock wish, StockEvent[] due, long freed)
    {
        if (Terms!.PerUserMax is { } userMax && wish.User is { } user
            && _byUser.GetValueOrDefault(user.Value) - FreedOf(due, user.Value) + wish.Quantity > userMax)
            return true;
        if (Terms.PerSessionMax is { } sessionMax && wish.SessionId is { } session
            && _bySession.GetValueOrDefault(session) - FreedOf(due, session: session) + wish.Quantity > sessionMax)
            return true;
        return Terms.LimitedTotal is { } total && Held - freed + SoldEver + wish.Quantity > total;
    }

    /// <summary>True when a confirm names other units or another user than the reservation has.</summary>
    private static bool IsOther(ReserveStock? content, int quantity, string? user) =>
        content is not null && (content.Quantity != quantity || (content.User is { } named && named.Value != user));

    /// <summary>Units that end, of a user, a session, an offer, a warehouse.</summary>
    private long FreedOf(StockEvent[] due, string? user = null, string? session = null, string? offer = null,
        string? warehouse = null) =>
        due.Length == 0 ? 0 : due.Select(e => _holds[e is StockEvent.Expired x ? x.Id : ((StockEvent.Released)e).Id])
            .Where(h => (user is null || h.User == user) && (session is null || h.SessionId == session)
                && (offer is null || h.Offer == offer) && (warehouse is null || h.Warehouse == warehouse))
            .Sum(h => (long)h.Quantity);

    private (StockEvent[] Events, long Freed) Due(DateTimeOffset now)
    {
        if (!(_expiries.Next <= now)) return ([], 0);
        var due = _expiries.Due(now);
        return ([.. due.Select(d => new StockEvent.Expired(d.Id, _holds[d.Id].Quantity, now))],
            due.Sum(d => (long)_holds[d.Id].Quantity));
    }

    private (Hold Hold, ReservationState State)? Find(string id) =>
        _holds.TryGetValue(id, out var hold) ? (hold, ReservationState.Held)
        : _ended.TryGetValue(id, out var ended) ? (ended.Hold, ended.State) : null;

    private Reservation Reply(string id, string sku, Hold hold, ReservationState state) => new(id, sku,
        hold.User is { } user ? new UserId(user) : null, hold.Quantity, hold.PriceMinor, Terms!.Currency, state,
        hold.ExpiresAt, hold.SessionId)
    {
        Market = Terms.Market,
        EcoPackaging = Terms.EcoPackaging,
        Offer = hold.Offer,
        WeightGrams = Terms.WeightGrams,
        Warehouse = hold.Warehouse,
    };
}

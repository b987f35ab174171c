using Ale.Kernel;

namespace Ale.Stock;

/// <summary>
/// Units received + adjusted = on hand + sold + quarantined + scrapped; held = open claims; a claim ends at most once, and once
/// its deadline has passed; a re-acquisition begins a new claim; a live price is that of its offer, in its time, for no
/// more units than it has.
/// </summary>
internal sealed class StockCheck() : JournalCheck<StockEvent>("stock", "stock", StockJson.Default.StockEvent)
{
    // A deadline is kept by a timer or, after a crash, by a reader that looks each second.
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(60);

    /// <summary>The last claim under an id.</summary>
    /// <param name="Back">Units put back of what it sold.</param>
    /// <param name="Offer">The live price frozen in it.</param>
    internal readonly record struct Claim(
        int Quantity, ReservationState State, DateTimeOffset Deadline, long Back, string? Offer = null,
        string? Warehouse = null);

    private sealed class Sku
    {
        public Stock State { get; set; } = Stock.New();
        public long Came { get; set; }

        /// <summary>What was put into each warehouse.</summary>
        public Dictionary<string, long> CameTo { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, Claim> Claims { get; } = new(StringComparer.Ordinal);
        public Dictionary<string, OfferTerms> Offers { get; } = new(StringComparer.Ordinal);
    }

    private readonly Dictionary<string, Sku> _skus = new(StringComparer.Ordinal);

    /// <summary>The last claim of an id on a SKU; null: there never was one.</summary>
    public Claim? Find(string sku, string id) =>
        _skus.TryGetValue(sku, out var found) && found.Claims.TryGetValue(id, out var claim) ? claim : null;

    /// <summary>Claims that sold units, with the SKU and the claim's id.</summary>
    public IEnumerable<(string Sku, string Id, Claim Claim)> Sold =>
        from s in _skus
        from c in s.Value.Claims
        where c.Value.State == ReservationState.Confirmed
        select (s.Key, c.Key, c.Value);

    protected override void Fold(string key, StockEvent happened)
    {
        if (!_skus.TryGetValue(key, out var sku)) _skus[key] = sku = new();
        Follow(key, sku, happened);
        sku.State = sku.State.Apply(happened);
    }

    private void Follow(string key, Sku sku, StockEvent happened)
    {
        var claims = sku.Claims;
        switch (happened)
        {
            case StockEvent.Received e:
                sku.Came += e.Quantity;
                Stowed(e.Warehouse, e.Quantity);
                break;
            case StockEvent.Adjusted e:
                sku.Came += e.Delta;
                Stowed(e.Warehouse, e.Delta);
                break;
            case StockEvent.Held e:
                Expect(key, !IsOpen(e.Id), $"claim {e.Id} begins while it is open");
                claims[e.Id] = new(e.Quantity, ReservationState.Held, e.ExpiresAt, 0, e.Offer, e.Warehouse);
                ExpectPrice(e.Id, e.Offer, e.PriceMinor);
                Expect(key, e.Offer is null || (sku.Offers.TryGetValue(e.Offer, out var live)
                    && live.StartsAt <= e.At && e.At < live.EndsAt), $"claim {e.Id} has a price outside of its time");
                break;
            case StockEvent.Renewed e:
                Expect(key, IsOpen(e.Id), $"claim {e.Id} is renewed but not open");
                claims[e.Id] = claims.GetValueOrDefault(e.Id) with { Deadline = e.ExpiresAt };
                break;
            case StockEvent.Confirmed e:
                End(e.Id, e.Quantity, ReservationState.Confirmed);
                Expect(key, e.At <= claims[e.Id].Deadline, $"claim {e.Id} was confirmed after its deadline");
                break;
            case StockEvent.Released { Quantity: 0 } e: // a fence: nothing was held, and nothing is
                Expect(key, !IsOpen(e.Id), $"claim {e.Id} is open, yet was fenced as unknown");
                claims[e.Id] = new(0, ReservationState.Released, e.At, 0);
                break;
            case StockEvent.Released e:
                End(e.Id, e.Quantity, ReservationState.Released);
                break;
            case StockEvent.Expired e:
                End(e.Id, e.Quantity, ReservationState.Expired);
                Expect(key, e.At >= claims[e.Id].Deadline, $"claim {e.Id} expired before its deadline");
                break;
            case StockEvent.Reclaimed e:
                Expect(key, !IsOpen(e.Id), $"claim {e.Id} was claimed anew while it is open");
                claims[e.Id] = new(e.Quantity, ReservationState.Confirmed, e.At, 0, e.Offer);
                break;
            case StockEvent.OfferPlanned e:
                sku.Offers[e.Id] = e.Terms;
                break;
            case StockEvent.PutBack e when claims.TryGetValue(e.ReservationId, out var sold):
                claims[e.ReservationId] = sold with { Back = sold.Back + e.Quantity };
                Stowed(e.Warehouse, e.Quantity);
                break;
        }

        void Stowed(string? warehouse, long units)
        {
            if (warehouse is not null) sku.CameTo[warehouse] = sku.CameTo.GetValueOrDefault(warehouse) + units;
        }

        void ExpectPrice(string id, string? offer, long priceMinor)
        {
            if (offer is null) return;
            var live = sku.Offers.GetValueOrDefault(offer);
            Expect(key, live?.PriceMinor == priceMinor, $"claim {id} has another price than offer {offer}");
        }

        bool IsOpen(string id) => claims.TryGetValue(id, out var claim) && claim.State == ReservationState.Held;

        void End(string id, int quantity, ReservationState state)
        {
            var claim = claims.GetValueOrDefault(id);
            Expect(key, IsOpen(id), $"claim {id} ends ({state}) but is not open: it has ended before, or never began");
            Expect(key, claim.Quantity == quantity, $"claim {id} ends with {quantity} units and held {claim.Quantity}");
            claims[id] = claim with { State = state };
        }
    }

    protected override void Compare(IReadOnlyList<JournalCheck> others)
    {
        var overdue = DateTimeOffset.FromUnixTimeMilliseconds(LastAt) - LateMax;
        foreach (var (key, sku) in _skus)
        {
            var s = sku.State;
            Expect(key, sku.Came == s.OnHand + s.Sold + s.Quarantine + s.Scrapped,
                $"{sku.Came} came in, but {s.OnHand} on hand + {s.Sold} sold + {s.Quarantine} waiting + {s.Scrapped} scrap");
            Expect(key, s.Waiting.Sum(w => (long)w.Units) <= s.Quarantine,
                $"returns of {s.Waiting.Sum(w => (long)w.Units)} units wait, {s.Quarantine} are in quarantine");
            Expect(key, s.OnHand >= 0 && s.Sold >= 0 && s.Quarantine >= 0, $"a figure is below zero");
            var open = sku.Claims.Where(c => c.Value.State == ReservationState.Held).ToList();
            var held = open.Sum(c => (long)c.Value.Quantity);
            Expect(key, s.Held == held, $"{s.Held} units are held, open claims hold {held}");
            var pools = s.Pools ?? [];
            var pooled = pools.Sum(p => p.OnHand);
            Expect(key, pooled <= s.OnHand, $"{pooled} units lie in warehouses, {s.OnHand} are on hand");
            foreach (var pool in pools)
            {
                var waits = open.Where(c => c.Value.Warehouse == pool.Warehouse).Sum(c => (long)c.Value.Quantity);
                var came = sku.CameTo.GetValueOrDefault(pool.Warehouse);
                Expect(key, pool.OnHand >= 0 && pool.OnHand <= came,
                    $"{pool.OnHand} units lie in {pool.Warehouse}, {came} came there");
                Expect(key, pool.Held == waits, $"{pool.Held} are held in {pool.Warehouse}, open claims hold {waits}");
            }

            foreach (var (id, terms) in sku.Offers)
            {
                var taken = sku.Claims.Values
                    .Where(c => c.Offer == id && (c.State is ReservationState.Held or ReservationState.Confirmed))
                    .Sum(c => c.Quantity - c.Back);
                Expect(key, !(taken > terms.Total), $"offer {id} of {terms.Total} units has {taken} taken");
            }

            foreach (var (id, claim) in open)
                Expect(key, claim.Deadline >= overdue,
                    $"claim {id} is open although its deadline {claim.Deadline:O} has passed");
        }
    }
}

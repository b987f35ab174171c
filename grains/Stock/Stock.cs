using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Stock;

/// <summary>
/// The units of one SKU. Hot, so it owns mutable collections; only Apply changes them.
/// Invariants: <c>OnHand ≥ 0</c>; <c>Held</c> is the sum of open holds; held + sold never exceeds what came in; at most
/// 4,096 ended reservations, none older than 10 minutes at the next end, are remembered; receipts, corrections and
/// put-backs are remembered for ever, 12 bytes each; at most 16 keys of changed terms;
/// at most 64 offers, none ended longer than 7 days at the next one, and 64 prices paid; at most 64 prices planned,
/// and as many that are over.
/// </summary>
internal sealed partial class Stock : IState<Stock, StockEvent>
{
    public const int EndedMax = 4_096, RenewKeysMax = 16;
    private const string ChangeCommand = "change";
    public static readonly TimeSpan EndedFor = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Hold> _holds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _ofUser = new(StringComparer.Ordinal); // his open holds
    private readonly Deadlines _expiries;
    private readonly Dictionary<string, EndedHold> _ended = new(StringComparer.Ordinal);
    private readonly Queue<EndedHold> _endedInOrder = new();
    private readonly Dictionary<long, int> _moves = []; // hash of the id → hash of the content
    private readonly Dictionary<string, int> _byUser = new(StringComparer.Ordinal),
        _bySession = new(StringComparer.Ordinal);

    public static JsonTypeInfo<StockEvent> EventJson => StockJson.Default.StockEvent;

    public SkuTerms? Terms { get; private set; }

    /// <summary>How often the terms were set.</summary>
    public long TermsVersion { get; private set; }

    /// <summary>Changes of terms, each with the SKU as it was answered then.</summary>
    public RememberedKeys<SkuInfo> Keys { get; private set; } = RememberedKeys<SkuInfo>.None;

    public long OnHand { get; private set; }
    public long Held { get; private set; }
    public long Sold { get; private set; }

    /// <summary>Returned units that wait for inspection.</summary>
    public long Quarantine { get; private set; }

    /// <summary>
    /// Confirmed units, less those that came back before a limited edition was closed by them. After that only undoing
    /// the
    /// sale opens it again.
    /// </summary>
    public long SoldEver { get; private set; }

    public bool IsClosed => Terms?.LimitedTotal is { } total && SoldEver >= total;
    public long Available => Math.Max(0, OnHand - Held);

    public DateTimeOffset? DueAt
    {
        get
        {
            var due = _expiries.Next;
            if (OfferDueAt is { } turn && !(due <= turn)) due = turn;
            if (InspectionDueAt is { } scan && !(due <= scan)) due = scan;
            if (NoticeDueAt is { } news && !(due <= news)) due = news;
            if (PriceDueAt is { } price && !(due <= price)) due = price;
            if (Terms?.Levels is null) return due;
            if (CalmAt is { } calm && !(due <= calm)) due = calm;
            return TellAt is { } tell && !(due <= tell) ? tell : due;
        }
    }

    /// <summary>Entries that a snapshot would hold.</summary>
    public int Entries => _holds.Count + _ended.Count + _moves.Count + _byUser.Count + (_offers?.Count ?? 0);

    private Stock() =>
        _expiries = new((id, at) => _holds.TryGetValue(id, out var hold) && hold.ExpiresAt == at);

    public static Stock New() => new();

    public Stock Apply(StockEvent happened)
    {
        switch (happened)
        {
            case StockEvent.Defined e:
                (Terms, TermsVersion) = (e.Terms, 1);
                break;
            case StockEvent.Changed e:
                (Terms, TermsVersion) = (e.Terms, TermsVersion + 1);
                // The state does not know its own id; the answer gets it when it is given again.
                Keys = Keys.Add(e.Key, ChangeCommand, new("", e.Terms, TermsVersion), e.At);
                break;
            case StockEvent.Received e:
                OnHand += e.Quantity;
                Stow(e.Warehouse, e.Quantity);
                _moves[Receipt(e.Id)] = Content(Moved(e.Quantity, e.Warehouse));
                break;
            case StockEvent.Adjusted e:
                OnHand += e.Delta;
                Stow(e.Warehouse, e.Delta);
                _moves[Adjustment(e.Id)] = Content(Moved(e.Delta, e.Warehouse));
                break;
            case StockEvent.Held e:
                Open(e.Id, new(e.User, e.Quantity, e.SessionId, e.PriceMinor, e.At, e.ExpiresAt, null, e.Offer,
                    e.Warehouse));
                break;
            case StockEvent.Renewed e:
                var renewed = _holds[e.Id];
                _holds[e.Id] = renewed with
                {
                    ExpiresAt = e.ExpiresAt,
                    Keys = [.. (renewed.Keys ?? []).TakeLast(RenewKeysMax - 1), e.Key],
                };
                _expiries.Add(e.ExpiresAt, e.Id);
                _expiries.Removed();
                break;
            case StockEvent.Confirmed e:
                Sell(e.Quantity);
                var sold = Close(e.Id);
                Leave(sold.Warehouse, e.Quantity);
                End(e.Id, sold, ReservationState.Confirmed, e.At);
                Paid(sold, e.At);
                break;
            case StockEvent.Reclaimed e:
                var claim = new Hold(e.User, e.Quantity, e.SessionId, e.PriceMinor, e.At, e.At, null, e.Offer);
                Count(claim, e.Quantity);
                Sell(e.Quantity);
                Leave(null, e.Quantity);
                End(e.Id, claim, ReservationState.Confirmed, e.At);
                Paid(claim, e.At);
                break;
            case StockEvent.Released e:
                GiveBack(e.Id, ReservationState.Released, e.At);
                break;
            case StockEvent.Expired e:
                GiveBack(e.Id, ReservationState.Expired, e.At);
                break;
            case StockEvent.PutBack e:
                if (e.Quarantine) Quarantine += e.Quantity;
                else OnHand += e.Quantity;
                if (e.Warehouse is not null) Stow(e.Warehouse, e.Quantity);
                Sold -= e.Quantity;
                if (e.Undo || !IsClosed) SoldEver -= e.Quantity;
                Count(e.User, e.SessionId, -e.Quantity);
                GiveBackToOffer(e);
                Await(e);
                _moves[ReturnOf(e.Id)] = Content($"{e.ReservationId}/{e.Quantity}");
                break;
            case StockEvent.PricePlanned e:
                Apply(e);
                break;
            case StockEvent.PriceDropped e:
                Turn(e.Id, PriceState.Dropped);
                break;
            case StockEvent.PriceStarted e:
                Apply(e);
                break;
            case StockEvent.Shelved e:
                (IsOffSale, ShelfMove) = (!e.IsOnSale, e.Move);
                break;
            case StockEvent.Signalled e:
                Apply(e);
                break;
            case StockEvent.Told e:
                Apply(e);
                break;
            case StockEvent.Missed: // a figure for reports; the stock is as it was
                break;
            case StockEvent.Inspected e:
                Apply(e);
                break;
            case StockEvent.InspectionLate e:
                Apply(e);
                break;
            case StockEvent.Short e:
                Apply(e);
                break;
            case StockEvent.NoticeTold e:
                Forget(e.No);
                break;
            case StockEvent.ClaimOpened e:
                Forget(e.No);
                break;
            case StockEvent.OfferPlanned e:
                Apply(e);
                break;
            case StockEvent.OfferChanged e:
                Apply(e);
                break;
            case StockEvent.OfferStarted e:
                Apply(e);
                break;
            case StockEvent.OfferEnded e:
                Apply(e);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }

        return this;
    }

    private void Open(string id, Hold hold)
    {
        Forget(id);
        _holds.Add(id, hold);
        _expiries.Add(hold.ExpiresAt, id);
        Index(id, hold.User);
        Held += hold.Quantity;
        HoldIn(hold.Warehouse, hold.Quantity);
        Count(hold, hold.Quantity);
    }

    private Hold Close(string id)
    {
        _holds.Remove(id, out var hold);
        _expiries.Removed();
        if (hold!.User is { } user && _ofUser.Remove(user, out var ids) && ids.Length > 1)
            _ofUser[user] = [.. ids.Where(other => other != id)];
        Held -= hold.Quantity;
        HoldIn(hold.Warehouse, -hold.Quantity);
        return hold;
    }

    private void Index(string id, string? user)
    {
        if (user is not null) _ofUser[user] = _ofUser.TryGetValue(user, out var ids) ? [.. ids, id] : [id];
    }

    private void Sell(int quantity)
    {
        OnHand -= quantity;
        Sold += quantity;
        SoldEver += quantity;
    }

    private void GiveBack(string id, ReservationState state, DateTimeOffset at)
    {
        if (!_holds.ContainsKey(id)) // a fence: nothing was held
        {
            End(id, new(null, 0, null, 0, at, at, null), state, at);
            return;
        }

        var hold = Close(id);
        Count(hold, -hold.Quantity);
        End(id, hold, state, at);
    }

    private void End(string id, Hold hold, ReservationState state, DateTimeOffset at)
    {
        Forget(id);
        var ended = new EndedHold(id, hold, state, at);
        _ended[id] = ended;
        _endedInOrder.Enqueue(ended);
        // Counts what is remembered, not what is queued: a thawed state forgets the same as one that never slept.
        while (_endedInOrder.TryPeek(out var oldest) && (_ended.Count > EndedMax || at - oldest.At > EndedFor))
        {
            _endedInOrder.Dequeue();
            if (_ended.TryGetValue(oldest.Id, out var current)
                && ReferenceEquals(current, oldest)) _ended.Remove(oldest.Id);
        }
    }

    private void Forget(string id) => _ended.Remove(id); // its place in the queue is passed over when it comes up

    private void Count(Hold hold, int units)
    {
        Count(hold.User, hold.SessionId, units);
        if (hold.Offer is { } offer && _offers?.GetValueOrDefault(offer) is { } live) live.Take(hold.User, units);
    }

    private void Count(string? user, string? sessionId, int units)
    {
        if (user is not null && Terms!.PerUserMax is not null) Add(_byUser, user, units);
        if (sessionId is not null && Terms!.PerSessionMax is not null) Add(_bySession, sessionId, units);

        static void Add(Dictionary<string, int> counts, string key, int units)
        {
            var count = counts.GetValueOrDefault(key) + units;
            if (count <= 0) counts.Remove(key); // below zero, a later limit would be too wide
            else counts[key] = count;
        }
    }

    // A receipt, an adjustment and a put-back may bear the same id: they are different things.
    private static long Receipt(string id) => IdHash.Of($"r/{id}");

    private static long Adjustment(string id) => IdHash.Of($"a/{id}");

    private static long ReturnOf(string id) => IdHash.Of($"p/{id}");

    private static int Content(string text) => IdHash.Short(text);
}

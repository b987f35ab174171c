using System.Text.Json.Serialization;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Stock;

/// <summary>The state as stored: a copy that later events do not move.</summary>
internal sealed record FrozenStock(
    SkuTerms? Terms, long OnHand, long Sold, long Quarantine, long SoldEver, HoldColumns? Holds, EndedColumns? Ended,
    KeyValuePair<long, int>[] Moves, KeyValuePair<string, int>[] ByUser, KeyValuePair<string, int>[] BySession,
    long TermsVersion, RememberedKey<SkuInfo>[] Keys, MarkSignal[] Marks, FrozenOffer[] Offers, PricePaid[] Prices,
    long Scrapped, WaitingReturn[] Waiting, StockNotice[] Notices, long NoticesEver, PricePlan[] Plans, bool IsOffSale,
    int ShelfMove, KeyValuePair<string, long>[] Pools)
{
    /// <summary>What <see cref="Holds"/> is made of, outside of the turn.</summary>
    [JsonIgnore] public KeyValuePair<string, Hold>[] RawHolds { get; init; } = [];

    /// <summary>What <see cref="Ended"/> is made of, outside of the turn.</summary>
    [JsonIgnore] public EndedHold[] RawEnded { get; init; } = [];
}

internal sealed partial class Stock
{
    public static readonly SnapshotCodec<Stock> Snapshots = SnapshotCodec<Stock>.Of(
        StockJson.Default.FrozenStock, meaning: 4, s => s.Freeze(), Thaw, s => s.Entries, InOrder);

    private FrozenStock Freeze() => new(Terms, OnHand, Sold, Quarantine, SoldEver, null, null,
        [.. _moves], [.. _byUser], [.. _bySession], TermsVersion, [.. Keys.Entries],
        [.. _marks], _offers is null ? [] : [.. _offers.Values.Select(o => o.Freeze())],
        [.. _prices.Entries.Select(p => new PricePaid(p.At, p.Value))], Scrapped,
        [.. _waiting], [.. _notices], _noticesEver, _plans is null ? [] : [.. _plans], IsOffSale, ShelfMove,
        FreezePools())
    {
        RawHolds = [.. _holds],
        RawEnded = [.. _endedInOrder.Where(IsCurrent)],
    };

    private static FrozenStock InOrder(FrozenStock s) => s with
    {
        Holds = HoldColumns.Of([.. s.RawHolds.OrderBy(h => h.Key, StringComparer.Ordinal)
            .Select(h => (h.Key, h.Value))]),
        Ended = EndedColumns.Of(s.RawEnded),
        Moves = [.. s.Moves.OrderBy(m => m.Key)],
        ByUser = [.. s.ByUser.OrderBy(u => u.Key, StringComparer.Ordinal)],
        BySession = [.. s.BySession.OrderBy(x => x.Key, StringComparer.Ordinal)],
        Offers = [.. s.Offers.OrderBy(o => o.Id, StringComparer.Ordinal)],
    };

    private bool IsCurrent(EndedHold ended) => _ended.TryGetValue(ended.Id, out var current)
        && ReferenceEquals(current, ended);

    private static Stock Thaw(FrozenStock frozen)
    {
        var stock = new Stock
        {
            Terms = frozen.Terms,
            OnHand = frozen.OnHand,
            Sold = frozen.Sold,
            Quarantine = frozen.Quarantine,
            SoldEver = frozen.SoldEver,
            Scrapped = frozen.Scrapped,
            IsOffSale = frozen.IsOffSale,
            ShelfMove = frozen.ShelfMove,
            TermsVersion = frozen.TermsVersion,
            Keys = RememberedKeys<SkuInfo>.Of(frozen.Keys),
        };
        frozen.Marks.CopyTo(stock._marks, 0);
        stock.ThawPools(frozen.Pools);
        stock._holds.EnsureCapacity(frozen.Holds!.Id.Length);
        foreach (var (id, hold) in frozen.Holds.All())
        {
            stock._holds.Add(id, hold);
            stock._expiries.Add(hold.ExpiresAt, id);
            stock.Index(id, hold.User);
            stock.Held += hold.Quantity;
            stock.HoldIn(hold.Warehouse, hold.Quantity);
        }

        stock._ended.EnsureCapacity(frozen.Ended!.Holds.Id.Length);
        stock._endedInOrder.EnsureCapacity(frozen.Ended.Holds.Id.Length);
        foreach (var ended in frozen.Ended.All())
        {
            stock._ended[ended.Id] = ended;
            stock._endedInOrder.Enqueue(ended);
        }

        foreach (var (id, content) in frozen.Moves) stock._moves[id] = content;
        foreach (var (user, units) in frozen.ByUser) stock._byUser[user] = units;
        foreach (var (session, units) in frozen.BySession) stock._bySession[session] = units;
        foreach (var offer in frozen.Offers) stock.Remember(LiveOffer.Thaw(offer));
        stock._waiting.AddRange(frozen.Waiting);
        stock.FindInspectionDue();
        foreach (var notice in frozen.Notices) stock._notices.Enqueue(notice);
        stock._noticesEver = frozen.NoticesEver;
        foreach (var plan in frozen.Plans) stock.Keep(plan);
        foreach (var price in frozen.Prices) stock._prices.Add(price.At, price.PriceMinor);
        return stock;
    }
}

namespace Ale.Stock;

/// <summary>What it costs and whether it is sold (SHP-05): every word about the price, the latest that has come
/// counts.</summary>
internal sealed partial class StockModel
{
    private sealed record Price(DateTimeOffset At, long Minor, string? Plan);

    private readonly List<Price> _words = [new(DateTimeOffset.MinValue, terms.PriceMinor, null)];
    private readonly Dictionary<string, Price> _plans = [];
    private int _changes;

    /// <summary>Whether its product is sold, as far as it said.</summary>
    public bool IsOffSale { get; private set; }

    /// <summary>The number of the product's last word.</summary>
    public int Word { get; private set; }

    private IEnumerable<DateTimeOffset?> PricesToCome =>
        _words.Where(w => w.Plan is not null && w.At > _now).Select(w => (DateTimeOffset?)w.At);

    public string Plan(string id, long minor, DateTimeOffset at, DateTimeOffset now)
    {
        var plan = new Price(at, minor, id);
        if (_plans.TryGetValue(id, out var before)) return before == plan ? Said(before, now) : "stock.price_changed";
        if (at <= now || at.Second != 0) return "stock.price_time";
        _words.Add(_plans[id] = plan);
        return Said(plan, now);
    }

    public string Drop(string id, DateTimeOffset now)
    {
        if (!_plans.TryGetValue(id, out var plan)) return "stock.unknown_price";
        if (plan.At <= now && _words.Contains(plan)) return "stock.price_started";
        _words.Remove(plan);
        return Said(plan, now);
    }

    /// <summary>The price that is said now, to count at once.</summary>
    public string Change(long minor, DateTimeOffset now)
    {
        if (minor != ListPrice(now)) _changes++;
        _words.Add(new(now, minor, null));
        return $"{minor} v{1 + _changes + _words.Count(w => w.Plan is not null && w.At <= now)}";
    }

    public string Shelve(bool isOnSale, int word)
    {
        if (word > Word) (Word, IsOffSale) = (word, !isOnSale);
        return "done";
    }

    public long ListPrice(DateTimeOffset now) => _words.Where(w => w.At <= now).OrderBy(w => w.At).Last().Minor;

    private string Said(Price plan, DateTimeOffset now) =>
        $"{(!_words.Contains(plan) ? "Dropped" : plan.At <= now ? "Started" : "Planned")} {plan.Minor}";
}

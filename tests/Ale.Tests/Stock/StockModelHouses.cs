namespace Ale.Stock;

/// <summary>What comes in and is corrected, and where it lies (STK-12): units by warehouse, the rest in the main house.
/// </summary>
internal sealed partial class StockModel
{
    private readonly SortedDictionary<string, long> _houses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Units, string? House)> _received = [], _adjusted = [];

    /// <summary>Units that came in, less those corrected away.</summary>
    public long Came => _received.Values.Concat(_adjusted.Values).Sum(m => (long)m.Units);

    public string Houses => string.Join(' ', _houses.Keys.Select(h => $"{h}:{_houses[h]}-{HeldIn(h)} {FreeIn(h)}"));

    public string Receive(string id, int units, string? house)
    {
        if (_received.TryGetValue(id, out var before)) return before == (units, house) ? $"{units}" : "stock.changed";
        _received[id] = (units, house);
        Put(house, units);
        return $"{units}";
    }

    public string Adjust(string id, int delta, string? house = null)
    {
        if (_adjusted.TryGetValue(id, out var before)) return before == (delta, house) ? $"{delta}" : "stock.changed";
        if (OnHand + delta < 0) return "stock.negative";
        if (delta < 0 && house is not null && _houses.GetValueOrDefault(house) + delta < 0) return "stock.negative";
        _adjusted[id] = (delta, house);
        if (delta < 0) Take(house, -delta);
        else Put(house, delta);
        return $"{delta}";
    }

    private long HeldIn(string house) => _claims.Values
        .Where(c => c.House == house && c.State == ReservationState.Held).Sum(c => (long)c.Quantity);

    private long FreeIn(string house) => Math.Max(0, _houses.GetValueOrDefault(house) - HeldIn(house));

    private void Put(string? house, long units)
    {
        OnHand += units;
        if (house is not null) _houses[house] = _houses.GetValueOrDefault(house) + units;
    }

    /// <summary>From the warehouse named, then the main house, then what is free where most is, then anything.</summary>
    private void Take(string? house, long units)
    {
        OnHand -= units;
        if (house is not null) From(house, units);
        foreach (var next in MostFirst()) From(next, Math.Min(Missing, FreeIn(next)));
        foreach (var next in MostFirst()) From(next, Missing);
    }

    /// <summary>Units that warehouses have more than there are.</summary>
    private long Missing => Math.Max(0, _houses.Values.Sum() - OnHand);

    private string[] MostFirst() => [.. _houses.Keys.OrderByDescending(h => _houses[h] - HeldIn(h))];

    private void From(string house, long units) => _houses[house] -= Math.Min(units, _houses[house]);
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ale.Shops;

/// <summary>
/// The books of a local shop: its own movements, each with the next number, and the levels it was told. Kept as JSON
/// lines in a file, each written before it is answered; read again at start. One caller at a time is let in.
/// </summary>
internal sealed class ShopBook : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ShopMovement> _movements = [];
    private readonly Dictionary<string, ShopLevel> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long Seq, long Sum)>> _moved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShopMovement> _byId = new(StringComparer.Ordinal);
    private readonly FileStream _file;

    public ShopBook(string path)
    {
        _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var whole = 0L;
        using var reader = new StreamReader(_file, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            if (Read(line) is not { } entry) break; // torn by a crash: it was never answered
            Apply(entry);
            whole += System.Text.Encoding.UTF8.GetByteCount(line) + 1;
        }

        _file.SetLength(Math.Min(whole, _file.Length));
        _file.Position = _file.Length;
    }

    /// <summary>The last number.</summary>
    public long Last
    {
        get { lock (_gate) return _movements.Count; }
    }

    /// <summary>
    /// Sells (or takes back, below zero) units. The same id again: the same movement; null: it has not so many.
    /// </summary>
    public ShopMovement? Sell(string id, string sku, int quantity, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(id, out var before)) return before;
            if (quantity > Available(sku)) return null;
            var movement = new ShopMovement(
                _movements.Count + 1, sku, -quantity, quantity > 0 ? "sale" : "return", at);
            Write(new(id, movement, null));
            return movement;
        }
    }

    /// <summary>Takes the levels that are newer than its own.</summary>
    public void Take(IEnumerable<ShopLevel> levels)
    {
        lock (_gate)
        {
            foreach (var level in levels)
                if (!_levels.TryGetValue(level.Sku, out var known)
                    || (level.Version, level.Basis).CompareTo((known.Version, known.Basis)) > 0)
                    Write(new(null, null, level));
        }
    }

    public ShopMovementPage Page(long after, int limit)
    {
        lock (_gate)
        {
            return new([.. _movements.Skip((int)Math.Clamp(after, 0, _movements.Count)).Take(limit)], _movements.Count);
        }
    }

    public ShopLedger Ledger()
    {
        lock (_gate)
        {
            return new(_movements.Count,
            [
                .. _levels.Values.OrderBy(l => l.Sku, StringComparer.Ordinal)
                    .Select(l => new ShopLedgerLine(l.Sku, Available(l.Sku), l.Version, l.Basis)),
            ]);
        }
    }

    public void Dispose() => _file.Dispose();

    private long Available(string sku) => !_levels.TryGetValue(sku, out var level) ? 0
        : level.Available + MovedAt(sku, long.MaxValue) - MovedAt(sku, level.Basis);

    /// <summary>Units of a SKU moved up to a number.</summary>
    private long MovedAt(string sku, long seq)
    {
        if (!_moved.TryGetValue(sku, out var sums)) return 0;
        var (low, high) = (0, sums.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sums[middle].Seq <= seq) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? 0 : sums[low - 1].Sum;
    }

    private void Write(ShopEntry entry)
    {
        _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, ShopBookJson.Default.ShopEntry), (byte)'\n']);
        _file.Flush(flushToDisk: true);
        Apply(entry);
    }

    private void Apply(ShopEntry entry)
    {
        if (entry.Level is { } level) _levels[level.Sku] = level;
        if (entry is not { Movement: { } movement, Id: { } id }) return;
        if (!_moved.TryGetValue(movement.Sku, out var sums)) _moved[movement.Sku] = sums = [];
        sums.Add((movement.Seq, (sums.Count == 0 ? 0 : sums[^1].Sum) + movement.Delta));
        _movements.Add(movement);
        _byId[id] = movement;
    }

    private static ShopEntry? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ShopBookJson.Default.ShopEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A line of the file: a movement under its id, or a level.</summary>
internal sealed record ShopEntry(string? Id, ShopMovement? Movement, ShopLevel? Level);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ShopEntry)), JsonSerializable(typeof(ShopFaults)), JsonSerializable(typeof(ShopSale))]
internal sealed partial class ShopBookJson : JsonSerializerContext;

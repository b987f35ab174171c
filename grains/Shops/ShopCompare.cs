using System.Collections.Immutable;

namespace Ale.Shops;

/// <summary>What a shop was told of a SKU, and confirmed.</summary>
/// <param name="Moved">Units the shop had moved by our books when it was told.</param>
internal readonly record struct ToldLevel(long Version, long Available, long Basis, long Moved)
{
    /// <summary>Whether the shop has this one.</summary>
    public bool IsOf(ShopLedgerLine line) => (line.Version, line.Basis) == (Version, Basis);
}

/// <summary>The comparison of both ledgers at one of the shop's numbers; pure.</summary>
internal static class ShopCompare
{
    /// <summary>
    /// SKUs that differ: the shop's figure against the level it was told with the movements booked since.
    /// </summary>
    /// <param name="told">By SKU; one that the shop was not told is not compared.</param>
    /// <param name="moved">Units moved by our books at the ledger's number, by listed SKU.</param>
    public static ImmutableArray<ShopDifference> Differences(
        IReadOnlyDictionary<string, ToldLevel> told, IReadOnlyDictionary<string, long> moved, ShopLedger ledger)
    {
        var theirs = new Dictionary<string, ShopLedgerLine>(StringComparer.Ordinal);
        foreach (var line in ledger.Skus) theirs[line.Sku.ToUpperInvariant()] = line;
        return
        [
            .. from m in moved
               where told.ContainsKey(m.Key)
               orderby m.Key
               let level = told[m.Key]
               let ours = level.Available + m.Value - level.Moved
               let line = theirs.GetValueOrDefault(m.Key)
               where line is null || line.Available != ours
               select new ShopDifference(m.Key, ours, line?.Available),
        ];
    }

    /// <summary>SKUs whose latest level the shop has not taken.</summary>
    public static IEnumerable<string> NotTaken(IReadOnlyDictionary<string, ToldLevel> told, ShopLedger ledger)
    {
        var theirs = ledger.Skus.ToLookup(line => line.Sku.ToUpperInvariant(), StringComparer.Ordinal);
        return told.Where(t => !theirs[t.Key].Any(t.Value.IsOf)).Select(t => t.Key);
    }
}

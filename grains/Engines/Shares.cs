namespace Ale.Engines;

/// <summary>Shares an amount out in proportion, to the last minor unit.</summary>
internal static class Shares
{
    /// <summary>
    /// Parts that add up to <paramref name="amount"/>, each in proportion to its weight; what rounding leaves goes to
    /// the largest remainders, the earlier first. All weights 0: all parts 0.
    /// </summary>
    public static long[] Split(long amount, IReadOnlyList<long> weights)
    {
        var total = weights.Aggregate((Int128)0, (sum, w) => sum + w);
        var parts = new long[weights.Count];
        if (total == 0 || amount == 0) return parts;
        var left = amount;
        var remainders = new (Int128 Remainder, int Index)[weights.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var exact = (Int128)amount * weights[i];
            parts[i] = (long)(exact / total);
            remainders[i] = (exact % total, i);
            left -= parts[i];
        }

        foreach (var (_, i) in remainders.OrderByDescending(r => r.Remainder).ThenBy(r => r.Index)
            .Take((int)left)) parts[i]++;
        return parts;
    }
}

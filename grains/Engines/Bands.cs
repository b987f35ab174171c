namespace Ale.Engines;

/// <summary>A price by bands: each begins at a figure and holds until the next one begins.</summary>
internal static class Bands
{
    /// <summary>True: there is a band, the first begins at 0, and each begins above the one before.</summary>
    public static bool AreInOrder(IReadOnlyList<(long From, long Value)> bands) =>
        bands.Count > 0 && bands[0].From == 0
        && bands.Zip(bands.Skip(1)).All(pair => pair.First.From < pair.Second.From);

    /// <summary>The value of the band that a figure lies in.</summary>
    /// <param name="bands">In order.</param>
    /// <param name="figure">Not below 0.</param>
    public static long ValueOf(IReadOnlyList<(long From, long Value)> bands, long figure)
    {
        var value = bands[0].Value;
        for (var i = 1; i < bands.Count && bands[i].From <= figure; i++) value = bands[i].Value;
        return value;
    }
}

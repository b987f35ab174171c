namespace Ale.Engines;

/// <summary>What sending costs (SHP-07). Amounts in minor units of the market's currency.</summary>
/// <param name="FirstKgMinor">For the first kilogram, begun or whole.</param>
/// <param name="NextKgMinor">For each further kilogram begun.</param>
/// <param name="FarFirstKgMinor">As <paramref name="FirstKgMinor"/>, into <paramref name="FarAreas"/>.</param>
/// <param name="FarNextKgMinor">As <paramref name="NextKgMinor"/>, into <paramref name="FarAreas"/>.</param>
/// <param name="FreeFromMinor">Goods of so much or more are sent for nothing, wherever they may go.</param>
/// <param name="FarAreas">Codes, space between two.</param>
/// <param name="NotServed">Codes, space between two: nothing is sent there.</param>
internal sealed record FreightTemplate(
    long FirstKgMinor, long NextKgMinor, long FarFirstKgMinor, long FarNextKgMinor, long FreeFromMinor,
    string FarAreas, string NotServed);

/// <summary>Reckons freight by a template.</summary>
internal static class FreightRates
{
    private const long GramsOfKg = 1_000;

    /// <summary>The freight, minor units; null: the area is not served.</summary>
    /// <param name="area">A known area code.</param>
    /// <param name="goodsMinor">What the goods cost, less the discount on them.</param>
    /// <param name="grams">What they weigh; less than a gram counts as a kilogram begun.</param>
    public static long? Of(FreightTemplate template, string area, long goodsMinor, long grams)
    {
        if (IsIn(template.NotServed, area)) return null;
        if (goodsMinor >= template.FreeFromMinor) return 0;
        var further = Math.Max(0, (grams - 1) / GramsOfKg);
        return IsIn(template.FarAreas, area)
            ? template.FarFirstKgMinor + further * template.FarNextKgMinor
            : template.FirstKgMinor + further * template.NextKgMinor;
    }

    private static bool IsIn(string areas, string area) =>
        areas.Length > 0 && areas.Split(' ').Any(wide => Areas.Covers(wide, area));
}

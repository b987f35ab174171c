using System.Collections.Frozen;
using System.Globalization;

namespace Ale.Engines;

/// <summary>
/// Official area codes of China (GB/T 2260): two digits the province, two the city, two the district. The table names
/// provinces and cities (<c>deploy/areas/cn.csv</c>); a district is known when its city is.
/// </summary>
internal static class Areas
{
    private const int Length = 6;

    private static readonly FrozenDictionary<string, string> Names = Read();

    private static readonly FrozenSet<string> WithCities =
        Names.Keys.Where(code => !IsProvince(code)).Select(ProvinceOf).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>True for a province, a city, and a district of a known city.</summary>
    public static bool IsKnown(string? code) =>
        code is { Length: Length } && code.All(char.IsAsciiDigit) && Names.ContainsKey(CityOf(code));

    /// <summary>True when goods can be sent there: a city or narrower, or a province that has no cities.</summary>
    public static bool IsPlace(string? code) =>
        IsKnown(code) && (!IsProvince(code!) || !WithCities.Contains(code!));

    /// <summary>The city of a known code; of a province itself.</summary>
    public static string CityOf(string code) => code[..4] + "00";

    /// <summary>Province and city of a known code, as people write it.</summary>
    public static string NameOf(string code)
    {
        var (province, city) = (Names[ProvinceOf(code)], Names[CityOf(code)]);
        return province == city ? city : province + city;
    }

    /// <summary>True when <paramref name="wide"/> is <paramref name="code"/> or an area around it.</summary>
    public static bool Covers(string wide, string code) => code.StartsWith(
        IsProvince(wide) ? wide[..2] : wide.EndsWith("00", StringComparison.Ordinal) ? wide[..4] : wide,
        StringComparison.Ordinal);

    /// <summary>True for known codes with a space between two, and for none at all.</summary>
    public static bool AreKnown(string codes) => codes.Length == 0 || codes.Split(' ').All(IsKnown);

    private static bool IsProvince(string code) => code.EndsWith("0000", StringComparison.Ordinal);

    private static string ProvinceOf(string code) => code[..2] + "0000";

    private static FrozenDictionary<string, string> Read()
    {
        using var file = typeof(Areas).Assembly.GetManifestResourceStream("areas.cn.csv")!;
        using var lines = new StreamReader(file);
        return lines.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Trim().Split(','))
            .ToFrozenDictionary(parts => Checked(parts[0]), parts => parts[1], StringComparer.Ordinal);
    }

    private static string Checked(string code) =>
        code.Length == Length && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? code : throw new InvalidDataException($"'{code}' is no area code");
}

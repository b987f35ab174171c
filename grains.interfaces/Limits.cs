namespace Ale;

/// <summary>Bounds of the contract, the same for everybody who builds a request.</summary>
public static class Limits
{
    /// <summary>Longest id a caller may make.</summary>
    public const int IdLengthMax = 64;

    /// <summary>Most units of one SKU in one command.</summary>
    public const int QuantityMax = 1_000_000;

    /// <summary>Largest amount of money in one field, minor units: a sum of a thousand still fits a long.</summary>
    public const long AmountMinorMax = 1_000_000_000_000;

    /// <summary>Most lines in one order.</summary>
    public const int OrderLinesMax = 1_000;

    /// <summary>Longest title, reason or note.</summary>
    public const int TextLengthMax = 1_000;

    /// <summary>
    /// <c>[A-Za-z0-9][A-Za-z0-9._:-]{0,63}</c>: the form of every id that callers make. Nothing else reaches a grain.
    /// </summary>
    public static bool IsId(string? id)
    {
        if (id is null || id.Length is 0 or > IdLengthMax || !char.IsAsciiLetterOrDigit(id[0])) return false;
        foreach (var c in id)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '-')) return false;
        return true;
    }
}

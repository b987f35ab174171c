using System.Globalization;
using Ale.Kernel;

namespace Ale.Approvals;

/// <summary>Lines of a question as their slices write them; pure.</summary>
internal static class ApprovalLines
{
    /// <summary>A line whose sum stands in words when it is more than an approval can state.</summary>
    public static ApprovalLine Sum(string label, long minor, string? note = null) =>
        Math.Abs((decimal)minor) <= Limits.AmountMinorMax ? new(label, minor, note)
        : new(label, null, Note(string.Create(CultureInfo.InvariantCulture, $"{minor} minor units {note}").Trim()));

    /// <summary>As much of a text as a line holds.</summary>
    public static string Note(string text) => text.Cut(ApprovalLine.TextLengthMax);
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ale.Edge;

/// <summary>
/// Says in the caller's words what the JSON reader said in .NET's: the member's path, never the name of a type.
/// </summary>
internal static partial class JsonFault
{
    public static IReadOnlyList<FieldProblem> Of(JsonException fault)
    {
        var path = Field(fault.Path);
        if (fault.InnerException?.GetType().Name == "JsonReaderException" || fault.GetType() != typeof(JsonException))
            return [new(path, fault.Message.Contains("depth", StringComparison.OrdinalIgnoreCase)
                ? $"Nested deeper than {EdgeJson.DepthMax} levels."
                : $"Is not JSON from line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.")];
        if (fault.InnerException is InvalidOperationException { InnerException: System.Text.DecoderFallbackException })
            return [new(path, "Is not UTF-8.")];
        if (Missing.Match(fault.Message) is { Success: true } missing)
            return [.. Quoted.Matches(missing.Groups["names"].Value)
                .Select(name => new FieldProblem(Join(path, name.Groups[1].Value), "Is required."))];
        if (Duplicate.Match(fault.Message) is { Success: true } twice)
            return [new(Join(path, twice.Groups["name"].Value), "Is given more than once.")];
        if (Null.Match(fault.Message) is { Success: true } none)
            return [new(path.Length > 0 ? path : none.Groups["name"].Value, "Must not be null.")];
        // The type that the fault itself names is the member's or that of its record; what caused it tells more.
        var cause = fault.InnerException?.Message ?? "";
        return [new(path, cause.EndsWith("as a number.", StringComparison.Ordinal) ? "Must be a number."
            : Whole.IsMatch(cause) ? "Must be a whole number in range."
            : "Has the wrong type or form, or is out of range.")];
    }

    [GeneratedRegex(@"out of bounds for an? U?Int(16|32|64)\.$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole { get; }

    // "$.lines[0].quantity" is "lines[0].quantity" to the caller.
    private static string Field(string? path) =>
        path is null ? "" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');

    private static string Join(string path, string name) =>
        path.Length == 0 || path == name || path.EndsWith("." + name, StringComparison.Ordinal)
            ? name.Length > path.Length ? name : path
            : path + "." + name;

    [GeneratedRegex("required properties including: (?<names>.*?)\\.", RegexOptions.CultureInvariant)]
    private static partial Regex Missing { get; }

    [GeneratedRegex("'([^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted { get; }

    [GeneratedRegex("^Duplicate property '(?<name>[^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Duplicate { get; }

    [GeneratedRegex("'(?<name>[^']+)' on type '[^']+' doesn't allow", RegexOptions.CultureInvariant)]
    private static partial Regex Null { get; }
}

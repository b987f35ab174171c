using System.Text.Json;

namespace Ale.Edge;

/// <summary>Reads an enum from a query as JSON writes it: by name, in snake_case.</summary>
internal static class QueryEnum
{
    /// <summary>The value; null when the parameter is absent; 400 that names the field when it is no such
    /// name.</summary>
    public static T? Of<T>(string field, string? text) where T : struct, Enum
    {
        if (text is null) return null;
        foreach (var value in Enum.GetValues<T>())
            if (JsonNamingPolicy.SnakeCaseLower.ConvertName($"{value}") == text) return value;
        throw new ProblemException(Problem.Invalid(field, "Must be the name of one of its values."));
    }
}

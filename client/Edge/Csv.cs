using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Ale.Edge;

/// <summary>
/// A page as CSV (RFC 4180): the entries' flat members under their JSON names; lists and parts of parts are left out.
/// A text that a spreadsheet would take for a formula gets a leading apostrophe.
/// </summary>
internal static class Csv
{
    public const string MediaType = "text/csv";

    /// <summary>True when the request prefers CSV to JSON.</summary>
    public static bool IsWanted(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return false;
        double Quality(string type) => accepted
            .Where(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(range => range.Quality ?? 1).DefaultIfEmpty(0).Max();
        var csv = Quality(MediaType);
        return csv > 0 && csv > Quality("application/json");
    }

    /// <summary>Writes the page; <c>Ale-Next</c> carries what JSON has as <c>next</c>.</summary>
    public static Task Write(HttpContext http, IPage page)
    {
        http.Response.ContentType = MediaType + "; charset=utf-8; header=present";
        if (page.Next is { } next) http.Response.Headers["Ale-Next"] = next;
        return http.Response.WriteAsync(Text(page), Encoding.UTF8, http.RequestAborted);
    }

    /// <summary>The page as text.</summary>
    internal static string Text(IPage page)
    {
        var (kind, items) = page.Rows;
        string[] columns = [.. EdgeJson.Options.GetTypeInfo(kind).Properties
            .Where(property => property.Get is not null && IsFlat(property.PropertyType))
            .Select(property => property.Name)];
        var text = new StringBuilder();
        Line(text, columns.Select(Quote));
        foreach (var item in items)
        {
            var row = JsonSerializer.SerializeToElement(item, kind, EdgeJson.Options);
            Line(text, columns.Select(column => row.TryGetProperty(column, out var cell) ? Cell(cell) : ""));
        }
        return text.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendJoin(',', cells).Append("\r\n");

    private static string Cell(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.String => Quote(Harmless(cell.GetString()!)),
        JsonValueKind.Null => "",
        _ => cell.GetRawText(),
    };

    private static string Harmless(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + text : text;

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") < 0
            ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    // What JSON writes as one value.
    private static bool IsFlat(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal)
            || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeOnly)
            || type == typeof(Guid)
            || type == typeof(Id) || type == typeof(SkuCode) || type == typeof(CouponCode);
    }
}

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Ale.Edge;

/// <summary>
/// How JSON is read and written, once for every endpoint: camelCase, enums by name in snake_case, strict numbers,
/// unknown members ignored, duplicate and missing required members refused, 64 levels at most.
/// </summary>
internal static class EdgeJson
{
    /// <summary>Deepest nesting of a body.</summary>
    public const int DepthMax = 64;

    /// <summary>The same options for those who read or write outside an endpoint (CSV, tests, the command
    /// line).</summary>
    public static readonly JsonSerializerOptions Options = Make();

    /// <summary>Applies the rules to <paramref name="json"/>.</summary>
    public static void Apply(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        json.DictionaryKeyPolicy = null;
        json.PropertyNameCaseInsensitive = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.AllowDuplicateProperties = false;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        json.AllowTrailingCommas = false;
        json.ReadCommentHandling = JsonCommentHandling.Disallow;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.MaxDepth = DepthMax;
        // Chinese stays readable; <, > and & are still escaped, so that a reply pasted into a page is harmless.
        json.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        json.Converters.Add(new InstantConverter());
    }

    private static JsonSerializerOptions Make()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(json);
        json.MakeReadOnly(populateMissingResolver: true);
        return json;
    }

    // The built-in converter takes "2026-01-01" as midnight of the server's own zone.
    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Instant.TryRead(reader.GetString(), out var at)
                ? at
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Instant.Write(value));
    }
}

/// <summary>Instants as the contract writes them: RFC 3339, UTC, milliseconds when there are any.</summary>
internal static class Instant
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads RFC 3339 with an offset or <c>Z</c>; the offset is never guessed.</summary>
    public static bool TryRead(string? text, out DateTimeOffset at)
    {
        at = default;
        if (text is null || text.Length is < 20 or > 40) return false;
        if (text[^1] is not ('Z' or 'z') && text[^6] is not ('+' or '-')) return false;
        if (!DateTimeOffset.TryParseExact(text.ToUpperInvariant(), Forms, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var read)) return false;
        at = read.ToUniversalTime();
        return true;
    }

    /// <summary>Writes UTC with <c>Z</c>.</summary>
    public static string Write(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ale.Policy;

/// <summary>The policy files are wrong; the message is one line that names the file, the key and the rule.</summary>
public sealed class PolicyFileException(string file, string subject, string rule)
    : Exception($"{file}: {subject}: {rule}")
{
    /// <summary>The rule that is broken, of which value.</summary>
    public string Rule { get; } = $"{subject} {rule}";
}

/// <summary>One key from an instant on: its value in each market, and the people and plan behind it.</summary>
internal sealed record PolicyEntry(
    string File, PolicyKey Key, string Section, string Owner, DateTimeOffset EffectiveAt, string? Note,
    IReadOnlyDictionary<string, JsonElement> Values)
{
    /// <summary>The column that holds for markets without a column of their own.</summary>
    public const string DefaultColumn = "default";

    public JsonElement? For(string market) =>
        Values.TryGetValue(market, out var own) ? own
        : Values.TryGetValue(DefaultColumn, out var any) ? any
        : null;
}

/// <summary>Reads one file of <c>deploy/policy</c>. Whatever is not exactly right is refused.</summary>
internal static class PolicyFile
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    private sealed record Content(string[]? Markets, Entry[]? Values);

    private sealed record Entry(
        string? Key, string? Unit, string? Section, string? Owner, string? EffectiveAt, string? Note,
        Dictionary<string, JsonElement>? Value);

    public static (string[]? Markets, PolicyEntry[] Entries) Read(string path)
    {
        var file = Path.GetFileName(path);
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Strict);
            return (content?.Markets, [.. (content?.Values ?? []).Select(entry => Check(file, entry))]);
        }
        catch (JsonException e)
        {
            throw new PolicyFileException(file, e.Path ?? "$", e.Message.ReplaceLineEndings(" "));
        }
    }

    private static PolicyEntry Check(string file, Entry? entry)
    {
        if (string.IsNullOrWhiteSpace(entry?.Key)) throw new PolicyFileException(file, "values", "an entry has no key");
        PolicyFileException Wrong(string rule) => new(file, entry.Key, rule);

        if (!PolicyKeys.All.TryGetValue(entry.Key, out var key)) throw Wrong("is not a known key");
        if (string.IsNullOrWhiteSpace(entry.Unit)) throw Wrong("has no unit");
        if (entry.Unit != key.Unit) throw Wrong($"its unit is '{key.Unit}'");
        if (string.IsNullOrWhiteSpace(entry.Section)) throw Wrong("has no plan section");
        if (string.IsNullOrWhiteSpace(entry.Owner)) throw Wrong("has no owner");
        if (!DateTimeOffset.TryParseExact(entry.EffectiveAt, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var effectiveAt))
            throw Wrong("effectiveAt must be an instant in UTC, as 2026-01-01T00:00:00Z");
        if (entry.Value is not { Count: > 0 }) throw Wrong("has no value");
        if (key.NeedsSource && string.IsNullOrWhiteSpace(entry.Note)) throw Wrong("names no source");
        foreach (var (market, value) in entry.Value)
            if (!(key.MayBeNone && value.ValueKind == JsonValueKind.Null) && key.Check(value) is { } rule)
                throw Wrong($"{rule} ({market}: {value.GetRawText()})");
        return new(file, key, entry.Section, entry.Owner, effectiveAt, entry.Note, entry.Value);
    }

    /// <summary>What an entry becomes by a change.</summary>
    public static PolicyEntry After(PolicyEntry before, PolicyChange change)
    {
        var value = JsonDocument.Parse(change.Value).RootElement;
        var key = before.Key;
        if (!(key.MayBeNone && value.ValueKind == JsonValueKind.Null) && key.Check(value) is { } rule)
            throw new PolicyFileException("", key.Key, rule);
        var values = before.Values.ToDictionary(v => v.Key, v => v.Value, StringComparer.Ordinal);
        values[change.Market ?? PolicyEntry.DefaultColumn] = value;
        return before with
        {
            File = $"by {change.By}",
            Owner = change.Owner ?? before.Owner,
            EffectiveAt = change.EffectiveAt,
            Note = change.Source is null ? change.Reason : $"{change.Reason} ({change.Source})",
            Values = values,
        };
    }
}

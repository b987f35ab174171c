using System.Text;
using System.Text.Json.Nodes;

namespace Ale.Edge;

/// <summary>A body that is wrong, or (<c>Strict</c> false) at the border: refused or without effect.</summary>
internal sealed record WrongBody(string What, byte[] Bytes, bool Strict = true);

/// <summary>Makes wrong bodies of a right one, member by member, by what the document says of each.</summary>
internal sealed class WrongBodies(JsonNode document)
{
    private const string Deep = "\"deep\":";

    public IEnumerable<WrongBody> Of(JsonNode schema, string right)
    {
        yield return Text("half of it", right[..(right.Length / 2)]);
        yield return Text("a comma more", right.TrimEnd()[..^1] + ",}");
        yield return Text("a number", "7");
        var body = JsonNode.Parse(right)!;
        if (body is JsonArray list)
        {
            yield return Text("an object", "{}");
            yield return Text("a list of null", "[null]");
            foreach (var wrong in Members(Resolve(Resolve(schema)["items"]!), body, list[0]!, "[0]."))
                yield return wrong;
            yield break;
        }

        yield return Text("a list", "[]");
        yield return Text("1,000 levels",
            "{" + Deep + new string('[', 1_000) + new string(']', 1_000) + "," + right.Trim()[1..]);
        foreach (var wrong in Members(Resolve(schema), body, body, "")) yield return wrong;
    }

    /// <summary>What stands behind a reference, or beside null.</summary>
    private JsonNode Resolve(JsonNode schema)
    {
        if (schema["oneOf"] is JsonArray choices)
            return Resolve(choices.First(choice => (string?)choice!["type"] != "null")!);
        return schema["$ref"] is { } reference
            ? document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]! : schema;
    }

    private IEnumerable<WrongBody> Members(JsonNode schema, JsonNode body, JsonNode at, string path)
    {
        var required = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToHashSet();
        var here = at.AsObject();
        foreach (var (name, raw) in schema["properties"]?.AsObject() ?? [])
        {
            var (member, where) = (Resolve(raw!), $"{path}{name}");
            if (required.Contains(name))
            {
                yield return With(where + " is null", "null");
                yield return Text(where + " is absent", Change(() => here.Remove(name)));
            }
            if (here.ContainsKey(name)) yield return Twice();
            foreach (var (what, json, strict) in Values(member)) yield return With($"{where} is {what}", json, strict);
            if (here[name] is JsonObject inner && member["properties"] is not null)
                foreach (var wrong in Members(member, body, inner, where + ".")) yield return wrong;
            else if (here[name] is JsonObject map && map.Count > 0)
                yield return With(where + " has a null", "{\"a\":null}");
            if (here[name] is JsonArray { Count: > 0 } list)
            {
                yield return With(where + " has a null", "[null]");
                yield return With(where + " is long", "[" + string.Join(',', Enumerable.Repeat(
                    list[0]!.ToJsonString(), 1_001)) + "]", strict: false);
                var items = Resolve(member["items"]!);
                if (here[name]![0] is JsonObject entry)
                    foreach (var wrong in Members(items, body, entry, where + "[0].")) yield return wrong;
                else
                    foreach (var (what, json, strict) in Values(items))
                        yield return With($"{where}[0] is {what}", $"[{json}]", strict);
            }

            WrongBody With(string what, string json, bool strict = true)
            {
                var mark = "\"walk-mark\"";
                var text = Change(() => here[name] = "walk-mark");
                var bytes = Encoding.Latin1.GetBytes(text.Replace(mark, json, StringComparison.Ordinal));
                return new(what, bytes, strict);
            }

            WrongBody Twice()
            {
                var value = here[name]!.ToJsonString();
                var marked = Change(() => here[name] = "walk-mark");
                return Text(where + " is there twice",
                    marked.Replace("\"walk-mark\"", $"{value},\"{name}\":{value}", StringComparison.Ordinal));
            }

            string Change(Action change)
            {
                var before = here.Select(m => (m.Key, Value: m.Value?.DeepClone())).ToArray();
                change();
                var text = body.ToJsonString();
                // The nodes below are walked still: only this object's own member is put back.
                var old = before.FirstOrDefault(m => m.Key == name);
                if (old.Key is null) here.Remove(name);
                else here[name] = old.Value;
                return text;
            }
        }
    }

    /// <summary>Values that a member of this type must not have. Bytes above 127 stand for themselves.</summary>
    private static IEnumerable<(string What, string Json, bool Strict)> Values(JsonNode schema)
    {
        var types = schema["type"] is JsonArray many ? [.. many.Select(t => (string)t!)]
            : new[] { (string?)schema["type"] ?? (schema["enum"] is null ? "any" : "string") };
        if (types.Contains("any")) yield break;
        if (!types.Contains("string"))
        {
            yield return ("text", "\"text\"", true);
            yield return ("an instant", "\"2026-01-01T00:00:00Z\"", true);
        }
        if (!types.Contains("boolean")) yield return ("true", "true", true);
        if (!types.Contains("object")) yield return ("an object", "{}", true);
        if (!types.Contains("array")) yield return ("a list", "[]", true);
        if (!types.Contains("integer") && !types.Contains("number")) yield return ("a number", "7", true);
        if (types.Contains("integer"))
        {
            yield return ("a fraction", "1.5", true);
            yield return ("1e30", "1e30", true);
            yield return ("2^63", "9223372036854775808", true);
            yield return ("-2^63 - 1", "-9223372036854775809", true);
            // What the document's format or bounds leave out is wrong; of the others the rule decides.
            foreach (var (what, number) in new[]
            {
                ("2^31", 1L << 31), ("-2^31 - 1", int.MinValue - 1L), ("2^63 - 1", long.MaxValue),
                ("-2^63", long.MinValue), ("negative", -1L), ("zero", 0L),
            })
                yield return (what, $"{number}", IsOutside(schema, number));
        }
        if (types.Contains("string"))
        {
            yield return ("too long", "\"" + new string('a', 10_000) + "\"", true);
            yield return ("not UTF-8", "\"a\u00ff\u00feb\"", true);
            yield return ("half a pair", "\"\\ud800\"", true);
            yield return ("NUL", "\"\\u0000\"", true);
            yield return ("empty", "\"\"", true);
        }
    }

    private static bool IsOutside(JsonNode schema, long number) =>
        ((string?)schema["format"] == "int32" && (int)Math.Clamp(number, int.MinValue, int.MaxValue) != number)
        || (schema["minimum"] is { } least && number < (decimal)least)
        || (schema["maximum"] is { } most && number > (decimal)most);

    private static WrongBody Text(string what, string text) => new(what, Encoding.UTF8.GetBytes(text));
}

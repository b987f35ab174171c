using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Ale.Edge;

/// <summary>The API document is kept as a file, so that a change of the contract is seen when it is made.</summary>
[Trait("needs", "server")]
public sealed class DocumentFileTests
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = EdgeJson.Options.Encoder };

    [Fact]
    public async Task The_document_is_the_one_that_is_kept() => Golden.Check("docs/openapi.json",
        Sorted((await (await TestSilo.Sqlite).Http.Get("/openapi/v1.json", role: null)).Ok()
            .Json)!.ToJsonString(Indented));

    [Fact]
    public async Task Every_list_of_the_document_says_what_it_holds()
    {
        var document = (await (await TestSilo.Sqlite).Http.Get("/openapi/v1.json", role: null)).Ok().Json;
        var lists = Lists(document, "").ToArray();
        Assert.Contains(lists, list => list.Path.EndsWith("/SessionBody/properties/skus", StringComparison.Ordinal));
        Assert.Empty(lists.Where(list => list.Schema["items"] is not JsonObject { Count: > 0 }).Select(list => list.Path));

        static IEnumerable<(string Path, JsonObject Schema)> Lists(JsonNode? node, string path)
        {
            if (node is JsonObject schema && Types(schema["type"]).Contains("array")) yield return (path, schema);
            var inner = node switch
            {
                JsonObject members => members.Select(m => (m.Key, m.Value)),
                JsonArray entries => entries.Select((entry, i) => ($"{i}", entry)),
                _ => [],
            };
            foreach (var (name, value) in inner)
                foreach (var list in Lists(value, $"{path}/{name}")) yield return list;
        }

        static IEnumerable<string> Types(JsonNode? type) => type switch
        {
            JsonValue one when one.TryGetValue<string>(out var name) => [name],
            JsonArray many => many.Select(name => (string)name!),
            _ => [],
        };
    }

    /// <summary>Members in the order of the alphabet; lists as they are.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray entries => new JsonArray([.. entries.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

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

    /// <summary>Members in the order of the alphabet; lists as they are.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray entries => new JsonArray([.. entries.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

using System.Net;
using System.Text.Json.Nodes;

namespace Ale.Edge;

/// <summary>A reply, read whole.</summary>
internal sealed record Answer(HttpStatusCode StatusCode, string Text, string? MediaType,
    IReadOnlyDictionary<string, string> Headers)
{
    public int Status => (int)StatusCode;
    public JsonNode Json => JsonNode.Parse(Text)!;
    public string? Code => MediaType == Problem.MediaType ? (string?)Json["code"] : null;

    public (string Field, string Message)[] Errors => MediaType != Problem.MediaType ? [] :
        [.. Json["errors"]!.AsArray().Select(error => ((string)error!["field"]!, (string)error["message"]!))];

    public static async Task<Answer> Of(HttpResponseMessage response) => new(
        response.StatusCode, await response.Content.ReadAsStringAsync(),
        response.Content.Headers.ContentType?.MediaType,
        response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value),
                StringComparer.OrdinalIgnoreCase));
}

using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ale.Kernel;
using Ale.Payments;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Ale.Edge;

/// <summary>One operation of the API document.</summary>
internal sealed record WalkOperation(string Id, HttpMethod Method, string Path, JsonNode Node)
{
    public bool IsOpen => Node["x-ale-roles"] is null;
    public string[] Roles => [.. (Node["x-ale-roles"]?.AsArray() ?? []).Select(role => (string)role!)];
    public JsonNode? BodySchema => Node["requestBody"]?["content"]?["application/json"]?["schema"];
    public bool NeedsBody => (bool?)Node["requestBody"]?["required"] ?? false;

    public IEnumerable<JsonNode> Parameters(string place) =>
        (Node["parameters"]?.AsArray() ?? []).Where(p => (string)p!["in"]! == place).Select(p => p!);

    public bool Takes(string place, string name) => Parameters(place).Any(p => (string)p["name"]! == name);
}

/// <summary>A silo that has been walked through rightly once: every thing that the table names is there.</summary>
public sealed class WalkSilo : IAsyncLifetime
{
    private readonly ConcurrentDictionary<(string, string), string> _tokens = new();
    private TestSilo _silo = null!;

    internal JsonNode Document { get; private set; } = null!;
    internal IReadOnlyDictionary<string, WalkOperation> Operations { get; private set; } = null!;

    /// <summary>What the right walk found wrong.</summary>
    internal List<string> Faults { get; } = [];

    public async ValueTask InitializeAsync()
    {
        _silo = await TestSilo.Start();
        Document = (await _silo.Http.Get("/openapi/v1.json", role: null)).Ok().Json;
        Operations = (
            from path in Document["paths"]!.AsObject()
            from method in path.Value!.AsObject()
            let id = (string)method.Value!["operationId"]!
            select new WalkOperation(id, new(method.Key.ToUpperInvariant()), path.Key, method.Value!))
            .ToDictionary(operation => operation.Id, StringComparer.Ordinal);
        foreach (var row in WalkTable.Rows)
            if (Operations.TryGetValue(row.Operation, out var operation)) await Walk(operation, row);
        await Settled();
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    internal Task<JournalPlace> End() => _silo.Services.GetRequiredService<IJournalStore>().End(default);

    internal async Task Settled() => Assert.Equal(200,
        (await new Func<Task<Answer>>(() => _silo.Http.Get("/api/settled", "ops")).Until(a => a.Status == 200, 20))
            .Status);

    private const string TheRows = "the row's";

    /// <summary>Sends the row's request with what differs from the right one.</summary>
    internal async Task<Answer> Send(WalkOperation operation, WalkRow row, byte[]? body, string? address = null,
        string? role = TheRows, string subject = TheRows, string mediaType = "application/json",
        params (string Name, string Value)[] headers)
    {
        if (role == TheRows) role = row.Role;
        if (subject == TheRows) subject = "walk-" + role;
        var uri = new Uri(_silo.Address.AbsoluteUri.TrimEnd('/') + (address ?? row.Address),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(operation.Method, uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }
        // Who sends a large body without asking may find the connection cut before the answer.
        request.Headers.ExpectContinue = body?.Length > 1 << 20;
        if (role is not null && !operation.IsOpen)
            request.Headers.Authorization = new("Bearer", _tokens.GetOrAdd((role, subject), Token));
        if (row.IfMatch is not null && headers.All(h => h.Name != ExpectedVersion.Header))
            request.Headers.TryAddWithoutValidation(ExpectedVersion.Header, row.IfMatch);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (operation.Id == "takePaymentEvent" && role is not null)
            request.Headers.TryAddWithoutValidation("X-Ale-Signature", PaymentSignature.Sign(body ?? [],
                TimeProvider.System.GetUtcNow(), _silo.Services.GetRequiredService<PaymentSecret>()));
        using var response = await _silo.Http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream") return await Answer.Of(response);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync()); // without end: the first one
        var first = new StringBuilder();
        while (await events.ReadLineAsync() is { Length: > 0 } line) first.AppendLine(line);
        return new(response.StatusCode, first.ToString(), "text/event-stream", new Dictionary<string, string>());

        string Token((string Role, string Subject) who) => _silo.Http.Token(who.Role, who.Subject);
    }

    /// <summary>The answer without what may move from one moment to the next.</summary>
    private static string Still(string text, WalkRow row)
    {
        foreach (var member in row.Moves)
            text = Regex.Replace(text, $"\"{member}\":(\"[^\"]*\"|[^,}}\\]]+)", $"\"{member}\":0");
        return text;
    }

    internal static byte[]? Bytes(string? body) => body is null ? null : Encoding.UTF8.GetBytes(body);

    /// <summary>The right request, its repeat, other content under the same id, and an unknown thing.</summary>
    private async Task Walk(WalkOperation operation, WalkRow row)
    {
        (string, string)[] key = operation.Takes("header", CommandKey.Header)
            ? [(CommandKey.Header, "walk-" + row.Operation)] : [];
        var name = $"{row.Operation} {row.Address}";
        if (row.FromTables) await Settled();
        var first = await Send(operation, row, Bytes(row.Body), headers: key);
        if (row.Status == 0 ? first.Status >= 500 : first.Status != row.Status)
            Faults.Add($"{name}: {first.Status} {first.Text}");
        var again = await Send(operation, row, Bytes(row.Body), headers: key);
        if (again.Status != first.Status || Still(again.Text, row) != Still(first.Text, row))
            Faults.Add($"{name} again: {again.Status} {again.Text} after {first.Text}");
        if (row.Other is { } other)
        {
            var refused = await Send(operation, row, Bytes(other.Body), headers: key);
            if (refused.Status != 409 || refused.Code != other.Code)
                Faults.Add($"{name} with other content: {refused.Status} {refused.Text}");
        }
        if (row.Unknown is { } unknown)
        {
            var refused = await Send(operation, row, Bytes(row.Body), unknown.Address, headers: key);
            if (refused.Status != 404 || refused.Code != unknown.Code)
                Faults.Add($"{name} of an unknown thing: {refused.Status} {refused.Text}");
        }
    }
}

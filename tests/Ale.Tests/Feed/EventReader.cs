using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Xunit;

namespace Ale.Feed;

/// <summary>One event as it came.</summary>
internal sealed record SentEvent(long Id, string Name, JsonNode Data);

/// <summary>A client of an event stream, line by line as the standard says.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, Stream body) =>
        (_response, _lines) = (response, new StreamReader(body));

    /// <summary>Opens it; anything but 200 with events fails the test.</summary>
    public static async Task<EventReader> Open(
        SiloHttp http, string path, long? last = null, string role = "service", string subject = "backend")
    {
        var response = await Ask(http, path, last, role, subject);
        Assert.True((int)response.StatusCode == 200, $"{response.StatusCode}");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The status of an attempt to open one.</summary>
    public static async Task<int> Status(SiloHttp http, string path, string role, string subject)
    {
        using var response = await Ask(http, path, null, role, subject);
        return (int)response.StatusCode;
    }

    /// <summary>The next line, as a comment is one; null at the end of the answer.</summary>
    public async Task<string?> Line() => await _lines.ReadLineAsync().WaitAsync(Patience);

    /// <summary>The next event; comments are passed over.</summary>
    public async Task<SentEvent> Next()
    {
        var (id, name, data) = (0L, "", "");
        while (await Line() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = long.Parse(line[4..]);
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            else if (line.Length == 0 && data.Length > 0) return new(id, name, JsonNode.Parse(data)!);
        }

        throw new EndOfStreamException("The events ended");
    }

    /// <summary>The first event that is so.</summary>
    public async Task<SentEvent> Until(Func<JsonNode, bool> isSo)
    {
        while (true)
            if (await Next() is var next && isSo(next.Data)) return next;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<HttpResponseMessage> Ask(
        SiloHttp http, string path, long? last, string role, string subject)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", http.Token(role, subject));
        if (last is { } id) request.Headers.Add("Last-Event-ID", $"{id}");
        return await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}

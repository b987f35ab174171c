using System.Text.Json;

namespace Ale.Edge;

/// <summary>
/// An answer that comes line by line, one JSON object each, sent as soon as it is known. When it breaks off inside, the
/// last line is <c>{"problem":…}</c>.
/// </summary>
internal sealed class JsonLines(ILogger<JsonLines> log)
{
    public async Task Write<T>(HttpContext http, IAsyncEnumerable<T> items, Func<T, object> line)
    {
        var ct = http.RequestAborted;
        http.Response.ContentType = "application/x-ndjson";
        try
        {
            await foreach (var item in items.WithCancellation(ct)) await Send(http, line(item), ct);
        }
        catch (Exception fault) when (http.Response.HasStarted && !ct.IsCancellationRequested)
        {
            await Send(http, new { Problem = EdgeErrors.Of(fault, http, log) }, ct);
        }
    }

    private static async Task Send(HttpContext http, object line, CancellationToken ct)
    {
        await JsonSerializer.SerializeAsync(http.Response.Body, line, line.GetType(), EdgeJson.Options, ct);
        await http.Response.WriteAsync("\n", ct);
        await http.Response.Body.FlushAsync(ct);
    }
}

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Ale.Runs;

/// <summary>
/// Stands between a client and a silo and remembers each command that was answered 2xx, with what was answered. Without
/// a
/// silo behind it the answer is 502, which says nothing.
/// </summary>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _silo;

    private Recorder(WebApplication app, Uri silo)
    {
        _app = app;
        _silo = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false })
        {
            BaseAddress = silo,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>By method and path.</summary>
    public ConcurrentDictionary<string, string> Acknowledged { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids of orders placed, or paid, as far as the client knows.</summary>
    public string[] Orders(bool paid) =>
    [
        .. Acknowledged.Keys.Where(k => k.StartsWith(paid ? "POST /api/orders/"
            : "PUT /api/orders/", StringComparison.Ordinal)
            && k.EndsWith("/pay", StringComparison.Ordinal) == paid && !k.Contains("/returns/"))
                .Select(k => k.Split('/')[3]),
    ];

    public static async Task<Recorder> Start(Uri silo)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var recorder = new Recorder(builder.Build(), silo);
        recorder._app.Run(recorder.Pass);
        await recorder._app.StartAsync();
        return recorder;
    }

    private async Task Pass(HttpContext http)
    {
        var (request, path) = (http.Request, http.Request.Path + http.Request.QueryString.Value);
        using var message = new HttpRequestMessage(new(request.Method), path);
        if (request.ContentLength > 0)
        {
            message.Content = new StreamContent(request.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        foreach (var name in new[] { "Authorization", "Idempotency-Key", "Ale-At" })
            if (request.Headers.TryGetValue(name, out var value)) message.Headers.TryAddWithoutValidation(name,
                (string?)value);
        try
        {
            using var answer = await _silo.SendAsync(message, http.RequestAborted);
            var body = await answer.Content.ReadAsStringAsync(http.RequestAborted);
            if (answer.IsSuccessStatusCode && request.Method != "GET") Acknowledged[$"{request.Method} {path}"] = body;
            http.Response.StatusCode = (int)answer.StatusCode;
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await http.Response.WriteAsync(body, http.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            if (!http.Response.HasStarted) http.Response.StatusCode = 502;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _silo.Dispose();
    }
}

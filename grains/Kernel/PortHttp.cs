using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Ale.Kernel;

/// <summary>Who is behind a port did not answer, or not in a way that can be read; the message says how.</summary>
/// <param name="retryAfter">How long he asks to be left alone; zero: he does not say.</param>
internal sealed class PortAwayException(string message, TimeSpan retryAfter = default, Exception? inner = null)
    : Exception(message, inner)
{
    public TimeSpan RetryAfter => retryAfter;

    /// <summary>He has heard it and does not take it: asking again is of no use.</summary>
    public bool IsRefused { get; init; }
}

/// <summary>Speaks JSON over HTTP to who is behind a port: with bounds on time and size, and without surprises.</summary>
internal sealed class PortHttp : IDisposable
{
    private const long AnswerBytesMax = 8 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), RetryAfterMax = TimeSpan.FromHours(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a changed name is looked up again
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = AnswerBytesMax,
    };

    /// <param name="key">Sent as bearer; null or empty: none.</param>
    /// <exception cref="PortAwayException">It did not answer, or not so that it can be read.</exception>
    public async Task<T> Send<T>(string endpoint, string path, string? key, HttpMethod method, HttpContent? body,
        Func<HttpContent, Task<T>> read, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, $"{endpoint.TrimEnd('/')}/{path}") { Content = body };
        if (!string.IsNullOrEmpty(key)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await _http.SendAsync(request, ct);
            if (!response.IsSuccessStatusCode)
                throw new PortAwayException(
                    FormattableString.Invariant($"{path} answers {(int)response.StatusCode}"), PauseOf(response))
                { IsRefused = IsFinal(response.StatusCode) };
            return await read(response.Content);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException
            or NotSupportedException or InvalidOperationException && !ct.IsCancellationRequested)
        {
            throw new PortAwayException($"{path}: {e.Message}", default, e);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>True for an address that may be asked: no name, query or fragment in it.</summary>
    public static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri is { UserInfo: "", Query: "", Fragment: "" };

    /// <summary>Of the request itself; not of its time, its number or who may send it.</summary>
    private static bool IsFinal(HttpStatusCode status) => status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound
        or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity
        or HttpStatusCode.NotImplemented;

    private static TimeSpan PauseOf(HttpResponseMessage response)
    {
        var pause = response.Headers.RetryAfter?.Delta ?? default;
        return pause > RetryAfterMax ? RetryAfterMax : pause;
    }
}

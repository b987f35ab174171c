using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ale.Cli;

/// <summary>What a verb ends with when it cannot go on: one line for standard error, and the exit status.</summary>
internal sealed class CommandFailed(string message, int status = CommandLine.Failed) : Exception(message)
{
    public int Status { get; } = status;
}

/// <summary>A reply of the silo: the body of a 2xx, or a refusal's code and one line that says why.</summary>
internal sealed record HttpReply(int Status, ReadOnlyMemory<byte> Body, string Code, string Line)
{
    public bool IsOk => Status is >= 200 and < 300;

    /// <summary>The token is bad or may not do this: every other request would end alike.</summary>
    public bool IsDenied => Status is 401 or 403;

    public T Read<T>(JsonTypeInfo<T> type)
    {
        if (!IsOk) throw new CommandFailed(Line);
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new CommandFailed($"the silo's answer cannot be read: {e.Message}");
        }
    }
}

/// <summary>
/// Speaks the HTTP contract to one silo. A request whose outcome is unknown (connection lost, no answer, 502 to 504) or
/// that was turned away for load (429, 503) is sent again with the same id until <see cref="PatienceMax"/> has passed.
/// </summary>
internal sealed class AleHttp : IDisposable
{
    /// <summary>How long a request is repeated once the silo has answered: longer than a restart takes.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(60);

    /// <summary>How long a silo that never answered is waited for.</summary>
    public static readonly TimeSpan FirstContactMax = TimeSpan.FromSeconds(5);

    /// <summary>One attempt; longer than the 10 s for which the edge repeats by itself.</summary>
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan SettleMax = TimeSpan.FromMinutes(2);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpClient http;
    private readonly TimeProvider time;
    private readonly Uri url;
    private volatile bool answered;

    public AleHttp(Uri url, string token, int connectionsMax, TimeProvider time)
    {
        (this.url, this.time) = (url, time);
        http = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = connectionsMax,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectTimeout = FirstContactMax,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            UseProxy = !url.IsLoopback,
        })
        {
            BaseAddress = new Uri(url.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => http.Dispose();

    public Task<HttpReply> Get(string path, CancellationToken ct) => Send(HttpMethod.Get, path, null, null, ct);

    public Task<HttpReply> Put<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken ct) =>
        Send(HttpMethod.Put, path, JsonSerializer.SerializeToUtf8Bytes(body, type), null, ct);

    /// <summary>The same <paramref name="key"/> again has the same answer and no second effect.</summary>
    public Task<HttpReply> Post<T>(string path, string key, T body, JsonTypeInfo<T> type, CancellationToken ct) =>
        Send(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, type), key, ct);

    public Task<HttpReply> Post(string path, string key, CancellationToken ct) =>
        Send(HttpMethod.Post, path, null, key, ct);

    /// <summary>A POST whose answer comes line by line over a long time.</summary>
    public async Task PostLines(string path, string key, Action<string> line, CancellationToken ct)
    {
        const HttpCompletionOption read = HttpCompletionOption.ResponseHeadersRead;
        using var response = await Attempts(HttpMethod.Post, path, null, key, read, ct);
        if (!response.IsSuccessStatusCode) throw new CommandFailed((await Reply(response, ct)).Line);
        try
        {
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(ct));
            while (await lines.ReadLineAsync(ct) is { } text)
                if (text.Length > 0) line(text);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CommandFailed($"the connection to {url} broke off: {e.Message}");
        }
    }

    /// <summary>Waits until projections and reactions stand at the journal's end: every figure is then final.</summary>
    public async Task Settle(CancellationToken ct)
    {
        var (start, pause) = (time.GetTimestamp(), TimeSpan.FromMilliseconds(10));
        while (true)
        {
            var reply = await Get("api/settled", ct);
            if (reply.Status != 202)
            {
                var settled = reply.Read(CliJson.Default.SettledReply);
                if (settled.Parked > 0)
                    throw new CommandFailed($"{settled.Parked} streams are parked: see the console");
                if (settled.Retrying == 0) return;
            }
            if (time.GetElapsedTime(start) > SettleMax)
                throw new CommandFailed($"not settled after {SettleMax.TotalSeconds:0} s");
            await Task.Delay(pause, time, ct);
            pause = TimeSpan.FromMilliseconds(Math.Min(250, pause.TotalMilliseconds * 1.5));
        }
    }

    private async Task<HttpReply> Send(HttpMethod method, string path, byte[]? body, string? key, CancellationToken ct)
    {
        using var response = await Attempts(method, path, body, key, HttpCompletionOption.ResponseContentRead, ct);
        return await Reply(response, ct);
    }

    private async Task<HttpResponseMessage> Attempts(
        HttpMethod method, string path, byte[]? body, string? key, HttpCompletionOption read, CancellationToken ct)
    {
        var (start, pause) = (time.GetTimestamp(), TimeSpan.FromMilliseconds(25));
        while (true)
        {
            var (response, fault) = await Attempt(method, path, body, key, read, ct);
            var asked = response?.Headers.RetryAfter?.Delta;
            var wait = asked < TimeSpan.FromSeconds(1) ? asked.Value : pause;
            if (response is not null && (int)response.StatusCode is not (429 or 502 or 503 or 504)) return response;
            if (time.GetElapsedTime(start) + wait > (answered ? PatienceMax : FirstContactMax))
                return response ?? throw new CommandFailed($"no answer from {url}: {fault}");
            response?.Dispose();
            await Task.Delay(wait, time, ct);
            pause = TimeSpan.FromMilliseconds(Math.Min(1_000, pause.TotalMilliseconds * 2));
        }
    }

    private async Task<(HttpResponseMessage? Response, string? Fault)> Attempt(
        HttpMethod method, string path, byte[]? body, string? key, HttpCompletionOption read, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = Json;
        }
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(AttemptMax);
        try
        {
            var response = await http.SendAsync(request, read, deadline.Token);
            answered = true;
            return (response, null);
        }
        catch (HttpRequestException e)
        {
            return (null, e.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, $"nothing within {AttemptMax.TotalSeconds:0} s");
        }
    }

    private static async Task<HttpReply> Reply(HttpResponseMessage response, CancellationToken ct)
    {
        var body = await response.Content.ReadAsByteArrayAsync(ct);
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode) return new HttpReply(status, body, "", "");
        Problem? problem = null;
        try
        {
            if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true)
                problem = JsonSerializer.Deserialize(body, CliJson.Default.Problem);
        }
        catch (JsonException)
        {
            // Not the silo but something between answered; the status says what can be said.
        }
        var code = problem?.Code ?? $"http.{status}";
        var fields = problem?.Errors is { IsDefaultOrEmpty: false } errors
            ? string.Join("; ", errors.Select(e => $"{e.Field}: {e.Message}"))
            : null;
        var why = string.Join(": ", new[] { problem?.Detail ?? problem?.Title, fields }.Where(s => s?.Length > 0));
        var path = response.RequestMessage?.RequestUri?.AbsolutePath;
        return new HttpReply(status, body, code, $"{status} {code} on {path}: {OneLine(why)}".TrimEnd(' ', ':'));
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}

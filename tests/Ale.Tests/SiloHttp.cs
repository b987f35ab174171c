using System.Net.Http.Headers;
using System.Text;
using Ale.Edge;

namespace Ale;

/// <summary>Requests to a running silo, with tokens of any role.</summary>
internal sealed class SiloHttp(Uri address, byte[] localKey) : IDisposable
{
    private readonly LocalKey _key = new(localKey);

    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public string Token(string role = "service", string subject = "backend") =>
        LocalTokens.Mint(_key, role, subject, 1, TimeProvider.System.GetUtcNow());

    /// <summary>One that nodes take whose clocks are an hour off.</summary>
    public string LongToken(string role = "service", string subject = "backend") =>
        LocalTokens.Mint(_key, role, subject, 24, TimeProvider.System.GetUtcNow().AddHours(-6));

    /// <summary>Sends as <paramref name="role"/> (null: without a token); <paramref name="body"/> is JSON.</summary>
    public async Task<Answer> Send(HttpMethod method, string path, string? body = null, string? role = "service",
        string subject = "backend", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (role is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer",
            Token(role, subject));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        return await Answer.Of(response);
    }

    public Task<Answer> Get(string path, string? role = "service", string subject = "backend",
        params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, role, subject, headers);

    public Task<Answer> Put(string path, string body = "{}", string? role = "service", string subject = "backend") =>
        Send(HttpMethod.Put, path, body, role, subject);

    public Task<Answer> Post(string path, string? body = null, string? role = "service", string subject = "backend",
        params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, body, role, subject, headers);

    public void Dispose() => Client.Dispose();
}

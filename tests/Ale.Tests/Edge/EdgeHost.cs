using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ale.Edge;

/// <summary>The edge on a free loopback port with endpoints of the test's own, no grains behind it.</summary>
internal sealed class EdgeHost : IAsyncDisposable
{
    public static readonly LocalKey Key = new("0123456789abcdef0123456789abcdef"u8);

    private EdgeHost(WebApplication app, FakeTimeProvider time, LogLines log)
    {
        (App, Time, Log) = (app, time, log);
        Address = new(app.Urls.Single());
        var plain = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        Client = new(plain) { BaseAddress = Address };
    }

    public WebApplication App { get; }
    public FakeTimeProvider Time { get; }
    public LogLines Log { get; }
    public Uri Address { get; }
    public HttpClient Client { get; }

    public static async Task<EdgeHost> Start(Action<IEndpointRouteBuilder> map,
        IDictionary<string, string?>? settings = null, Action<EdgeHooks>? hooks = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 6, 18, 12, 0, 0, TimeSpan.Zero));
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(Key);
        builder.AddAleEdge(hooks);
        var app = builder.Build();
        app.UseAleEdge();
        map(app.MapAle());
        await app.StartAsync();
        return new(app, time, log);
    }

    public string Token(string role = "service", string subject = "u1", int hours = 1, string audience = "ale") =>
        LocalTokens.Mint(Key, role, subject, hours, Time.GetUtcNow(), audience);

    /// <summary>Sends as <paramref name="role"/> (null: without a token).</summary>
    public Task<Answer> Send(HttpMethod method, string path, string? body = null, string? role = "service",
        string subject = "u1", params (string Name, string Value)[] headers) =>
        SendBytes(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), role, subject, headers);

    public async Task<Answer> SendBytes(HttpMethod method, string path, byte[]? body, string? role = "service",
        string subject = "u1", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        if (role is not null) request.Headers.Authorization = new("Bearer", Token(role, subject));
        foreach (var (name, value) in headers)
            if (name == "Content-Type") request.Content!.Headers.ContentType = new(value);
            else request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        return await Answer.Of(response);
    }

    public Task<Answer> Get(string path, string? role = "service", string subject = "u1",
        params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, role, subject, headers);

    public Task<Answer> Put(string path, string body, string? role = "service", string subject = "u1") =>
        Send(HttpMethod.Put, path, body, role, subject);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}

/// <summary>What was logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly List<(LogLevel Level, string Text)> lines = [];

    public (LogLevel Level, string Text)[] From(LogLevel level)
    {
        lock (lines) return [.. lines.Where(line => line.Level >= level)];
    }

    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (lines) lines.Add((logLevel, formatter(state, exception)));
    }

    public void Dispose()
    {
    }
}

using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;

namespace Ale.Shops;

/// <summary>A shop's stock ledger: a port. Whatever it cannot do is a <see cref="ShopAwayException"/>.</summary>
internal interface IStockSystem
{
    /// <summary>Movements after a number, in order, at most <see cref="ShopWire.PageMax"/>.</summary>
    Task<ShopMovementPage> Movements(string shop, ShopTerms terms, long after, CancellationToken ct);

    /// <summary>Tells levels; when it returns, the shop has them or newer ones.</summary>
    Task Tell(string shop, ShopTerms terms, ImmutableArray<ShopLevel> levels, CancellationToken ct);

    /// <summary>Its books.</summary>
    Task<ShopLedger> Ledger(string shop, ShopTerms terms, CancellationToken ct);
}

/// <summary>The shop did not answer, or not in a way that can be read; the message says how.</summary>
internal sealed class ShopAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Speaks <see cref="ShopWire"/>. The key of a shop, if it wants one, stands in the configuration as
/// <c>Ale:Shops:Keys:&lt;id&gt;</c> and is sent as bearer.
/// </summary>
internal sealed class HttpStockSystem(IConfiguration configuration) : IStockSystem, IDisposable
{
    private const long AnswerBytesMax = 8 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

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

    public Task<ShopMovementPage> Movements(string shop, ShopTerms terms, long after, CancellationToken ct) =>
        Ask(shop, terms, FormattableString.Invariant($"movements?after={after}&limit={ShopWire.PageMax}"),
            ShopWireJson.Default.ShopMovementPage, ct);

    public async Task Tell(string shop, ShopTerms terms, ImmutableArray<ShopLevel> levels, CancellationToken ct) =>
        await Send(shop, terms, HttpMethod.Put, "levels",
            JsonContent.Create(levels, ShopWireJson.Default.ImmutableArrayShopLevel), _ => Task.FromResult(true), ct);

    public Task<ShopLedger> Ledger(string shop, ShopTerms terms, CancellationToken ct) =>
        Ask(shop, terms, "ledger", ShopWireJson.Default.ShopLedger, ct);

    public void Dispose() => _http.Dispose();

    private Task<T> Ask<T>(string shop, ShopTerms terms, string path, JsonTypeInfo<T> json, CancellationToken ct)
        where T : class =>
        Send(shop, terms, HttpMethod.Get, path, null, async content =>
            await content.ReadFromJsonAsync(json, ct) ?? throw new JsonException("null"), ct);

    private async Task<T> Send<T>(string shop, ShopTerms terms, HttpMethod method, string path, HttpContent? body,
        Func<HttpContent, Task<T>> read, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, $"{terms.Endpoint.TrimEnd('/')}/{path}") { Content = body };
        if (configuration[$"Ale:Shops:Keys:{shop}"] is { Length: > 0 } key)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await _http.SendAsync(request, ct);
            if (!response.IsSuccessStatusCode)
                throw new ShopAwayException(FormattableString.Invariant($"{path} answers {(int)response.StatusCode}"));
            return await read(response.Content);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException
            or NotSupportedException or InvalidOperationException && !ct.IsCancellationRequested)
        {
            throw new ShopAwayException($"{path}: {e.Message}", e);
        }
    }
}

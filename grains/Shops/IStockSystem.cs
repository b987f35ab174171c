using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;
using Microsoft.Extensions.Configuration;

namespace Ale.Shops;

/// <summary>A shop's stock ledger: a port. Whatever it cannot do is a <see cref="PortAwayException"/>.</summary>
internal interface IStockSystem
{
    /// <summary>Movements after a number, in order, at most <see cref="ShopWire.PageMax"/>.</summary>
    Task<ShopMovementPage> Movements(string shop, ShopTerms terms, long after, CancellationToken ct);

    /// <summary>Tells levels; when it returns, the shop has them or newer ones.</summary>
    Task Tell(string shop, ShopTerms terms, ImmutableArray<ShopLevel> levels, CancellationToken ct);

    /// <summary>Its books.</summary>
    Task<ShopLedger> Ledger(string shop, ShopTerms terms, CancellationToken ct);
}

/// <summary>
/// Speaks <see cref="ShopWire"/>. The key of a shop, if it wants one, stands in the configuration as
/// <c>Ale:Shops:Keys:&lt;id&gt;</c> and is sent as bearer.
/// </summary>
internal sealed class HttpStockSystem(IConfiguration configuration) : IStockSystem, IDisposable
{
    private readonly PortHttp _http = new();

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

    private Task<T> Send<T>(string shop, ShopTerms terms, HttpMethod method, string path, HttpContent? body,
        Func<HttpContent, Task<T>> read, CancellationToken ct) =>
        _http.Send(terms.Endpoint, path, configuration[$"Ale:Shops:Keys:{shop}"], method, body, read, ct);
}

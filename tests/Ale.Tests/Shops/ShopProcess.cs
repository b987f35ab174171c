using System.Globalization;
using System.Net.Http.Json;
using Ale.Runs;

namespace Ale.Shops;

/// <summary>A shop in a process of its own, <c>ale shop</c>, which can be killed and started again on its books.</summary>
internal sealed class ShopProcess(string id, SiloHttp silo) : IAsyncDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"ale-shop-{Guid.NewGuid():N}.jsonl");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private OtherProcess? _process;
    private Uri? _address;

    public Uri Address => _address ?? throw new InvalidOperationException("The shop has not been started.");

    /// <summary>Starts it, again on the same port and books.</summary>
    public async Task Start()
    {
        _process = OtherProcess.Client("shop", "--id", id, "--url", silo.Client.BaseAddress!.ToString(), "--token",
            silo.Token(), "--file", _file, "--listen", _address?.ToString() ?? "http://127.0.0.1:0");
        _address = await _process.Address();
    }

    /// <summary><c>kill -9</c>.</summary>
    public void Kill() => _process!.Dispose();

    /// <summary>Loses its books.</summary>
    public void Forget() => File.Delete(_file);

    /// <summary>True: it is sold; false: the shop has not so many.</summary>
    public async Task<bool> Sell(string sale, string sku, int quantity)
    {
        using var answer = await _http.PutAsJsonAsync(new Uri(Address, $"sales/{sale}"), new ShopSale(sku, quantity));
        return answer.IsSuccessStatusCode;
    }

    public async Task Err(ShopFaults faults) =>
        (await _http.PutAsJsonAsync(new Uri(Address, "faults"), faults)).EnsureSuccessStatusCode();

    public async Task<ShopLedger> Ledger() =>
        (await _http.GetFromJsonAsync(new Uri(Address, "ledger"), ShopWireJson.Default.ShopLedger))!;

    /// <summary>What it sells of a SKU now; null: it was never told.</summary>
    public async Task<long?> Available(string sku) =>
        (await Ledger()).Skus.FirstOrDefault(line => line.Sku == sku)?.Available;

    /// <summary>Its body for <c>PUT /api/shops/{id}</c>.</summary>
    public string Body => string.Create(CultureInfo.InvariantCulture,
        $$"""{"title":"Shop","endpoint":"{{Address}}","market":"cn"}""");

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _http.Dispose();
        File.Delete(_file);
        return ValueTask.CompletedTask;
    }
}

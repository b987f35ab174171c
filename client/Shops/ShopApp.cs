using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Threading.Channels;

namespace Ale.Shops;

/// <summary>What a local shop does wrong on purpose.</summary>
/// <param name="Drop">Share of its messages that get lost, 0 to 1.</param>
/// <param name="Repeat">Share that it sends twice.</param>
/// <param name="Reorder">Share of batches that it sends the wrong way round.</param>
/// <param name="Away">True: it answers 503, and says nothing by itself.</param>
/// <param name="Deaf">True: it says that it took levels, and takes none.</param>
/// <param name="Seed">Of what is left to chance.</param>
internal sealed record ShopFaults(
    double Drop = 0, double Repeat = 0, double Reorder = 0, bool Away = false, bool Deaf = false, int Seed = 1);

/// <summary>A sale at the shop's own counter; below zero: units come back.</summary>
internal sealed record ShopSale(string Sku, int Quantity);

/// <summary>
/// A shop with a stock ledger of its own, in a process of its own: what the port to shops is tested against, and an
/// example of what to build. It serves <see cref="ShopWire"/>, sells at <c>PUT sales/{id}</c>, and tells its movements
/// by itself as well as it may.
/// </summary>
internal static class ShopApp
{
    /// <param name="url">Where it listens.</param>
    /// <param name="file">Where its books are.</param>
    /// <param name="tell">Where it tells movements, and by which token; null: it waits to be asked.</param>
    public static WebApplication Build(Uri url, string file, (Uri Url, string Token)? tell)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url.ToString());
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, ShopWireJson.Default);
            o.SerializerOptions.TypeInfoResolverChain.Insert(1, ShopBookJson.Default);
        });
        builder.Services.AddSingleton(_ => new ShopBook(file)).AddSingleton<ShopTeller>();
        var app = builder.Build();
        var book = app.Services.GetRequiredService<ShopBook>();
        var teller = app.Services.GetRequiredService<ShopTeller>();
        if (tell is { } to) teller.Begin(to.Url, to.Token, app.Lifetime.ApplicationStopping);

        app.MapPut("/faults", (ShopFaults faults) =>
        {
            teller.Faults = faults;
            return faults;
        });
        app.MapPut("/sales/{id}", (string id, ShopSale sale) =>
        {
            var time = TimeProvider.System.GetUtcNow();
            if (book.Sell(id, sale.Sku.ToUpperInvariant(), sale.Quantity, time) is not { } movement)
                return Results.Conflict();
            teller.Tell(movement);
            return Results.Json(movement, ShopWireJson.Default.ShopMovement);
        });

        var wire = app.MapGroup("").AddEndpointFilter(async (context, next) =>
            teller.Faults.Away ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : await next(context));
        wire.MapGet("/movements", (long after, int limit) => book.Page(after, Math.Clamp(limit, 1, ShopWire.PageMax)));
        wire.MapPut("/levels", (ImmutableArray<ShopLevel> levels) =>
        {
            if (!teller.Faults.Deaf) book.Take(levels);
        });
        wire.MapGet("/ledger", book.Ledger);
        return app;
    }
}

/// <summary>Tells movements as they come; what is lost on the way is asked for by who misses it.</summary>
internal sealed class ShopTeller : IDisposable
{
    private readonly Channel<ShopMovement> _news = Channel.CreateBounded<ShopMovement>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private ShopFaults _faults = new();
    private Random _chance = new(1);

    public ShopFaults Faults
    {
        get => Volatile.Read(ref _faults);
        set
        {
            _chance = new(value.Seed);
            Volatile.Write(ref _faults, value);
        }
    }

    public void Tell(ShopMovement movement) => _news.Writer.TryWrite(movement);

    public void Begin(Uri url, string token, CancellationToken ct)
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _ = Run(url, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task Run(Uri url, CancellationToken ct)
    {
        while (await _news.Reader.WaitToReadAsync(ct))
        {
            var faults = Faults;
            var batch = new List<ShopMovement>();
            while (batch.Count < ShopWire.PageMax / 2 && _news.Reader.TryRead(out var movement))
            {
                if (faults.Away || _chance.NextDouble() < faults.Drop) continue;
                batch.Add(movement);
                if (_chance.NextDouble() < faults.Repeat) batch.Add(movement);
            }

            if (batch.Count == 0) continue;
            if (_chance.NextDouble() < faults.Reorder) batch.Reverse();
            try
            {
                using var answer = await _http.PostAsJsonAsync(url, new Dictionary<string, List<ShopMovement>>
                {
                    ["movements"] = batch,
                }, System.Text.Json.JsonSerializerOptions.Web, ct);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
            {
                // it is asked for what was lost
            }
        }
    }
}

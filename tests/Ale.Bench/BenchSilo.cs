using Ale.Campaigns;
using Ale.Edge;
using Ale.Kernel;
using Ale.Stock;
using Npgsql;
using Orleans.Core.Internal;

namespace Ale.Bench;

/// <summary>The real silo in this process, on a database of its own; calls go from the co-hosted client, or over HTTP to
/// <see cref="Address"/>.</summary>
internal sealed class BenchSilo(WebApplication app, string connectionString, string folder) : IAsyncDisposable
{
    private static readonly string AuditKey = Convert.ToBase64String(new byte[32]);

    public IGrainFactory Grains { get; } = app.Services.GetRequiredService<IGrainFactory>();
    public SkuCalls Skus { get; } = app.Services.GetRequiredService<SkuCalls>();
    public PlacementCalls Placements { get; } = app.Services.GetRequiredService<PlacementCalls>();
    public IServiceProvider Services => app.Services;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Address => app.Urls.First();

    /// <summary>A token of a backend, for an hour.</summary>
    public string Token => LocalTokens.Mint(app.Services.GetRequiredService<LocalKey>(), Roles.Service, "bench", 1,
        TimeProvider.System.GetUtcNow());

    /// <param name="database">Its database; null: a new one.</param>
    /// <param name="map">Endpoints beside its own, with its rules.</param>
    /// <param name="clock">How far its clock is from the machine's.</param>
    /// <param name="ports">Services beside its own, or fewer.</param>
    public static async Task<BenchSilo> Start(PostgresServer server, bool readers, string? database = null,
        Action<WebApplication>? map = null, TimeSpan clock = default, Action<IServiceCollection>? ports = null)
    {
        database ??= await server.NewDatabase();
        var folder = Directory.CreateTempSubdirectory("ale-bench-").FullName;
        var app = await SiloApp.Build(
        [
            "--environment", "Development", "--urls", "http://127.0.0.1:0", "--Ale:SiloPort", "0", "--Ale:Data", folder,
            "--Ale:Postgres", database, "--Ale:Readers", readers ? "true" : "false",
            "--Ale:Profile", "false", "--Ale:Audit:Key", AuditKey, "--Ale:Test:ClockOffset", clock.ToString("c"),
        ], ports);
        map?.Invoke(app);
        await app.StartAsync();
        return new(app, database, folder);
    }

    /// <summary>Defines SKUs and takes in more units than any run sells.</summary>
    public Task Stock(IEnumerable<string> skus) => Stock(skus, 20L * Limits.QuantityMax);

    /// <summary>Defines SKUs and takes in so many units of each.</summary>
    public Task Stock(IEnumerable<string> skus, long units) =>
        Parallel.ForEachAsync(skus, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (sku, ct) =>
        {
            var grain = Grains.Sku(sku);
            Ok((await grain.Define(new("bench", 100, "GBP", "gb") { HoldSeconds = 900 }, ct)).Refusal);
            for (var left = units; left > 0; left -= Limits.QuantityMax)
                Ok((await grain.Receive(new($"r{left}", (int)Math.Min(left, Limits.QuantityMax)), ct)).Refusal);
        });

    /// <summary>Ends a SKU's activation when it is idle; what it holds in memory is free.</summary>
    public async Task Forget(string sku) =>
        await Grains.Sku(sku).Cast<IGrainManagementExtension>().DeactivateOnIdle();

    /// <summary>Reservations that stand in the journal: of one SKU, or of all whose name begins so.</summary>
    public Task<long> HeldInJournal(string id, string sku = "") => Count("""
        select count(distinct (j.stream, e.event ->> 'id')) from journal j,
          json_array_elements(convert_from(j.events, 'UTF8')::json) e(event)
        where j.kind = 'stock' and e.event ->> '$type' = 'stock.held' and e.event ->> 'id' like $1
          and starts_with(j.stream, $2)
        """, id, "stock/" + sku);

    public Task Checkpoint() => Do("checkpoint");

    public async Task Do(string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> Count(string sql, params object[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(new() { Value = value });
        command.CommandTimeout = 600;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>How long the readers take to stand at the journal's end, from now.</summary>
    public Task<SettledView> Settled(TimeSpan within) => Grains.KernelAdmin().Settled(within);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static void Ok(Refusal? refusal)
    {
        if (refusal is not null) throw new InvalidOperationException(refusal.Code);
    }
}

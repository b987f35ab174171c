using Ale.Kernel;
using Ale.Stock;
using Npgsql;

namespace Ale.Bench;

/// <summary>The real silo in this process, on a database of its own; calls go from the co-hosted client, without
/// HTTP.</summary>
internal sealed class BenchSilo(WebApplication app, string connectionString, string folder) : IAsyncDisposable
{
    public IGrainFactory Grains { get; } = app.Services.GetRequiredService<IGrainFactory>();
    public SkuCalls Skus { get; } = app.Services.GetRequiredService<SkuCalls>();
    public IServiceProvider Services => app.Services;

    public static async Task<BenchSilo> Start(PostgresServer server, bool readers)
    {
        var database = await server.NewDatabase();
        var folder = Directory.CreateTempSubdirectory("ale-bench-").FullName;
        var app = await SiloApp.Build(
        [
            "--environment", "Development", "--urls", "http://127.0.0.1:0", "--Ale:SiloPort", "0", "--Ale:Data", folder,
            "--Ale:Postgres", database, "--Ale:Readers", readers ? "true" : "false",
            "--Ale:Profile", "false",
        ]);
        await app.StartAsync();
        return new(app, database, folder);
    }

    /// <summary>Defines SKUs and takes in more units than any run sells.</summary>
    public async Task Stock(IEnumerable<string> skus)
    {
        await Parallel.ForEachAsync(skus, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (sku, ct) =>
        {
            var grain = Grains.Sku(sku);
            Ok((await grain.Define(new("bench", 100, "GBP", "gb") { HoldSeconds = 900 }, ct)).Refusal);
            for (var i = 0; i < 20; i++) Ok((await grain.Receive(new($"r{i}", Limits.QuantityMax), ct)).Refusal);
        });

        static void Ok(Refusal? refusal)
        {
            if (refusal is not null) throw new InvalidOperationException(refusal.Code);
        }
    }

    /// <summary>Every acknowledged reservation must stand in the journal, once.</summary>
    public async Task<long> HeldInJournal(string like)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("""
            select count(distinct e.event ->> 'id') from journal j,
              json_array_elements(convert_from(j.events, 'UTF8')::json) e(event)
            where j.kind = 'stock' and e.event ->> '$type' = 'stock.held' and e.event ->> 'id' like $1
            """);
        command.Parameters.Add(new() { Value = like });
        command.CommandTimeout = 600;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task Checkpoint()
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("checkpoint");
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How long the readers take to stand at the journal's end, from now.</summary>
    public async Task<SettledView> Settled(TimeSpan within)
    {
        var view = await Grains.KernelAdmin().Settled(within);
        return view;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

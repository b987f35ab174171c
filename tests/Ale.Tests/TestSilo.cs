using Ale.Edge;
using Ale.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Xunit;

[assembly: AssemblyFixture(typeof(Ale.SharedSilos))]

namespace Ale;

/// <summary>The real silo in this process, on free ports, with a data folder of its own.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _ownFolder;

    private TestSilo(WebApplication app, string? ownFolder)
    {
        (_app, _ownFolder) = (app, ownFolder);
        Address = new(app.Urls.First());
        Http = new(Address, app.Services.GetRequiredService<LocalKey>().Key.Key);
    }

    public Uri Address { get; }
    public SiloHttp Http { get; }
    public IServiceProvider Services => _app.Services;
    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>A silo on SQLite, alone, shared by the tests of the process; each uses ids of its own.</summary>
    public static Task<TestSilo> Sqlite => SharedSilos.Sqlite.Value;

    /// <summary>A silo on PostgreSQL, shared likewise.</summary>
    public static Task<TestSilo> Postgres => SharedSilos.Postgres.Value;

    /// <summary>The shared silo of <c>sqlite</c> or <c>postgres</c>.</summary>
    public static Task<TestSilo> On(string store) => store == "postgres" ? Postgres : Sqlite;

    /// <summary>Starts one; it serves when this returns.</summary>
    /// <param name="postgres">Connection string; null: SQLite.</param>
    /// <param name="data">Data folder, kept; null: a temporary one, deleted at the end.</param>
    /// <param name="settings">More arguments, as <c>--Ale:Test:ClockOffset=01:00:00</c>.</param>
    public static Task<TestSilo> Start(string? postgres = null, string? data = null, params string[] settings) =>
        StartWith(null, postgres, data, settings);

    /// <summary>Starts one with a fake behind some port.</summary>
    public static async Task<TestSilo> StartWith(
        Action<IServiceCollection>? ports, string? postgres = null, string? data = null, params string[] settings)
    {
        var own = data is null ? Directory.CreateTempSubdirectory("ale-silo-").FullName : null;
        WebApplication? app = null;
        try
        {
            app = await SiloApp.Build([.. SiloArguments.Of(data ?? own!, postgres), .. settings], ports);
            await app.StartAsync();
            return new(app, own);
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            if (own is not null) Directory.Delete(own, recursive: true);
            throw;
        }
    }

    /// <summary>Stops in order: what was decided is durable, the folder is free again.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownFolder is not null) Directory.Delete(_ownFolder, recursive: true);
    }
}

/// <summary>Ends the shared silos when the last test has run.</summary>
public sealed class SharedSilos : IAsyncDisposable
{
    internal static readonly Lazy<Task<TestSilo>> Sqlite = new(() => Task.Run(() => TestSilo.Start()));

    internal static readonly Lazy<Task<TestSilo>> Postgres = new(() => Task.Run(async () =>
        await TestSilo.Start(await (await PostgresServer.Shared).NewDatabase())));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in new[] { Sqlite, Postgres })
            if (silo.IsValueCreated) await (await silo.Value).DisposeAsync();
    }
}

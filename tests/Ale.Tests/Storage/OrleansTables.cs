using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;

namespace Ale.Storage;

/// <summary>The providers as a silo makes them, over a fresh database, without a silo that would use them.</summary>
internal sealed class OrleansTables : IAsyncDisposable
{
    public const string Postgres = "postgres", Sqlite = "sqlite";

    private readonly IHost _host;
    private readonly IAsyncDisposable _place;
    private readonly Func<DbConnection> _connect;

    private OrleansTables(IHost host, IAsyncDisposable place, Func<DbConnection> connect) =>
        (_host, _place, _connect) = (host, place, connect);

    /// <summary>Plain state as grains get it.</summary>
    public IGrainStorage State => _host.Services.GetRequiredKeyedService<IGrainStorage>(OrleansStorage.Plain);

    /// <summary>The provider alone, without the check of keys.</summary>
    public IGrainStorage Unguarded => _host.Services.GetRequiredKeyedService<IGrainStorage>("plain-unguarded");

    /// <summary>The provider set to delete the row of a state that is cleared.</summary>
    public IGrainStorage Deleting => _host.Services.GetRequiredKeyedService<IGrainStorage>("deleting");

    public IReminderTable Reminders => _host.Services.GetRequiredService<IReminderTable>();

    public IMembershipTable Members => _host.Services.GetRequiredService<IMembershipTable>();

    /// <summary>A connection of its own, for looking at rows and for statements as they stand.</summary>
    public async Task<DbConnection> Connect()
    {
        var connection = _connect();
        await connection.OpenAsync();
        return connection;
    }

    public static async Task<OrleansTables> On(string engine)
    {
        if (engine == Postgres)
        {
            var server = await PostgresServer.Shared;
            var sources = PostgresSources.From(await server.NewDatabase());
            await Migrations.Postgres(sources.Work);
            return await Build(sources, sources.Work.CreateConnection, silo =>
            {
                silo.UsePostgresCluster(sources.Membership, sources.Work);
                silo.AddAdoNetGrainStorage("deleting", options =>
                    (options.Invariant, options.DataSource, options.DeleteStateOnClear) =
                    ("Npgsql", sources.Work, true));
            });
        }

        var folder = new TempFolder();
        var path = folder.File("orleans.db");
        await Migrations.Sqlite("Data Source=" + path, "orleans");
        return await Build(folder, () => new SqliteConnection("Data Source=" + path), silo =>
        {
            silo.UseLocalhostClustering().UseSqliteStorage(path);
            silo.AddAdoNetGrainStorage("deleting", options =>
                (options.Invariant, options.ConnectionString, options.DeleteStateOnClear) =
                ("System.Data.SQLite", "Data Source=" + path, true));
        });
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _place.DisposeAsync();
    }

    private static async Task<OrleansTables> Build(
        IAsyncDisposable place, Func<DbConnection> connect, Action<ISiloBuilder> storage)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = ("shop", "blue"));
            storage(silo);
        });
        var tables = new OrleansTables(builder.Build(), place, connect);
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        ((ILifecycleParticipant<ISiloLifecycle>)tables.Unguarded).Participate(lifecycle);
        ((ILifecycleParticipant<ISiloLifecycle>)tables.Deleting).Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        await tables.Reminders.StartAsync(CancellationToken.None);
        return tables;
    }
}

/// <summary>A folder that is gone with the test.</summary>
internal sealed class TempFolder : IAsyncDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("ale-test-").FullName;

    public string File(string name) => Path.Combine(_path, name);

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_path, recursive: true);
        return ValueTask.CompletedTask;
    }
}

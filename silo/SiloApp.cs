using System.Net;
using Ale.Edge;
using Ale.Feed;
using Ale.Kernel;
using Ale.Payments;
using Ale.Policy;
using Ale.Storage;
using Ale.Users;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Ale;

/// <summary>Puts one process together: silo, stores and edge.</summary>
internal static class SiloApp
{
    /// <summary>Opens the stores, applies migrations and builds the host; it does not listen yet.</summary>
    /// <param name="ports">Puts other things behind ports of the house; null: what is built in.</param>
    /// <exception cref="StartException">It cannot start; the message says what to do.</exception>
    public static async Task<WebApplication> Build(string[] args, Action<IServiceCollection>? ports = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Orleans", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning).AddFilter("Polly", LogLevel.Critical)
            .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));
        var settings = SiloSettings.From(builder.Configuration, builder.Environment);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && builder.Configuration.GetSection("Kestrel:Endpoints")
            .GetChildren().ToList() is [])
            builder.WebHost.UseUrls("http://localhost:8080");

        var folder = DataFolder.Open(settings.Data, alone: !settings.UsesPostgres);
        Ports.Check(builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey) ?? "", settings);
        builder.Services.AddSingleton(folder);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new JournalClock(TimeProvider.System, settings.ClockOffset));
        builder.Services.AddKernel(settings.Writer, settings.Readers);
        builder.Services.AddSlices(Policies(settings.Policy));
        var secrets = settings.UsesPostgres
            ? await UsePostgres(builder, settings, folder)
            : await UseSqlite(builder, settings, folder);
        builder.Services.AddSingleton(new AuditKey(secrets.Audit));
        builder.Services.AddSingleton(new PaymentSecret(secrets.Payments));
        builder.Services.AddSingleton(new AcquirerSettings(TakesWishes: !builder.Environment.IsProduction()));
        builder.Services.AddSingleton(new LocalKey(secrets.LocalKey));

        builder.Host.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.ClusterId, "ale"));
            silo.Configure<SiloMessagingOptions>(o => o.MaxMessageBodySize = 8 * 1024 * 1024);
            silo.AddDashboard(o => o.HideTrace = true);
            silo.UseFeedStreams();
        });
        builder.Services.AddOpenTelemetry().WithMetrics(m => m
            .AddMeter("Ale", "Microsoft.Orleans", "Npgsql", "Microsoft.AspNetCore.Hosting", "System.Runtime")
            .AddPrometheusExporter());
        builder.AddAleEdge(hooks =>
        {
            hooks.MapMore = app => MapMore(app);
        });

        if (!settings.Profile)
            foreach (var profiler in builder.Services.Where(IsProfiler).ToList()) builder.Services.Remove(profiler);
        builder.Services.AddHostedService<Drain>();
        ports?.Invoke(builder.Services);
        var app = builder.Build();
        app.Services.GetRequiredService<EdgeHooks>().Ready = _ => Task.FromResult(Readiness(app));
        app.UseAleEdge();
        app.MapAle().MapSlices();
        return app;
    }

    private static bool IsProfiler(ServiceDescriptor service) => service.ServiceType == typeof(IIncomingGrainCallFilter)
        && service.ImplementationType?.Assembly == typeof(DashboardOptions).Assembly;

    private static Readiness Readiness(WebApplication app)
    {
        var started = app.Lifetime.ApplicationStarted.IsCancellationRequested;
        var stopping = app.Lifetime.ApplicationStopping.IsCancellationRequested;
        var journal = app.Services.GetRequiredService<KernelHealth>().IsJournalThere;
        return new(started && !stopping && journal, new Dictionary<string, string>
        {
            ["silo"] = stopping ? "stopping" : started ? "ok" : "starting",
            ["journal"] = journal ? "ok" : "away",
        });
    }

    private static PolicyBook Policies(string folder)
    {
        try { return PolicyBook.Load(folder); }
        catch (PolicyFileException e)
        {
            throw new StartException(
            $"Policy {e.Message}. Ale__Policy names the folder of the policy files.", e);
        }
    }

    private static async Task<Secrets> UsePostgres(WebApplicationBuilder builder, SiloSettings settings,
        DataFolder folder)
    {
        PostgresSources sources;
        Secrets secrets;
        var journal = default(PostgresJournal);
        try
        {
            sources = PostgresSources.From(settings.Postgres);
            await Migrations.Postgres(sources.Work);
            await using (var connection = await sources.Work.OpenConnectionAsync())
                await JournalFormat.Own.Claim(connection);
            secrets = await Secrets.Load(settings, folder, sources.Work);
            journal = new PostgresJournal(sources.Work);
            await journal.CheckAge(default);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Npgsql.NpgsqlException)
        {
            throw new StartException(
                $"PostgreSQL: {e.Message.ReplaceLineEndings(" ")} Ale__Postgres says which database to use, and as whom.", e);
        }

        builder.Services.AddSingleton(sources);
        builder.Services.AddSingleton<IJournalStore>(journal);
        builder.Services.AddSingleton<IViewStore>(new PostgresViews(sources.Work));
        builder.Services.AddSingleton<IPeopleStore>(new PostgresPeople(sources.Work));
        builder.Host.UseOrleans(silo =>
        {
            silo.UsePostgresCluster(sources.Membership, sources.Work);
            silo.ConfigureEndpoints(IPAddress.Parse(settings.Advertise), settings.SiloPort, settings.GatewayPort,
                listenOnAnyHostAddress: false);
            silo.Configure<ClusterMembershipOptions>(o =>
            {
                // A crash is noticed in about 2 s. Shorter probes would evict a silo whose processors are merely busy.
                o.ProbeTimeout = TimeSpan.FromSeconds(1);
                o.NumMissedProbesLimit = 3;
                // Votes wait until the silent one has said nothing for the limit times this: 6 s for a silo that halts,
                // so that the edge, which repeats for 10 s, outlasts it. By default it would be 12 s and more.
                o.MaxProbeTimeout = TimeSpan.FromSeconds(2);
                // One that was declared dead while it was halted learns of it from the table, and ends; by default it
                // would go on for a minute, able to do nothing but lose fences.
                o.TableRefreshTimeout = TimeSpan.FromSeconds(5);
                // After all were killed, the first waits until the dead are stale: three times this.
                o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            });
        });
        return secrets;
    }

    private static async Task<Secrets> UseSqlite(WebApplicationBuilder builder, SiloSettings settings,
        DataFolder folder)
    {
        foreach (var file in new[] { "journal", "views", "orleans", "people" })
            if (Migration.Embedded("sqlite/" + file).Count > 0) await Migrations.Sqlite(folder.Sqlite(file), file);
        await using (var connection = new SqliteConnection(folder.Sqlite("journal")))
        {
            await connection.OpenAsync();
            await JournalFormat.Own.Claim(connection);
        }

        builder.Services.AddSingleton<IJournalStore>(new SqliteJournal(folder.Sqlite("journal")));
        builder.Services.AddSingleton<IViewStore>(new SqliteViews(folder.Sqlite("views")));
        builder.Services.AddSingleton<IPeopleStore>(new SqlitePeople(folder.Sqlite("people")));
        builder.Host.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort, null, "ale", settings.ClusterId);
            silo.UseSqliteStorage(folder.FileOf("orleans.db"));
        });
        return await Secrets.Load(settings, folder, null);
    }

    private static void MapMore(IEndpointRouteBuilder app)
    {
        app.MapPrometheusScrapingEndpoint("/metrics").Open();
        // Its own pages' business: no part of the API, and not ours to promise.
        app.MapOrleansDashboard(routePrefix: "/dashboard").Allow(Permission.DashboardRead).ExcludeFromDescription();
    }
}

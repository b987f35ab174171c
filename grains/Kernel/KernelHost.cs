using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>Puts the kernel into a silo. The host registers the stores, the audit key and the clock's source.</summary>
internal static class KernelHost
{
    public static IServiceCollection AddKernel(
        this IServiceCollection services, WriterLimits limits, bool readers = true)
    {
        services.AddSingleton(limits);
        services.AddSingleton(new PulseSettings(readers));
        services.AddSingleton<JournalWriter>();
        services.AddSingleton<SiloKernel>();
        services.AddSingleton<KernelHealth>();
        services.AddSingleton<ReaderCatalog>();
        services.AddSingleton<LocalReaders>();
        services.AddSingleton<KernelGauges>();
        services.AddSingleton<Views>();
        services.AddSingleton<ParkedEvents>(s => new(s.GetRequiredService<IViewStore>(),
            s.GetRequiredService<JournalClock>()));
        services.AddTransient<TableCheck>();
        services.AddSingleton<Verifier>(s => new(s.GetRequiredService<IJournalStore>(),
            s.GetRequiredService<IViewStore>(),
            s.GetRequiredService<AuditKey>(), s.GetRequiredService<ReaderCatalog>(),
                s.GetRequiredService<IGrainFactory>(),
            s.GetServices<JournalCheck>, s.GetRequiredService<TableCheck>)); // transient: each run folds anew
        services.AddSingleton<Projection, DueProjection>();
        services.AddHostedService<KernelPulse>();
        return services;
    }
}

/// <summary>Whether the journal answered lately.</summary>
internal sealed class KernelHealth
{
    private static readonly TimeSpan LatelyMax = TimeSpan.FromSeconds(10);
    private long _answered;

    public bool IsJournalThere => Volatile.Read(ref _answered) is var at and not 0
        && Stopwatch.GetElapsedTime(at) < LatelyMax;

    public void Answered() => Volatile.Write(ref _answered, Stopwatch.GetTimestamp());
}

/// <param name="Readers">False: this silo keeps no reader running.</param>
internal sealed record PulseSettings(bool Readers);

/// <summary>Each second: the database's clock is sampled, and every reader of the system is kept running.</summary>
internal sealed partial class KernelPulse(
    IJournalStore store, JournalClock clock, JournalWriter writer, LocalReaders local, ReaderCatalog catalog,
    IGrainFactory grains, IHostApplicationLifetime lifetime, PulseSettings settings, KernelHealth health,
    KernelGauges gauges, ILogger<KernelPulse> log)
    : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _ = gauges; // are told from here on
        await Sample(cancellationToken); // no decision before the first sample
        writer.Flushed += _ => local.Nudge();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var _ = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do
        {
            try
            {
                await Sample(stoppingToken);
                if (!settings.Readers) continue;
                foreach (var name in catalog.Names) Ping(name);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested) // the next second tries again
            {
                LogPulse(log, e.Message);
            }
        }
        while (!lifetime.ApplicationStopping.IsCancellationRequested
            && await second.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Sample(CancellationToken ct)
    {
        var sent = Stopwatch.GetTimestamp();
        if (await store.ReadClock(ct) is { } now) clock.Sample(now, sent, Stopwatch.GetTimestamp());
        health.Answered();
    }

    private void Ping(string name) => _ = grains.GetGrain<IReaderGrain>(name).Ping().ContinueWith(
        t => Missed(name, t.Exception!), CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private void Missed(string name, AggregateException why)
    {
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
            LogPulse(log, $"{name}: {why.InnerException?.Message}");
    }

    [LoggerMessage(60, LogLevel.Warning, "The kernel's pulse missed a beat: {Why}")]
    private static partial void LogPulse(ILogger log, string why);
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ale.Kernel;

/// <summary>
/// Something done each so often on every node that runs readers, from when the silo serves; a beat that fails is tried
/// again at the next.
/// </summary>
internal abstract partial class Pulse(
    TimeSpan every, IHostApplicationLifetime lifetime, TimeProvider time, PulseSettings settings, ILogger log)
    : BackgroundService
{
    protected TimeSpan Every => every;

    protected abstract Task Beat(CancellationToken ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Readers) return;
        var started = new TaskCompletionSource();
        await using var _ = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        using var rounds = new PeriodicTimer(every, time);
        do
        {
            try
            {
                await Beat(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested) // the next round tries again
            {
                LogMissed(log, GetType().Name, e.Message);
            }
        }
        while (await rounds.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(61, LogLevel.Warning, "{Pulse} missed a beat, and tries again: {Why}")]
    private static partial void LogMissed(ILogger log, string pulse, string why);
}

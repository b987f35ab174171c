using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ale.Jobs;

/// <summary>What the silo registers for this slice.</summary>
internal static class JobsSetup
{
    public static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddSingleton<Projection, JobProjection>()
        .AddSingleton<Reaction, JobReactions>()
        .AddSingleton<JobCatalog>()
        .AddHostedService<JobPulse>()
        .AddJob(VerifyJob.Definition);

    /// <summary>A job of any slice.</summary>
    public static IServiceCollection AddJob(this IServiceCollection services, JobDefinition definition) =>
        services.AddSingleton(definition);
}

/// <summary>
/// At start and each minute: every job takes its schedule up as code and policy say it. When one is due is the kernel's
/// business.
/// </summary>
internal sealed partial class JobPulse(
    JobCatalog catalog, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider time,
    PulseSettings settings, ILogger<JobPulse> log) : Pulse(TimeSpan.FromMinutes(1), lifetime, time, settings, log)
{
    private readonly ILogger _log = log;

    protected override async Task Beat(CancellationToken ct)
    {
        foreach (var code in catalog.Codes)
        {
            try
            {
                await grains.Job(code).Schedule(ct).WaitAsync(Every, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested) // it must not keep the others from theirs
            {
                LogMissed(_log, code, e.Message);
            }
        }
    }

    [LoggerMessage(80, LogLevel.Warning, "Job {Code} could not take up its schedule; it is tried again: {Why}")]
    private static partial void LogMissed(ILogger log, string code, string why);
}

using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Jobs;

/// <summary>
/// The nightly check that the journal and all that follows from it are whole; its result stands in the ledger, and a
/// finding makes the run fail. It only reads, so a repeat has no effect.
/// </summary>
internal static class VerifyJob
{
    public static readonly JobDefinition Definition =
        new("verify", "Check of the journal and all that follows from it", p => p.Jobs.VerifyCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        VerifyReport? report = null;
        var verification = run.Services.GetRequiredService<IGrainFactory>().NewVerification();
        await foreach (var line in verification.Run(ct)) report = line.Report ?? report;
        return report is null ? JobResult.Failed("The check ended before its report.") : ResultOf(report);
    }

    /// <summary>What the ledger says of a report.</summary>
    internal static JobResult ResultOf(VerifyReport report)
    {
        if (report.Ok)
        {
            return JobResult.Done(
                FormattableString.Invariant($"{report.Checks.Length} checks of {report.Checks.Sum(c => c.Rows)} rows"));
        }

        var first = report.Failures.FirstOrDefault();
        return JobResult.Failed(FormattableString.Invariant(
            $"{report.Failures.Length} findings, the first: {first?.Stream}: {first?.Check}: {first?.Detail}"));
    }
}

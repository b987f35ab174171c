using Ale.Inbox;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Jobs;

/// <summary>
/// A run that has failed for good stands in the inbox of who runs the system, until a later one is done; of several in a
/// row the last does (TEC-05).
/// </summary>
internal sealed class JobReactions(PolicyBook policies, JournalClock time)
    : Reaction<JobEvent>("job-inbox", "job", JobJson.Default.JobEvent)
{
    private const string By = "jobs", Kind = "job_failed";

    protected override async Task<Refusal?> React(
        string key, JobEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case JobEvent.Failed e:
                if (e.AfterFailed is { } before
                    && await grains.CloseItem(ItemOf(before), By, "a later run failed, too") is { } refusal)
                    return refusal;
                var (job, unknown) = await grains.Job(key).Get();
                if (unknown is not null) return unknown;
                if (job!.Runs[0].RunId != e.RunId) return null; // another has ended since
                var role = policies.For(null, time.GetUtcNow()).Jobs.Role;
                return await grains.OpenItem(ItemOf(e.RunId), new(Kind, $"{key} failed: {e.Note}".Cut(
                    Limits.TextLengthMax), $"job/{key}", role, InboxSeverity.Alarm, null), By);
            case JobEvent.Ended { AfterFailed: { } failed }:
                return await grains.CloseItem(ItemOf(failed), By, "a later run is done");
            default:
                return null;
        }
    }

    /// <summary>The item about a run.</summary>
    public static string ItemOf(string runId) => CauseIds.Of(Kind, runId);
}

using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Jobs;

/// <summary>Scheduled jobs and their ledger (TEC-05).</summary>
internal static class JobHttp
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");

        jobs.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.JobQueries().Jobs(after, page.Limit + 1, page.At ?? default, ct),
                    found => Page<JobReply>.Of([.. found.Select(JobReply.Of)], page.Limit, job => Cursor.Of(job.Code)));
            })
            .Allow(Permission.JobRead).WithName("listJobs")
            .WithSummary("All jobs in order of their code, each with its latest run.");

        jobs.MapGet("/{code}", (Id code, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Job(code).Get(ct), JobReply.Of))
            .Allow(Permission.JobRead).WithName("getJob").WithSummary("A job as it is now, with its last runs.");

        jobs.MapGet("/{code}/runs", (Id code, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var before = page.After is { } after ? new JobRunPlace(after.Instant(0), after.Text(1))
                    : default(JobRunPlace?);
                return edge.Run(
                    ct => grains.JobQueries().Runs(code, before, page.Limit + 1, page.At ?? default, ct),
                    found => Page<JobRunView>.Of(found, page.Limit,
                        run => Cursor.Of(run.StartedAt.ToUnixTimeMilliseconds(), run.RunId)));
            })
            .Allow(Permission.JobRead).WithName("listJobRuns")
            .WithSummary("The ledger of a job, the latest run first.");

        Command("run", "Runs a job now, whatever its schedule says.", (job, wish, ct) => job.Run(wish, ct));
        Command("pause", "Pauses a job: its schedule begins no run.", (job, wish, ct) => job.Pause(wish, ct));
        Command("resume", "Lets a paused job's schedule go on from now.", (job, wish, ct) => job.Resume(wish, ct));

        void Command(
            string name, string summary, Func<IJobGrain, JobCommand, CancellationToken, Task<Outcome<JobView>>> call) =>
            jobs.MapPost($"/{{code}}/{name}",
                (Id code, CommandKey key, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(ct => call(grains.Job(code), new(key, caller.Subject), ct), JobReply.Of))
                .Allow(Permission.JobWrite).WithName($"{name}Job").WithSummary(summary);
    }

    /// <summary>A job as answered.</summary>
    internal sealed record JobReply(
        string Code, string Title, string Cron, string Market, string TimeZone, bool IsPaused, DateTimeOffset? NextAt,
        JobRunView? Current, ImmutableArray<JobRunView> Runs)
    {
        public static JobReply Of(JobView v) => new(v.Code, v.Terms.Title, v.Terms.Cron, v.Terms.Market,
            v.Terms.TimeZone, v.IsPaused, v.NextAt, v.Current, v.Runs);
    }
}

using System.Diagnostics;
using Ale.Kernel;

namespace Ale.Jobs;

/// <summary>Jobs and the ledger of their runs as tables.</summary>
internal sealed class JobProjection() : Projection<JobEvent>("jobs", 1, "job", JobJson.Default.JobEvent, Jobs, Runs)
{
    /// <summary><c>next_at</c> is 0 when it is not due again; <c>last_run</c> is the run that began last.</summary>
    public static readonly Table Jobs = new("job",
    [
        Column.TextKey("code"), Column.Text("title"), Column.Text("cron"), Column.Text("market"),
        Column.Text("time_zone"), Column.Number("paused"), Column.Number("next_at"), Column.Text("last_run"),
    ]);

    /// <summary><c>retry_at</c> and <c>ended_at</c> are 0 when there is none.</summary>
    public static readonly Table Runs = new("job_run",
    [
        Column.TextKey("code"), Column.TextKey("run_id"), Column.Text("kind"), Column.Number("due_at"),
        Column.Number("started_at"), Column.Number("late_seconds"), Column.Number("missed"), Column.Number("attempt"),
        Column.Number("attempt_at"), Column.Text("state"), Column.Number("retry_at"), Column.Number("ended_at"),
        Column.Text("note"), Column.Text("actor"),
    ], "code, started_at");

    protected override void Project(string key, JobEvent happened, JournalRow row, ViewBatch views)
    {
        var job = views.Row(Jobs, key);
        switch (happened)
        {
            case JobEvent.Scheduled e:
                job.Set("title", e.Terms.Title).Set("cron", e.Terms.Cron).Set("market", e.Terms.Market)
                    .Set("time_zone", e.Terms.TimeZone).Set("next_at", Ms(e.NextAt));
                break;
            case JobEvent.Started e:
                job.Set("next_at", Ms(e.NextAt)).Set("last_run", e.RunId);
                views.Row(Runs, key, e.RunId).Set("kind", e.Kind == JobRunKind.Manual ? "manual" : "scheduled")
                    .Set("due_at", e.DueAt).Set("started_at", e.At).Set("late_seconds", e.LateSeconds)
                    .Set("missed", e.Missed).Set("attempt", 1).Set("attempt_at", e.At).Set("state", "running")
                    .Set("retry_at", 0).Set("ended_at", 0).Set("actor", e.Actor);
                break;
            case JobEvent.Retried e:
                views.Row(Runs, key, e.RunId).Set("attempt", e.Attempt).Set("attempt_at", e.At)
                    .Set("state", "running").Set("retry_at", 0);
                break;
            case JobEvent.Stumbled e:
                views.Row(Runs, key, e.RunId).Set("state", "retrying").Set("retry_at", e.RetryAt).Set("note", e.Note);
                break;
            case JobEvent.Ended e:
                End(views, key, e.RunId, "done", e.Note, e.At);
                break;
            case JobEvent.Failed e:
                End(views, key, e.RunId, "failed", e.Note, e.At);
                break;
            case JobEvent.Paused:
                job.Set("paused", true).Set("next_at", 0);
                break;
            case JobEvent.Resumed e:
                job.Set("paused", false).Set("next_at", Ms(e.NextAt));
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }

    private static void End(
        ViewBatch views, string code, string run, string state, string note, DateTimeOffset at) =>
        views.Row(Runs, code, run).Set("state", state).Set("note", note).Set("ended_at", at).Set("retry_at", 0);

    private static long Ms(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() ?? 0;
}

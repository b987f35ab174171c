using System.Collections.Immutable;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Jobs;

[StatelessWorker]
internal sealed class JobQueries(Views views) : Grain, IJobQueries
{
    private const string RunColumns = """
        r.run_id as RunId, r.kind, r.due_at as DueAt, r.started_at as StartedAt, r.late_seconds as LateSeconds,
        r.missed, r.attempt, r.attempt_at as AttemptAt, r.state, r.retry_at as RetryAt, r.ended_at as EndedAt, r.note,
        r.actor
        """;

    private class RunRow
    {
        public string? RunId { get; init; }
        public string Kind { get; init; } = "";
        public long DueAt { get; init; }
        public long StartedAt { get; init; }
        public long LateSeconds { get; init; }
        public long Missed { get; init; }
        public long Attempt { get; init; }
        public long AttemptAt { get; init; }
        public string State { get; init; } = "";
        public long RetryAt { get; init; }
        public long EndedAt { get; init; }
        public string? Note { get; init; }
        public string? Actor { get; init; }
    }

    private sealed class JobRow : RunRow
    {
        public string Code { get; init; } = "";
        public string Title { get; init; } = "";
        public string Cron { get; init; } = "";
        public string Market { get; init; } = "";
        public string TimeZone { get; init; } = "";
        public long? Paused { get; init; }
        public long NextAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<JobView>>> Jobs(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<JobRow>($$"""
            select j.code, j.title, j.cron, j.market, j.time_zone as TimeZone, j.paused, j.next_at as NextAt,
                   {{RunColumns}}
            from {job} j left join {job_run} r on r.code = j.code and r.run_id = j.last_run
            where j.code > @after order by j.code limit @limit
            """, new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r =>
        {
            var last = r.RunId is null ? null : Run(r);
            var isOpen = last is { EndedAt: null };
            return new JobView(r.Code, new(r.Title, r.Cron, r.Market, r.TimeZone), r.Paused == 1, Instant(r.NextAt),
                isOpen ? last : null, last is null || isOpen ? [] : [last]);
        }));
    }

    public async Task<Outcome<ImmutableArray<JobRunView>>> Runs(
        string code, JobRunPlace? before, int limit, JournalPlace at, CancellationToken ct)
    {
        var (when, run) = before is { } place
            ? (place.StartedAt.ToUnixTimeMilliseconds(), place.RunId) : (long.MaxValue, "");
        var (rows, refusal) = await views.List<RunRow>($$"""
            select {{RunColumns}} from {job_run} r
            where r.code = @code and (r.started_at, r.run_id) < (@when, @run)
            order by r.started_at desc, r.run_id desc limit @limit
            """, new { code, when, run, limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(Run));
    }

    private static JobRunView Run(RunRow r) => new(
        r.RunId!, Enum.Parse<JobRunKind>(r.Kind, ignoreCase: true), Instant(r.DueAt)!.Value,
        Instant(r.StartedAt)!.Value, r.LateSeconds, (int)r.Missed, (int)r.Attempt, Instant(r.AttemptAt)!.Value,
        Enum.Parse<JobRunState>(r.State, ignoreCase: true))
    {
        RetryAt = Instant(r.RetryAt),
        EndedAt = Instant(r.EndedAt),
        Note = r.Note,
        Actor = r.Actor,
    };

    private static DateTimeOffset? Instant(long at) => at == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(at);
}

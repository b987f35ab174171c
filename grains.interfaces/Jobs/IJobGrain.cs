using System.Collections.Immutable;

namespace Ale.Jobs;

/// <summary>
/// One scheduled job (TEC-05): when it is due, that it runs once for each time, and the ledger of its runs. After a
/// time in which no silo ran, the last of what was missed is run once, marked as late; a job whose every period matters
/// runs each, the last <see cref="JobView.PeriodsMax"/> of them. One run at a time: what comes due meanwhile follows it.
/// </summary>
/// <remarks>The key is the job's code.</remarks>
[Alias("ale.job")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>The job as it is now.</summary>
    [Alias("get")] Task<Outcome<JobView>> Get(CancellationToken ct = default);

    /// <summary>
    /// Runs it now, also when it is paused; its schedule stays. The same key again: the same answer. While a run goes on
    /// or waits to be tried again: <see cref="JobRefusals.Running"/>.
    /// </summary>
    [Alias("run")] Task<Outcome<JobView>> Run(JobCommand command, CancellationToken ct = default);

    /// <summary>
    /// No run begins by the schedule any more; one that goes on is finished. The same key again: the same answer.
    /// </summary>
    [Alias("pause")] Task<Outcome<JobView>> Pause(JobCommand command, CancellationToken ct = default);

    /// <summary>The schedule goes on from now; what came due in the pause is not caught up.</summary>
    [Alias("resume")] Task<Outcome<JobView>> Resume(JobCommand command, CancellationToken ct = default);

    /// <summary>
    /// Takes the schedule up as code and policy say it now; silos call it. Unchanged: no effect. What was due before the
    /// change still runs; the new times hold after it.
    /// </summary>
    [Alias("schedule")] Task<Outcome<Done>> Schedule(CancellationToken ct = default);
}

/// <summary>A person's command.</summary>
/// <param name="Key">The <c>Idempotency-Key</c>; remembered for 24 h, the last 16 of a job.</param>
/// <param name="Actor">Who asks.</param>
[GenerateSerializer, Immutable, Alias("ale.job.command")]
public sealed record JobCommand([property: Id(0)] string Key, [property: Id(1)] string Actor);

/// <summary>What a job is.</summary>
/// <param name="Cron">Five fields: minute, hour, day of month, month, day of week; by the clock of the zone.</param>
/// <param name="TimeZone">IANA zone of its market. Where clocks go forward a skipped time is run at the jump; where they
/// go back a repeated time is run once, the first time, save those of an interval (<c>*/30</c>).</param>
[GenerateSerializer, Immutable, Alias("ale.job.terms")]
public sealed record JobTerms(
    [property: Id(0)] string Title, [property: Id(1)] string Cron, [property: Id(2)] string Market,
    [property: Id(3)] string TimeZone);

/// <summary>What made a run begin.</summary>
public enum JobRunKind
{
    /// <summary>The schedule.</summary>
    Scheduled,

    /// <summary>A person.</summary>
    Manual,
}

/// <summary>Where a run stands.</summary>
public enum JobRunState
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>An attempt failed; <c>RetryAt</c> says when the next begins.</summary>
    Retrying,

    /// <summary>Done.</summary>
    Done,

    /// <summary>The last attempt failed; a person must look.</summary>
    Failed,
}

/// <summary>One run, as the ledger has it.</summary>
/// <param name="RunId">The same for all attempts; a run's effects are once for each id.</param>
/// <param name="DueAt">When it was due; of a manual run: when it was asked for.</param>
/// <param name="StartedAt">When its first attempt began.</param>
/// <param name="LateSeconds">How long after it was due; 0 within the policy's tolerance.</param>
/// <param name="Missed">Earlier times that came due since the run before and have no run: this one covers them or, where
/// each period matters, they were left out.</param>
/// <param name="Attempt">The latest, from 1.</param>
/// <param name="AttemptAt">When the latest attempt began.</param>
[GenerateSerializer, Immutable, Alias("ale.job.run")]
public sealed record JobRunView(
    [property: Id(0)] string RunId, [property: Id(1)] JobRunKind Kind, [property: Id(2)] DateTimeOffset DueAt,
    [property: Id(3)] DateTimeOffset StartedAt, [property: Id(4)] long LateSeconds, [property: Id(5)] int Missed,
    [property: Id(6)] int Attempt, [property: Id(7)] DateTimeOffset AttemptAt, [property: Id(8)] JobRunState State)
{
    /// <summary>When the next attempt begins; null: none waits.</summary>
    [Id(9)] public DateTimeOffset? RetryAt { get; init; }

    /// <summary>When it was done or failed.</summary>
    [Id(10)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What came of it: the result, or why the latest attempt failed.</summary>
    [Id(11)] public string? Note { get; init; }

    /// <summary>Who asked for it; null: the schedule.</summary>
    [Id(12)] public string? Actor { get; init; }
}

/// <summary>A job as it is now.</summary>
/// <param name="NextAt">When it is due next; null: paused, or never again.</param>
/// <param name="Current">The run that goes on or waits to be tried again.</param>
/// <param name="Runs">The last that have ended, the latest first, at most <see cref="RunsMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.job.view")]
public sealed record JobView(
    [property: Id(0)] string Code, [property: Id(1)] JobTerms Terms, [property: Id(2)] bool IsPaused,
    [property: Id(3)] DateTimeOffset? NextAt, [property: Id(4)] JobRunView? Current,
    [property: Id(5)] ImmutableArray<JobRunView> Runs)
{
    /// <summary>Runs that a job remembers; the ledger's table has all.</summary>
    public const int RunsMax = 20;

    /// <summary>Missed times that a job whose every period matters runs, the last of them.</summary>
    public const int PeriodsMax = 31;
}

/// <summary>In order of precedence.</summary>
public static class JobRefusals
{
    /// <summary>No such job.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "job.unknown");

    /// <summary>The key was used for another command.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "job.changed");

    /// <summary>A run goes on, or waits to be tried again.</summary>
    public static readonly Refusal Running = new(RefusalKind.Conflict, "job.running");

    /// <summary>It is paused already.</summary>
    public static readonly Refusal AlreadyPaused = new(RefusalKind.Conflict, "job.already_paused");

    /// <summary>It is not paused.</summary>
    public static readonly Refusal NotPaused = new(RefusalKind.Conflict, "job.not_paused");
}

/// <summary>Lists of jobs, from the slice's tables. Key 0.</summary>
[Alias("ale.job.queries")]
public interface IJobQueries : IGrainWithIntegerKey
{
    /// <summary>Jobs in order of their code, each with its latest run.</summary>
    /// <param name="at">The list waits up to 2 s until it shows this place.</param>
    [Alias("jobs")]
    Task<Outcome<ImmutableArray<JobView>>> Jobs(
        string? after, int limit, JournalPlace at, CancellationToken ct = default);

    /// <summary>All runs of a job, the latest first, before the one that began at <paramref name="before"/>.</summary>
    [Alias("runs")]
    Task<Outcome<ImmutableArray<JobRunView>>> Runs(
        string code, JobRunPlace? before, int limit, JournalPlace at, CancellationToken ct = default);
}

/// <summary>Where a run stands in its job's list.</summary>
[GenerateSerializer, Immutable, Alias("ale.job.run_place")]
public readonly record struct JobRunPlace([property: Id(0)] DateTimeOffset StartedAt, [property: Id(1)] string RunId);

/// <summary>Keys of the slice.</summary>
public static class JobKeys
{
    /// <summary>The grain of a job.</summary>
    public static IJobGrain Job(this IGrainFactory grains, string code) => grains.GetGrain<IJobGrain>(code);

    /// <summary>Lists of jobs.</summary>
    public static IJobQueries JobQueries(this IGrainFactory grains) => grains.GetGrain<IJobQueries>(0);
}

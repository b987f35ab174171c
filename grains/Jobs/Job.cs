using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Jobs;

/// <summary>
/// One job. Invariants: at most one run is open; a time of the schedule begins at most one run, whose id is made of it;
/// a time that has come begins one, or is counted as missed, whatever becomes of the schedule; at most
/// <see cref="JobView.RunsMax"/> ended runs and 16 keys are remembered.
/// </summary>
internal sealed record Job : IState<Job, JobEvent>
{
    public const int NoteLengthMax = Limits.TextLengthMax;
    private const string RunCommand = "run", PauseCommand = "pause", ResumeCommand = "resume";

    public static JsonTypeInfo<JobEvent> EventJson => JobJson.Default.JobEvent;

    /// <summary>Null: no silo has taken it up.</summary>
    public JobTerms? Terms { get; private init; }

    public bool IsPaused { get; private init; }
    public DateTimeOffset? NextAt { get; private init; }
    public JobRunView? Current { get; private init; }
    public ImmutableArray<JobRunView> Runs { get; private init; } = [];
    public RememberedKeys<JobView> Keys { get; private init; } = RememberedKeys<JobView>.None;

    /// <summary>The run that ended last, when it failed; null: it did not.</summary>
    private string? LastFailed => Runs is [{ State: JobRunState.Failed } last, ..] ? last.RunId : null;

    /// <summary>A run that goes on stays due, so that it is taken up elsewhere when its silo dies.</summary>
    public DateTimeOffset? DueAt => Current switch
    {
        { State: JobRunState.Running } run => run.AttemptAt,
        { } run => run.RetryAt,
        null => NextAt,
    };

    public static Job New() => new();

    /// <summary>What code and policy say it is.</summary>
    public Decision<JobEvent, Done> Decide(JobTerms terms, DateTimeOffset now)
    {
        if (terms == Terms) return default(Done);
        var isSameTime = Terms is not null && (terms.Cron, terms.TimeZone) == (Terms.Cron, Terms.TimeZone);
        // What has come due under the old times still runs; the new ones hold after it.
        var next = IsPaused ? null : isSameTime || NextAt <= now ? NextAt : ScheduleOf(terms).After(now);
        return new(default(Done), new JobEvent.Scheduled(terms, next, now));
    }

    /// <summary>
    /// Begins what is due: the run of the schedule, or the next attempt of one that failed or whose silo died.
    /// </summary>
    /// <param name="eachPeriod">False: of times that were missed the last is run; true: each, one after the other, save
    /// those before the last <see cref="JobView.PeriodsMax"/>.</param>
    public Decision<JobEvent, Done> DecideDue(
        string code, JobPolicy policy, DateTimeOffset now, bool eachPeriod = false)
    {
        if (DueAt is not { } due || due > now) return default(Done);
        if (Current is { } run)
        {
            if (run.State == JobRunState.Running && run.Attempt >= policy.AttemptsMax)
            {
                return new(default(Done), new JobEvent.Failed(
                    run.RunId, run.Attempt, "The silo ended in the middle of the last attempt.", now)
                { AfterFailed = LastFailed });
            }

            return new(default(Done), new JobEvent.Retried(run.RunId, run.Attempt + 1, now));
        }

        var schedule = ScheduleOf(Terms!);
        var (time, missed) = schedule.Until(due, now);
        var next = schedule.After(now);
        if (eachPeriod)
        {
            missed = Math.Max(0, missed + 1 - JobView.PeriodsMax);
            time = due;
            for (var i = 0; i < missed; i++) time = schedule.After(time)!.Value;
            next = schedule.After(time);
        }

        var late = (long)(now - time).TotalSeconds;
        return new(default(Done), new JobEvent.Started(
            string.Create(CultureInfo.InvariantCulture, $"{code}:{time:yyyy-MM-ddTHH:mm:ssZ}"), JobRunKind.Scheduled,
            time, late > policy.LateSeconds ? late : 0, missed, next, null, null, now));
    }

    /// <summary>What came of an attempt. One that is not the latest any more changes nothing.</summary>
    public Decision<JobEvent, Done> DecideEnd(
        JobRunView attempt, JobResult result, JobPolicy policy, DateTimeOffset now, bool eachPeriod = false)
    {
        if (Current is not { State: JobRunState.Running } run
            || (run.RunId, run.Attempt) != (attempt.RunId, attempt.Attempt)) return default(Done);
        // Where each period matters, those that nothing runs for are a finding of their own.
        var note = eachPeriod && run.Missed > 0 ? string.Create(CultureInfo.InvariantCulture,
            $"Earlier times left out: {run.Missed}. {result.Note}") : result.Note;
        note = note.Cut(NoteLengthMax);
        if (result.IsDone)
        {
            return new(default(Done),
                new JobEvent.Ended(run.RunId, run.Attempt, note, now) { AfterFailed = LastFailed });
        }

        if (run.Attempt >= policy.AttemptsMax)
        {
            return new(default(Done),
                new JobEvent.Failed(run.RunId, run.Attempt, note, now) { AfterFailed = LastFailed });
        }

        var wait = Math.Min(policy.RetryCapSeconds, (long)policy.RetrySeconds << Math.Min(run.Attempt - 1, 20));
        return new(default(Done), new JobEvent.Stumbled(
            run.RunId, run.Attempt, note, now + TimeSpan.FromSeconds(wait), now));
    }

    public Decision<JobEvent, JobView> DecideRun(JobCommand command, string code, DateTimeOffset now)
    {
        if (Terms is null) return JobRefusals.Unknown;
        if (Before(command, RunCommand, code, now) is { } before) return before;
        if (Current is not null) return JobRefusals.Running;
        return After(code, new JobEvent.Started(
            $"{code}:by:{command.Key}", JobRunKind.Manual, now, 0, 0, NextAt, command.Key, command.Actor, now));
    }

    public Decision<JobEvent, JobView> DecidePause(JobCommand command, string code, DateTimeOffset now)
    {
        if (Terms is null) return JobRefusals.Unknown;
        if (Before(command, PauseCommand, code, now) is { } before) return before;
        if (IsPaused) return JobRefusals.AlreadyPaused;
        return After(code, new JobEvent.Paused(command.Key, command.Actor, now));
    }

    public Decision<JobEvent, JobView> DecideResume(JobCommand command, string code, DateTimeOffset now)
    {
        if (Terms is null) return JobRefusals.Unknown;
        if (Before(command, ResumeCommand, code, now) is { } before) return before;
        if (!IsPaused) return JobRefusals.NotPaused;
        return After(code, new JobEvent.Resumed(command.Key, command.Actor, ScheduleOf(Terms).After(now), now));
    }

    /// <summary>The job as it is now; there must be one.</summary>
    public JobView View(string code) => new(code, Terms!, IsPaused, NextAt, Current, Runs);

    public Job Apply(JobEvent happened) => happened switch
    {
        JobEvent.Scheduled e => this with { Terms = e.Terms, NextAt = e.NextAt },
        JobEvent.Started e => Remember(e.Key, RunCommand, e.At, this with
        {
            NextAt = e.NextAt,
            Current = new(e.RunId, e.Kind, e.DueAt, e.At, e.LateSeconds, e.Missed, 1, e.At, JobRunState.Running)
            {
                Actor = e.Actor,
            },
        }),
        JobEvent.Retried e => this with
        {
            Current = Current! with
            {
                Attempt = e.Attempt,
                AttemptAt = e.At,
                State = JobRunState.Running,
                RetryAt = null,
            },
        },
        JobEvent.Stumbled e => this with
        {
            Current = Current! with { State = JobRunState.Retrying, RetryAt = e.RetryAt, Note = e.Note },
        },
        JobEvent.Ended e => End(JobRunState.Done, e.Note, e.At),
        JobEvent.Failed e => End(JobRunState.Failed, e.Note, e.At),
        JobEvent.Paused e => Remember(e.Key, PauseCommand, e.At, this with { IsPaused = true, NextAt = null }),
        JobEvent.Resumed e => Remember(e.Key, ResumeCommand, e.At, this with { IsPaused = false, NextAt = e.NextAt }),
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    private Job End(JobRunState state, string note, DateTimeOffset at)
    {
        var ended = Current! with { State = state, Note = note, EndedAt = at, RetryAt = null };
        return this with { Current = null, Runs = [ended, .. Runs.Take(JobView.RunsMax - 1)] };
    }

    private Decision<JobEvent, JobView>? Before(JobCommand command, string name, string code, DateTimeOffset now)
    {
        if (Keys.Find(command.Key, now) is not { } done) return null;
        return done.Command == name ? done.Answer with { Code = code } : JobRefusals.Changed;
    }

    private Decision<JobEvent, JobView> After(string code, JobEvent happened) =>
        new(Apply(happened).View(code), happened);

    // The state does not know its own code; the answer gets it when it is given again.
    private static Job Remember(string? key, string command, DateTimeOffset at, Job after) =>
        key is null ? after : after with { Keys = after.Keys.Add(key, command, after.View(""), at) };

    private static CronSchedule ScheduleOf(JobTerms terms) =>
        new(terms.Cron, TimeZoneInfo.FindSystemTimeZoneById(terms.TimeZone));
}

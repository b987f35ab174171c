using Ale.Kernel;
using Ale.Policy;
using Xunit;

namespace Ale.Jobs;

/// <summary>What is decided about a job (TEC-05).</summary>
public sealed class JobTests
{
    private static readonly JobPolicy Policy = new(3, 60, 100, 60, 120, "30 4 * * *");
    private static readonly JobTerms Weekly = new("Report", "0 6 * * 1", "gb", "Europe/London");
    private static readonly DateTimeOffset Monday = new(2026, 3, 9, 6, 0, 0, TimeSpan.Zero);
    private static readonly JobCommand Ask = new("k1", "ann");

    [Fact]
    public void TEC_05_A_job_is_due_at_its_next_time_and_its_run_has_that_times_id()
    {
        var job = Taken();
        Assert.Equal((Monday, Monday), (job.NextAt!.Value, job.DueAt!.Value));
        Assert.Empty(job.DecideDue("report", Policy, Monday.AddTicks(-1)).Events);

        var started = Assert.IsType<JobEvent.Started>(Assert.Single(job.DecideDue("report", Policy, Monday).Events));
        Assert.Equal(("report:2026-03-09T06:00:00Z", Monday, 0L, 0),
            (started.RunId, started.DueAt, started.LateSeconds, started.Missed));
        Assert.True(Limits.IsId(started.RunId));
        Assert.Equal(Monday.AddDays(7), started.NextAt);
    }

    [Theory]
    [InlineData(60, 0)] // within the tolerance
    [InlineData(61, 61)]
    [InlineData(20 * 60, 20 * 60)] // down from 06:00 to 06:20: late 20 min
    public void TEC_05_A_run_that_begins_late_says_so(int seconds, int late)
    {
        var job = Taken();
        job = After(job, job.DecideDue("report", Policy, Monday.AddSeconds(seconds)));
        Assert.Equal((late, 0, 1), (job.Current!.LateSeconds, job.Current.Missed, job.Current.Attempt));
    }

    [Fact]
    public void TEC_05_After_a_long_time_without_a_silo_the_last_of_what_was_missed_is_run_once()
    {
        var job = Taken();
        var now = Monday.AddDays(21).AddHours(2);
        job = After(job, job.DecideDue("report", Policy, now));
        // The clocks went forward on 29 March: 06:00 in London is 05:00 UTC by then.
        Assert.Equal(("report:2026-03-30T05:00:00Z", 3), (job.Current!.RunId, job.Current.Missed));
        Assert.Equal(3 * 3600, job.Current.LateSeconds);
        job = Ended(job, JobResult.Done("ok"), now);
        Assert.Empty(job.DecideDue("report", Policy, now).Events);
        Assert.Equal(new DateTimeOffset(2026, 4, 6, 5, 0, 0, TimeSpan.Zero), job.DueAt);
    }

    [Fact]
    public void TEC_05_A_run_that_fails_is_tried_again_ever_later_and_then_shown_as_failed()
    {
        var (job, now) = (After(Taken(), Taken().DecideDue("report", Policy, Monday)), Monday);
        foreach (var wait in new[] { 60, 100 }) // doubled, up to the cap
        {
            job = Ended(job, JobResult.Failed("no disk"), now);
            Assert.Equal((JobRunState.Retrying, now.AddSeconds(wait)), (job.Current!.State, job.DueAt!.Value));
            now = now.AddSeconds(wait);
            Assert.Empty(job.DecideDue("report", Policy, now.AddTicks(-1)).Events);
            job = After(job, job.DecideDue("report", Policy, now));
            Assert.Equal(JobRunState.Running, job.Current!.State);
        }

        job = Ended(job, JobResult.Failed("still no disk"), now);
        var failed = Assert.Single(job.Runs);
        Assert.Equal((JobRunState.Failed, 3, "still no disk", "report:2026-03-09T06:00:00Z"),
            (failed.State, failed.Attempt, failed.Note, failed.RunId));
        Assert.Null(job.Current);
        Assert.Equal(Monday.AddDays(7), job.DueAt); // the schedule goes on
    }

    [Fact]
    public void TEC_05_The_end_of_a_run_names_the_failed_one_before_it()
    {
        var once = Policy with { AttemptsMax = 1 };
        var (job, before) = (Taken(), new List<string?>());
        foreach (var isDone in new[] { false, false, true, true })
        {
            job = After(job, job.DecideRun(new($"k{before.Count}", "ann"), "report", Monday));
            var (_, ends) = job.DecideEnd(job.Current!, new(isDone, "x"), once, Monday);
            before.Add(ends[0] is JobEvent.Failed f ? f.AfterFailed : ((JobEvent.Ended)ends[0]).AfterFailed);
            job = job.Apply(ends[0]);
        }

        Assert.Equal([null, "report:by:k0", "report:by:k1", null], before);
    }

    [Fact]
    public void TEC_05_A_run_whose_silo_died_is_taken_up_under_the_same_id_and_not_for_ever()
    {
        var job = After(Taken(), Taken().DecideDue("report", Policy, Monday));
        Assert.Equal(Monday, job.DueAt); // as long as it runs, the kernel asks whether somebody works on it
        for (var attempt = 2; attempt <= 3; attempt++)
        {
            job = After(job, job.DecideDue("report", Policy, Monday.AddMinutes(attempt)));
            Assert.Equal((attempt, "report:2026-03-09T06:00:00Z"), (job.Current!.Attempt, job.Current.RunId));
        }

        job = After(job, job.DecideDue("report", Policy, Monday.AddMinutes(9)));
        Assert.Equal(JobRunState.Failed, Assert.Single(job.Runs).State);
    }

    [Fact]
    public void The_end_of_an_attempt_that_is_not_the_latest_changes_nothing()
    {
        var job = After(Taken(), Taken().DecideDue("report", Policy, Monday));
        var first = job.Current!;
        job = After(job, job.DecideDue("report", Policy, Monday.AddMinutes(1)));
        Assert.Empty(job.DecideEnd(first, JobResult.Done("late news"), Policy, Monday).Events);
        job = Ended(job, JobResult.Done("ok"), Monday);
        Assert.Empty(job.DecideEnd(first with { Attempt = 2 }, JobResult.Done("again"), Policy, Monday).Events);
    }

    [Fact]
    public void TEC_05_A_person_runs_it_now_and_the_same_key_again_does_not()
    {
        var job = Taken();
        var decision = job.DecideRun(Ask, "report", Monday.AddDays(-1));
        job = After(job, decision);
        Assert.Equal(("report:by:k1", JobRunKind.Manual, "ann"),
            (job.Current!.RunId, job.Current.Kind, job.Current.Actor));
        Assert.Equal(Monday, job.NextAt); // the schedule stays
        var again = job.DecideRun(Ask, "report", Monday.AddDays(-1));
        Assert.Empty(again.Events);
        Assert.Equal(decision.Reply.Value, again.Reply.Value);
        Assert.Equal(JobRefusals.Running, job.DecideRun(Ask with { Key = "k2" }, "report", Monday).Reply.Refusal);
        Assert.Equal(JobRefusals.Changed, job.DecidePause(Ask, "report", Monday.AddDays(-1)).Reply.Refusal);
        Assert.Empty(job.DecideDue("report", Policy, Monday.AddDays(-2)).Events);
    }

    [Fact]
    public void TEC_05_What_comes_due_in_a_run_follows_it()
    {
        var job = After(Taken(), Taken().DecideRun(Ask, "report", Monday.AddSeconds(-1)));
        job = Ended(job, JobResult.Done("ok"), Monday.AddMinutes(5));
        job = After(job, job.DecideDue("report", Policy, Monday.AddMinutes(5)));
        Assert.Equal(("report:2026-03-09T06:00:00Z", 300L), (job.Current!.RunId, job.Current.LateSeconds));
    }

    [Fact]
    public void TEC_05_A_paused_job_is_not_due_and_goes_on_from_when_it_is_resumed()
    {
        var job = Taken();
        job = After(job, job.DecidePause(Ask, "report", Monday.AddDays(-1)));
        Assert.Null(job.DueAt);
        var repeat = job.DecidePause(Ask, "report", Monday.AddHours(-1));
        Assert.Empty(repeat.Events);
        Assert.True(repeat.Reply.Value!.IsPaused);
        Assert.Equal(JobRefusals.AlreadyPaused, job.DecidePause(new("k2", "bob"), "report", Monday).Reply.Refusal);
        var changed = After(job, job.Decide(Weekly with { Cron = "0 7 * * 1" }, Monday));
        Assert.Null(changed.DueAt);

        job = After(job, job.DecideResume(new("k3", "bob"), "report", Monday.AddDays(10)));
        Assert.Equal(new DateTimeOffset(2026, 3, 23, 6, 0, 0, TimeSpan.Zero), job.DueAt); // nothing is caught up
        Assert.Equal(JobRefusals.NotPaused, job.DecideResume(new("k4", "bob"), "report", Monday).Reply.Refusal);
    }

    [Fact]
    public void A_schedule_is_taken_up_when_it_changes_and_what_was_due_is_kept_when_only_words_do()
    {
        var job = Taken();
        Assert.Empty(job.Decide(Weekly, Monday.AddHours(1)).Events);
        var titled = job.Decide(Weekly with { Title = "Weekly report" }, Monday.AddHours(1));
        Assert.Equal(Monday, After(job, titled).NextAt);
        Assert.Equal(Monday.AddHours(3),
            After(job, job.Decide(Weekly with { Cron = "0 9 * * 1" }, Monday.AddTicks(-1))).NextAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_600)] // overdue
    public void TEC_05_What_is_due_when_the_times_change_still_runs_and_the_new_times_hold_after_it(int seconds)
    {
        var now = Monday.AddSeconds(seconds);
        var job = After(Taken(), Taken().Decide(Weekly with { Cron = "0 9 * * 2" }, now));
        Assert.Equal(Monday, job.NextAt);
        job = After(job, job.DecideDue("report", Policy, now));
        Assert.Equal(("report:2026-03-09T06:00:00Z", Monday.AddDays(1).AddHours(3)),
            (job.Current!.RunId, job.NextAt!.Value));
    }

    [Fact]
    public void TEC_05_Where_each_period_matters_what_was_missed_is_run_one_after_the_other()
    {
        var (job, now) = (Taken(), Monday.AddDays(21).AddHours(2));
        string[] expected = ["03-09T06", "03-16T06", "03-23T06", "03-30T05"]; // the clocks went forward on 29 March
        foreach (var time in expected)
        {
            job = After(job, job.DecideDue("report", Policy, now, eachPeriod: true));
            Assert.Equal(($"report:2026-{time}:00:00Z", 0), (job.Current!.RunId, job.Current.Missed));
            Assert.True(job.Current.LateSeconds >= 2 * 3600);
            job = Ended(job, JobResult.Done("ok"), now);
        }

        Assert.Empty(job.DecideDue("report", Policy, now, eachPeriod: true).Events);
        Assert.Equal(4, job.Runs.Length);
    }

    [Theory]
    [InlineData(30, 0, "ok")] // 31 times are due
    [InlineData(31, 1, "Earlier times left out: 1. ok")]
    [InlineData(40, 10, "Earlier times left out: 10. ok")]
    public void TEC_05_Where_each_period_matters_the_last_31_are_run_and_what_is_left_out_is_told(
        int weeks, int missed, string note)
    {
        var (job, now) = (Taken(), Monday.AddDays(7 * weeks));
        job = After(job, job.DecideDue("report", Policy, now, eachPeriod: true));
        Assert.Equal(missed, job.Current!.Missed);
        Assert.Equal(Monday.AddDays(7 * missed).Date, job.Current.DueAt.Date);
        job = After(job, job.DecideEnd(job.Current, JobResult.Done("ok"), Policy, now, eachPeriod: true));
        Assert.Equal(note, job.Runs[0].Note);
        job = After(job, job.DecideDue("report", Policy, now, eachPeriod: true));
        Assert.Equal(0, job.Current!.Missed); // they are told once
    }

    [Fact]
    public void A_job_that_nobody_has_taken_up_is_unknown()
    {
        Assert.Equal(JobRefusals.Unknown, Job.New().DecideRun(Ask, "x", Monday).Reply.Refusal);
        Assert.Equal(JobRefusals.Unknown, Job.New().DecidePause(Ask, "x", Monday).Reply.Refusal);
        Assert.Equal(JobRefusals.Unknown, Job.New().DecideResume(Ask, "x", Monday).Reply.Refusal);
        Assert.Empty(Job.New().DecideDue("x", Policy, Monday).Events);
    }

    [Fact]
    public void Ended_runs_and_notes_are_bounded()
    {
        var (job, now) = (Taken(), Monday);
        for (var i = 0; i < JobView.RunsMax + 5; i++)
        {
            job = After(job, job.DecideRun(new($"k{i}", "ann"), "report", now));
            job = Ended(job, JobResult.Done(new('x', 5_000)), now);
        }

        Assert.Equal(JobView.RunsMax, job.Runs.Length);
        Assert.Equal($"report:by:k{JobView.RunsMax + 4}", job.Runs[0].RunId);
        Assert.All(job.Runs, run => Assert.Equal(Job.NoteLengthMax, run.Note!.Length));
    }

    [Fact]
    public void The_nightly_check_fails_with_its_first_finding()
    {
        Assert.Equal(JobResult.Done("2 checks of 7 rows"),
            VerifyJob.ResultOf(new(true, [new("a", true, 3), new("b", true, 4)], [])));
        Assert.Equal(JobResult.Failed("1 findings, the first: stock/K1: versions: a gap"),
            VerifyJob.ResultOf(new(false, [], [new("stock/K1", "versions", "a gap")])));
    }

    [Fact]
    public void Stored_events_stay_readable() => GoldenLines.Check("Jobs/Job.golden.jsonl", Job.EventJson,
        new JobEvent.Scheduled(Weekly, Monday, Monday),
        new JobEvent.Scheduled(Weekly, null, Monday),
        new JobEvent.Started("report:x", JobRunKind.Scheduled, Monday, 90, 2, Monday, null, null, Monday),
        new JobEvent.Started("report:by:k1", JobRunKind.Manual, Monday, 0, 0, null, "k1", "ann", Monday),
        new JobEvent.Retried("report:x", 2, Monday),
        new JobEvent.Stumbled("report:x", 1, "no disk", Monday, Monday),
        new JobEvent.Ended("report:x", 2, "ok", Monday),
        new JobEvent.Failed("report:x", 3, "no disk", Monday),
        new JobEvent.Paused("k1", "ann", Monday),
        new JobEvent.Resumed("k2", "ann", Monday, Monday),
        new JobEvent.Ended("report:y", 1, "ok", Monday) { AfterFailed = "report:x" },
        new JobEvent.Failed("report:y", 1, "no disk", Monday) { AfterFailed = "report:x" });

    private static Job Taken()
    {
        var job = Job.New();
        return After(job, job.Decide(Weekly, Monday.AddDays(-3)));
    }

    private static Job Ended(Job job, JobResult result, DateTimeOffset at) =>
        After(job, job.DecideEnd(job.Current!, result, Policy, at));

    private static Job After<T>(Job job, Decision<JobEvent, T> decision)
    {
        Assert.Null(decision.Reply.Refusal);
        Assert.NotEmpty(decision.Events);
        return decision.Events.Aggregate(job, (state, happened) => state.Apply(happened));
    }
}

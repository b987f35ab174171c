using System.Collections.Concurrent;
using Ale.Kernel;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.Core.Internal;
using Orleans.Runtime;
using Orleans.TestingHost;
using Xunit;

namespace Ale.Jobs;

/// <summary>Runs of jobs that fail, hang or are interrupted, over a journal on disk and a clock that the test moves.</summary>
[Trait("needs", "server")]
public sealed class JobGrainTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string RunId, int Attempt)> _calls = new();
    private Func<JobRun, CancellationToken, Task<JobResult>> _run = (_, _) => Task.FromResult(JobResult.Done("ok"));
    private ClockedSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _silo = await ClockedSilo.Start(new(2026, 3, 9, 5, 0, 0, TimeSpan.Zero), services => services
            .AddSingleton<JobCatalog>()
            .AddJob(new("report", "Report", _ => "0 6 * * *", "gb", Called))
            .AddJob(new("days", "Days", _ => "0 6 * * *", "gb", Called) { EachPeriod = true }));
        Assert.Null((await Report.Schedule()).Refusal);
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task TEC_05_A_failed_attempt_is_made_again_under_the_same_id_when_its_time_has_come()
    {
        _run = (run, _) => run.Attempt.Attempt == 1
            ? throw new InvalidOperationException("no disk") : Task.FromResult(JobResult.Done("ok"));
        await Wake(TimeSpan.FromHours(1));
        var waiting = (await Until(job => job.Current?.State == JobRunState.Retrying)).Current!;
        Assert.Equal("InvalidOperationException: no disk", waiting.Note);
        Assert.Equal(60, (waiting.RetryAt!.Value - waiting.AttemptAt).TotalSeconds, 1.0);

        await Wake(TimeSpan.FromSeconds(61));
        var run = Assert.Single((await Until(job => job.Current is null)).Runs);
        Assert.Equal((JobRunState.Done, 2), (run.State, run.Attempt));
        Assert.Equal([("report:2026-03-09T06:00:00Z", 1), ("report:2026-03-09T06:00:00Z", 2)], _calls);
    }

    [Fact]
    public async Task TEC_05_While_a_run_goes_on_nothing_else_begins_however_often_it_is_woken()
    {
        var gate = new TaskCompletionSource<JobResult>();
        _run = (_, ct) => gate.Task.WaitAsync(ct);
        await Wake(TimeSpan.FromHours(1));
        for (var i = 0; i < 20; i++) await Wake(TimeSpan.FromMinutes(1));
        Assert.Equal(JobRefusals.Running, (await Report.Run(new("k", "ann"))).Refusal);
        gate.SetResult(JobResult.Done("ok"));
        await Until(job => job.Current is null);
        Assert.Single(_calls);
    }

    [Fact]
    public async Task TEC_05_A_run_whose_activation_ended_is_taken_up_by_the_next_under_the_same_id()
    {
        var stopped = new TaskCompletionSource();
        _run = async (run, ct) =>
        {
            if (run.Attempt.Attempt > 1) return JobResult.Done("ok");
            try { await Task.Delay(Timeout.Infinite, ct); }
            finally { stopped.SetResult(); }
            return default;
        };
        await Wake(TimeSpan.FromHours(1));
        await new Func<Task<int>>(() => Task.FromResult(_calls.Count)).Until(n => n == 1);
        await Report.Cast<IGrainManagementExtension>().DeactivateOnIdle();
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30)); // the old one hears of it

        var run = Assert.Single((await Until(job => job.Current is null && job.Runs.Length > 0)).Runs);
        Assert.Equal((JobRunState.Done, 2), (run.State, run.Attempt));
        Assert.Equal(2, _calls.Count);
        Assert.Single(_calls.Select(call => call.RunId).Distinct());
    }

    [Fact]
    public async Task TEC_05_Each_day_that_was_missed_has_a_run_of_its_own_where_each_matters()
    {
        var days = _silo.Grains.Job("days");
        Assert.Null((await days.Schedule()).Refusal);
        _silo.Time.Advance(TimeSpan.FromDays(3)); // it is 5:00 of the fourth day
        for (var ended = 1; ended <= 3; ended++)
        {
            await days.Cast<IWakeable>().Wake();
            var ask = async () => (await days.Get()).Value!;
            Assert.Equal(ended, (await ask.Until(job => job.Runs.Length == ended, 30)).Runs.Length);
        }

        await days.Cast<IWakeable>().Wake();
        Assert.Equal(["days:2026-03-09T06:00:00Z", "days:2026-03-10T06:00:00Z", "days:2026-03-11T06:00:00Z"],
            _calls.Select(call => call.RunId));
    }

    [Fact]
    public async Task TEC_05_A_job_answers_before_its_schedule_was_taken_up()
    {
        var days = _silo.Grains.Job("days");
        Assert.Null((await days.Run(new("k", "ann"))).Refusal);
        var ask = async () => (await days.Get()).Value!;
        var job = await ask.Until(j => j.Runs.Length == 1, 30);
        Assert.Equal(("0 6 * * *", JobRunState.Done), (job.Terms.Cron, Assert.Single(job.Runs).State));
    }

    [Fact]
    public async Task A_job_that_the_code_does_not_know_is_unknown()
    {
        var none = _silo.Grains.Job("none");
        Assert.Equal(JobRefusals.Unknown, (await none.Schedule()).Refusal);
        Assert.Equal(JobRefusals.Unknown, (await none.Run(new("k", "ann"))).Refusal);
        Assert.Equal(JobRefusals.Unknown, (await none.Get()).Refusal);
    }

    private Task<JobResult> Called(JobRun run, CancellationToken ct)
    {
        _calls.Enqueue((run.Attempt.RunId, run.Attempt.Attempt));
        return _run(run, ct);
    }

    private IJobGrain Report => _silo.Grains.Job("report");

    private async Task Wake(TimeSpan later)
    {
        _silo.Time.Advance(later);
        await Report.Cast<IWakeable>().Wake();
    }

    private async Task<JobView> Until(Func<JobView, bool> isSo)
    {
        var ask = async () => (await Report.Get()).Value!;
        var job = await ask.Until(isSo, 30);
        Assert.True(isSo(job), $"{job}");
        return job;
    }
}

using Ale.Kernel;
using Orleans.Runtime;

namespace Ale.Jobs;

/// <summary>
/// The shell of a job. A run works outside of the grain's turns; that it began is durable before it does anything, and
/// the kernel wakes the job for as long as it goes on, on another silo when this one dies.
/// </summary>
[GrainType("job")]
internal sealed class JobGrain(SiloKernel kernel, JobCatalog catalog, IServiceProvider services)
    : EventSourcedGrain<Job, JobEvent>(kernel), IJobGrain, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private JobRunView? _working; // the attempt that this activation works on

    public async Task<Outcome<JobView>> Get(CancellationToken ct)
    {
        await TakeUp(ct);
        return await Commit<JobView>(State.Terms is null ? JobRefusals.Unknown : State.View(Key), ct);
    }

    public async Task<Outcome<JobView>> Run(JobCommand command, CancellationToken ct)
    {
        await TakeUp(ct);
        return catalog.Find(Key) is null
            ? await Commit<JobView>(JobRefusals.Unknown, ct) : await Begin(State.DecideRun(command, Key, Now), ct);
    }

    public async Task<Outcome<JobView>> Pause(JobCommand command, CancellationToken ct)
    {
        await TakeUp(ct);
        return await Commit(State.DecidePause(command, Key, Now), ct);
    }

    public async Task<Outcome<JobView>> Resume(JobCommand command, CancellationToken ct)
    {
        await TakeUp(ct);
        return await Commit(State.DecideResume(command, Key, Now), ct);
    }

    public Task<Outcome<Done>> Schedule(CancellationToken ct) => catalog.Find(Key) is { } definition
        ? Commit(State.Decide(catalog.TermsOf(definition, Now), Now), ct)
        : Commit<Done>(JobRefusals.Unknown, ct);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leaving.Cancel();
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    public void Dispose() => _leaving.Dispose();

    protected override async Task OnDue()
    {
        // Another version of the code may know the job; it stays due until a silo does.
        if (_working is not null || catalog.Find(Key) is not { } definition) return;
        await Begin(State.DecideDue(Key, catalog.PolicyOf(definition, Now), Now, definition.EachPeriod));
    }

    /// <summary>A job of the code answers from the silo's start on, also before the pulse has come to it.</summary>
    private async ValueTask TakeUp(CancellationToken ct)
    {
        if (State.Terms is null && catalog.Find(Key) is not null) await Schedule(ct);
    }

    private async Task<Outcome<T>> Begin<T>(Decision<JobEvent, T> decision, CancellationToken ct = default)
    {
        var before = State.Current;
        var committed = Commit(decision, ct);
        var begun = State.Current is { State: JobRunState.Running } run
            && (run.RunId, run.Attempt) != (before?.RunId, before?.Attempt) ? run : null;
        if (begun is not null) _working = begun; // before anything else has a turn and takes it for a dead one
        var outcome = await committed;
        if (begun is not null) _ = Work(begun);
        return outcome;
    }

    private async Task Work(JobRunView attempt)
    {
        RequestContext.Clear(); // the marks of the call that began it are not those of what it does
        var definition = catalog.Find(Key)!;
        try
        {
            var result = await ResultOf(definition, attempt);
            if (result is null) return; // the activation ends; another one takes the run up
            var policy = catalog.PolicyOf(definition, Now);
            await Commit(State.DecideEnd(attempt, result.Value, policy, Now, definition.EachPeriod));
        }
        catch (OutcomeUnknownException) // the next activation reads what is true
        {
        }
        finally
        {
            _working = null;
        }
    }

    private async Task<JobResult?> ResultOf(JobDefinition definition, JobRunView attempt)
    {
        var minutes = catalog.PolicyOf(definition, Now).RunMinutesMax;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _leaving.Token);
        var run = new JobRun(Key, State.Terms!.Market, attempt, services);
        try
        {
            return await Task.Run(() => definition.Run(run, end.Token), end.Token).WaitAsync(end.Token);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return JobResult.Failed($"It took longer than {minutes} minutes.");
        }
        catch (Exception e) // whatever a job's function throws is the run's failure, kept in the ledger
        {
            return JobResult.Failed($"{e.GetType().Name}: {e.Message}");
        }
    }
}

using Ale.Policy;

namespace Ale.Jobs;

/// <summary>A job as its slice registers it (<see cref="JobsSetup.AddJob"/>).</summary>
/// <param name="Code">An id, for ever.</param>
/// <param name="Title">For people.</param>
/// <param name="Cron">When, from the numbers of its market: a policy key's value, or a constant.</param>
/// <param name="Market">Whose numbers and zone; null: the default market's.</param>
/// <param name="Run">
/// Does it. It may be called again with the same run id, after a failure or a crash in the middle, and has the effects
/// of one run then: what it commands takes its ids from the run's.
/// </param>
internal sealed record JobDefinition(
    string Code, string Title, Func<PolicySet, string> Cron, string? Market,
    Func<JobRun, CancellationToken, Task<JobResult>> Run)
{
    /// <summary>
    /// False: after a time in which no silo ran, the last of what was missed is run, once. True: each of the times that
    /// were missed, one after the other, since each is about a day of its own (<see cref="JobRunView.DueAt"/>); of more
    /// than <see cref="JobView.PeriodsMax"/> the last, and the note says how many were left out.
    /// </summary>
    public bool EachPeriod { get; init; }
}

/// <summary>An attempt of a run, as its function sees it.</summary>
internal sealed record JobRun(string Code, string Market, JobRunView Attempt, IServiceProvider Services);

/// <summary>What came of an attempt; the note is kept in the ledger, at most 1,000 characters.</summary>
internal readonly record struct JobResult(bool IsDone, string Note)
{
    public static JobResult Done(string note) => new(true, note);

    public static JobResult Failed(string note) => new(false, note);
}

/// <summary>The jobs that this silo's code knows.</summary>
internal sealed class JobCatalog(IEnumerable<JobDefinition> definitions, PolicyBook policies)
{
    private readonly Dictionary<string, JobDefinition> _byCode =
        definitions.ToDictionary(definition => definition.Code, StringComparer.Ordinal);

    public IEnumerable<string> Codes => _byCode.Keys;

    public JobDefinition? Find(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>What a job is at an instant.</summary>
    public JobTerms TermsOf(JobDefinition definition, DateTimeOffset now)
    {
        var numbers = policies.For(definition.Market, now);
        return new(definition.Title, definition.Cron(numbers), numbers.MarketCode, numbers.Market.TimeZone.Id);
    }

    /// <summary>How runs of a job are tried at an instant.</summary>
    public JobPolicy PolicyOf(JobDefinition definition, DateTimeOffset now) =>
        policies.For(definition.Market, now).Jobs;
}

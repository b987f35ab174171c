using System.Collections.Immutable;
using System.Globalization;

namespace Ale.Cli;

internal sealed record JobPage(ImmutableArray<JobEntry> Items, string? Next);

internal sealed record JobRunPage(ImmutableArray<JobRunEntry> Items, string? Next);

/// <summary>The runs of a job, the latest first, and the zone of its clock.</summary>
internal sealed record JobRunsReport(string Code, string TimeZone, ImmutableArray<JobRunEntry> Runs);

/// <summary>All jobs, in order of their code.</summary>
internal sealed record JobsReport(ImmutableArray<JobEntry> Jobs);

/// <summary>A job; of its runs the latest.</summary>
internal sealed record JobEntry(
    string Code, string Title, string Cron, string Market, string TimeZone, bool IsPaused, DateTimeOffset? NextAt,
    JobRunEntry? Current, ImmutableArray<JobRunEntry> Runs)
{
    public JobRunEntry? Latest => Current ?? (Runs.IsDefaultOrEmpty ? null : Runs[0]);

    /// <summary>What to look at first.</summary>
    public string State => Current?.State ?? (IsPaused ? "paused" : "waiting");
}

internal sealed record JobRunEntry(
    string RunId, string Kind, DateTimeOffset DueAt, DateTimeOffset StartedAt, long LateSeconds, int Missed,
    int Attempt, DateTimeOffset AttemptAt, string State, DateTimeOffset? RetryAt, DateTimeOffset? EndedAt,
    string? Note, string? Actor)
{
    /// <summary><c>done</c>, with <c>late 20 min</c> and <c>missed 3</c> where it was so.</summary>
    public string Verdict
    {
        get
        {
            var late = LateSeconds == 0 ? ""
                : LateSeconds < 60 ? Text($", late {LateSeconds} s") : Text($", late {LateSeconds / 60} min");
            var missed = Missed == 0 ? "" : Text($", missed {Missed}");
            var attempts = Attempt == 1 ? "" : Text($", attempt {Attempt}");
            return State + late + missed + attempts;

            static string Text(FormattableString text) => FormattableString.Invariant(text);
        }
    }
}

/// <summary>Lists the jobs of a silo and their runs, and gives them commands.</summary>
internal static class JobsVerb
{
    private const int PageMax = 500;

    /// <summary><c>run</c>, <c>pause</c> or <c>resume</c>; each call is a command of its own, sent until it is
    /// answered.</summary>
    public static async Task<JobEntry> Command(AleHttp http, string code, string command, CancellationToken ct) =>
        (await http.Post($"api/jobs/{Uri.EscapeDataString(code)}/{command}", $"ale-{Guid.NewGuid():N}", ct))
        .Read(CliJson.Default.JobEntry);

    /// <summary>The last runs of a job's ledger.</summary>
    public static async Task<JobRunsReport> Runs(AleHttp http, string code, int last, CancellationToken ct)
    {
        var path = $"api/jobs/{Uri.EscapeDataString(code)}";
        var job = (await http.Get(path, ct)).Read(CliJson.Default.JobEntry); // the ledger of an unknown job is empty
        var runs = ImmutableArray.CreateBuilder<JobRunEntry>();
        string? after = null;
        do
        {
            var limit = Math.Min(PageMax, last - runs.Count);
            var reply = await http.Get(FormattableString.Invariant($"{path}/runs?limit={limit}")
                + (after is null ? "" : $"&after={after}"), ct);
            var page = reply.Read(CliJson.Default.JobRunPage);
            runs.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null && runs.Count < last);
        return new(job.Code, job.TimeZone, runs.ToImmutable());
    }

    public static async Task<JobsReport> Run(AleHttp http, CancellationToken ct)
    {
        var jobs = ImmutableArray.CreateBuilder<JobEntry>();
        string? after = null;
        do
        {
            var reply = await http.Get("api/jobs?limit=500" + (after is null ? "" : $"&after={after}"), ct);
            if (!reply.IsOk) throw new CommandFailed(reply.Line);
            var page = reply.Read(CliJson.Default.JobPage);
            jobs.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return new(jobs.ToImmutable());
    }

    /// <summary>An instant by the clock of the job's zone, to the minute.</summary>
    public static string Local(DateTimeOffset? at, string zone) => at is not { } instant ? "–"
        : (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known)
            ? TimeZoneInfo.ConvertTime(instant, known) : instant)
        .ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
}

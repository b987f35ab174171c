using System.Collections.Immutable;
using System.Globalization;
using Ale.Budgets;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Platforms;
using Ale.Policy;
using Ale.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Insight;

/// <summary>
/// On the first of each month the month before is reviewed (BUD-04): money is the budget's, views are what platforms
/// told of sessions. What is set aside is not reviewed: unused, it is as it should be.
/// </summary>
internal static class BudgetReviewJob
{
    public static readonly JobDefinition Definition = new(
        "budget-review", "The month before against its budget", p => p.Budgets.ReviewCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var policy = run.Services.GetRequiredService<PolicyBook>().For(null, at).Budgets;
        var today = run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at);
        var month = new DateOnly(today.Year, today.Month, 1).AddMonths(-1);
        var (lines, refusal) = await MonthLines.Of(grains, month, ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        var (next, why) = await MonthLines.Of(grains, today, ct);
        if (why is not null) return JobResult.Failed(why.Code);
        var (before, lag) = await Before(grains, month, policy.CompareMonths, ct);
        if (lag is not null) return JobResult.Failed(lag.Code);
        var views = new SessionViews(run.Services.GetRequiredService<Views>(), month, policy.CompareMonths);
        var opened = 0;
        foreach (var line in lines.Where(l => l.Terms.Kind != BudgetKind.Reserve
            && BudgetReview.IsOff(l.ActualMinor, l.OwnMinor, policy.ReviewPercent)))
        {
            // The run may come again when the figures have moved: the first word stands.
            var review = grains.Review(CauseIds.Of(BudgetReview.Kind, line.Key));
            if ((await review.Get(null, ct)).Value is not null) continue;
            var (variance, no) = await Compared(grains, line, before, ct);
            if (no is not null) return JobResult.Failed(no.Code);
            variance = await views.With(variance!, ct);
            var (text, effect) = BudgetReview.Proposal(line, variance, next);
            var put = await review.Open(new(BudgetReview.Kind, $"{line.Key} is off its plan: {BudgetReview.Off(line)}",
                $"budget/{line.Key}", BudgetReview.Finding(line, variance), text, policy.FinanceRole)
            { Effect = effect }, "budgets", CancellationToken.None);
            if (put.Refusal is { } not) return JobResult.Failed(not.Code);
            opened++;
        }

        return JobResult.Done(string.Create(CultureInfo.InvariantCulture,
            $"{lines.Length} lines, {opened} more than {policy.ReviewPercent} % off."));
    }

    /// <summary>The lines of each month before.</summary>
    private static async Task<Outcome<ImmutableArray<BudgetLineRow>>> Before(
        IGrainFactory grains, DateOnly month, int months, CancellationToken ct)
    {
        var all = ImmutableArray.CreateBuilder<BudgetLineRow>();
        for (var back = 1; back <= months; back++)
        {
            var (lines, refusal) = await MonthLines.Of(grains, month.AddMonths(-back), ct);
            if (refusal is not null) return refusal;
            all.AddRange(lines);
        }

        return all.ToImmutable();
    }

    private static async Task<Outcome<BudgetVariance>> Compared(IGrainFactory grains, BudgetLineRow line,
        ImmutableArray<BudgetLineRow> before, CancellationToken ct)
    {
        var (now, refusal) = await grains.BudgetQueries().Breakdown(new(line.Key, int.MaxValue), default, ct);
        if (refusal is not null) return refusal;
        var then = new List<ImmutableArray<BreakdownRow>>();
        foreach (var earlier in before.Where(
            l => l.Line == line.Line && l.Terms.Currency == line.Terms.Currency))
        {
            var (rows, why) = await grains.BudgetQueries().Breakdown(new(earlier.Key, int.MaxValue), default, ct);
            if (why is not null) return why;
            then.Add(rows);
        }

        return BudgetVariance.Of(now, then);
    }
}

/// <summary>What platforms told of the views of sessions, by session and by the host it had, in a month and
/// before.</summary>
/// <param name="month">Its first day.</param>
/// <param name="months">How many before it are the mean.</param>
internal sealed class SessionViews(Views views, DateOnly month, int months)
{
    private const string Kind = "view";
    private const int ChunkMax = 500; // sessions of one question

    private sealed class Row
    {
        public string Thing { get; init; } = "";
        public string Month { get; init; } = "";
        public long Views { get; init; }
    }

    private Dictionary<string, ViewsCompared>? _hosts;

    /// <summary>The same, with the views of hosts and sessions of which any were told.</summary>
    public async Task<BudgetVariance> With(BudgetVariance variance, CancellationToken ct)
    {
        var hosts = _hosts ??= await Hosts(ct);
        var sessions = await Sessions([.. variance.Rows.Where(r => r is { By: BudgetVariance.Session, Value: not null })
            .Select(r => r.Value!)], ct);
        return variance with
        {
            Rows = [.. variance.Rows.Select(r => r.Value is { } value
                && (r.By == BudgetVariance.Host ? hosts : r.By == BudgetVariance.Session ? sessions : null)
                    ?.TryGetValue(value, out var told) == true ? r with { Views = told } : r)],
        };
    }

    private async Task<Dictionary<string, ViewsCompared>> Hosts(CancellationToken ct) => Compare(
        await views.Query<Row>("""
            select s.host_id as Thing, substr(e.day, 1, 7) as Month, cast(sum(e.count) as bigint) as Views
            from {platform_event} e join {session} s on s.id = e.session_id
            where e.kind = @kind and e.day >= @first and e.day < @after and s.host_id is not null
            group by s.host_id, substr(e.day, 1, 7)
            """, new { kind = Kind, first = First, after = After }, ct));

    private async Task<Dictionary<string, ViewsCompared>> Sessions(string[] sessions, CancellationToken ct)
    {
        var rows = new List<Row>();
        foreach (var ids in sessions.Chunk(ChunkMax))
        {
            rows.AddRange(await views.Query<Row>($$"""
                select e.session_id as Thing, substr(e.day, 1, 7) as Month, cast(sum(e.count) as bigint) as Views
                from {platform_event} e
                where e.kind = @kind and e.day >= @first and e.day < @after and {{views.In("e.session_id", "@ids")}}
                group by e.session_id, substr(e.day, 1, 7)
                """, new { kind = Kind, first = First, after = After, ids }, ct));
        }

        return Compare(rows);
    }

    private string First => PlatformProjection.DayOf(month.AddMonths(-months));

    private string After => PlatformProjection.DayOf(month.AddMonths(1));

    private Dictionary<string, ViewsCompared> Compare(IEnumerable<Row> rows)
    {
        var now = month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        return rows.GroupBy(r => r.Thing, StringComparer.Ordinal).ToDictionary(g => g.Key, g =>
        {
            var then = g.Where(r => r.Month != now).ToArray();
            return new ViewsCompared(g.Where(r => r.Month == now).Sum(r => r.Views),
                then.Length == 0 ? null : Math.Round(then.Average(r => (decimal)r.Views), 1));
        }, StringComparer.Ordinal);
    }
}

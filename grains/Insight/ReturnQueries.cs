using System.Collections.Immutable;
using System.Diagnostics;
using Ale.Budgets;
using Ale.Campaigns;
using Ale.Jobs;
using Ale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace Ale.Insight;

[StatelessWorker]
internal sealed class ReturnQueries(Views views) : Grain, IReturnQueries
{
    private sealed class Row
    {
        public string Source { get; init; } = "";
        public string? Class { get; init; }
        public string Currency { get; init; } = "";
        public long AmountMinor { get; init; }

        public ReturnPart Part => new(Source, Class is null ? null : Enum.Parse<SpendClass>(Class, true), Currency,
            AmountMinor);
    }

    public Task<Outcome<ImmutableArray<ReturnRow>>> Returns(
        ReturnBy by, int limit, JournalPlace at, CancellationToken ct) => Page(new(by, 0, limit), at, ct);

    public async Task<Outcome<ImmutableArray<ReturnRow>>> Page(
        ReturnsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var (source, by) = wanted.By switch
        {
            ReturnBy.Placement => ("p.id", AttributionBy.Placement),
            ReturnBy.Campaign => ("p.campaign_id", AttributionBy.Campaign),
            ReturnBy.Channel => ("p.channel", AttributionBy.Channel),
            _ => throw new UnreachableException(),
        };
        var (spent, refusal) = await views.List<Row>($$"""
            select {{source}} as Source, p.class as Class, p.currency as Currency,
                   cast(sum(p.spend_minor) as bigint) as AmountMinor
            from {placement} p where p.class is not null
            group by {{source}}, p.class, p.currency having sum(p.spend_minor) > 0
            """, null, at, ct);
        if (refusal is not null) return refusal;
        if (wanted.By == ReturnBy.Campaign)
        {
            var (direct, no) = await views.List<Row>("""
                select campaign_id as Source, class as Class, currency as Currency,
                       cast(sum(amount_minor) as bigint) as AmountMinor
                from {budget_spend}
                where campaign_id <> '' and placement_id = '' and class <> '' and state = 'actual'
                group by campaign_id, class, currency
                """, null, at, ct);
            if (no is not null) return no;
            spent = [.. spent!, .. direct!];
        }

        var shown = ShownFor.Sql(by);
        var (sold, why) = await views.List<Row>($$"""
            select {{shown}} as Source, p.class as Class, o.currency as Currency,
                   cast(sum(o.paid_minor - o.refunded_minor) as bigint) as AmountMinor
            from {{ShownFor.Orders(by)}}
            where {{shown}} is not null and o.paid_at is not null and o.state <> 'cancelled'
            group by {{shown}}, p.class, o.currency
            """, null, at, ct);
        return why is not null ? why
            : Ranked(Joined(spent!.Select(r => r.Part), sold!.Select(r => r.Part)), wanted.Limit, wanted.Skip);
    }

    /// <summary>
    /// What was spent beside what it brought. Money of an order whose placement tells no class that the source has spent
    /// is performance money's, else brand money's: it counts once.
    /// </summary>
    public static IEnumerable<ReturnRow> Joined(IEnumerable<ReturnPart> spent, IEnumerable<ReturnPart> sold)
    {
        var rows = spent.GroupBy(s => (s.Source, s.Currency, Class: s.Class!.Value)).ToDictionary(s => s.Key,
            s => new ReturnRow(s.Key.Source, s.Key.Class, s.Key.Currency, s.Sum(p => p.AmountMinor), 0, null, null));
        foreach (var order in sold)
        {
            SpendClass[] classes = [order.Class ?? SpendClass.Performance, SpendClass.Performance, SpendClass.Brand];
            foreach (var key in classes.Select(c => (order.Source, order.Currency, Class: c)))
            {
                if (!rows.TryGetValue(key, out var row)) continue;
                rows[key] = row with { RevenueMinor = row.RevenueMinor + order.AmountMinor };
                break;
            }
        }

        return rows.Values;
    }

    /// <summary>With return and rank, the best first; brand money follows, without a verdict.</summary>
    public static ImmutableArray<ReturnRow> Ranked(IEnumerable<ReturnRow> rows, int limit, int skip = 0) =>
    [
        .. rows
            .Select(r => r.Class == SpendClass.Brand ? r : r with
            {
                Roi = Math.Round((decimal)r.RevenueMinor / r.SpendMinor, 2, MidpointRounding.AwayFromZero),
            })
            .OrderBy(r => r.Class).ThenByDescending(r => r.Class == SpendClass.Brand ? r.SpendMinor
                : (decimal)r.RevenueMinor / r.SpendMinor)
            .ThenBy(r => r.Source, StringComparer.Ordinal).ThenBy(r => r.Currency, StringComparer.Ordinal)
            .Select((r, i) => r.Class == SpendClass.Brand ? r : r with { Rank = i + 1 })
            .Skip(skip).Take(limit),
    ];
}

/// <summary>Money spent for a source, or brought by it.</summary>
/// <param name="Class">Null: no placement tells it.</param>
internal sealed record ReturnPart(string Source, SpendClass? Class, string Currency, long AmountMinor);

/// <summary>Each hour every placement is told what it brought, and where it stands among all (CAM-03).</summary>
internal static class ReturnsJob
{
    private const int PlacementsMax = 100_000;

    public static readonly JobDefinition Definition = new(
        "placement-returns", "What placements brought", p => p.Campaigns.ReturnCron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var grains = run.Services.GetRequiredService<IGrainFactory>();
        var (rows, refusal) = await grains.Returns().Returns(ReturnBy.Placement, PlacementsMax, default, ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        foreach (var row in rows)
        {
            var told = await grains.Placement(row.Source).Evaluate(
                new(row.RevenueMinor, row.SpendMinor, row.Roi, row.Rank, run.Attempt.DueAt), ct);
            if (told.Refusal is { } why) return JobResult.Failed($"{row.Source}: {why.Code}");
        }

        return JobResult.Done(FormattableString.Invariant($"{rows.Length} placements."));
    }
}

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
        public string Class { get; init; } = "";
        public string Currency { get; init; } = "";
        public long SpendMinor { get; init; }
        public long RevenueMinor { get; init; }
    }

    public async Task<Outcome<ImmutableArray<ReturnRow>>> Returns(
        ReturnBy by, int limit, JournalPlace at, CancellationToken ct)
    {
        var source = by switch
        {
            ReturnBy.Placement => "p.id",
            ReturnBy.Campaign => "p.campaign_id",
            ReturnBy.Channel => "p.channel",
            _ => throw new UnreachableException(),
        };
        var (rows, refusal) = await views.List<Row>($$"""
            select {{source}} as Source, p.class, p.currency, cast(sum(p.spend_minor) as bigint) as SpendMinor,
                   cast(coalesce(sum(r.net_minor), 0) as bigint) as RevenueMinor
            from {placement} p left join (
              select o.placement_id, o.currency, sum(o.paid_minor - o.refunded_minor) as net_minor
              from {sales_order} o
              where o.placement_id is not null and o.paid_at is not null and o.state <> 'cancelled'
              group by o.placement_id, o.currency) r on r.placement_id = p.id and r.currency = p.currency
            where p.spend_minor > 0
            group by {{source}}, p.class, p.currency
            """, null, at, ct);
        if (refusal is not null) return refusal;
        return Ranked(rows!.Select(r => new ReturnRow(r.Source, Enum.Parse<SpendClass>(r.Class, true), r.Currency,
            r.SpendMinor, r.RevenueMinor, null, null)), limit);
    }

    /// <summary>With return and rank, the best first; brand money follows, without a verdict.</summary>
    public static ImmutableArray<ReturnRow> Ranked(IEnumerable<ReturnRow> rows, int limit)
    {
        var rank = 0;
        return [.. rows
            .Select(r => r.Class == SpendClass.Brand ? r : r with
            {
                Roi = Math.Round((decimal)r.RevenueMinor / r.SpendMinor, 2, MidpointRounding.AwayFromZero),
            })
            .OrderBy(r => r.Class).ThenByDescending(r => r.Class == SpendClass.Brand ? r.SpendMinor
                : (decimal)r.RevenueMinor / r.SpendMinor)
            .ThenBy(r => r.Source, StringComparer.Ordinal).Take(limit)
            .Select(r => r.Class == SpendClass.Brand ? r : r with { Rank = ++rank })];
    }
}

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

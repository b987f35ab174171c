using System.Collections.Immutable;
using System.Diagnostics;
using Ale.Kernel;
using Ale.Markets;
using Orleans.Concurrency;

namespace Ale.Payments;

/// <summary>Days as a table; an explained difference counts one less.</summary>
internal sealed class SettlementProjection() : Projection<SettlementEvent>(
    "settlements", 2, "settlement", SettlementJson.Default.SettlementEvent, Days)
{
    /// <summary>
    /// <c>compared</c> is 0 when lines came since; <c>told</c>: how many events of the day it was compared with.
    /// </summary>
    public static readonly Table Days = new("settlement",
    [
        Column.TextKey("day"), Column.Sum("lines"), Column.Number("matched"), Column.Number("differences"),
        Column.Sum("unexplained"), Column.Number("compared"), Column.Number("told"),
    ]);

    protected override void Project(string key, SettlementEvent happened, JournalRow row, ViewBatch views)
    {
        if (happened is SettlementEvent.Claimed) return; // of other days' statements
        var day = views.Row(Days, key);
        switch (happened)
        {
            case SettlementEvent.Taken e:
                day.Add("lines", e.Lines.Length).Set("compared", 0);
                break;
            case SettlementEvent.Compared e:
                day.Set("matched", e.Matched).Set("differences", e.Differences.Length).Set("compared", 1)
                    .Set("told", e.Told ?? -1)
                    .Add("unexplained", e.Differences.Count(d => d.Parts.IsEmpty) - e.OpenBefore);
                break;
            case SettlementEvent.Explained:
                day.Add("unexplained", -1);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}

[StatelessWorker]
internal sealed class SettlementQueries(Views views, MarketBook markets, JournalClock clock)
    : Grain, ISettlementQueries
{
    private sealed class Row
    {
        public string Day { get; init; } = "";
        public long Lines { get; init; }
        public long? Matched { get; init; }
        public long? Differences { get; init; }
        public long Unexplained { get; init; }
        public long? Compared { get; init; }
        public long? Told { get; init; }
    }

    private sealed class SlotRow
    {
        public long Slot { get; init; }
        public long Events { get; init; }
    }

    public async Task<Outcome<ImmutableArray<SettlementDay>>> Days(
        DateOnly? before, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select day, lines, matched, differences, unexplained, compared from {settlement}
            where day < @before order by day desc limit @limit
            """, new { before = before is { } day ? SettlementKeys.KeyOf(day) : "9999-99-99", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new SettlementDay(SettlementKeys.DayOf(r.Day),
            r.Compared != 1 ? SettlementState.Waiting
            : r.Unexplained > 0 ? SettlementState.Open : SettlementState.Closed,
            r.Lines, r.Matched ?? 0, r.Differences ?? 0, r.Unexplained)));
    }

    public async Task<Outcome<ImmutableArray<DateOnly>>> NotClosed(DateOnly before, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<Row>("""
            select day, lines, unexplained, compared, told from {settlement} where day < @before order by day
            """, new { before = SettlementKeys.KeyOf(before) }, default, ct);
        if (refusal is not null) return refusal;
        var market = markets.For(null, clock.GetUtcNow());
        // Days begin at a full quarter of an hour in every zone.
        var slots = await views.Query<SlotRow>("""
            select happened_at / 900000 as Slot, count(*) as Events from {payment_event}
            where happened_at >= 0 and happened_at < @end and type <> 'failed' group by Slot
            """, new { end = market.StartOf(before).ToUnixTimeMilliseconds() }, ct);
        var told = slots.GroupBy(s => market.BusinessDay(Instants.Of(s.Slot * 900_000)))
            .ToDictionary(g => g.Key, g => g.Sum(s => s.Events));
        var closed = rows!.Where(r => r.Compared == 1 && r.Unexplained <= 0)
            .ToDictionary(r => SettlementKeys.DayOf(r.Day), r => r.Told);
        return rows!.Select(r => SettlementKeys.DayOf(r.Day)).Union(told.Keys)
            .Where(day => !closed.TryGetValue(day, out var then) || then != told.GetValueOrDefault(day))
            .Order().ToImmutableArray();
    }
}

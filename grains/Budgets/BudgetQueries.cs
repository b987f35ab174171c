using System.Collections.Immutable;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Orleans.Concurrency;

namespace Ale.Budgets;

[StatelessWorker]
internal sealed partial class BudgetQueries(Views views, MarketBook markets, PolicyBook policies, JournalClock clock)
    : Grain, IBudgetQueries
{
    private sealed class LineRow
    {
        public string Key { get; init; } = "";
        public long Month { get; init; }
        public string Line { get; init; } = "";
        public long PlannedMinor { get; init; }
        public string Currency { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Goal { get; init; } = "";
        public long Rigid { get; init; }
        public string Parent { get; init; } = "";
        public long BenefitPercent { get; init; }
        public long TopHosts { get; init; }
        public long CommittedMinor { get; init; }
        public long ActualMinor { get; init; }
        public long OwnMinor { get; init; }
        public long YearPlannedMinor { get; init; }
        public long YearActualMinor { get; init; }
    }

    private sealed class SpendOf
    {
        public string Id { get; init; } = "";
        public string State { get; init; } = "";
        public long AmountMinor { get; init; }
        public string Currency { get; init; } = "";
        public string Class { get; init; } = "";
        public string SessionId { get; init; } = "";
        public string HostId { get; init; } = "";
        public string Category { get; init; } = "";
        public string Step { get; init; } = "";
        public string CampaignId { get; init; } = "";
        public string PlacementId { get; init; } = "";
        public string Note { get; init; } = "";
        public long? Elastic { get; init; }
        public long At { get; init; }
        public string? Acquisition { get; init; }
        public string? Checked { get; init; }
        public string Line { get; init; } = "";
    }

    private sealed class BreakdownOf
    {
        public string By { get; init; } = "";
        public string Value { get; init; } = "";
        public string Currency { get; init; } = "";
        public long AmountMinor { get; init; }
        public long Spends { get; init; }
    }

    private const string SpendColumns = """
        id, state, amount_minor as AmountMinor, currency, class, session_id as SessionId, host_id as HostId, category,
        step, campaign_id as CampaignId, placement_id as PlacementId, note, elastic, at, acquisition, checked
        """;

    private sealed class VersionRow
    {
        public long Version { get; init; }
        public string What { get; init; } = "";
        public string Note { get; init; } = "";
        public string Person { get; init; } = "";
        public long At { get; init; }
    }

    public async Task<Outcome<ImmutableArray<BudgetLineRow>>> Lines(
        BudgetLinesWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = wanted.Month is null ? "" : " and l.month = @month";
        const string soFar = """
            from {budget_line} y where y.year = l.year and y.line = l.line and y.currency = l.currency
              and y.month <= l.month
            """;
        var (rows, refusal) = await views.List<LineRow>($$"""
            select l.key, l.month, l.line, l.planned_minor as PlannedMinor, l.currency, l.kind, l.goal, l.rigid,
                   l.parent,
                   l.benefit_percent as BenefitPercent, l.top_hosts as TopHosts, l.committed_minor as CommittedMinor,
                   l.actual_minor as ActualMinor, l.own_minor as OwnMinor,
                   (select cast(sum(y.planned_minor) as bigint) {{soFar}}) as YearPlannedMinor,
                   (select cast(sum(y.actual_minor) as bigint) {{soFar}}) as YearActualMinor
            from {budget_line} l where l.year = @year and l.key > @after{{where}} order by l.key limit @limit
            """, new
        {
            year = wanted.Year,
            month = wanted.Month ?? 0,
            after = wanted.After ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        var now = clock.GetUtcNow();
        var market = markets.For(null, now);
        return ImmutableArray.CreateRange(rows!.Select(r => new BudgetLineRow(r.Key, (int)r.Month, r.Line,
            new(r.PlannedMinor, r.Currency, Enum.Parse<BudgetKind>(r.Kind, true), OrNull(r.Goal), r.Rigid == 1,
                OrNull(r.Parent))
            {
                BenefitPercent = r.BenefitPercent < 0 ? null : (int)r.BenefitPercent,
                TopHosts = r.TopHosts == 1,
            },
            r.CommittedMinor, r.ActualMinor,
            BudgetFigures.Forecast(r.Key, r.CommittedMinor, r.ActualMinor, market, now),
            BudgetFigures.Variance(r.ActualMinor, r.OwnMinor))
        {
            OwnMinor = r.OwnMinor,
            YearPlannedMinor = r.YearPlannedMinor,
            YearActualMinor = r.YearActualMinor,
        }));
    }

    public async Task<Outcome<ImmutableArray<SpendRow>>> Spends(
        SpendsWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var where = "";
        if (wanted.State is not null) where += " and state = @state";
        if (wanted.Before is not null) where += " and (at, id) < (@before, @id)";
        var (rows, refusal) = await views.List<SpendOf>($$"""
            select {{SpendColumns}}
            from {budget_spend} where line = @key{{where}} order by at desc, id desc limit @limit
            """, new
        {
            key = wanted.Key,
            state = wanted.State is { } state ? BudgetProjection.NameOf(state) : "",
            before = wanted.Before?.ToUnixTimeMilliseconds() ?? 0,
            id = wanted.BeforeId ?? "",
            limit = wanted.Limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(Spend));
    }

    public async Task<Outcome<ImmutableArray<BudgetVersionRow>>> Versions(
        int year, long? before, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<VersionRow>("""
            select version, what, note, person, at from {budget_version}
            where year = @year and version < @before order by version desc limit @limit
            """, new
        {
            year = year.ToString("D4", System.Globalization.CultureInfo.InvariantCulture),
            before = before ?? long.MaxValue,
            limit,
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new BudgetVersionRow(
            r.Version, r.What, r.Note, r.Person, Instants.Of(r.At))));
    }

    public async Task<Outcome<ImmutableArray<BreakdownRow>>> Breakdown(
        BreakdownWanted wanted, JournalPlace at, CancellationToken ct)
    {
        var lines = wanted.Prefix[^1] == '-' ? "l.key >= @from and l.key < @to" : "l.key = @from";
        var one = wanted.By is null ? "" : " and b.way = @by";
        var (rows, refusal) = await views.List<BreakdownOf>($$"""
            select b.way as By, b.value, l.currency, cast(sum(b.amount_minor) as bigint) as AmountMinor,
                   cast(sum(b.spends) as bigint) as Spends
            from {budget_breakdown} b join {budget_line} l on l.key = b.line where {{lines}}{{one}}
            group by b.way, b.value, l.currency
            union all
            select 'line', l.line, l.currency, cast(sum(l.actual_minor) as bigint), 0
            from {budget_line} l where {{lines}} and @by in ('', 'line')
            group by l.line, l.currency
            """, new
        {
            from = wanted.Prefix,
            to = wanted.Prefix[..^1] + '.', // what follows on a hyphen
            by = wanted.By ?? "",
        }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.GroupBy(r => (r.By, r.Currency))
            .OrderBy(g => BreakdownWanted.Ways.IndexOf(g.Key.By)).ThenBy(g => g.Key.Currency, StringComparer.Ordinal)
            .SelectMany(g => g.OrderByDescending(r => r.AmountMinor).ThenBy(r => r.Value, StringComparer.Ordinal)
                .Take(wanted.Limit)
                .Select(r => new BreakdownRow(r.By, OrNull(r.Value), r.Currency, r.AmountMinor, r.Spends,
                    PhaseRules.Percent(r.AmountMinor, g.Sum(x => x.AmountMinor)))))
            .Where(r => wanted.After is not { } after || Compare(r, after) > 0)
            .Take(wanted.PageMax ?? int.MaxValue));
    }

    /// <summary>By the order of the list.</summary>
    private static int Compare(BreakdownRow a, BreakdownPlace b)
    {
        var way = BreakdownWanted.Ways.IndexOf(a.By).CompareTo(BreakdownWanted.Ways.IndexOf(b.By));
        if (way != 0) return way;
        var currency = string.CompareOrdinal(a.Currency, b.Currency);
        if (currency != 0) return currency;
        var amount = b.AmountMinor.CompareTo(a.AmountMinor);
        return amount != 0 ? amount : string.CompareOrdinal(a.Value ?? "", b.Value ?? "");
    }

    private static SpendRow Spend(SpendOf r) => new(r.Id, Enum.Parse<SpendState>(r.State, true), r.AmountMinor,
        r.Currency,
        new(r.Class.Length == 0 ? null : Enum.Parse<SpendClass>(r.Class, true), OrNull(r.SessionId),
            OrNull(r.HostId), OrNull(r.Category), OrNull(r.Step), OrNull(r.CampaignId), OrNull(r.PlacementId),
            OrNull(r.Note))
        { Acquisition = r.Acquisition is { Length: > 0 } how ? Enum.Parse<Acquisition>(how, true) : null },
        r.Elastic == 1, Instants.Of(r.At))
    { Check = r.Checked is null ? SpendCheck.None : Enum.Parse<SpendCheck>(r.Checked, true) };

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}

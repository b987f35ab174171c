using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Budgets;

/// <summary>What is watched of costs: purchases of a year, unusual spends, and what is usual.</summary>
internal sealed partial class BudgetQueries
{
    private const int LikesMax = 200; // as many say what is usual

    private sealed class CountRow
    {
        public long Spends { get; init; }
        public long Held { get; init; }
    }

    private sealed class BoughtOf
    {
        public string Currency { get; init; } = "";
        public long SpentMinor { get; init; }
        public long BeforeMinor { get; init; }
        public long BeforeYearMinor { get; init; }
    }

    public async Task<Outcome<ImmutableArray<FixedAssets>>> Assets(int year, JournalPlace at, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var market = markets.For(null, now);
        var through = FixedAssetDays.Through(year, market.BusinessDay(now));
        var (rows, refusal) = await views.List<BoughtOf>("""
            select s.currency,
                   cast(sum(case when l.year = @year then s.amount_minor else 0 end) as bigint) as SpentMinor,
                   cast(sum(case when l.year < @year and s.at < @until then s.amount_minor else 0 end) as bigint)
                     as BeforeMinor,
                   cast(sum(case when l.year < @year then s.amount_minor else 0 end) as bigint) as BeforeYearMinor
            from {budget_line} l join {budget_spend} s on s.line = l.key
            where l.year in (@year, @before) and s.acquisition = 'purchase' and s.state = 'actual'
            group by s.currency order by s.currency
            """, new
        {
            year,
            before = year - 1,
            until = through is { } day ? market.StartOf(day.AddDays(1)).ToUnixTimeMilliseconds() : long.MaxValue,
        }, at, ct);
        if (refusal is not null) return refusal;
        var goal = -policies.For(null, now).Costs.AssetSavingPercent;
        return ImmutableArray.CreateRange(rows!.Select(r =>
        {
            var change = BudgetFigures.Variance(r.SpentMinor, r.BeforeMinor);
            // By the amounts themselves: a change that is rounded to the goal is not there yet.
            var isMet = r.BeforeMinor > 0 && r.SpentMinor * 100m <= r.BeforeMinor * (100m + goal);
            return new FixedAssets(year, r.Currency, r.SpentMinor, r.BeforeMinor, change, goal, isMet)
            {
                BeforeYearMinor = r.BeforeYearMinor,
                BeforeThrough = through,
            };
        }));
    }

    public async Task<Outcome<ImmutableArray<UnusualSpend>>> Unusual(
        string from, string to, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<SpendOf>($$"""
            select line, {{SpendColumns}}
            from {budget_spend} where line >= @from and line < @to and checked is not null
            order by at desc, id desc limit @limit
            """, new { from = from + "-", to = to + ".", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new UnusualSpend(r.Line, Spend(r))));
    }

    public async Task<Outcome<UnusualCount>> UnusualCount(
        string from, string to, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<CountRow>("""
            select cast(count(*) as bigint) as Spends,
                   cast(coalesce(sum(case when checked = @held then 1 else 0 end), 0) as bigint) as Held
            from {budget_spend} where line >= @from and line < @to and checked is not null
            """, new { from = from + "-", to = to + ".", held = BudgetProjection.NameOf(SpendCheck.Held) }, at, ct);
        return refusal is not null ? refusal : new UnusualCount(rows![0].Spends, rows[0].Held);
    }

    public async Task<Outcome<ImmutableArray<long>>> Likes(
        string key, PostSpend spend, int months, CancellationToken ct)
    {
        var (year, month, line) = BudgetKeys.Parse(key);
        var last = new DateOnly(year, month, 1);
        var rows = await views.Query<long>($$"""
            select amount_minor from {budget_spend}
            where {{views.In("line", "@keys")}} and state = 'actual' and id <> @id and category = @category
              and step = @step and currency = @currency
            order by at desc limit @limit
            """, new
        {
            keys = Enumerable.Range(0, months + 1).Select(back => last.AddMonths(-back))
                .Select(m => BudgetKeys.KeyOf(m.Year, m.Month, line)).ToArray(),
            id = spend.Id,
            category = spend.Tags.Category ?? "",
            step = spend.Tags.Step ?? "",
            currency = spend.Currency,
            limit = LikesMax,
        }, ct);
        return ImmutableArray.CreateRange(rows);
    }
}

/// <summary>What a year is compared with: as much of the year before as has passed of it (K01); pure.</summary>
internal static class FixedAssetDays
{
    /// <summary>
    /// The last day of the year before that counts: the same day of the year, on 29 February the 28th; null: all of it,
    /// because the year is over. Of a year that has not begun, none counts.
    /// </summary>
    public static DateOnly? Through(int year, DateOnly today) => year < today.Year ? null
        : year == today.Year ? today.AddYears(-1) : new DateOnly(year - 1, 1, 1).AddDays(-1);
}

using System.Collections.Immutable;
using System.Globalization;

namespace Ale.Budgets;

/// <summary>Views of one thing's sessions in a month, and their mean in the months before.</summary>
/// <param name="Mean">Of those months in which it had any; null: it had none.</param>
internal readonly record struct ViewsCompared(long Now, decimal? Mean)
{
    /// <summary>How far from the mean, one decimal; null: there is none.</summary>
    public decimal? Percent => Mean is > 0 and { } mean
        ? Math.Round((Now - mean) * 100 / mean, 1, MidpointRounding.AwayFromZero) : null;

    /// <summary>As <c>views 600 against 1000, -40.0 %</c>.</summary>
    public override string ToString() => Percent is { } percent
        ? string.Create(CultureInfo.InvariantCulture, $"views {Now} against {Mean:0}, {percent:+0.0;-0.0;0.0} %")
        : string.Create(CultureInfo.InvariantCulture, $"views {Now}, new");
}

/// <summary>What was booked for one thing, beside the mean of the months before.</summary>
/// <param name="By">The way to look at it.</param>
/// <param name="Value">The thing; null: nobody said what for.</param>
/// <param name="IsNew">True: nothing was booked for it before.</param>
internal sealed record VarianceRow(string By, string? Value, long AmountMinor, long MeanMinor, bool IsNew)
{
    /// <summary>Null: it has no sessions, or nothing was told of them.</summary>
    public ViewsCompared? Views { get; init; }

    public long OffMinor => AmountMinor - MeanMinor;

    /// <summary>As <c>host H2 24000 (-8000; views 600 against 1000, -40.0 %)</c>, without the way.</summary>
    public string Text()
    {
        var off = string.Create(CultureInfo.InvariantCulture, $"{OffMinor:+0;-0;0}");
        return string.Create(CultureInfo.InvariantCulture,
            $"{Value ?? "none"} {AmountMinor} ({off}{(IsNew ? ", new" : "")}{(Views is { } v ? $"; {v}" : "")})");
    }
}

/// <summary>
/// Why a month of a line is off (BUD-04): each way's deviations add up to <see cref="OffMinor"/>, which with
/// <see cref="PlanOffMinor"/> taken off is the line's deviation from its plan. Pure.
/// </summary>
/// <param name="Rows">By way, the largest deviation first.</param>
/// <param name="Months">How many months before there are to compare with.</param>
/// <param name="MeanMinor">What they had on average.</param>
internal sealed record BudgetVariance(ImmutableArray<VarianceRow> Rows, int Months, long MeanMinor)
{
    public const string Host = "host", Session = "session";

    /// <summary>In the order in which they are shown.</summary>
    public static readonly ImmutableArray<string> Ways = [Session, Host, "category", "step"];

    /// <param name="now">What was booked in the month.</param>
    /// <param name="before">And in each of the months before in which the line was there.</param>
    public static BudgetVariance Of(
        IReadOnlyList<BreakdownRow> now, IReadOnlyList<ImmutableArray<BreakdownRow>> before)
    {
        var rows = ImmutableArray.CreateBuilder<VarianceRow>();
        var mean = 0L;
        foreach (var way in Ways)
        {
            var then = before.SelectMany(m => m).Where(r => r.By == way).GroupBy(r => r.Value ?? "")
                .ToDictionary(g => g.Key, g => g.Sum(r => r.AmountMinor), StringComparer.Ordinal);
            var means = Means(then, before.Count);
            mean = Math.Max(mean, means.Values.Sum()); // each way has the whole
            var month = now.Where(r => r.By == way).ToDictionary(
                r => r.Value ?? "", r => r.AmountMinor, StringComparer.Ordinal);
            rows.AddRange(month.Keys.Union(then.Keys, StringComparer.Ordinal)
                .Select(v => new VarianceRow(way, v.Length == 0 ? null : v, month.GetValueOrDefault(v),
                    means.GetValueOrDefault(v), !then.ContainsKey(v)))
                .Where(r => r is not { AmountMinor: 0, MeanMinor: 0 })
                .OrderByDescending(r => Math.Abs(r.OffMinor)).ThenBy(r => r.Value, StringComparer.Ordinal));
        }

        return new(rows.ToImmutable(), before.Count, mean);
    }

    /// <summary>The month against the mean of those before.</summary>
    public long OffMinor => Rows.Where(r => r.By == Session).Sum(r => r.OffMinor);

    /// <summary>How far the plan itself was off that mean.</summary>
    public long PlanOffMinor(long planned) => planned - MeanMinor;

    /// <summary>
    /// What stands out, a row a way: the largest deviation in the direction of the line's; of hosts, the one whose
    /// views fell most, if any did.
    /// </summary>
    /// <param name="off">The line's deviation from its plan.</param>
    public ImmutableArray<VarianceRow> Causes(long off) =>
        [.. Ways.Select(way => Cause(Rows.Where(r => r.By == way && r.Value is not null), off)).OfType<VarianceRow>()];

    private static VarianceRow? Cause(IEnumerable<VarianceRow> rows, long off)
    {
        var fallen = rows.Where(r => r is { By: Host, Views.Percent: < 0 }).MinBy(r => r.Views!.Value.Percent);
        return fallen ?? rows.FirstOrDefault(r => Math.Sign(r.OffMinor) == Math.Sign(off)); // the largest is first
    }

    /// <summary>The mean of each sum in whole minor units, which add up to the mean of the whole.</summary>
    private static Dictionary<string, long> Means(Dictionary<string, long> sums, int months)
    {
        if (months == 0) return [];
        var means = sums.ToDictionary(s => s.Key, s => s.Value / months, StringComparer.Ordinal);
        var whole = (long)Math.Round(sums.Values.Sum() / (decimal)months, MidpointRounding.AwayFromZero);
        var left = (int)(whole - means.Values.Sum());
        foreach (var (value, _) in sums.OrderByDescending(s => s.Value % months)
            .ThenBy(s => s.Key, StringComparer.Ordinal).Take(left))
            means[value]++;
        return means;
    }
}

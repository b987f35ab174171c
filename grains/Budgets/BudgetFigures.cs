using Ale.Markets;

namespace Ale.Budgets;

/// <summary>Figures of a line; pure.</summary>
internal static class BudgetFigures
{
    /// <summary>
    /// What the month will come to when it goes on as it went: what was spent, by the days gone, for all its days; not
    /// less than what is spent and committed already.
    /// </summary>
    public static long Forecast(string key, long committed, long actual, Market market, DateTimeOffset now)
    {
        var (first, today) = (BudgetKeys.FirstOf(key), market.BusinessDay(now));
        var days = DateTime.DaysInMonth(first.Year, first.Month);
        var gone = Math.Clamp(today.DayNumber - first.DayNumber + 1, 0, days);
        var pace = gone == 0 ? 0 : (long)Math.Round((decimal)actual * days / gone, MidpointRounding.AwayFromZero);
        return Math.Max(committed + actual, pace);
    }

    /// <summary>Actual over plan, percent, one decimal; null: nothing is planned.</summary>
    public static decimal? Variance(long actual, long planned) => planned == 0 ? null
        : Math.Round((actual - planned) * 100m / planned, 1, MidpointRounding.AwayFromZero);
}

using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>The mark of a line, the end of its month, and how it is shown; pure.</summary>
internal static class BudgetLineMark
{
    /// <summary>More than the mark: of the line's own plan, or of what was granted; of what was refused, where a line
    /// is paid all the same.</summary>
    public static bool IsOver(this BudgetLine line, long amountMinor, BudgetPolicy policy) =>
        IsMore(amountMinor, line.MarkOf(line.OwnMinor), policy);

    /// <summary>More than the mark of what counts: what a draft raised does not.</summary>
    public static bool IsOverCounted(this BudgetLine line, BudgetPolicy policy) =>
        IsMore(line.TakenMinor, line.MarkOf(line.CountsMinor), policy);

    /// <summary>The mark in words, as <c>120000 (20 % over 100000)</c>.</summary>
    public static string MarkText(this BudgetLine line, BudgetPolicy policy)
    {
        var mark = line.MarkOf(line.OwnMinor);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Math.Floor((decimal)mark * (100 + policy.OverPercent) / 100)} ({policy.OverPercent} % over {mark})");
    }

    /// <summary>True: what goes over the plan at the start is within marketing's planned band (BUD-06, A-02), which has
    /// a number of its own.</summary>
    public static bool IsElastic(this BudgetLine line, long takenMinor, BudgetPolicy policy) =>
        line.HasBand() && takenMinor * 100m <= line.OwnMinor * (100m + policy.ElasticPercent);

    /// <summary>Marketing has such a band, unless it is rigid.</summary>
    public static bool HasBand(this BudgetLine line) => line.Terms is { Kind: BudgetKind.Marketing, Rigid: false };

    /// <summary>True: no spend goes through.</summary>
    public static bool IsHeld(this BudgetLine line) => !line.Terms!.Rigid && line.Ask != AskState.None;

    /// <summary>True: crossing the mark asks; a rigid line asks anew after a decision against it.</summary>
    public static bool MayAsk(this BudgetLine line) =>
        line.Ask == AskState.None || (line.Terms!.Rigid && line.Ask == AskState.Refused);

    /// <summary>The first day on which a month takes no more.</summary>
    public static DateOnly ClosesOn(string key, BudgetPolicy policy) =>
        BudgetKeys.FirstOf(key).AddMonths(1).AddDays(policy.CloseDays);

    /// <summary>Whether the month takes no more.</summary>
    public static bool IsClosed(string key, BudgetPolicy policy, Market market, DateTimeOffset now) =>
        now >= market.StartOf(ClosesOn(key, policy));

    /// <summary>The month is closed, and since when.</summary>
    public static Refusal Closed(string key, BudgetPolicy policy, string field, string what) =>
        BudgetLineFault.Say(BudgetRefusals.Closed, field,
            $"{BudgetKeys.FirstOf(key):yyyy-MM} was closed on {ClosesOn(key, policy):yyyy-MM-dd}: {what}");

    public static string ApprovalOf(string key, int number) =>
        ApprovalIds.Of(BudgetKeys.LineKind, key, number.ToString(CultureInfo.InvariantCulture));

    public static BudgetLineInfo Info(
        this BudgetLine line, string key, BudgetPolicy policy, Market market, DateTimeOffset now) =>
        new(key, line.Terms!, line.PlanVersion, line.CommittedMinor, line.ActualMinor,
            BudgetFigures.Forecast(key, line.CommittedMinor, line.ActualMinor, market, now),
            BudgetFigures.Variance(line.ActualMinor, line.OwnMinor),
            IsClosed(key, policy, market, now) ? BudgetLineState.Closed
            : line.IsHeld() ? BudgetLineState.Held : BudgetLineState.Open,
            line.Asks == 0 ? null : ApprovalOf(key, line.Asks), line.Waiting.Count)
        {
            OwnMinor = line.OwnMinor,
            OverMinor = Math.Max(0, line.TakenMinor - line.OwnMinor),
            OverSince = line.OverSince,
        };

    public static SpendInfo Spend(
        this BudgetLine line, string id, string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        var mark = line.Spends[id];
        return new(id, mark.State, mark.AmountMinor, mark.Elastic, line.Info(key, policy, market, now))
        {
            Check = mark.Check,
            Over = mark.Over || mark.Elastic, // what was marked before there was such a mark was over
            Reason = mark.Reason,
        };
    }

    private static long MarkOf(this BudgetLine line, long ownMinor) =>
        Math.Max(Math.Max(ownMinor, line.GrantedMinor), line.Terms!.Rigid ? line.RefusedMinor : 0);

    private static bool IsMore(long amountMinor, long markMinor, BudgetPolicy policy) =>
        amountMinor * 100m > (decimal)markMinor * (100 + policy.OverPercent);
}

using Ale.Inbox;
using Ale.Jobs;
using Ale.Markets;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Stock;

/// <summary>
/// The stock-out rate of a day or a session (STK-03): attempts to buy that were refused because fewer units were there
/// than asked, of all attempts. Above the policy's limit somebody hears of it when the window closes.
/// </summary>
internal static class StockOutRate
{
    private const string By = "stock", Kind = "stock_out_rate";

    /// <summary>Each night, the day before, in every market by its own calendar.</summary>
    public static readonly JobDefinition Job = new(
        "stock-out-rate", "Stock-out rate of the day before", p => p.Stock.OutRateCron, null, OfDayBefore)
    { EachPeriod = true };

    /// <summary>True above the limit; exactly at it is in order.</summary>
    public static bool IsAbove(OutRate rate, int percentMax) => rate.Refused * 100 > rate.Attempts * percentMax;

    /// <summary>Tells of a window's rate where it is above the limit; once a window.</summary>
    public static async Task<Refusal?> Tell(IGrainFactory grains, string window, OutRate rate, StockPolicy policy)
    {
        if (!IsAbove(rate, policy.OutRatePercentMax)) return null;
        var worst = string.Join(", ", rate.Skus.Where(s => s.Refused > 0).Take(5)
            .Select(s => FormattableString.Invariant($"{s.Sku} {s.Refused}")));
        var title = FormattableString.Invariant(
            $"{rate.Percent}% of {rate.Attempts} attempts to buy found no stock ({window}): {worst}");
        return await grains.OpenItem(ItemOf(window),
            new(Kind, title, $"stock-out-rate/{window}", policy.DeskRole, InboxSeverity.Warning, null), By);
    }

    /// <summary>The item of a window: <c>session/id</c>, or <c>day/market/date</c>.</summary>
    public static string ItemOf(string window) => CauseIds.Of(Kind, window);

    private static async Task<JobResult> OfDayBefore(JobRun run, CancellationToken ct)
    {
        var grains = run.Services.GetRequiredService<IGrainFactory>();
        var (markets, policies) = (run.Services.GetRequiredService<MarketBook>(),
            run.Services.GetRequiredService<PolicyBook>());
        var notes = new List<string>();
        foreach (var code in markets.Codes)
        {
            var at = run.Attempt.DueAt;
            var market = markets.For(code, at);
            var day = market.BusinessDay(at).AddDays(-1);
            var (rate, refusal) = await grains.StockQueries().OutRate(new(
                null, code, market.StartOf(day), market.StartOf(day.AddDays(1))), default, ct);
            var window = FormattableString.Invariant($"day/{code}/{day:yyyy-MM-dd}");
            refusal ??= await Tell(grains, window, rate!, policies.For(code, at).Stock);
            if (refusal is not null) return JobResult.Failed($"{code}: {refusal.Code}");
            notes.Add(FormattableString.Invariant($"{code} {rate!.Refused} of {rate.Attempts}"));
        }

        return JobResult.Done(string.Join("; ", notes));
    }
}

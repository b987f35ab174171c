using System.Globalization;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Insight;

/// <summary>
/// Each day: who answers for a target that is far behind hears of it, once a month and target, and again when it was
/// better in between; the item closes when it is better (DAT-12).
/// </summary>
internal static class TargetJob
{
    private const string Kind = "target_red", By = "insight";
    private const int ItemsMax = 1_000;

    public static readonly JobDefinition Definition = new(
        "target-board", "Targets that are off course", p => p.Targets.Cron, null, Run);

    /// <summary>The nth item of a target and month: one that is done is not opened again.</summary>
    public static string ItemOf(string target, DateOnly day, int n = 1) => CauseIds.Of(Kind,
        SubjectOf(target, day) + (n == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{n}")));

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var grains = run.Services.GetRequiredService<IGrainFactory>();
        var day = TargetDays.LastOver(run.Services.GetRequiredService<MarketBook>(), run.Attempt.DueAt);
        var (board, refusal) = await grains.Targets().Targets(day, default, ct);
        if (refusal is not null) return JobResult.Failed(refusal.Code);
        var red = board.Where(t => t.State == TargetState.Red).ToArray();
        foreach (var target in red)
        {
            var (n, last) = await Last(grains, target.Code, day, ct);
            // The figures move each day: the item that stands, or that people are done with, says enough.
            if (last is not null && last.DoneBy != By) continue;
            var opened = await grains.InboxItem(ItemOf(target.Code, day, n + 1)).Open(new(Kind, TitleOf(target, day),
                SubjectOf(target.Code, day), target.Owner, InboxSeverity.Warning, null), By, CancellationToken.None);
            if (opened.Refusal is { } not) return JobResult.Failed(not.Code);
        }

        foreach (var target in board.Where(t => t.State is TargetState.Green or TargetState.Amber))
        {
            var (n, _) = await Last(grains, target.Code, day, ct);
            var stays = await grains.CloseItem(
                ItemOf(target.Code, day, n), By, $"It is {target.State.ToString().ToLowerInvariant()} now.");
            if (stays is not null) return JobResult.Failed(stays.Code);
        }

        // Those of months before: over, or gone on in this month's.
        var current = board.Select(t => SubjectOf(t.Code, day)).ToHashSet(StringComparer.Ordinal);
        var (items, why) = await grains.InboxQueries().Items(
            new(ItemsMax) { Kind = Kind, State = InboxState.Open }, default, ct);
        if (why is not null) return JobResult.Failed(why.Code);
        foreach (var item in items.Where(i => !current.Contains(i.Terms.Subject)))
            if (await grains.CloseItem(item.Id, By, "Its month is over.") is { } stays)
                return JobResult.Failed(stays.Code);
        return JobResult.Done(string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}: {red.Length} red")
            + string.Concat(red.Select(t => $", {t.Code}")));
    }

    /// <summary>The latest item of a target and month, and its number; 0: there is none.</summary>
    private static async Task<(int N, InboxItemInfo? Item)> Last(
        IGrainFactory grains, string target, DateOnly day, CancellationToken ct)
    {
        InboxItemInfo? last = null;
        for (var n = 1; ; n++)
        {
            var found = (await grains.InboxItem(ItemOf(target, day, n)).Get(null, ct)).Value;
            if (found is null) return (n - 1, last);
            last = found;
        }
    }

    private static string SubjectOf(string target, DateOnly day) =>
        string.Create(CultureInfo.InvariantCulture, $"targets/{target}/{day:yyyy-MM}");

    private static string TitleOf(TargetView t, DateOnly day) => string.Create(CultureInfo.InvariantCulture,
        $"{t.Title}: {t.Now} {t.Unit} on {day:yyyy-MM-dd}, the goal is {t.Goal}; {t.PacePercent} % of what should be");
}

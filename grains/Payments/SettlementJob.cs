using System.Globalization;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Payments;

/// <summary>
/// Each morning the day before, and each earlier one that still waits, is settled (SHP-06): its statement is read where
/// the port has it, and compared. A day that is not closed then stands in an inbox until it is.
/// </summary>
internal static class SettlementJob
{
    public static readonly JobDefinition Definition = new(
        "settlement", "The day before against the acquirer's statement", p => p.Settlements.Cron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var policy = run.Services.GetRequiredService<PolicyBook>().For(null, at).Settlements;
        var today = run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at);
        var source = run.Services.GetRequiredService<IStatementSource>();
        var (closed, notes) = (0, new List<string>());
        foreach (var day in Enumerable.Range(1, policy.Days).Select(back => today.AddDays(-back)))
        {
            var (info, refusal) = await grains.Settlement(day).Get(ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            var why = info!.State == SettlementState.Waiting ? await Settle(grains, source, day, info.Lines, ct) : null;
            if (why is null) (info, _) = await grains.Settlement(day).Get(ct);
            if (info!.State == SettlementState.Closed)
            {
                closed++;
                continue;
            }

            // Days before the first statement ever are nobody's fault.
            if (info.State == SettlementState.Waiting && day != today.AddDays(-1) && info.Lines == 0) continue;
            var text = why ?? string.Create(CultureInfo.InvariantCulture, $"{info.Unexplained} differences");
            notes.Add($"{info.Day}: {text}");
            var item = ItemOf(info.Day);
            if ((await grains.InboxItem(item).Get(null, ct)).Value is not null) continue; // it says so already
            var opened = await grains.InboxItem(item).Open(new("settlement", $"{info.Day} is not settled: {text}",
                $"settlement/{info.Day}", policy.Role, InboxSeverity.Warning, null), "payments",
                CancellationToken.None);
            if (opened.Refusal is { } no) return JobResult.Failed(no.Code);
        }

        var note = string.Create(CultureInfo.InvariantCulture, $"{closed} days closed. ") + string.Join("; ", notes);
        return JobResult.Done(note.Length > 1_000 ? note[..1_000] : note);
    }

    public static string ItemOf(string day) => CauseIds.Of("settlement", day);

    /// <summary>Why it is not compared; null: it is.</summary>
    private static async Task<string?> Settle(
        IGrainFactory grains, IStatementSource source, DateOnly day, int known, CancellationToken ct)
    {
        try
        {
            var lines = await source.Read(day, ct);
            if (lines is null && known == 0) return "there is no statement";
            if (lines is null) return "its lines are not compared";
            var settlement = grains.Settlement(day);
            foreach (var batch in lines.Value.Chunk(ISettlementGrain.BatchMax))
                if ((await settlement.Take([.. batch], ct)).Refusal is { } refusal) return refusal.Code;
            return (await settlement.Compare(lines.Value.Length, ct)).Refusal?.Code;
        }
        catch (StatementException e)
        {
            return e.Message;
        }
    }
}

/// <summary>A day that is closed leaves the inbox.</summary>
internal sealed class SettlementReactions() : Reaction<SettlementEvent>(
    "settlement-inbox", "settlement", SettlementJson.Default.SettlementEvent)
{
    protected override async Task<Refusal?> React(
        string key, SettlementEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is SettlementEvent.Taken) return null;
        var (info, refusal) = await grains.Settlement(SettlementKeys.DayOf(key)).Get();
        if (refusal is not null) return refusal;
        return info!.State != SettlementState.Closed ? null
            : await grains.CloseItem(SettlementJob.ItemOf(key), "payments", "Everything is matched or explained.");
    }
}

using System.Globalization;
using Ale.Inbox;
using Ale.Jobs;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace Ale.Payments;

/// <summary>
/// Each morning every day that is not closed, or of which more was told since, is settled, the oldest first (SHP-06):
/// its statement is read where the port has it, and compared. A day that is not closed then stands in an inbox until it
/// is.
/// </summary>
internal static class SettlementJob
{
    private const string Kind = "settlement", By = "payments", NoStatement = "there is no statement";
    private const int ItemsMax = 1_000;

    public static readonly JobDefinition Definition = new(
        "settlement", "Days' money against the acquirer's statements", p => p.Settlements.Cron, null, Run);

    private static async Task<JobResult> Run(JobRun run, CancellationToken ct)
    {
        var (grains, at) = (run.Services.GetRequiredService<IGrainFactory>(), run.Attempt.DueAt);
        var policy = run.Services.GetRequiredService<PolicyBook>().For(null, at).Settlements;
        var today = run.Services.GetRequiredService<MarketBook>().For(null, at).BusinessDay(at);
        var source = run.Services.GetRequiredService<IStatementSource>();
        var (days, unread) = await Days(grains, policy, today, ct);
        if (unread is not null) return JobResult.Failed(unread.Code);
        var (closed, notes) = (0, new List<string>());
        foreach (var (day, isAwaited) in days!)
        {
            var (info, refusal) = await grains.Settlement(day).Get(ct);
            if (refusal is not null) return JobResult.Failed(refusal.Code);
            string? why = null;
            if (isAwaited || info!.State != SettlementState.Closed)
            {
                why = await Settle(grains, source, day, info!, ct);
                (info, _) = await grains.Settlement(day).Get(ct);
            }

            if (why is null && info!.State == SettlementState.Closed)
            {
                closed++;
                if (await Untell(grains, info.Day) is { } stays) return JobResult.Failed(stays.Code);
                continue;
            }

            if (!isAwaited && why == NoStatement && info!.Lines == 0) continue; // nobody paid, nothing is said
            var text = why ?? string.Create(CultureInfo.InvariantCulture, $"{info!.Unexplained} differences");
            notes.Add($"{info!.Day}: {text}");
            if (await Tell(grains, info, text, policy.Role, ct) is { } not) return JobResult.Failed(not.Code);
        }

        return JobResult.Done(
            string.Create(CultureInfo.InvariantCulture, $"{closed} days closed. ") + string.Join("; ", notes));
    }

    /// <summary>
    /// The days to be gone through, the oldest first: what another day's statement has of a day is then asked of one
    /// that was compared before. Awaited are those of which something must come: with payments of ours or lines, told
    /// before, and the day before.
    /// </summary>
    private static async Task<Outcome<SortedDictionary<DateOnly, bool>>> Days(
        IGrainFactory grains, SettlementPolicy policy, DateOnly today, CancellationToken ct)
    {
        var days = new SortedDictionary<DateOnly, bool>();
        for (var back = 1; back <= policy.Days; back++) days[today.AddDays(-back)] = back == 1;
        var (open, refusal) = await grains.SettlementQueries().NotClosed(today, ct);
        if (refusal is not null) return refusal;
        foreach (var day in open) days[day] = true;
        var (items, why) = await grains.InboxQueries().Items(
            new(ItemsMax) { Kind = Kind, State = InboxState.Open }, default, ct);
        if (why is not null) return why;
        foreach (var item in items)
            if (item.OpenedBy == By) days[SettlementKeys.DayOf(item.Terms.Subject[(Kind.Length + 1)..])] = true;
        return days;
    }

    /// <summary>The nth item of a day: one that is done is not opened again.</summary>
    public static string ItemOf(string day, int n = 1) =>
        CauseIds.Of(Kind, n == 1 ? day : string.Create(CultureInfo.InvariantCulture, $"{day}/{n}"));

    /// <summary>Opens an item unless one is open.</summary>
    private static async Task<Refusal?> Tell(
        IGrainFactory grains, SettlementInfo told, string text, string role, CancellationToken ct)
    {
        var day = told.Day;
        for (var n = 1; ; n++)
        {
            var item = grains.InboxItem(ItemOf(day, n));
            var found = (await item.Get(null, ct)).Value;
            if (found?.State == InboxState.Open) return null;
            if (found is not null) continue;
            var opened = await item.Open(new(Kind, $"{day} is not settled: {text}".Cut(Limits.TextLengthMax),
                $"{Kind}/{day}", role, InboxSeverity.Warning, null), By, CancellationToken.None);
            if (opened.Refusal is not null) return opened.Refusal;
            if (told.State == SettlementState.Closed) return null; // of which more was told since
            // Closed in between: who closed it found no item.
            var (info, refusal) = await grains.Settlement(SettlementKeys.DayOf(day)).Get(ct);
            return refusal ?? (info!.State == SettlementState.Closed ? await Untell(grains, day) : null);
        }
    }

    /// <summary>Closes what is open of a day.</summary>
    public static async Task<Refusal?> Untell(IGrainFactory grains, string day)
    {
        for (var n = 1; ; n++)
        {
            var (_, refusal) = await grains.InboxItem(ItemOf(day, n)).Close(By, "Everything is matched or explained.");
            if (refusal is not null) return refusal.Code == InboxRefusals.Unknown.Code ? null : refusal;
        }
    }

    /// <summary>Why it is not compared; null: it is.</summary>
    private static async Task<string?> Settle(
        IGrainFactory grains, IStatementSource source, DateOnly day, SettlementInfo info, CancellationToken ct)
    {
        try
        {
            var settlement = grains.Settlement(day);
            if (await source.Read(day, ct) is not { } lines)
            {
                // What others told since may have settled some of it.
                if (info.ComparedAt is not null) return Said((await settlement.Compare(info.Lines, ct)).Refusal);
                return info.Lines == 0 ? NoStatement : "its lines are not compared";
            }

            foreach (var batch in lines.Chunk(ISettlementGrain.BatchMax))
                if ((await settlement.Take([.. batch], ct)).Refusal is { } refusal) return Said(refusal);
            // A line that is there twice, word for word, is taken once.
            return Said((await settlement.Compare(lines.DistinctBy(l => l.Id).Count(), ct)).Refusal);
        }
        catch (StatementException e)
        {
            return e.Message;
        }
    }

    /// <summary>A refusal for people: which line, and which field.</summary>
    private static string? Said(Refusal? refusal) => refusal is null || refusal.Details.IsEmpty ? refusal?.Code
        : $"{refusal.Code} ({string.Join(", ", refusal.Details.Select(d => $"{d.Key} {d.Value}"))})";
}

/// <summary>A day that is closed leaves the inbox.</summary>
internal sealed class SettlementReactions() : Reaction<SettlementEvent>(
    "settlement-inbox", "settlement", SettlementJson.Default.SettlementEvent)
{
    protected override async Task<Refusal?> React(
        string key, SettlementEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is SettlementEvent.Taken or SettlementEvent.Claimed) return null;
        var (info, refusal) = await grains.Settlement(SettlementKeys.DayOf(key)).Get();
        if (refusal is not null) return refusal;
        return info!.State != SettlementState.Closed ? null
            : await SettlementJob.Untell(grains, key);
    }
}

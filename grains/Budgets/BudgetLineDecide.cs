using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>What is decided about a line of the budget.</summary>
internal static class BudgetLineDecide
{
    public static Decision<BudgetLineEvent, BudgetLineInfo> Decide(
        this BudgetLine line, PlanLine command, string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        if (command.Version <= line.PlanVersion) return line.Info(key, policy, market, now);
        var events = new List<BudgetLineEvent> { new BudgetLineEvent.Planned(command.Version, command.Terms, now) };
        var after = line.Apply(events[0]);
        // Raised to what was spent: there is nothing to decide any more, and what waited goes on.
        if (after.IsHeld() && !after.IsOver(after.ActualMinor + after.CommittedMinor, policy))
        {
            events.Add(new BudgetLineEvent.Settled(after.Asks, 0, now));
            after = after.Apply(events[^1]);
            foreach (var e in after.LetOn(policy, now)) events.Add(e);
        }

        return After(line, key, policy, market, now, [.. events]);
    }

    public static Decision<BudgetLineEvent, SpendInfo> Decide(
        this BudgetLine line, PostSpend command, string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        if (line.Terms is null) return BudgetRefusals.Unknown;
        if (!IsGood(command)) return BudgetRefusals.BadTerms;
        if (command.Currency != line.Terms.Currency) return BudgetRefusals.Currency;
        if (line.Terms.Kind == BudgetKind.Marketing && command.Tags.Class is null) return BudgetRefusals.ClassRequired;
        if (command.Tags is { Acquisition: Acquisition.Purchase, Note: null })
            return BudgetRefusals.ReasonRequired.With("field", "note");
        if (!IsInMonth(key, command.HappenedAt ?? now, command.HappenedAt is not null, market))
            return BudgetRefusals.Month;
        var isKnown = line.Spends.TryGetValue(command.Id, out var mark);
        var isSettling = isKnown && mark.State == SpendState.Committed && command.Stage == SpendStage.Actual;
        if (isKnown && mark.Content != ContentOf(command)) return BudgetRefusals.Changed;
        if (isKnown && !isSettling)
        {
            // What it came to may differ from what was committed; a second word on either is another spend.
            var isSame = mark.AmountMinor == command.AmountMinor
                || (mark.State == SpendState.Actual && command.Stage == SpendStage.Committed);
            return isSame ? line.Spend(command.Id, key, policy, market, now) : BudgetRefusals.Changed;
        }

        if (IsClosed(key, policy, market, now)) return BudgetRefusals.Closed;
        if (command.HappenedAt < now - TimeSpan.FromDays(policy.SpendDays)) return BudgetRefusals.Late;
        if (!isSettling && line.MustWait(command, policy))
        {
            if (!command.Wait) return BudgetRefusals.Held;
            if (line.Waiting.Count >= IBudgetLineGrain.WaitingMax) return BudgetRefusals.QueueFull;
            var queued = new BudgetLineEvent.Queued(command, now);
            return Spent(line, command.Id, key, policy, market, now,
                line.Ask is AskState.Asked or AskState.Open ? [queued] : [queued, line.Asking(policy, now)]);
        }

        var happened = line.Book(command, isSettling ? mark.AmountMinor : 0, now);
        var isCrossing = line.Apply(happened) is { Ask: AskState.None } after
            && after.IsOver(after.ActualMinor, policy);
        return Spent(line, command.Id, key, policy, market, now,
            isCrossing ? [happened, line.Asking(policy, now)] : [happened]);
    }

    public static Decision<BudgetLineEvent, SpendInfo> DecideRelease(
        this BudgetLine line, string id, string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        if (line.Terms is null) return BudgetRefusals.Unknown;
        if (!line.Spends.TryGetValue(id, out var mark)) return BudgetRefusals.UnknownSpend;
        return mark.State switch
        {
            SpendState.Actual => BudgetRefusals.Settled,
            SpendState.Committed => Spent(line, id, key, policy, market, now,
                [new BudgetLineEvent.Released(id, mark.AmountMinor, now)]),
            SpendState.Waiting => Spent(line, id, key, policy, market, now, [new BudgetLineEvent.Dropped(
                    id, line.Waiting.Find(s => s.Id == id)!.Tags.PlacementId, now)]),
            _ => line.Spend(id, key, policy, market, now),
        };
    }

    /// <summary>Only what was booked so is held for a check, and once (BUD-15).</summary>
    public static Decision<BudgetLineEvent, SpendInfo> Decide(
        this BudgetLine line, FlagSpend command, string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        if (line.Terms is null) return BudgetRefusals.Unknown;
        if (!line.Spends.TryGetValue(command.Spend.Id, out var mark)) return BudgetRefusals.UnknownSpend;
        if (mark.Content != ContentOf(command.Spend) || mark.AmountMinor != command.Spend.AmountMinor)
            return BudgetRefusals.Changed;
        return mark is not { State: SpendState.Actual, Check: SpendCheck.None }
            ? line.Spend(command.Spend.Id, key, policy, market, now)
            : Spent(line, command.Spend.Id, key, policy, market, now,
                [new BudgetLineEvent.Flagged(command.Spend, command.UsualMinor, now)]);
    }

    public static Decision<BudgetLineEvent, SpendInfo> Decide(
        this BudgetLine line, CheckSpend command, string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        if (line.Terms is null) return BudgetRefusals.Unknown;
        if (!line.Spends.TryGetValue(command.Id, out var mark)) return BudgetRefusals.UnknownSpend;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return BudgetRefusals.BadTerms;
        if (mark.Check == SpendCheck.None) return BudgetRefusals.NotHeld;
        if (mark.Check != SpendCheck.Held)
            return mark.Check == SpendCheck.Passed == command.Passed
                ? line.Spend(command.Id, key, policy, market, now) : BudgetRefusals.Checked;
        return Spent(line, command.Id, key, policy, market, now, [new BudgetLineEvent.Checked(
            line.Unusual.Find(s => s.Id == command.Id)!, command.Passed, command.By, command.Reason, now)]);
    }

    /// <summary>Who decides has been told of the latest approval.</summary>
    public static Decision<BudgetLineEvent, Done> DecideTold(this BudgetLine line, int number, DateTimeOffset now) =>
        line.Ask == AskState.Asked && line.Asks == number
            ? new Decision<BudgetLineEvent, Done>(default(Done), new BudgetLineEvent.Told(number, now))
            : default(Done);

    /// <summary>
    /// The approval is over. Granted: all that is spent, committed and waiting; the next mark is worked out from it.
    /// Not granted: what waits is dropped, and a flexible line stays held.
    /// </summary>
    public static Decision<BudgetLineEvent, Done> DecideSettled(
        this BudgetLine line, int number, ApprovalState state, DateTimeOffset now)
    {
        if (number != line.Asks || line.Ask is not (AskState.Asked or AskState.Open)) return default(Done);
        if (state == ApprovalState.Open) return default(Done);
        if (state != ApprovalState.Approved)
        {
            return new(default(Done), [new BudgetLineEvent.Settled(number, null, now),
                .. line.Waiting.Select(s => new BudgetLineEvent.Dropped(s.Id, s.Tags.PlacementId, now))]);
        }

        var granted = line.ActualMinor + line.CommittedMinor + line.Waiting.Sum(s => s.AmountMinor);
        return new(default(Done), [new BudgetLineEvent.Settled(number, granted, now),
            .. line.Waiting.Select(s => line.Book(s, 0, now))]);
    }

    /// <summary>More than the mark: of the plan, or of what was granted.</summary>
    public static bool IsOver(this BudgetLine line, long amountMinor, BudgetPolicy policy) =>
        amountMinor * 100 > Math.Max(line.Terms!.PlannedMinor, line.GrantedMinor) * (100 + policy.OverPercent);

    /// <summary>True: no spend goes through.</summary>
    public static bool IsHeld(this BudgetLine line) => !line.Terms!.Rigid && line.Ask != AskState.None;

    /// <summary>Tells one content from another: all but the amount, the stage and whether it waits.</summary>
    public static int ContentOf(PostSpend s)
    {
        var content = string.Create(CultureInfo.InvariantCulture,
            $"{s.Currency}|{s.Tags.Class}|{s.Tags.SessionId}|{s.Tags.HostId}|{s.Tags.Category}|{s.Tags.Step}"
            + $"|{s.Tags.CampaignId}|{s.Tags.PlacementId}|{s.Tags.Note}|{s.HappenedAt?.ToUnixTimeMilliseconds()}");
        // What was posted before there was such a tag stays as it is.
        return IdHash.Short(s.Tags.Acquisition is { } how ? $"{content}|{how}" : content);
    }

    /// <summary>The first instant at which a month takes no more.</summary>
    public static bool IsClosed(string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        var (year, month, _) = BudgetKeys.Parse(key);
        return now >= market.StartOf(new DateOnly(year, month, 1).AddMonths(1).AddDays(policy.CloseDays));
    }

    public static BudgetLineInfo Info(
        this BudgetLine line, string key, BudgetPolicy policy, Market market, DateTimeOffset now) =>
        new(key, line.Terms!, line.PlanVersion, line.CommittedMinor, line.ActualMinor,
            BudgetFigures.Forecast(key, line.CommittedMinor, line.ActualMinor, market, now),
            BudgetFigures.Variance(line.ActualMinor, line.Terms!.PlannedMinor),
            IsClosed(key, policy, market, now) ? BudgetLineState.Closed
            : line.IsHeld() ? BudgetLineState.Held : BudgetLineState.Open,
            line.Asks == 0 ? null : ApprovalOf(key, line.Asks), line.Waiting.Count);

    public static SpendInfo Spend(
        this BudgetLine line, string id, string key, BudgetPolicy policy, Market market, DateTimeOffset now)
    {
        var mark = line.Spends[id];
        return new(id, mark.State, mark.AmountMinor, mark.Elastic, line.Info(key, policy, market, now))
        {
            Check = mark.Check,
        };
    }

    public static string ApprovalOf(string key, int number) =>
        ApprovalIds.Of(BudgetKeys.LineKind, key, number.ToString(CultureInfo.InvariantCulture));

    private static bool MustWait(this BudgetLine line, PostSpend command, BudgetPolicy policy) =>
        !line.Terms!.Rigid && (line.IsHeld() || (command.Stage == SpendStage.Committed
            && line.IsOver(line.CommittedMinor + line.ActualMinor + command.AmountMinor, policy)));

    private static BudgetLineEvent Book(this BudgetLine line, PostSpend s, long held, DateTimeOffset now)
    {
        var over = Math.Max(0,
            line.CommittedMinor + line.ActualMinor - held + s.AmountMinor - line.Terms!.PlannedMinor);
        return s.Stage == SpendStage.Committed ? new BudgetLineEvent.Committed(s, over, now)
            : new BudgetLineEvent.Booked(s, held, over, now);
    }

    /// <summary>Of what waits, in order, what the mark allows.</summary>
    private static IEnumerable<BudgetLineEvent> LetOn(this BudgetLine line, BudgetPolicy policy, DateTimeOffset now)
    {
        foreach (var s in line.Waiting)
        {
            if (line.IsOver(line.CommittedMinor + line.ActualMinor + s.AmountMinor, policy))
            {
                yield return new BudgetLineEvent.Dropped(s.Id, s.Tags.PlacementId, now);
                continue;
            }

            var e = line.Book(s, 0, now);
            line = line.Apply(e);
            yield return e;
        }
    }

    private static BudgetLineEvent.Asked Asking(this BudgetLine line, BudgetPolicy policy, DateTimeOffset now) =>
        new(line.Asks + 1, policy.OverPercent, now);

    private static bool IsInMonth(string key, DateTimeOffset at, bool isSaid, Market market)
    {
        if (!isSaid) return true;
        var (year, month, _) = BudgetKeys.Parse(key);
        var day = market.BusinessDay(at);
        return (day.Year, day.Month) == (year, month);
    }

    private static bool IsGood(PostSpend s) =>
        Limits.IsId(s.Id) && s.AmountMinor is >= 1 and <= Limits.AmountMinorMax
        && IsIdOrNone(s.Tags.SessionId) && IsIdOrNone(s.Tags.HostId) && IsIdOrNone(s.Tags.Category)
        && IsIdOrNone(s.Tags.Step) && IsIdOrNone(s.Tags.CampaignId) && IsIdOrNone(s.Tags.PlacementId)
        && s.Tags.Note?.Length is null or (> 0 and <= Limits.TextLengthMax);

    private static bool IsIdOrNone(string? text) => text is null || Limits.IsId(text);

    private static Decision<BudgetLineEvent, BudgetLineInfo> After(BudgetLine line, string key, BudgetPolicy policy,
        Market market, DateTimeOffset now, BudgetLineEvent[] happened) =>
        new(happened.Aggregate(line, (s, e) => s.Apply(e)).Info(key, policy, market, now), happened);

    private static Decision<BudgetLineEvent, SpendInfo> Spent(BudgetLine line, string id, string key,
        BudgetPolicy policy, Market market, DateTimeOffset now, BudgetLineEvent[] happened) =>
        new(happened.Aggregate(line, (s, e) => s.Apply(e)).Spend(id, key, policy, market, now), happened);
}

/// <summary>Figures of a line; pure.</summary>
internal static class BudgetFigures
{
    /// <summary>
    /// What the month will come to when it goes on as it went: what was spent, by the days gone, for all its days; not
    /// less than what is spent and committed already.
    /// </summary>
    public static long Forecast(string key, long committed, long actual, Market market, DateTimeOffset now)
    {
        var (year, month, _) = BudgetKeys.Parse(key);
        var (first, today) = (new DateOnly(year, month, 1), market.BusinessDay(now));
        var days = DateTime.DaysInMonth(year, month);
        var gone = Math.Clamp(today.DayNumber - first.DayNumber + 1, 0, days);
        var pace = gone == 0 ? 0 : (long)Math.Round((decimal)actual * days / gone, MidpointRounding.AwayFromZero);
        return Math.Max(committed + actual, pace);
    }

    /// <summary>Actual over plan, percent, one decimal; null: nothing is planned.</summary>
    public static decimal? Variance(long actual, long planned) => planned == 0 ? null
        : Math.Round((actual - planned) * 100m / planned, 1, MidpointRounding.AwayFromZero);
}

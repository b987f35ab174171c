using System.Globalization;
using Ale.Approvals;
using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;

namespace Ale.Budgets;

/// <summary>What is decided about a line of the budget.</summary>
internal static class BudgetLineDecide
{
    /// <param name="isStartUp">The start-up phase is in force, in which marketing has its band (BUD-06).</param>
    public static Decision<BudgetLineEvent, BudgetLineInfo> Decide(
        this BudgetLine line, PlanLine command, string key, BudgetPolicy policy, Market market, DateTimeOffset now,
        bool isStartUp = false)
    {
        if (command.Version <= line.PlanVersion) return line.Info(key, policy, market, now);
        var planned = new BudgetLineEvent.Planned(command.Version, command.Terms, now)
        {
            PartsMinor = command.PartsMinor == 0 ? null : command.PartsMinor,
            CountsMinor = command.CountsMinor,
        };
        var after = line.Apply(planned);
        if (command.IsTake && after.TakenMinor > after.OwnMinor)
            return BudgetLineFault.Say(BudgetRefusals.Spent, "amountMinor",
                $"Of {key} {line.TakenMinor} of {line.OwnMinor} are spent and committed.");
        var events = new List<BudgetLineEvent> { planned };
        var isClosed = BudgetLineMark.IsClosed(key, policy, market, now);
        // Raised to what was spent: there is nothing to decide any more, and what waited goes on.
        if (after.CountsMinor > line.CountsMinor && after.IsHeld() && !after.IsOverCounted(policy))
        {
            events.Add(new BudgetLineEvent.Settled(after.Asks, after.GrantedMinor, now));
            after = after.Apply(events[^1]);
            events.AddRange(
                isClosed ? after.DropAll(BudgetRefusals.Closed, now) : after.LetOn(isStartUp, policy, now));
        }
        else if (!isClosed && after.MayAsk() && after.IsOver(after.TakenMinor, policy))
        {
            events.Add(after.Asking(null, policy, now)); // lowered below what is spent and committed
        }

        return After(line, key, policy, market, now, [.. events]);
    }

    /// <param name="isStartUp">The start-up phase is in force, in which marketing has its band (BUD-06).</param>
    public static Decision<BudgetLineEvent, SpendInfo> Decide(
        this BudgetLine line, PostSpend command, string key, BudgetPolicy policy, Market market, DateTimeOffset now,
        bool isStartUp = false)
    {
        if (line.Terms is null) return BudgetRefusals.Unknown;
        if (BudgetLineFault.Of(command, line.Terms) is { } fault) return fault;
        if (BudgetLineFault.OfMonth(command, key, market, now) is { } month) return month;
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

        // What was committed before a tag was asked for is settled without it.
        if ((!isSettling || line.Terms.Kind == BudgetKind.Reserve)
            && BudgetLineFault.OfKind(command, line.Terms) is { } kind) return kind;
        if (BudgetLineMark.IsClosed(key, policy, market, now))
            return BudgetLineMark.Closed(key, policy, "month", "book it in the open month.");
        if (!isSettling && BudgetLineFault.OfLate(command, policy, now) is { } late) return late;
        if (!isSettling && line.MustWait(command, policy))
        {
            if (!command.Wait) return line.OfHeld(command, key, policy);
            if (line.Waiting.Count >= IBudgetLineGrain.WaitingMax) return BudgetRefusals.QueueFull;
            var queued = new BudgetLineEvent.Queued(command, now);
            return Spent(line, command.Id, key, policy, market, now,
                line.Ask is AskState.Asked or AskState.Open
                    ? [queued] : [queued, line.Asking(command.By, policy, now)]);
        }

        var happened = line.Book(command, isSettling ? mark.AmountMinor : 0, isStartUp, policy, now);
        var after = line.Apply(happened);
        return Spent(line, command.Id, key, policy, market, now,
            after.MayAsk() && after.IsOver(after.TakenMinor, policy)
                ? [happened, line.Asking(command.By, policy, now)] : [happened]);
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
        if (command.Reason.Length is 0 or > Limits.TextLengthMax)
            return BudgetLineFault.Say(
                BudgetRefusals.BadTerms, "reason", $"Must have 1 to {Limits.TextLengthMax} characters.");
        if (mark.Check == SpendCheck.None) return BudgetRefusals.NotHeld;
        if (mark.Check != SpendCheck.Held)
            return mark.Check == SpendCheck.Passed == command.Passed
                ? line.Spend(command.Id, key, policy, market, now) : BudgetRefusals.Checked;
        if (!command.Passed && BudgetLineMark.IsClosed(key, policy, market, now))
            return BudgetLineMark.Closed(key, policy, "passed",
                "nothing comes off it. Say passed with the reason, and book the correction in the open month.");
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
    /// Not granted: what waits is dropped, and a flexible line stays held; the next mark of a rigid one is worked out
    /// from what is spent and committed. A closed month takes nothing of what waits.
    /// </summary>
    public static Decision<BudgetLineEvent, Done> DecideSettled(this BudgetLine line, int number,
        ApprovalState state, string key, BudgetPolicy policy, Market market, DateTimeOffset now, bool isStartUp = false)
    {
        if (number != line.Asks || line.Ask is not (AskState.Asked or AskState.Open)) return default(Done);
        if (state == ApprovalState.Open) return default(Done);
        if (state != ApprovalState.Approved)
        {
            return new(default(Done), [new BudgetLineEvent.Settled(number, null, now),
                .. line.DropAll(BudgetRefusals.Held, now)]);
        }

        if (BudgetLineMark.IsClosed(key, policy, market, now))
            return new(default(Done), [new BudgetLineEvent.Settled(number, line.TakenMinor, now),
                .. line.DropAll(BudgetRefusals.Closed, now)]);
        var granted = line.TakenMinor + line.Waiting.Sum(s => s.AmountMinor);
        return new(default(Done),
            [new BudgetLineEvent.Settled(number, granted, now), .. line.BookAll(isStartUp, policy, now)]);
    }

    /// <summary>Tells one content from another: all but the amount, the stage and whether it waits.</summary>
    public static int ContentOf(PostSpend s)
    {
        var content = string.Create(CultureInfo.InvariantCulture,
            $"{s.Currency}|{s.Tags.Class}|{s.Tags.SessionId}|{s.Tags.HostId}|{s.Tags.Category}|{s.Tags.Step}"
            + $"|{s.Tags.CampaignId}|{s.Tags.PlacementId}|{s.Tags.Note}|{s.HappenedAt?.ToUnixTimeMilliseconds()}");
        // What was posted before there was such a tag stays as it is; a service is what most of it was.
        return IdHash.Short(s.Tags.Acquisition is { } how && how != Acquisition.Service ? $"{content}|{how}" : content);
    }

    private static bool MustWait(this BudgetLine line, PostSpend command, BudgetPolicy policy) =>
        !line.Terms!.Rigid && (line.IsHeld() || (command.Stage == SpendStage.Committed
            && line.IsOver(line.TakenMinor + command.AmountMinor, policy)));

    private static BudgetLineEvent Book(this BudgetLine line, PostSpend s, long held, bool isStartUp,
        BudgetPolicy policy, DateTimeOffset now)
    {
        var taken = line.TakenMinor - held + s.AmountMinor;
        var over = Math.Max(0, taken - line.OwnMinor);
        bool? elastic = over == 0 ? null : isStartUp && line.IsElastic(taken, policy);
        return s.Stage == SpendStage.Committed ? new BudgetLineEvent.Committed(s, over, now) { Elastic = elastic }
            : new BudgetLineEvent.Booked(s, held, over, now) { Elastic = elastic };
    }

    private static IEnumerable<BudgetLineEvent> BookAll(
        this BudgetLine line, bool isStartUp, BudgetPolicy policy, DateTimeOffset now)
    {
        foreach (var s in line.Waiting)
        {
            var e = line.Book(s, 0, isStartUp, policy, now);
            line = line.Apply(e);
            yield return e;
        }
    }

    private static IEnumerable<BudgetLineEvent> DropAll(this BudgetLine line, Refusal why, DateTimeOffset now) =>
        line.Waiting.Select(s => Drop(s, why, now));

    private static BudgetLineEvent.Dropped Drop(PostSpend s, Refusal why, DateTimeOffset now) =>
        new(s.Id, s.Tags.PlacementId, now) { Reason = why.Code };

    /// <summary>Of what waits, in order, what the mark allows.</summary>
    private static IEnumerable<BudgetLineEvent> LetOn(
        this BudgetLine line, bool isStartUp, BudgetPolicy policy, DateTimeOffset now)
    {
        foreach (var s in line.Waiting)
        {
            if (line.IsOver(line.TakenMinor + s.AmountMinor, policy))
            {
                yield return Drop(s, BudgetRefusals.Held, now);
                continue;
            }

            var e = line.Book(s, 0, isStartUp, policy, now);
            line = line.Apply(e);
            yield return e;
        }
    }

    private static BudgetLineEvent.Asked Asking(
        this BudgetLine line, string? by, BudgetPolicy policy, DateTimeOffset now) =>
        new(line.Asks + 1, policy.OverPercent, now) { By = by };

    private static Decision<BudgetLineEvent, BudgetLineInfo> After(BudgetLine line, string key, BudgetPolicy policy,
        Market market, DateTimeOffset now, BudgetLineEvent[] happened) =>
        new(happened.Aggregate(line, (s, e) => s.Apply(e)).Info(key, policy, market, now), happened);

    private static Decision<BudgetLineEvent, SpendInfo> Spent(BudgetLine line, string id, string key,
        BudgetPolicy policy, Market market, DateTimeOffset now, BudgetLineEvent[] happened) =>
        new(happened.Aggregate(line, (s, e) => s.Apply(e)).Spend(id, key, policy, market, now), happened);
}

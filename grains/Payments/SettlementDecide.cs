using System.Collections.Immutable;
using System.Globalization;
using Ale.Kernel;

namespace Ale.Payments;

/// <summary>What is decided about a day's money; pure.</summary>
internal static class SettlementDecide
{
    /// <summary>Most parts of one explanation.</summary>
    private const int PartsMax = 20;

    /// <summary>Who explains what another day's statement has.</summary>
    private const string Ledger = "settlements";

    /// <param name="today">The business day of now.</param>
    public static Decision<SettlementEvent, SettlementInfo> Decide(this Settlement day,
        ImmutableArray<StatementLine> lines, string key, DateOnly today, DateTimeOffset now)
    {
        if (lines.Length is 0 or > ISettlementGrain.BatchMax || !lines.All(IsGood)) return SettlementRefusals.BadTerms;
        if (SettlementKeys.DayOf(key) >= today) return SettlementRefusals.TooSoon;
        var fresh = ImmutableArray.CreateBuilder<StatementLine>();
        var seen = new Dictionary<string, StatementLine>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (day.Lines.TryGetValue(line.Id, out var known) || seen.TryGetValue(line.Id, out known))
            {
                if (known != line) return SettlementRefusals.Changed.With("line", line.Id);
                continue;
            }

            seen.Add(line.Id, line);
            fresh.Add(line);
        }

        if (fresh.Count == 0) return day.Info(key);
        if (day.Lines.Count + fresh.Count > ISettlementGrain.LinesMax) return SettlementRefusals.Full;
        var taken = new SettlementEvent.Taken(fresh.ToImmutable(), now);
        return new(day.Apply(taken).Info(key), taken);
    }

    /// <param name="lines">How many the statement has.</param>
    /// <param name="told">What we were told that day, and whatever else its lines name.</param>
    public static Decision<SettlementEvent, SettlementInfo> DecideCompared(this Settlement day, int lines,
        IReadOnlyCollection<ToldMoney> told, string key, DateOnly today, DateTimeOffset now)
    {
        if (SettlementKeys.DayOf(key) >= today) return SettlementRefusals.TooSoon;
        if (lines != day.Lines.Count)
            return SettlementRefusals.Incomplete.With("lines", day.Lines.Count.ToString(CultureInfo.InvariantCulture));
        var (matched, found) = Compare(day.Lines.Values, told, SettlementKeys.DayOf(key));
        if (found.Length > ISettlementGrain.DifferencesMax) return SettlementRefusals.TooDifferent;
        var before = day.Differences.Where(d => !d.Parts.IsEmpty).ToDictionary(d => d.Id, StringComparer.Ordinal);
        ImmutableArray<Difference> differences =
        [
            .. found.Select(d => before.GetValueOrDefault(d.Id) is { } old && old.AmountMinor == d.AmountMinor
                && old.Kind == d.Kind ? d with { Parts = old.Parts, By = old.By } : d),
        ];
        if (day.ComparedAt is not null && day.Matched == matched && day.Differences.SequenceEqual(differences))
            return day.Info(key);
        var compared = new SettlementEvent.Compared(matched, differences, day.Unexplained, now);
        return new(day.Apply(compared).Info(key), compared);
    }

    public static Decision<SettlementEvent, SettlementInfo> Decide(
        this Settlement day, ExplainDifference command, string key, DateTimeOffset now)
    {
        if (day.Differences.FirstOrDefault(d => d.Id == command.Id) is not { } difference)
            return SettlementRefusals.Unknown;
        if (command.Parts.Length is 0 or > PartsMax
            || command.Parts.Any(p => p.AmountMinor == 0 || p.Reason.Length is 0 or > Limits.TextLengthMax)
            || command.Parts.Sum(p => (decimal)p.AmountMinor) != difference.AmountMinor)
        {
            return SettlementRefusals.BadTerms.With(
                "amountMinor", difference.AmountMinor.ToString(CultureInfo.InvariantCulture));
        }

        if (!difference.Parts.IsEmpty)
            return difference.Parts.SequenceEqual(command.Parts) ? day.Info(key) : SettlementRefusals.Explained;
        var explained = new SettlementEvent.Explained(command.Id, command.Parts, command.By, now);
        return new(day.Apply(explained).Info(key), explained);
    }

    public static Decision<SettlementEvent, Done> DecideFound(
        this Settlement day, string eventId, string other, DateTimeOffset now) =>
        day.Differences.FirstOrDefault(d => d.Id == eventId && d.Kind == DifferenceKind.NotThere) is not
        { Parts.IsEmpty: true } missing ? default(Done)
            : new Decision<SettlementEvent, Done>(default(Done), new SettlementEvent.Explained(
                eventId, [new(missing.AmountMinor, $"In the statement of {other}")], Ledger, now));

    /// <summary>Each line against what we were told, and what we were told that day against the lines.</summary>
    public static (int Matched, ImmutableArray<Difference> Differences) Compare(
        IEnumerable<StatementLine> lines, IReadOnlyCollection<ToldMoney> told, DateOnly day)
    {
        var events = told.ToDictionary(t => t.EventId, StringComparer.Ordinal);
        var seen = new HashSet<(string Event, bool IsFee)>();
        var differences = ImmutableArray.CreateBuilder<Difference>();
        var matched = 0;
        foreach (var line in lines.OrderBy(l => l.Id, StringComparer.Ordinal))
        {
            var ours = events.GetValueOrDefault(line.EventId);
            var isFee = line.Type == StatementType.Fee;
            var kind = ours is null ? DifferenceKind.NotHere
                : !seen.Add((line.EventId, isFee)) ? DifferenceKind.Twice
                : ours.OrderId != line.OrderId || ours.Currency != line.Currency || (!isFee && ours.Type != line.Type)
                    ? DifferenceKind.Content
                : !isFee && ours.AmountMinor != line.AmountMinor ? DifferenceKind.Amount : (DifferenceKind?)null;
            if (kind is not { } off)
            {
                matched++;
                continue;
            }

            // A fee is told by the statement alone; of a repeat and of other content, all of it is to be explained.
            var amount = off == DifferenceKind.Amount ? ours!.AmountMinor : 0;
            differences.Add(new(line.Id, off, line.EventId, line.OrderId, line.Currency, line.AmountMinor, amount,
                line.AmountMinor - amount, [], null));
        }

        foreach (var ours in told.Where(t => t.Day == day && !seen.Contains((t.EventId, false)))
            .OrderBy(t => t.EventId, StringComparer.Ordinal))
        {
            differences.Add(new(ours.EventId, DifferenceKind.NotThere, ours.EventId, ours.OrderId, ours.Currency, 0,
                ours.AmountMinor, -ours.AmountMinor, [], null));
        }

        return (matched, differences.ToImmutable());
    }

    private static bool IsGood(StatementLine l) => Limits.IsId(l.Id) && Limits.IsId(l.EventId)
        && Limits.IsId(l.OrderId) && l.AmountMinor is >= 1 and <= Limits.AmountMinorMax && l.Currency.Length == 3
        && l.Currency.All(char.IsAsciiLetterUpper);
}

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
        if (lines.Length is 0 or > ISettlementGrain.BatchMax)
            return SettlementRefusals.BadTerms.With("field", "lines");
        for (var i = 0; i < lines.Length; i++)
        {
            if (FaultOf(lines[i]) is not { } field) continue;
            return SettlementRefusals.BadTerms.With("field", field).With("line",
                field == "id" ? string.Create(CultureInfo.InvariantCulture, $"number {i + 1}") : lines[i].Id);
        }

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

    /// <summary>Why a statement of so many lines cannot be compared now; null: it can.</summary>
    public static Refusal? WhyNotCompared(this Settlement day, int lines, string key, DateOnly today) =>
        SettlementKeys.DayOf(key) >= today ? SettlementRefusals.TooSoon
        : lines == day.Lines.Count ? null
        : SettlementRefusals.Incomplete.With("lines", day.Lines.Count.ToString(CultureInfo.InvariantCulture));

    /// <param name="lines">How many the statement has; more came since we were asked: it is compared again.</param>
    /// <param name="told">What we were told that day, and whatever else its lines name.</param>
    /// <param name="elsewhere">Money of other days that another statement has, and whose.</param>
    public static Decision<SettlementEvent, SettlementInfo> DecideCompared(this Settlement day, int lines,
        IReadOnlyCollection<ToldMoney> told, IReadOnlyDictionary<MoneyClaim, string> elsewhere, string key,
        DateOnly today, DateTimeOffset now)
    {
        if (day.WhyNotCompared(lines, key, today) is { } not) return not;
        var (matched, found) = Compare(
            day.Lines.Values, told, SettlementKeys.DayOf(key), day.Claims.SetItems(elsewhere));
        if (found.Length > ISettlementGrain.DifferencesMax) return SettlementRefusals.TooDifferent;
        var before = day.Differences.Where(d => !d.Parts.IsEmpty)
            .ToDictionary(d => (d.Id, d.Kind, d.AmountMinor));
        ImmutableArray<Difference> differences =
        [
            .. found.Select(d => before.GetValueOrDefault((d.Id, d.Kind, d.AmountMinor)) is { } old
                ? d with { Parts = old.Parts, By = old.By } : d),
        ];
        var ofDay = told.Count(t => t.Day == SettlementKeys.DayOf(key));
        if (day.ComparedAt is not null && (day.Matched, day.Told) == (matched, ofDay)
            && day.Differences.SequenceEqual(differences))
            return day.Info(key);
        var compared = new SettlementEvent.Compared(matched, differences, day.Unexplained, now) { Told = ofDay };
        return new(day.Apply(compared).Info(key), compared);
    }

    public static Decision<SettlementEvent, SettlementInfo> Decide(
        this Settlement day, ExplainDifference command, string key, DateTimeOffset now)
    {
        var named = day.Differences
            .Where(d => d.Id == command.Id && (command.Kind is null || d.Kind == command.Kind)).ToArray();
        if (named.Length > 1)
        {
            return SettlementRefusals.BadTerms.With("field", "kind").With(
                "detail", $"The id has several differences; name one: {string.Join(", ", named.Select(d => d.Kind))}.");
        }

        if (named is not [var difference]) return SettlementRefusals.Unknown;
        if (command.Parts.Length is 0 or > PartsMax
            || command.Parts.Any(p => p.AmountMinor == 0 || p.Reason.Length is 0 or > Limits.TextLengthMax)
            || command.Parts.Sum(p => (decimal)p.AmountMinor) != difference.AmountMinor)
        {
            return SettlementRefusals.BadTerms.With("field", "parts").With(
                "amountMinor", difference.AmountMinor.ToString(CultureInfo.InvariantCulture));
        }

        if (!difference.Parts.IsEmpty)
            return difference.Parts.SequenceEqual(command.Parts) ? day.Info(key) : SettlementRefusals.Explained;
        var explained = new SettlementEvent.Explained(command.Id, command.Parts, command.By, now)
        { Kind = difference.Kind };
        return new(day.Apply(explained).Info(key), explained);
    }

    /// <summary>
    /// Lines of another day's statement stand for money of this day. The answer is what of it a third statement has, or
    /// this day's own; the rest is not missed here any more.
    /// </summary>
    public static Decision<SettlementEvent, ImmutableArray<HeldClaim>> DecideClaimed(this Settlement day,
        ImmutableArray<MoneyClaim> claims, string by, string key, DateTimeOffset now)
    {
        if (claims.Length is 0 or > ISettlementGrain.BatchMax || by == key)
            return SettlementRefusals.BadTerms.With("field", by == key ? "day" : "claims");
        var (held, fresh) = (ImmutableArray.CreateBuilder<HeldClaim>(), new HashSet<MoneyClaim>());
        foreach (var claim in claims.Distinct())
        {
            var holder = day.Own.Contains(claim) ? key : day.Claims.GetValueOrDefault(claim);
            if (holder is null) fresh.Add(claim);
            else if (holder != by) held.Add(new(claim, holder));
        }

        if (fresh.Count == 0) return held.ToImmutable();
        return new(held.ToImmutable(),
        [
            new SettlementEvent.Claimed(by, [.. claims.Distinct().Where(fresh.Contains)], now),
            .. day.Differences.Where(d => d.Kind == DifferenceKind.NotThere && d.Parts.IsEmpty
                    && fresh.Contains(new(d.EventId, false)))
                .Select(d => new SettlementEvent.Explained(d.Id, InStatementOf(by, d.AmountMinor), Ledger, now)
                { Kind = d.Kind }),
        ]);
    }

    /// <summary>What lines stand for of other days' money: those that fit what we were told.</summary>
    public static IEnumerable<(DateOnly Day, MoneyClaim Claim)> ClaimsOf(
        IEnumerable<StatementLine> lines, IReadOnlyCollection<ToldMoney> told, DateOnly day)
    {
        var events = told.Where(t => t.Day != day).ToDictionary(t => t.EventId, StringComparer.Ordinal);
        return lines.Where(l => events.TryGetValue(l.EventId, out var ours) && Fits(l, ours))
            .Select(l => (events[l.EventId].Day, MoneyClaim.Of(l))).Distinct();
    }

    /// <summary>Each line against what we were told, and what we were told that day against the lines.</summary>
    /// <param name="elsewhere">What another day's statement has, and whose.</param>
    public static (int Matched, ImmutableArray<Difference> Differences) Compare(IEnumerable<StatementLine> lines,
        IReadOnlyCollection<ToldMoney> told, DateOnly day, IReadOnlyDictionary<MoneyClaim, string> elsewhere)
    {
        var events = told.ToDictionary(t => t.EventId, StringComparer.Ordinal);
        var (named, seen) = (new HashSet<MoneyClaim>(), new HashSet<MoneyClaim>());
        var differences = ImmutableArray.CreateBuilder<Difference>();
        var matched = 0;
        foreach (var line in lines.OrderBy(l => l.Id, StringComparer.Ordinal))
        {
            var (ours, claim) = (events.GetValueOrDefault(line.EventId), MoneyClaim.Of(line));
            named.Add(claim);
            var kind = ours is null ? DifferenceKind.NotHere
                : !Fits(line, ours) ? DifferenceKind.Content
                : !seen.Add(claim) ? DifferenceKind.Twice
                : elsewhere.ContainsKey(claim) ? DifferenceKind.Twice
                : !ours.HasOrder ? DifferenceKind.NoOrder
                : !claim.IsFee && ours.AmountMinor != line.AmountMinor ? DifferenceKind.Amount : (DifferenceKind?)null;
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

        foreach (var ours in told.Where(t => t.Day == day && !named.Contains(new(t.EventId, false)))
            .OrderBy(t => t.EventId, StringComparer.Ordinal))
        {
            var other = elsewhere.GetValueOrDefault(new(ours.EventId, false));
            differences.Add(new(ours.EventId, DifferenceKind.NotThere, ours.EventId, ours.OrderId, ours.Currency, 0,
                ours.AmountMinor, -ours.AmountMinor, other is null ? [] : InStatementOf(other, -ours.AmountMinor),
                other is null ? null : Ledger));
        }

        return (matched, differences.ToImmutable());
    }

    private static bool Fits(StatementLine line, ToldMoney ours) => ours.OrderId == line.OrderId
        && ours.Currency == line.Currency && (line.Type == StatementType.Fee || ours.Type == line.Type);

    private static ImmutableArray<ExplainedPart> InStatementOf(string day, long amountMinor) =>
        [new(amountMinor, $"In the statement of {day}")];

    /// <summary>The field that is out of range; null: none is.</summary>
    private static string? FaultOf(StatementLine l) => !Limits.IsId(l.Id) ? "id"
        : !Enum.IsDefined(l.Type) ? "type"
        : !Limits.IsId(l.EventId) ? "eventId"
        : !Limits.IsId(l.OrderId) ? "orderId"
        : l.AmountMinor is < 1 or > Limits.AmountMinorMax ? "amountMinor"
        : l.Currency.Length != 3 || !l.Currency.All(char.IsAsciiLetterUpper) ? "currency" : null;
}

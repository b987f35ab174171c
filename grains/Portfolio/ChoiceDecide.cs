using System.Collections.Immutable;
using Ale.Kernel;

namespace Ale.Portfolio;

/// <summary>What is decided about a choice; pure.</summary>
internal static class ChoiceDecide
{
    public static Decision<ChoiceEvent, ChoiceInfo> Decide(
        this Choice choice, ChoiceTerms terms, string by, string id, DateTimeOffset now)
    {
        if (choice.Terms is not null) return choice.Terms == terms ? choice.Info(id) : ChoiceRefusals.Changed;
        if (terms.Title.Length is 0 or > Limits.TextLengthMax || terms.Take is < 1 or > IChoiceGrain.CandidatesMax
            || terms.Criteria.Length is 0 or > IChoiceGrain.CriteriaMax
            || terms.Criteria.DistinctBy(c => c.Id, StringComparer.Ordinal).Count() < terms.Criteria.Length
            || terms.Criteria.Any(c => !Limits.IsId(c.Id) || c.Title.Length is 0 or > Limits.TextLengthMax
                || c.Weight is < 1 or > IChoiceGrain.ScoreMax))
            return ChoiceRefusals.BadTerms;
        return After(choice, id, new ChoiceEvent.Put(terms, by, now));
    }

    public static Decision<ChoiceEvent, ChoiceInfo> Decide(
        this Choice choice, ScoreCandidate command, string id, DateTimeOffset now)
    {
        if (choice.Terms is not { } terms) return ChoiceRefusals.Unknown;
        if (!Limits.IsId(command.Candidate) || command.Title.Length is 0 or > Limits.TextLengthMax
            || command.Scores.Any(s => s.Value is < 0 or > IChoiceGrain.ScoreMax
                || s.Reason.Length is 0 or > Limits.TextLengthMax)
            || !command.Scores.Select(s => s.Criterion).Order(StringComparer.Ordinal)
                .SequenceEqual(terms.Criteria.Select(c => c.Id).Order(StringComparer.Ordinal)))
            return ChoiceRefusals.BadTerms.With("field", "scores");
        if (choice.Candidates.TryGetValue(command.Candidate, out var known)
            && (known.Title, known.By) == (command.Title, command.By) && known.Scores.SequenceEqual(command.Scores))
            return choice.Info(id);
        if (choice.Taken is not null) return ChoiceRefusals.Taken;
        if (known is null && choice.Candidates.Count >= IChoiceGrain.CandidatesMax) return ChoiceRefusals.Full;
        return After(choice, id, new ChoiceEvent.Scored(
            command.Candidate, command.Title, command.Scores, command.By, now));
    }

    public static Decision<ChoiceEvent, ChoiceInfo> Decide(
        this Choice choice, TakeCandidates command, string id, DateTimeOffset now)
    {
        if (choice.Terms is not { } terms) return ChoiceRefusals.Unknown;
        var ranked = choice.Ranked();
        var best = ranked.Take(terms.Take).Select(r => r.Candidate.Candidate).ToImmutableArray();
        var taken = command.Candidates is { } named
            ? [.. ranked.Select(r => r.Candidate.Candidate).Where(c => named.Contains(c, StringComparer.Ordinal))]
            : best;
        if (choice.Taken is { } before)
        {
            return before.Candidates.SequenceEqual(taken) && before.Reason == command.Reason
                ? choice.Info(id) : ChoiceRefusals.Taken;
        }

        if (command.Candidates is { } all && all.FirstOrDefault(c => !choice.Candidates.ContainsKey(c)) is { } unknown)
            return ChoiceRefusals.Unknown.With("candidate", unknown);
        if (command.Reason is { Length: 0 or > Limits.TextLengthMax }) return ChoiceRefusals.BadTerms;
        if (taken.Length < terms.Take) return ChoiceRefusals.TooFew;
        if (taken.Length > terms.Take) return ChoiceRefusals.BadTerms.With("field", "candidates");
        if (command.Reason is null && !taken.SequenceEqual(best)) return ChoiceRefusals.ReasonRequired;
        return After(choice, id, new ChoiceEvent.Taken(taken, command.Reason, command.By, now));
    }

    public static ChoiceInfo Info(this Choice choice, string id) => new(id, choice.Terms!,
    [
        .. choice.Ranked().Select((r, i) => new ChoiceCandidate(r.Candidate.Candidate, r.Candidate.Title,
            r.Candidate.Scores, Math.Round(r.Total, 1, MidpointRounding.AwayFromZero), i + 1,
            choice.Taken?.Candidates.Contains(r.Candidate.Candidate) == true, r.Candidate.By, r.Candidate.At)),
    ], choice.Taken?.At, choice.Taken?.By, choice.Taken?.Reason);

    private static IEnumerable<(ChoiceEvent.Scored Candidate, decimal Total)> Ranked(this Choice choice)
    {
        var weights = choice.Terms!.Criteria.ToDictionary(c => c.Id, c => c.Weight, StringComparer.Ordinal);
        decimal all = weights.Values.Sum();
        return choice.Candidates.Values
            .Select(c => (Candidate: c, Total: c.Scores.Sum(s => s.Value * weights[s.Criterion]) / all))
            .OrderByDescending(c => c.Total).ThenBy(c => c.Candidate.Candidate, StringComparer.Ordinal);
    }

    private static Decision<ChoiceEvent, ChoiceInfo> After(Choice choice, string id, ChoiceEvent happened) =>
        new(choice.Apply(happened).Info(id), happened);
}

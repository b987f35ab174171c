using Ale.Kernel;
using Ale.Markets;
using Ale.Policy;
using Ale.Users;

namespace Ale.Audience;

/// <summary>What is decided about a cohort; pure. Days are business days of the default market.</summary>
internal static class CohortDecide
{
    private const int RatingMax = 5; // stars
    private const int DaysMax = 3_660; // ten years

    public static Decision<CohortEvent, CohortInfo> Decide(
        this Cohort cohort, PutCohort command, string id, CohortPolicy policy, Market market, DateTimeOffset now)
    {
        var today = market.BusinessDay(now);
        if (cohort.Terms is { } terms)
        {
            return (terms.Title, terms.From) == (command.Title, command.From)
                && (command.Goal ?? terms.Goal) == terms.Goal && (command.Days ?? terms.Days) == terms.Days
                ? cohort.Info(id, today) : CohortRefusals.Changed;
        }

        var (goal, days) = (command.Goal ?? policy.Goal, command.Days ?? policy.Days);
        if (command.Title.Length is 0 or > Limits.TextLengthMax || goal is < 1 or > ICohortGrain.MembersMax
            || days is < 1 or > DaysMax || Math.Abs(command.From.DayNumber - today.DayNumber) > DaysMax)
            return CohortRefusals.BadTerms;
        var put = new CohortEvent.Put(command.Title, goal, command.From, days,
            market.StartOf(command.From.AddDays(days)), command.By, now);
        return new(cohort.Apply(put).Info(id, today), put);
    }

    public static Decision<CohortEvent, CohortMember> DecideAdd(
        this Cohort cohort, UserId user, string by, string id, DateOnly today, DateTimeOffset now)
    {
        if (cohort.Terms is not { } terms) return CohortRefusals.Unknown;
        if (cohort.Members.ContainsKey(user)) return cohort.MemberOf(user, id);
        if (today < terms.From) return CohortRefusals.NotOpen;
        if (now >= terms.EndsAt) return CohortRefusals.Closed;
        if (cohort.Members.Count >= ICohortGrain.MembersMax) return CohortRefusals.Full;
        var added = new CohortEvent.Added(user, by, now);
        return new(cohort.Apply(added).MemberOf(user, id), added);
    }

    public static Decision<CohortEvent, CohortInfo> DecideRemove(
        this Cohort cohort, UserId user, string by, string id, DateOnly today, DateTimeOffset now)
    {
        if (cohort.Terms is null) return CohortRefusals.Unknown;
        if (!cohort.Members.TryGetValue(user, out var member)) return CohortRefusals.NoMember;
        var removed = new CohortEvent.Removed(user, by, now);
        if (!member.Words.IsEmpty)
            removed = removed with { Words = member.Words.Count, Ratings = member.Words.Values.Sum(w => w.Rating) };
        return new(cohort.Apply(removed).Info(id, today), removed);
    }

    public static Decision<CohortEvent, CohortMember> Decide(
        this Cohort cohort, SayInCohort command, string id, DateTimeOffset now)
    {
        if (cohort.Terms is null) return CohortRefusals.Unknown;
        if (!cohort.Members.TryGetValue(command.User, out var member)) return CohortRefusals.NoMember;
        if (!Limits.IsId(command.Id) || command.Rating is < 1 or > RatingMax
            || command.Text.Length is 0 or > Limits.TextLengthMax) return CohortRefusals.BadTerms;
        if (member.Words.TryGetValue(command.Id, out var word))
        {
            return word == (command.Rating, command.Text) ? cohort.MemberOf(command.User, id)
                : CohortRefusals.Changed;
        }

        if (cohort.Words >= ICohortGrain.WordsMax) return CohortRefusals.Full;
        var said = new CohortEvent.Said(command.User, command.Id, command.Rating, command.Text, now);
        return new(cohort.Apply(said).MemberOf(command.User, id), said);
    }

    public static Decision<CohortEvent, Done> DecideEnd(this Cohort cohort, string role, DateTimeOffset now) =>
        cohort.Terms is not { } terms || cohort.HasEnded || now < terms.EndsAt ? default(Done)
        : new Decision<CohortEvent, Done>(default(Done),
            new CohortEvent.Ended(cohort.Members.Count, terms.Goal, role, now));

    public static CohortInfo Info(this Cohort cohort, string id, DateOnly today)
    {
        var (terms, members) = (cohort.Terms!, cohort.Members.Count);
        var gone = Math.Clamp(today.DayNumber - terms.From.DayNumber + 1, 0, terms.Days);
        var reached = members >= terms.Goal;
        var state = today < terms.From ? CohortState.Ahead
            : today > cohort.LastDay ? reached ? CohortState.Closed : CohortState.Missed
            : reached ? CohortState.Reached : CohortState.Open;
        return new(id, terms.Title, terms.Goal, terms.From, cohort.LastDay, members, Percent(members, terms.Goal),
            Percent(gone, terms.Days), state, cohort.Words);
    }

    private static CohortMember MemberOf(this Cohort cohort, UserId user, string id)
    {
        var member = cohort.Members[user];
        return new(id, user, member.AddedAt, member.Words.Count, member.Words.IsEmpty ? null
            : Math.Round((decimal)member.Words.Values.Average(w => w.Rating), 1, MidpointRounding.AwayFromZero));
    }

    private static decimal Percent(decimal part, decimal all) =>
        Math.Round(part * 100 / all, 1, MidpointRounding.AwayFromZero);
}

using Ale.Budgets;
using Ale.Kernel;
using Ale.Markets;

namespace Ale.Portfolio;

/// <summary>What is decided about a trial; pure. Days are business days of the default market.</summary>
internal static class ExplorationDecide
{
    private const int DaysMax = 3_660; // ten years

    public static Decision<ExplorationEvent, ExplorationInfo> Decide(this Exploration trial, ExplorationTerms terms,
        string by, string id, Market market, DateTimeOffset now)
    {
        if (trial.Terms is not null)
        {
            if (trial.Terms != terms) return ExplorationRefusals.Changed;
            return trial is { State: ExplorationState.NotFunded, AskingSince: null }
                ? After(trial, id, Put()) : trial.Info(id); // another try
        }

        if (terms.Title.Length is 0 or > Limits.TextLengthMax || terms.Question.Length is 0 or > Limits.TextLengthMax
            || terms.AmountMinor is < 1 or > Limits.AmountMinorMax
            || !BudgetKeys.TryParse(terms.Line, out _, out _, out _))
            return ExplorationRefusals.BadTerms;
        return IsAhead(terms.ReviewOn, market, now) ? After(trial, id, Put())
            : ExplorationRefusals.BadTerms.With("field", "reviewOn");

        ExplorationEvent.Put Put() => new(terms, market.StartOf(terms.ReviewOn), by, now);
    }

    public static Decision<ExplorationEvent, ExplorationInfo> Decide(
        this Exploration trial, DecideExploration command, string id, Market market, DateTimeOffset now)
    {
        if (trial.Terms is null) return ExplorationRefusals.Unknown;
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return ExplorationRefusals.BadTerms;
        if (command.Go != command.ReviewOn.HasValue
            || (command.ReviewOn is { } day && !IsAhead(day, market, now)))
            return ExplorationRefusals.BadTerms.With("field", "reviewOn");
        switch (trial.State)
        {
            case ExplorationState.NotFunded:
                return ExplorationRefusals.NotFunded;
            case ExplorationState.Stopped:
                return !command.Go && trial.Reason == command.Reason && trial.DecidedBy == command.By
                    ? trial.Info(id) : ExplorationRefusals.Stopped;
            case ExplorationState.Running when command.Go && trial.ReviewOn == command.ReviewOn
                && trial.Reason == command.Reason && trial.DecidedBy == command.By:
                return trial.Info(id);
            default:
                return After(trial, id, command.ReviewOn is { } next
                    ? new ExplorationEvent.Went(
                        trial.ReviewOn, next, market.StartOf(next), command.Reason, command.By, now)
                    : new ExplorationEvent.Stopped(trial.ReviewOn, command.Reason, command.By, now));
        }
    }

    /// <param name="refusal">The line's; null: the money is committed.</param>
    public static Decision<ExplorationEvent, Done> DecideAsked(
        this Exploration trial, string? refusal, DateTimeOffset now) =>
        trial.AskingSince is null ? default(Done)
        : new Decision<ExplorationEvent, Done>(default(Done), refusal is { } code
            ? new ExplorationEvent.NotFunded(code, now) : new ExplorationEvent.Funded(now));

    public static Decision<ExplorationEvent, Done> DecideReturned(
        this Exploration trial, long amountMinor, DateTimeOffset now) =>
        trial is not { State: ExplorationState.Stopped, ReturnedMinor: null } ? default(Done)
        : new Decision<ExplorationEvent, Done>(default(Done), new ExplorationEvent.Returned(amountMinor, now));

    public static Decision<ExplorationEvent, Done> DecideDue(this Exploration trial, string role, DateTimeOffset now) =>
        trial.State != ExplorationState.Running || now < trial.ReviewAt ? default(Done)
        : new Decision<ExplorationEvent, Done>(default(Done),
            new ExplorationEvent.FellDue(trial.ReviewOn, trial.Terms!.Title, role, now));

    public static ExplorationInfo Info(this Exploration t, string id) => new(
        id, t.Terms!, t.State, t.ReviewOn, t.ReturnedMinor, t.Reason, t.DecidedBy, t.DecidedAt);

    private static bool IsAhead(DateOnly day, Market market, DateTimeOffset now)
    {
        var today = market.BusinessDay(now);
        return day > today && day.DayNumber - today.DayNumber <= DaysMax;
    }

    private static Decision<ExplorationEvent, ExplorationInfo> After(
        Exploration trial, string id, ExplorationEvent happened) => new(trial.Apply(happened).Info(id), happened);
}

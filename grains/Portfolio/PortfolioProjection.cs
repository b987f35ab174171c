using System.Collections.Immutable;
using System.Diagnostics;
using Ale.Kernel;
using Orleans.Concurrency;

namespace Ale.Portfolio;

/// <summary>Trials as a table.</summary>
internal sealed class ExplorationProjection() : Projection<ExplorationEvent>(
    "explorations", 1, "exploration", ExplorationJson.Default.ExplorationEvent, Explorations)
{
    /// <summary><c>state</c> is the name of an <see cref="ExplorationState"/>; <c>review_on</c> is a day's
    /// number.</summary>
    public static readonly Table Explorations = new("exploration",
    [
        Column.TextKey("id"), Column.Text("title"), Column.Text("line"), Column.Number("amount_minor"),
        Column.Text("currency"), Column.Text("state"), Column.Number("review_on"), Column.Number("returned_minor"),
        Column.Text("reason"),
    ]);

    protected override void Project(string key, ExplorationEvent happened, JournalRow row, ViewBatch views)
    {
        var trial = views.Row(Explorations, key);
        switch (happened)
        {
            case ExplorationEvent.Put { Terms: var t }:
                trial.Set("title", t.Title).Set("line", t.Line).Set("amount_minor", t.AmountMinor)
                    .Set("currency", t.Currency).Set("review_on", t.ReviewOn.DayNumber);
                Set(ExplorationState.NotFunded);
                break;
            case ExplorationEvent.Funded:
                Set(ExplorationState.Running);
                break;
            case ExplorationEvent.FellDue:
                Set(ExplorationState.Due);
                break;
            case ExplorationEvent.Went e:
                trial.Set("review_on", e.ReviewOn.DayNumber).Set("reason", e.Reason);
                Set(ExplorationState.Running);
                break;
            case ExplorationEvent.Stopped e:
                trial.Set("reason", e.Reason);
                Set(ExplorationState.Stopped);
                break;
            case ExplorationEvent.Returned e:
                trial.Set("returned_minor", e.AmountMinor);
                break;
            case ExplorationEvent.NotFunded:
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }

        void Set(ExplorationState state) => trial.Set("state", $"{state}");
    }
}

/// <summary>Choices as a table.</summary>
internal sealed class ChoiceProjection() : Projection<ChoiceEvent>(
    "choices", 1, "choice", ChoiceJson.Default.ChoiceEvent, Choices, Candidates)
{
    /// <summary><c>taken</c> is ids with a space between two, the best first.</summary>
    public static readonly Table Choices = new("choice",
        [Column.TextKey("id"), Column.Text("title"), Column.Text("taken"), Column.Number("taken_at")]);

    public static readonly Table Candidates = new("choice_candidate",
        [Column.TextKey("choice"), Column.TextKey("candidate"), Column.Text("title")]);

    protected override void Project(string key, ChoiceEvent happened, JournalRow row, ViewBatch views)
    {
        switch (happened)
        {
            case ChoiceEvent.Put { Terms: var t }:
                views.Row(Choices, key).Set("title", t.Title);
                break;
            case ChoiceEvent.Scored e:
                views.Row(Candidates, key, e.Candidate).Set("title", e.Title);
                break;
            case ChoiceEvent.Taken e:
                views.Row(Choices, key).Set("taken", string.Join(' ', e.Candidates)).Set("taken_at", e.At);
                break;
            default:
                throw new UnreachableException($"Unknown event {happened.GetType()}"); // stop; never skip
        }
    }
}

[StatelessWorker]
internal sealed class PortfolioQueries(Views views) : Grain, IPortfolioQueries
{
    private sealed class OneTrial
    {
        public string Id { get; init; } = "";
        public string Title { get; init; } = "";
        public string Line { get; init; } = "";
        public long AmountMinor { get; init; }
        public string Currency { get; init; } = "";
        public string State { get; init; } = "";
        public long ReviewOn { get; init; }
        public long? ReturnedMinor { get; init; }
        public string? Reason { get; init; }
    }

    private sealed class OneChoice
    {
        public string Id { get; init; } = "";
        public string Title { get; init; } = "";
        public long Candidates { get; init; }
        public string? Taken { get; init; }
        public long? TakenAt { get; init; }
    }

    public async Task<Outcome<ImmutableArray<ExplorationRow>>> Explorations(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<OneTrial>("""
            select id, title, line, amount_minor as AmountMinor, currency, state, review_on as ReviewOn,
                   returned_minor as ReturnedMinor, reason
            from {exploration} where id > @after order by id limit @limit
            """, new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ExplorationRow(r.Id, r.Title, r.Line, r.AmountMinor,
            r.Currency, Enum.Parse<ExplorationState>(r.State), DateOnly.FromDayNumber((int)r.ReviewOn),
            r.ReturnedMinor, r.Reason)));
    }

    public async Task<Outcome<ImmutableArray<ChoiceRow>>> Choices(
        string? after, int limit, JournalPlace at, CancellationToken ct)
    {
        var (rows, refusal) = await views.List<OneChoice>("""
            select id, title, taken, taken_at as TakenAt,
                   (select count(*) from {choice_candidate} c where c.choice = {choice}.id) as Candidates
            from {choice} where id > @after order by id limit @limit
            """, new { after = after ?? "", limit }, at, ct);
        if (refusal is not null) return refusal;
        return ImmutableArray.CreateRange(rows!.Select(r => new ChoiceRow(r.Id, r.Title, (int)r.Candidates, r.Taken,
            r.TakenAt is { } taken ? Instants.Of(taken) : null)));
    }
}

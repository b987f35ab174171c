using Ale.Edge;

namespace Ale.Portfolio;

/// <summary>Choices by what fits, with scores and reasons (PHS-05).</summary>
internal static class ChoiceHttp
{
    public static void MapChoices(this IEndpointRouteBuilder api)
    {
        var choices = api.MapGroup("/choices").WithTags("Portfolio");

        choices.MapPut("/{id}", (Id id, ChoiceBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Choice(id).Put(body.Terms, caller.Subject, ct)))
            .Allow(Permission.PhaseWrite).WithName("putChoice").WithSummary("Enters what is chosen by, and how many");

        choices.MapPut("/{id}/candidates/{candidate}", (Id id, Id candidate, CandidateBody body, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Choice(id).Score(body.Command(candidate, caller.Subject), ct)))
            .Allow(Permission.PhaseWrite).WithName("scoreCandidate")
            .WithSummary("Scores a candidate by every criterion, each with its reason");

        choices.MapPost("/{id}/take", (Id id, TakeBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Choice(id).Take(new(
                    body.Candidates is { } named ? [.. named.Select(c => c.Value)] : null, body.Reason,
                    caller.Subject), ct)))
            .Allow(Permission.PhaseWrite).WithName("takeCandidates")
            .WithSummary("Takes the best; or others, for a reason");

        choices.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Choice(id).Get(ct)))
            .Allow(Permission.PhaseRead).WithName("getChoice")
            .WithSummary("All candidates, the best first, with scores, reasons and what was taken");

        choices.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.PortfolioQueries().Choices(page.After?.Text(0), page.Limit + 1, page.At ?? default, ct),
                found => Page<ChoiceRow>.Of(found, page.Limit, last => Cursor.Of(last.Id))))
            .Allow(Permission.PhaseRead).WithName("listChoices").WithSummary("Choices by id; as CSV too");
    }

    /// <param name="Take">How many are taken.</param>
    internal sealed record ChoiceBody(string Title, IReadOnlyList<CriterionBody> Criteria, int Take) : IValidated
    {
        internal ChoiceTerms Terms =>
            new(Title, [.. Criteria.Select(c => new ChoiceCriterion(c.Id, c.Title, c.Weight))], Take);

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Each("criteria", Criteria, IChoiceGrain.CriteriaMax, 1);
            p.Range("take", Take, 1, IChoiceGrain.CandidatesMax);
        }
    }

    /// <param name="Weight">Its share of all weights counts.</param>
    internal sealed record CriterionBody(Id Id, string Title, int Weight = 1) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Range("weight", Weight, 1, IChoiceGrain.ScoreMax);
        }
    }

    /// <param name="Scores">One of each criterion.</param>
    internal sealed record CandidateBody(string Title, IReadOnlyList<ScoreBody> Scores) : IValidated
    {
        internal ScoreCandidate Command(string candidate, string by) => new(
            candidate, Title, [.. Scores.Select(s => new ChoiceScore(s.Criterion, s.Value, s.Reason))], by);

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Each("scores", Scores, IChoiceGrain.CriteriaMax, 1);
        }
    }

    /// <param name="Value">0 to 100.</param>
    internal sealed record ScoreBody(Id Criterion, int Value, string Reason) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Range("value", Value, 0, IChoiceGrain.ScoreMax);
            p.Text("reason", Reason, min: 1);
        }
    }

    /// <param name="Candidates">Absent: the best.</param>
    /// <param name="Reason">Needed for others than the best.</param>
    internal sealed record TakeBody(IReadOnlyList<Id>? Candidates = null, string? Reason = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Count("candidates", Candidates, IChoiceGrain.CandidatesMax, 1);
            p.Text("reason", Reason, min: 1);
        }
    }
}

using Ale.Edge;

namespace Ale.Portfolio;

/// <summary>Trials of something new, with stop or go (PHS-04).</summary>
internal static class ExplorationHttp
{
    public static void MapExplorations(this IEndpointRouteBuilder api)
    {
        var explorations = api.MapGroup("/explorations").WithTags("Portfolio");

        explorations.MapPut("/{id}", (Id id, ExplorationBody body, Caller caller, IGrainFactory grains,
                EdgeCall edge) => edge.Run(ct => grains.Exploration(id).Put(body.Terms, caller.Subject, ct)))
            .Allow(Permission.BudgetSpend).WithName("putExploration")
            .WithSummary("Enters a trial and commits its money; when the line refuses it, the same again tries again");

        explorations.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Exploration(id).Get(ct)))
            .Allow(Permission.BudgetRead).WithName("getExploration").WithSummary("A trial as it is now");

        explorations.MapPost("/{id}/decide", (Id id, ExplorationWord body, Caller caller, IGrainFactory grains,
                EdgeCall edge) => edge.Run(ct => grains.Exploration(id).Decide(
                    new(body.Go, body.Reason, body.ReviewOn, caller.Subject), ct)))
            .Allow(Permission.BudgetPlan).WithName("decideExploration")
            .WithSummary("Stop, and what was not spent returns to its line; or go, until another day");

        explorations.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.PortfolioQueries().Explorations(
                    page.After?.Text(0), page.Limit + 1, page.At ?? default, ct),
                found => Page<ExplorationRow>.Of(found, page.Limit, last => Cursor.Of(last.Id))))
            .Allow(Permission.BudgetRead).WithName("listExplorations").WithSummary("Trials by id; as CSV too");
    }

    /// <param name="Line">The budget line, as <c>2026-06-research-explore</c>.</param>
    /// <param name="ReviewOn">The day on which it is looked at; after today.</param>
    internal sealed record ExplorationBody(
        string Title, string Question, Id Line, long AmountMinor, string Currency, DateOnly ReviewOn) : IValidated
    {
        internal ExplorationTerms Terms => new(Title, Question, Line, AmountMinor, Currency, ReviewOn);

        public void Validate(Problems p)
        {
            p.Text("title", Title, min: 1);
            p.Text("question", Question, min: 1);
            p.Money("amountMinor", AmountMinor, 1);
            p.Currency("currency", Currency);
        }
    }

    /// <param name="ReviewOn">With go, the next day on which it is looked at.</param>
    internal sealed record ExplorationWord(bool Go, string Reason, DateOnly? ReviewOn = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Text("reason", Reason, min: 1);
            p.Require(Go == ReviewOn.HasValue, "reviewOn", "Must be there with go, and not with stop.");
        }
    }
}

using Ale.Edge;

namespace Ale.Reviews;

/// <summary>
/// Findings and what is proposed. Everybody of the house sees those of his roles; who decides must have the role
/// himself: a backend or an operator does not decide for it.
/// </summary>
internal static class ReviewHttp
{
    public static void MapReviews(this IEndpointRouteBuilder api)
    {
        var reviews = api.MapGroup("/reviews").WithTags("Reviews");

        reviews.MapGet("", (string? state, Id? kind, PageRequest page, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
            {
                var wanted = new ReviewsWanted(page.Limit + 1)
                {
                    Roles = caller.RolesActedFor,
                    Kind = kind?.Value,
                    State = QueryEnum.Of<ReviewState>("state", state),
                    BeforeOpened = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.ReviewQueries().Reviews(wanted, page.At ?? default, ct),
                    found => Page<ReviewReply>.Of([.. found.Select(ReviewReply.Of)], page.Limit,
                        last => Cursor.Of(last.OpenedAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.FindingRead).WithName("listReviews")
            .WithSummary("Reviews of the caller's roles, the latest opened first; ?state= and ?kind= narrow the list");

        reviews.MapPut("/{id}", (Id id, ReviewBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Review(id).Open(body.Terms, caller.Subject, ct), ReviewReply.Of))
            .Allow(Permission.FindingWrite).WithName("putReview")
            .WithSummary("Opens a review of a finding; the same again: the review as it is now");

        reviews.MapGet("/{id}", (Id id, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Review(id).Get(caller.RolesActedFor, ct), ReviewReply.Of))
            .Allow(Permission.FindingRead).WithName("getReview").WithSummary("A review as it is now");

        foreach (var (name, accept) in new[] { ("accept", true), ("refuse", false) })
        {
            reviews.MapPost($"/{{id}}/{name}", (Id id, ReviewDecisionBody body, CommandKey key, Caller caller,
                    IGrainFactory grains, EdgeCall edge) =>
                    edge.Run(
                        ct => grains.Review(id).Decide(
                            new(accept, key, caller.Subject, [.. caller.Roles], body.Reason), ct), ReviewReply.Of))
                .Allow(Permission.FindingDecide).WithName($"{name}Review")
                .WithSummary(accept ? "Accepts the proposal; its effect follows" : "Refuses the proposal");
        }
    }

    /// <summary>A finding; no personal data, for it is kept for ever. Only the house's own rules name an
    /// effect.</summary>
    /// <param name="Kind">The sort of finding.</param>
    /// <param name="Subject">The thing it is about, as session/S1.</param>
    /// <param name="Role">Whose holders decide.</param>
    /// <param name="ExpiresAt">When it is over undecided; absent: as the policy says.</param>
    internal sealed record ReviewBody(
        Id Kind, string Title, string Subject, string Finding, string Proposal, Id Role,
        DateTimeOffset? ExpiresAt = null) : IValidated
    {
        internal ReviewTerms Terms => new(Kind, Title, Subject, Finding, Proposal, Role) { ExpiresAt = ExpiresAt };

        public void Validate(Problems p)
        {
            p.Text("title", Title, ReviewTerms.TitleLengthMax, 1);
            p.Text("subject", Subject, ReviewTerms.TitleLengthMax, 1);
            p.Text("finding", Finding, ReviewTerms.TextLengthMax, 1);
            p.Text("proposal", Proposal, ReviewTerms.TextLengthMax, 1);
            p.Instant("expiresAt", ExpiresAt);
        }
    }

    /// <param name="Reason">Why.</param>
    internal sealed record ReviewDecisionBody(string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <summary>A review as answered; the members mean what they do in <see cref="ReviewInfo"/>.</summary>
    internal sealed record ReviewReply(
        string Id, string Kind, string Title, string Subject, string Finding, string Proposal, string Role,
        string? Effect, ReviewState State, ReviewEffectState EffectState, string? EffectRefusal, string OpenedBy,
        DateTimeOffset OpenedAt, DateTimeOffset ExpiresAt, string? ClosedBy, DateTimeOffset? ClosedAt, string? Reason)
    {
        public static ReviewReply Of(ReviewInfo r) => new(r.Id, r.Terms.Kind, r.Terms.Title, r.Terms.Subject,
            r.Terms.Finding, r.Terms.Proposal, r.Terms.Role, r.Terms.Effect?.Name, r.State, r.EffectState,
            r.EffectRefusal, r.OpenedBy, r.OpenedAt, r.ExpiresAt, r.ClosedBy, r.ClosedAt, r.Reason);
    }
}

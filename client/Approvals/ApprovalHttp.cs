using System.Collections.Immutable;
using Ale.Edge;
using Ale.Registers;

namespace Ale.Approvals;

/// <summary>Questions that people decide: asked by a rule of another slice, or by somebody here.</summary>
internal static class ApprovalHttp
{
    /// <summary>Whose holders decide a question that names no role.</summary>
    private const string Approver = "approver";

    public static void MapApprovals(this IEndpointRouteBuilder api)
    {
        var approvals = api.MapGroup("/approvals").WithTags("Approvals");

        approvals.MapGet("", (string? state, Id? kind, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var wanted = new ApprovalsWanted(page.Limit + 1)
                {
                    State = QueryEnum.Of<ApprovalState>("state", state),
                    Kind = kind?.Value,
                    BeforeAsked = page.After?.Instant(0),
                    BeforeId = page.After?.Text(1),
                };
                return edge.Run(
                    ct => grains.ApprovalQueries().Approvals(wanted, page.At ?? default, ct),
                    found => Page<ApprovalRow>.Of(found, page.Limit,
                        last => Cursor.Of(last.AskedAt.ToUnixTimeMilliseconds(), last.Id)));
            })
            .Allow(Permission.ApprovalRead).WithName("listApprovals")
            .WithSummary("Approvals, the latest asked first; ?state= and ?kind= narrow the list");

        approvals.MapPut("/{id}", (Id id, ApprovalBody body, Caller caller, Deciders deciders,
                IGrainFactory grains, EdgeCall edge) =>
            {
                if (!ApprovalIds.TryParse(id, out _, out _))
                    throw new ProblemException(Problem.Invalid("id", "Must be kind:key:number."));
                return edge.Run(
                    ct => deciders.Ask(grains, id, body.Question(caller.Subject), ct), ApprovalReply.Of);
            })
            .Allow(Permission.ApprovalAsk).WithName("putApproval")
            .WithSummary("Asks for an approval, of a kind that no rule of the house asks for; who asks may not decide");

        approvals.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Approval(id).Get(ct), ApprovalReply.Of))
            .Allow(Permission.ApprovalRead).WithName("getApproval")
            .WithSummary("An approval with its breakdown and decisions as it is now");

        approvals.MapPost("/{id}/decide", (Id id, ApprovalDecisionBody body, CommandKey key, Caller caller,
                Deciders deciders, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    async ct =>
                    {
                        var (roles, stands) = await RolesOf(caller, id, grains, ct);
                        var decision = new DecideApproval(
                            id, body.Decision, key, caller.Subject, roles, body.Reason)
                        { StandsInFor = stands };
                        return await deciders.Decide(grains, decision, ct);
                    },
                    ApprovalReply.Of))
            .Allow(Permission.ApprovalDecide, Permission.FindingDecide).WithName("decideApproval")
            .WithSummary("Approves or rejects, also as a stand-in of the role; 403 approval.own for who asked");
    }

    /// <summary>
    /// His own roles; where none of them decides the question, also the one for which he stands in just now, and which
    /// that is. Who entered a stand-in is not it (TEC-12).
    /// </summary>
    private static async Task<(ImmutableArray<string> Roles, string? StandsInFor)> RolesOf(
        Caller caller, string id, IGrainFactory grains, CancellationToken ct)
    {
        // Who may not decide by his own role decides by none of them.
        ImmutableArray<string> own = caller.May(Permission.ApprovalDecide) ? [.. caller.Roles] : [];
        var (approval, _) = await grains.Approval(id).Get(ct);
        if (approval is null || !Limits.IsId(caller.Subject)) return (own, null);
        string[] deciding = [approval.Question.Role, approval.EscalatedTo ?? approval.Question.Role];
        if (deciding.Any(role => own.Contains(role))) return (own, null);
        foreach (var role in deciding.Distinct(StringComparer.Ordinal))
        {
            var (stands, _) = await grains.Register(ApprovalKeys.StandIns, caller.Subject)
                .Valid(null, [new("role", role)], ct);
            if (stands?.Entry is { } entry && entry.EnteredBy != caller.Subject) return (own.Add(role), role);
        }

        return (own, null);
    }

    /// <summary>A question; no personal data, for it is kept for ever.</summary>
    /// <param name="Subject">The thing it is about, as order/O1.</param>
    /// <param name="Breakdown">What it is made of, at most 100 lines.</param>
    /// <param name="Role">Whose holders decide; approver when absent.</param>
    /// <param name="Quorum">How many distinct people must approve; 1 when absent.</param>
    /// <param name="ExpiresAt">When it is over undecided; absent: as the policy says.</param>
    internal sealed record ApprovalBody(
        string Title, string Subject, ImmutableArray<ApprovalLineBody> Breakdown, string? Currency = null,
        Id? Role = null, int Quorum = 1, DateTimeOffset? ExpiresAt = null) : IValidated
    {
        internal AskApproval Question(string by) => new(Title, Subject,
            [.. Breakdown.Select(line => new ApprovalLine(line.Label, line.AmountMinor, line.Note))], by,
            Role?.Value ?? Approver, Quorum)
        { Currency = Currency, ExpiresAt = ExpiresAt };

        public void Validate(Problems p)
        {
            p.Text("title", Title, AskApproval.TitleLengthMax, 1);
            p.Text("subject", Subject, AskApproval.TitleLengthMax, 1);
            p.Currency("currency", Currency);
            p.Range("quorum", Quorum, 1, AskApproval.QuorumMax);
            p.Instant("expiresAt", ExpiresAt);
            p.Each("breakdown", Breakdown, AskApproval.BreakdownMax);
        }
    }

    /// <param name="AmountMinor">In the question's currency, of either sign.</param>
    internal sealed record ApprovalLineBody(string Label, long? AmountMinor = null, string? Note = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Text("label", Label, ApprovalLine.TextLengthMax, 1);
            p.Money("amountMinor", AmountMinor, -Limits.AmountMinorMax);
            p.Text("note", Note, ApprovalLine.TextLengthMax, 1);
        }
    }

    /// <param name="Reason">Why.</param>
    internal sealed record ApprovalDecisionBody(ApprovalDecision Decision, string Reason) : IValidated
    {
        public void Validate(Problems p) => p.Text("reason", Reason, min: 1);
    }

    /// <summary>An approval as answered; the members mean what they do in <see cref="ApprovalInfo"/>.</summary>
    internal sealed record ApprovalReply(
        string Id, string Title, string Subject, ImmutableArray<ApprovalLine> Breakdown, string? Currency,
        string AskedBy, string Role, int Quorum, ApprovalState State, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt,
        ImmutableArray<ApprovalVote> Votes, DateTimeOffset? ClosedAt, string? EscalatedTo)
    {
        public static ApprovalReply Of(ApprovalInfo a) => new(a.Id, a.Question.Title, a.Question.Subject,
            a.Question.Breakdown, a.Question.Currency, a.Question.AskedBy, a.Question.Role, a.Question.Quorum, a.State,
            a.AskedAt, a.ExpiresAt, a.Votes, a.ClosedAt, a.EscalatedTo);
    }
}

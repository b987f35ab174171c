using System.Globalization;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Approvals;

/// <summary>What is decided about an approval.</summary>
internal static class ApprovalDecide
{
    private const string Detail = "detail"; // what the edge says instead of the code

    public static Decision<ApprovalEvent, ApprovalInfo> Decide(
        this Approval approval, AskApproval command, string id, ApprovalPolicy policy, DateTimeOffset now)
    {
        if (FaultOf(command, id) is { } fault) return Bad(fault.Field, fault.Rule);
        if (approval.Asking is { } asked)
            return asked.Question.Equals(command) ? approval.Info(id) : ApprovalRefusals.Changed;
        if (command.ExpiresAt <= now) return Bad("expiresAt", "Must lie ahead.");
        var expires = command.ExpiresAt ?? now + TimeSpan.FromHours(policy.ExpireHours);
        var wait = TimeSpan.FromHours(policy.EscalateHours);
        var (up, half) = (policy.Work?.After(now, wait) ?? now + wait, HalfOf(policy.Work, now, expires));
        return After(approval, id, new ApprovalEvent.Asked(command, expires, now)
        {
            EscalatesAt = policy.EscalateRole == command.Role ? null : up < half ? up : half,
            EscalatesTo = policy.EscalateRole == command.Role ? null : policy.EscalateRole,
        });
    }

    public static Decision<ApprovalEvent, ApprovalInfo> Decide(
        this Approval approval, DecideApproval command, string id, DateTimeOffset now)
    {
        if (!IsText(command.Reason, Limits.TextLengthMax)) return Bad("reason", LengthOf(Limits.TextLengthMax));
        if (approval.Asking is not { Question: var question }) return ApprovalRefusals.Unknown;
        if (command.By == question.AskedBy)
            return ApprovalRefusals.Own.With(Detail, $"{question.AskedBy} asked for it; somebody else decides.");
        if (!command.Roles.Contains(question.Role)
            && !(approval.EscalatedTo is { } up && command.Roles.Contains(up)))
            return ApprovalRefusals.Role.With(Detail, approval.WhoDecides());
        if (approval.Keys.Find(command.Key, now) is { } done)
        {
            return done.Command == CommandOf(command.By, command.Decision, command.Reason)
                ? done.Answer with { Id = id } : ApprovalRefusals.Changed;
        }

        var over = ApprovalRefusals.Expired.With(
            Detail, $"It was over, undecided, at {At(approval.Asking!.ExpiresAt)}.");
        if (approval.State == ApprovalState.Expired) return over;
        if (approval.Closing is not null) return ApprovalRefusals.Decided.With(Detail, approval.HowItEnded());
        if (approval.Asking.ExpiresAt <= now) // nobody was there to see it; it is over all the same
            return new(over, new ApprovalEvent.Closed(ApprovalState.Expired, null, now));
        if (approval.Votes.FirstOrDefault(v => v.By == command.By) is { } vote)
            return ApprovalRefusals.Twice.With(Detail, $"{Said(vote)}; one person decides once.");
        var voted = new ApprovalEvent.Voted(command.By, command.Decision, command.Reason, command.Key, now)
        { StandsInFor = command.StandsInFor };
        return approval.Apply(voted).Outcome() is { } outcome
            ? After(approval, id, voted, new ApprovalEvent.Closed(outcome, null, now)) : After(approval, id, voted);
    }

    public static Decision<ApprovalEvent, ApprovalInfo> DecideWithdraw(
        this Approval approval, string reason, string id, DateTimeOffset now)
    {
        if (approval.Asking is null) return ApprovalRefusals.Unknown;
        if (approval.Closing is not null) return approval.Info(id);
        var kept = reason.Cut(Limits.TextLengthMax);
        return After(approval, id, new ApprovalEvent.Closed(ApprovalState.Withdrawn, kept, now));
    }

    public static Decision<ApprovalEvent, Done> DecideDue(this Approval approval, DateTimeOffset now)
    {
        if (!(approval.DueAt <= now)) return default(Done);
        if (approval.Asking!.ExpiresAt <= now)
            return new(default(Done), new ApprovalEvent.Closed(ApprovalState.Expired, null, now));
        return new(default(Done), new ApprovalEvent.Escalated(approval.Asking.EscalatesTo!, now));
    }

    /// <summary>What tells a decision from another under the same key.</summary>
    public static string CommandOf(string by, ApprovalDecision decision, string reason) => $"{decision}:{by}:{reason}";

    private static string WhoDecides(this Approval approval) => approval.EscalatedTo is { } up
        ? $"Holders of {approval.Asking!.Question.Role} or {up} decide it."
        : $"Holders of {approval.Asking!.Question.Role} decide it.";

    private static string HowItEnded(this Approval approval) => approval.State == ApprovalState.Withdrawn
        ? $"It was withdrawn at {At(approval.Closing!.At)}."
        : $"It was {approval.State.ToString().ToLowerInvariant()} at {At(approval.Closing!.At)}: "
            + $"{string.Join(", ", approval.Votes.Select(Said))}.";

    private static string Said(ApprovalVote vote) =>
        $"{vote.By} {(vote.Decision == ApprovalDecision.Approve ? "approved" : "rejected")} it at {At(vote.At)}";

    private static string At(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Decision<ApprovalEvent, ApprovalInfo> After(
        Approval approval, string id, params ApprovalEvent[] happened) =>
        new(happened.Aggregate(approval, (state, e) => state.Apply(e)).Info(id), happened);

    /// <summary>Half of its time: of working time where that counts and people work at all before it is over.</summary>
    private static DateTimeOffset HalfOf(WorkingTime? work, DateTimeOffset now, DateTimeOffset expires) =>
        work?.Between(now, expires) is { } worked && worked > TimeSpan.Zero
            ? work.After(now, worked / 2) : now + ((expires - now) / 2);

    private static Refusal Bad(string field, string rule) =>
        ApprovalRefusals.BadTerms.With("field", field).With(Detail, rule);

    /// <summary>What has not its form, and which that is; null: all is well.</summary>
    private static (string Field, string Rule)? FaultOf(AskApproval q, string id) =>
        !ApprovalIds.TryParse(id, out _, out _) ? ("id", "Must be kind:key:number.")
        : !IsText(q.Title, AskApproval.TitleLengthMax) ? ("title", LengthOf(AskApproval.TitleLengthMax))
        : !IsText(q.Subject, AskApproval.TitleLengthMax) ? ("subject", LengthOf(AskApproval.TitleLengthMax))
        : !IsText(q.AskedBy, AskApproval.TitleLengthMax) ? ("askedBy", LengthOf(AskApproval.TitleLengthMax))
        : !Limits.IsId(q.Role) ? ("role", "Must be an id.")
        : q.Quorum is < 1 or > AskApproval.QuorumMax
            ? ("quorum", FormattableString.Invariant($"Must be from 1 to {AskApproval.QuorumMax}."))
        : q.Breakdown.Length > AskApproval.BreakdownMax || !q.Breakdown.All(IsGood)
            ? ("breakdown", FormattableString.Invariant(
                $"Must have at most {AskApproval.BreakdownMax} lines, each with a label and an amount in range."))
        : null;

    private static string LengthOf(int max) => FormattableString.Invariant($"Must have 1 to {max} characters.");

    private static bool IsGood(ApprovalLine line) => IsText(line.Label, ApprovalLine.TextLengthMax)
        && (line.Note is null || IsText(line.Note, ApprovalLine.TextLengthMax))
        && line.AmountMinor is null or (>= -Limits.AmountMinorMax and <= Limits.AmountMinorMax);

    private static bool IsText(string text, int max) => text.Length > 0 && text.Length <= max;
}

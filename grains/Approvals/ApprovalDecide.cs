using System.Globalization;
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
        if (!IsGood(command) || !ApprovalIds.TryParse(id, out _, out _)) return ApprovalRefusals.BadTerms;
        if (approval.Asking is { } asked)
            return asked.Question.Equals(command) ? approval.Info(id) : ApprovalRefusals.Changed;
        if (command.ExpiresAt <= now) return ApprovalRefusals.BadTerms;
        var expires = command.ExpiresAt ?? now + TimeSpan.FromHours(policy.ExpireHours);
        var wait = TimeSpan.FromHours(policy.EscalateHours);
        var (up, half) = (policy.Work?.After(now, wait) ?? now + wait, now + ((expires - now) / 2));
        return After(approval, id, new ApprovalEvent.Asked(command, expires, now)
        {
            EscalatesAt = policy.EscalateRole == command.Role ? null : up < half ? up : half,
            EscalatesTo = policy.EscalateRole == command.Role ? null : policy.EscalateRole,
        });
    }

    public static Decision<ApprovalEvent, ApprovalInfo> Decide(
        this Approval approval, DecideApproval command, string id, DateTimeOffset now)
    {
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return ApprovalRefusals.BadTerms;
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
        var voted = new ApprovalEvent.Voted(command.By, command.Decision, command.Reason, command.Key, now);
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

    private static bool IsGood(AskApproval q) =>
        IsText(q.Title, AskApproval.TitleLengthMax) && IsText(q.Subject, AskApproval.TitleLengthMax)
        && IsText(q.AskedBy, AskApproval.TitleLengthMax) && Limits.IsId(q.Role)
        && q.Quorum is >= 1 and <= AskApproval.QuorumMax && q.Breakdown.Length <= AskApproval.BreakdownMax
        && q.Breakdown.All(line => IsText(line.Label, ApprovalLine.TextLengthMax)
            && (line.Note is null || IsText(line.Note, ApprovalLine.TextLengthMax))
            && line.AmountMinor is null or (>= -Limits.AmountMinorMax and <= Limits.AmountMinorMax));

    private static bool IsText(string text, int max) => text.Length > 0 && text.Length <= max;
}

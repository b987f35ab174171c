using Ale.Approvals;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Orders;

/// <summary>What is decided about a refund.</summary>
internal sealed partial record Refund
{
    /// <summary>Where the money cannot be compared with any limit, as many must agree as for the largest.</summary>
    public const int QuorumMax = 2;

    /// <summary>How many people must agree (SHP-04): exactly the limit runs by itself.</summary>
    /// <param name="policy">Of a market with the refund's currency; null: there is none.</param>
    public static int QuorumOf(long amountMinor, RefundPolicy? policy) =>
        policy is null ? QuorumMax
        : amountMinor <= policy.AutoMinor ? 0
        : amountMinor < policy.TwoFromMinor ? 1 : QuorumMax;

    /// <param name="limits">See <see cref="QuorumOf"/>.</param>
    /// <param name="role">Whose holders decide.</param>
    public Decision<RefundEvent, RefundView> Decide(
        RefundTerms terms, RefundPolicy? limits, string role, string id, DateTimeOffset now)
    {
        if (terms.AmountMinor is < 1 or > Limits.AmountMinorMax) return RefundRefusals.BadTerms;
        if (Opening is not null) return Opening.Terms == terms ? View(id) : RefundRefusals.Changed;
        return After(id, new RefundEvent.Opened(terms, QuorumOf(terms.AmountMinor, limits), role, now));
    }

    public Decision<RefundEvent, RefundView> DecideAsked(string approvalId, string id, DateTimeOffset now) =>
        IsToAsk ? After(id, new RefundEvent.Asked(approvalId, now)) : View(id);

    /// <summary>Who asked first may not decide, not even when another has asked anew.</summary>
    public bool IsAskedBy(string who) => Opening?.Terms.By == who;

    /// <summary>The approval is closed; one that comes late, or again, does nothing.</summary>
    public Decision<RefundEvent, RefundView> DecideSettled(ApprovalInfo approval, string id, DateTimeOffset now) =>
        State != RefundState.Waiting || IsToAsk || approval.Id != ApprovalId
            || approval.State == ApprovalState.Open ? View(id)
        : After(id, approval.State == ApprovalState.Approved
            ? new RefundEvent.Cleared(now)
            : new RefundEvent.Rejected($"{approval.State}".ToLowerInvariant(), now));

    /// <summary>True: the acquirer is to be asked now.</summary>
    public bool IsToTry(DateTimeOffset now) =>
        State == RefundState.Paying && (Attempts == 0 || NextTryAt <= now);

    /// <summary>
    /// The acquirer was asked. The waits double up to a cap; the last attempt is at the end of the time of trying, and
    /// when that came to nothing either, it is given up.
    /// </summary>
    public Decision<RefundEvent, RefundView> DecideTried(
        string? fault, RefundPolicy policy, string id, DateTimeOffset now)
    {
        if (State != RefundState.Paying) return View(id); // its event came while it was asked
        var end = TryingSince + TimeSpan.FromHours(policy.RetryHours);
        var wait = Math.Min((long)policy.RetrySeconds << Math.Min(Attempts, 20), policy.RetryCapSeconds);
        var next = now + TimeSpan.FromSeconds(wait);
        var tried = new RefundEvent.Tried(fault, next < end || now >= end ? next : end, now);
        return now < end ? After(id, tried)
            : After(id, tried, new RefundEvent.Failed(Attempts + 1, policy.OwnerRole, now));
    }

    public Decision<RefundEvent, RefundView> Decide(RetryRefund command, string id, DateTimeOffset now)
    {
        if (Opening is null) return RefundRefusals.Unknown;
        if (Keys.Find(command.Key, now) is { } before) return before.Answer with { Id = id };
        return State switch
        {
            RefundState.Paid => RefundRefusals.Paid,
            RefundState.Waiting or RefundState.Paying => RefundRefusals.Underway,
            _ => After(id, new RefundEvent.Retried(command.Key, command.By, FailedAt, now)),
        };
    }

    public Decision<RefundEvent, RefundView> DecidePaid(string eventId, string id, DateTimeOffset now) =>
        Opening is null ? RefundRefusals.Unknown
        : State == RefundState.Paid ? View(id) : After(id, new RefundEvent.Paid(eventId, FailedAt, now));

    private Decision<RefundEvent, RefundView> After(string id, params RefundEvent[] happened) =>
        new(happened.Aggregate(this, (state, e) => state.Apply(e)).View(id), happened);
}

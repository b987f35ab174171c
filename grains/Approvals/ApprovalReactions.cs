using Ale.Inbox;
using Ale.Kernel;

namespace Ale.Approvals;

/// <summary>
/// Who decides finds the question in his inbox; the grain that asked hears of its end, also when the edge that sent the
/// last decision is gone, or nobody decided in time.
/// </summary>
internal sealed class ApprovalReactions(Deciders deciders)
    : Reaction<ApprovalEvent>("approval-ends", "approval", ApprovalJson.Default.ApprovalEvent)
{
    private const string By = "approvals", Kind = "approval";

    protected override async Task<Refusal?> React(
        string key, ApprovalEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case ApprovalEvent.Asked { Question: var q } e:
                var terms = new InboxTerms(Kind, $"To decide: {q.Title}", $"approval/{key}", q.Role,
                    InboxSeverity.Warning, e.ExpiresAt);
                return (await grains.InboxItem(ItemOf(key)).Open(terms, By)).Refusal;
            case ApprovalEvent.Escalated e:
                var (asked, gone) = await grains.Approval(key).Get();
                return gone ?? (await grains.InboxItem(ItemOf(key, isUp: true)).Open(new(Kind,
                    $"Nobody has decided: {asked!.Question.Title}", $"approval/{key}", e.Role, InboxSeverity.Alarm,
                    asked.ExpiresAt), By)).Refusal;
            case ApprovalEvent.Closed e:
                var done = await grains.InboxItem(ItemOf(key)).Close(By, ApprovalProjection.NameOf(e.State));
                if (done.Refusal is { } refusal) return refusal;
                var up = await grains.InboxItem(ItemOf(key, isUp: true)).Close(By, ApprovalProjection.NameOf(e.State));
                if (up.Refusal is { Kind: not RefusalKind.NotFound } no) return no; // most never go up
                if (deciders.Of(grains, key) is not { } decider) return null;
                var (approval, unknown) = await grains.Approval(key).Get();
                return unknown ?? (await decider.Settle(approval!)).Refusal;
            default:
                return null;
        }
    }

    /// <summary>The item that asks people to decide.</summary>
    /// <param name="isUp">The one of those to whom it went up.</param>
    public static string ItemOf(string id, bool isUp = false) => CauseIds.Of(Kind, isUp ? id + "/up" : id);
}

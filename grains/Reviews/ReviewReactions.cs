using Ale.Inbox;
using Ale.Kernel;

namespace Ale.Reviews;

/// <summary>
/// Who decides finds the review in his inbox; what is accepted is done by the slice that proposed it; one that could
/// not be done comes back to the inbox.
/// </summary>
internal sealed class ReviewReactions(ReviewEffects effects)
    : Reaction<ReviewEvent>("review-effects", "review", ReviewJson.Default.ReviewEvent)
{
    private const string By = "reviews", Kind = "review", Failed = "review_failed";

    protected override async Task<Refusal?> React(
        string key, ReviewEvent happened, string eventId, IGrainFactory grains)
    {
        switch (happened)
        {
            case ReviewEvent.Opened { Terms: var t } e:
                return (await grains.InboxItem(CauseIds.Of(Kind, key)).Open(new(Kind, $"To review: {t.Title}",
                    $"review/{key}", t.Role, InboxSeverity.Notice, e.ExpiresAt), By)).Refusal;
            case ReviewEvent.Closed e:
                var item = await grains.InboxItem(CauseIds.Of(Kind, key)).Close(By, ReviewProjection.NameOf(e.State));
                return item.Refusal ?? (e.State == ReviewState.Accepted ? await RunEffect(key, grains) : null);
            case ReviewEvent.Settled { Refusal: { } code }:
                var (review, unknown) = await grains.Review(key).Get();
                return unknown ?? (await grains.InboxItem(CauseIds.Of(Failed, key)).Open(new(Failed,
                    $"Accepted, but refused ({code}): {review!.Terms.Title}", $"review/{key}", review.Terms.Role,
                    InboxSeverity.Alarm, null), By)).Refusal;
            default:
                return null;
        }
    }

    /// <summary>A crash between the effect and its settlement runs it again, under the same id.</summary>
    private async Task<Refusal?> RunEffect(string key, IGrainFactory grains)
    {
        var (review, unknown) = await grains.Review(key).Get();
        if (unknown is not null) return unknown;
        if (review!.EffectState != ReviewEffectState.Pending) return null;
        var refusal = await effects.Run(review, grains);
        if (refusal is { Kind: RefusalKind.Busy }) return refusal; // nothing was decided: tried again
        return (await grains.Review(key).Settle(refusal?.Code)).Refusal;
    }
}

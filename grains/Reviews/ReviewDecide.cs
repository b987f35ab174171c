using Ale.Kernel;
using Ale.Policy;

namespace Ale.Reviews;

/// <summary>What is decided about a review.</summary>
internal static class ReviewDecide
{
    /// <param name="isKnown">True: a slice knows how to do an effect of this name.</param>
    public static Decision<ReviewEvent, ReviewInfo> Decide(
        this Review review, ReviewTerms terms, string by, Func<string, bool> isKnown, string id, ReviewPolicy policy,
        DateTimeOffset now)
    {
        if (!IsGood(terms)) return ReviewRefusals.BadTerms;
        if (review.Opening is { } opened) return opened.Terms == terms ? review.Info(id) : ReviewRefusals.Changed;
        if (terms.ExpiresAt <= now) return ReviewRefusals.BadTerms;
        if (terms.Effect is { } effect && !isKnown(effect.Name)) return ReviewRefusals.UnknownEffect;
        return After(review, id, new ReviewEvent.Opened(
            terms, by, terms.ExpiresAt ?? now + TimeSpan.FromDays(policy.ExpireDays), now));
    }

    public static Decision<ReviewEvent, ReviewInfo> Decide(
        this Review review, DecideReview command, string id, DateTimeOffset now)
    {
        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return ReviewRefusals.BadTerms;
        if (review.Opening is not { } opening) return ReviewRefusals.Unknown;
        if (command.By == opening.By) return ReviewRefusals.Own;
        if (!command.Roles.Contains(opening.Terms.Role)) return ReviewRefusals.Role;
        if (review.Keys.Find(command.Key, now) is { } done)
        {
            return done.Command == CommandOf(command.By, command.Accept, command.Reason)
                ? done.Answer with { Id = id } : ReviewRefusals.Changed;
        }

        if (review.State == ReviewState.Expired) return ReviewRefusals.Expired;
        if (review.Closing is not null) return ReviewRefusals.Decided;
        if (review.DueAt <= now) return new(ReviewRefusals.Expired, Over(now));
        return After(review, id, new ReviewEvent.Closed(command.Accept ? ReviewState.Accepted : ReviewState.Refused,
            command.By, command.Reason, command.Key, now));
    }

    public static Decision<ReviewEvent, ReviewInfo> DecideSettle(
        this Review review, string? refusal, string id, DateTimeOffset now) => review.EffectState switch
        {
            ReviewEffectState.None => ReviewRefusals.NoEffect,
            ReviewEffectState.Pending => After(review, id, new ReviewEvent.Settled(refusal, now)),
            _ => review.Info(id),
        };

    public static Decision<ReviewEvent, Done> DecideDue(this Review review, DateTimeOffset now) =>
        review.DueAt <= now ? new Decision<ReviewEvent, Done>(default(Done), Over(now)) : default(Done);

    /// <summary>What tells a decision from another under the same key.</summary>
    public static string CommandOf(string by, bool accept, string reason) =>
        $"{(accept ? "accept" : "refuse")}:{by}:{reason}";

    private static ReviewEvent.Closed Over(DateTimeOffset now) => new(ReviewState.Expired, null, null, null, now);

    private static Decision<ReviewEvent, ReviewInfo> After(Review review, string id, ReviewEvent happened) =>
        new(review.Apply(happened).Info(id), happened);

    private static bool IsGood(ReviewTerms t) =>
        Limits.IsId(t.Kind) && Limits.IsId(t.Role)
        && IsText(t.Title, ReviewTerms.TitleLengthMax) && IsText(t.Subject, ReviewTerms.TitleLengthMax)
        && IsText(t.Finding, ReviewTerms.TextLengthMax) && IsText(t.Proposal, ReviewTerms.TextLengthMax)
        && (t.Effect is null
            || (Limits.IsId(t.Effect.Name) && t.Effect.Argument.Length <= ReviewEffect.ArgumentLengthMax));

    private static bool IsText(string text, int max) => text.Length > 0 && text.Length <= max;
}

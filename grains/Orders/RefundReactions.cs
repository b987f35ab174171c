using System.Globalization;
using Ale.Inbox;
using Ale.Kernel;

namespace Ale.Orders;

/// <summary>
/// The order hears of a refund that waits, fails or is rejected; one that failed has an owner until it goes on.
/// </summary>
internal sealed class RefundReactions()
    : Reaction<RefundEvent>("refund-news", "refund", RefundJson.Default.RefundEvent)
{
    private const string By = "refunds", Kind = "refund_failed";

    protected override async Task<Refusal?> React(
        string key, RefundEvent happened, string eventId, IGrainFactory grains)
    {
        // One that no one need agree to, and that is paid at the first asking, is news to nobody.
        if (happened is RefundEvent.Opened { Quorum: 0 } or RefundEvent.Tried) return null;
        var (refund, unknown) = await grains.Refund(key).Get();
        if (unknown is not null) return unknown;
        var terms = refund!.Terms;
        switch (happened)
        {
            case RefundEvent.Failed e:
                // What is said is what the event says; where the refund stands by now is another event's news.
                return await Note(RefundState.Failed) ?? (await grains.InboxItem(ItemOf(key, e.At)).Open(new(
                    Kind, $"Refund for order {terms.OrderId} was not paid in {e.Attempts} attempts",
                    $"refund/{key}", e.Role, InboxSeverity.Alarm, null), By)).Refusal;
            case RefundEvent.Opened or RefundEvent.Asked:
                return await Note(RefundState.Waiting);
            case RefundEvent.Cleared:
                return await Note(RefundState.Paying);
            case RefundEvent.Rejected:
                return await Note(RefundState.Rejected);
            case RefundEvent.Retried e:
                return await Note(e.FailedAt is null ? RefundState.Waiting : RefundState.Paying)
                    ?? await Close(e.FailedAt);
            case RefundEvent.Paid e:
                return await Close(e.FailedAt);
            default:
                return null;
        }

        async Task<Refusal?> Note(RefundState state) =>
            (await grains.Order(terms.OrderId).NoteRefund(terms.Ref, state)).Refusal;

        async Task<Refusal?> Close(DateTimeOffset? failedAt) =>
            failedAt is { } at ? await grains.CloseItem(ItemOf(key, at), By, "done") : null;
    }

    /// <summary>The item of a refund that was given up at an instant.</summary>
    public static string ItemOf(string key, DateTimeOffset at) =>
        CauseIds.Of(Kind, $"{key}/{at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}");
}

using Ale.Approvals;

namespace Ale.Orders;

/// <summary>
/// Money that goes back to a buyer (SHP-04): at once up to a limit, above it when one or two other people agree; then
/// the acquirer is asked until it has paid, and after a day of trying somebody owns it.
/// </summary>
/// <remarks>
/// The key is made of the order and the return (<see cref="RefundKeys.IdOf"/>). The amount is the order's to decide; all
/// refunds of an order together never pass what was paid for it.
/// </remarks>
[Alias("ale.refund")]
public interface IRefundGrain : IDecides
{
    /// <summary>
    /// Begins it, and drives it as far as it goes. The same terms again: the refund as it is now; others:
    /// <see cref="RefundRefusals.Changed"/>.
    /// </summary>
    [Alias("open")] Task<Outcome<RefundView>> Open(RefundTerms terms, CancellationToken ct = default);

    /// <summary>The refund as it is now.</summary>
    [Alias("get")] Task<Outcome<RefundView>> Get(CancellationToken ct = default);

    /// <summary>
    /// By hand: a failed one is tried for another day, a rejected one is asked for anew, by who retries it. The same key
    /// again within 24 h: the same answer.
    /// </summary>
    [Alias("retry")] Task<Outcome<RefundView>> Retry(RetryRefund command, CancellationToken ct = default);

    /// <summary>
    /// The acquirer has paid, says the order. Once; refuses only <see cref="RefundRefusals.Unknown"/>.
    /// </summary>
    /// <param name="eventId">The acquirer's event.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("paid")] Task<Outcome<RefundView>> Paid(string eventId, CancellationToken ct = default);
}

/// <summary>What is to go back.</summary>
/// <param name="Ref">The return, or <see cref="RefundKeys.Cancel"/> for the order as a whole.</param>
/// <param name="AmountMinor">Minor units, 1 to <see cref="Limits.AmountMinorMax"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Market">Whose policy counts.</param>
/// <param name="Cause"><c>return</c>, or why the order was cancelled: <c>user</c>, <c>stock</c> …</param>
/// <param name="PaidBy">The payment it goes back to; null: an order of before payments had names.</param>
/// <param name="By">Who asked for it, a staff id: he may not decide; null: the buyer, or a rule.</param>
/// <param name="AskedAt">When; the same in every request to the acquirer.</param>
[GenerateSerializer, Immutable, Alias("ale.refund.terms")]
public sealed record RefundTerms(
    [property: Id(0)] string OrderId, [property: Id(1)] string Ref, [property: Id(2)] long AmountMinor,
    [property: Id(3)] string Currency, [property: Id(4)] string Market, [property: Id(5)] string Cause,
    [property: Id(6)] string? PaidBy, [property: Id(7)] string? By, [property: Id(8)] DateTimeOffset AskedAt);

/// <summary>A wish to try again.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was: a staff id.</param>
[GenerateSerializer, Immutable, Alias("ale.refund.retry")]
public sealed record RetryRefund([property: Id(0)] string Key, [property: Id(1)] string By);

/// <summary>Where a refund stands.</summary>
public enum RefundState
{
    /// <summary>People are asked.</summary>
    Waiting,

    /// <summary>The acquirer is asked, until it has paid.</summary>
    Paying,

    /// <summary>The money is back.</summary>
    Paid,

    /// <summary>A day of trying is over; somebody has to act.</summary>
    Failed,

    /// <summary>It was not approved: no money goes back, unless it is asked for anew. Goods stay returned.</summary>
    Rejected,
}

/// <summary>A refund as it is now.</summary>
/// <param name="Quorum">How many people must agree; 0: it runs by itself.</param>
/// <param name="ApprovalId">The last question; null: nobody was asked.</param>
/// <param name="Attempts">How often the acquirer was asked, in this time of trying.</param>
/// <param name="NextTryAt">When it is asked again; null: it is not.</param>
/// <param name="Note">Why it was rejected, or what the last attempt met; null: nothing to say.</param>
/// <param name="PaidAt">When the acquirer's word came.</param>
[GenerateSerializer, Immutable, Alias("ale.refund.view")]
public sealed record RefundView(
    [property: Id(0)] string Id, [property: Id(1)] RefundTerms Terms, [property: Id(2)] RefundState State,
    [property: Id(3)] int Quorum, [property: Id(4)] string? ApprovalId, [property: Id(5)] int Attempts,
    [property: Id(6)] DateTimeOffset? NextTryAt, [property: Id(7)] string? Note,
    [property: Id(8)] DateTimeOffset? PaidAt);

/// <summary>A refund as its order knows it.</summary>
/// <param name="Ref">The return, or <see cref="RefundKeys.Cancel"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.order.refund")]
public sealed record OrderRefund(
    [property: Id(0)] string Id, [property: Id(1)] string Ref, [property: Id(2)] long AmountMinor,
    [property: Id(3)] RefundState State);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class RefundRefusals
{
    /// <summary>No amount, or one out of range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "refund.bad_terms");

    /// <summary>No such refund.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "refund.unknown");

    /// <summary>The id was used for other terms, or the key for another command.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "refund.changed");

    /// <summary>The money is back already.</summary>
    public static readonly Refusal Paid = new(RefusalKind.Conflict, "refund.paid");

    /// <summary>It goes on by itself, or people are asked already.</summary>
    public static readonly Refusal Underway = new(RefusalKind.Conflict, "refund.underway");
}

/// <summary>Keys of refunds.</summary>
public static class RefundKeys
{
    /// <summary>What its approvals' ids begin with.</summary>
    public const string Kind = "refund";

    /// <summary>The refund of an order as a whole, in place of a return.</summary>
    public const string Cancel = "cancel";

    /// <summary>The refund of a return, or of the order as a whole.</summary>
    public static string IdOf(string orderId, string reference) => CauseIds.Of(Kind, $"{orderId}/{reference}");

    /// <summary>The grain of a refund.</summary>
    public static IRefundGrain Refund(this IGrainFactory grains, string id) => grains.Ref<IRefundGrain>(id);

    /// <summary>Lists of refunds.</summary>
    public static IRefundQueries RefundQueries(this IGrainFactory grains) => grains.GetGrain<IRefundQueries>(0);
}

namespace Ale.Payments;

/// <summary>
/// Who takes the money: card, wallet, bank. A port; whatever stands behind it answers with signed events at the payment
/// door, late, repeated and out of order as it likes.
/// </summary>
internal interface IAcquirer
{
    /// <summary>Why it does not take the method or the wished outcome; null: it does.</summary>
    Refusal? WhyNot(string method, string? outcome);

    /// <summary>Asks for the money. The same payment again asks for nothing more.</summary>
    Task Capture(CaptureRequest request, IGrainFactory grains);

    /// <summary>
    /// Asks for money back, to where it came from; null: it has taken the request, and an event will tell. The same
    /// request again pays nothing more.
    /// </summary>
    Task<Refusal?> Refund(RefundRequest request, IGrainFactory grains);
}

/// <param name="Outcome">What a local acquirer is to answer; null: captured.</param>
internal sealed record CaptureRequest(string PaymentId, string OrderId, long AmountMinor, string Currency,
    string? Outcome,
    DateTimeOffset AskedAt);

/// <param name="RefundId">The return, or <c>cancel</c>; with the order it is the refund's own id.</param>
/// <param name="PaymentId">The payment that the money goes back to; null: the order's only one.</param>
internal sealed record RefundRequest(string OrderId, string RefundId, long AmountMinor, string Currency,
    DateTimeOffset AskedAt, string? PaymentId = null);

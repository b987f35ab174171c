namespace Ale.Orders;

/// <summary>A wish to pay.</summary>
/// <param name="Outcome">What the local acquirer is to answer: <c>captured</c>, <c>failed</c>, <c>late</c>; no other
/// knows it.</param>
[GenerateSerializer, Immutable, Alias("ale.order.pay")]
public sealed record PayOrder(
    [property: Id(0)] string Key, [property: Id(1)] string Method, [property: Id(2)] string? Outcome);

/// <summary>A payment that the acquirer was asked for.</summary>
[GenerateSerializer, Immutable, Alias("ale.order.pay_asked")]
public sealed record PaymentAsked([property: Id(0)] string PaymentId, [property: Id(1)] OrderState State);

/// <summary>An order is not wanted any more.</summary>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Who asks, a staff id: he may not decide on the refund; null: the buyer.</param>
[GenerateSerializer, Immutable, Alias("ale.order.cancel")]
public sealed record CancelOrder([property: Id(0)] string Key, [property: Id(1)] string? By);

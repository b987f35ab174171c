namespace Ale.Payments;

/// <summary>Where the acquirer's signed events come in. Key 0; any node answers.</summary>
[Alias("ale.payment.door")]
public interface IPaymentDoor : IGrainWithIntegerKey
{
    /// <summary>
    /// Checks the signature (<c>t=&lt;unix&gt;,v1=&lt;hex HMAC-SHA256 of "t.body"&gt;</c>, stamp at most 5 minutes off)
    /// and gives the event to its order. Each <c>eventId</c> has one effect; with other content:
    /// <see cref="PaymentRefusals.Changed"/>.
    /// </summary>
    [Alias("take")] Task<Outcome<PaymentTaken>> Take(byte[] body, string? signature, CancellationToken ct = default);
}

/// <summary>One event of the acquirer's, kept as it came. The key is its <c>eventId</c>.</summary>
[Alias("ale.payment")]
public interface IPaymentGrain : IGrainWithStringKey
{
    /// <summary>True: kept now, or the same was kept before; else <see cref="PaymentRefusals.Changed"/>.</summary>
    [Alias("keep")] Task<Outcome<Done>> Keep(PaymentEvent happened, CancellationToken ct = default);
}

/// <summary>What happened at the acquirer.</summary>
public enum PaymentEventType
{
    /// <summary>The money is taken.</summary>
    Captured,

    /// <summary>The payment was declined.</summary>
    Failed,

    /// <summary>The money went back.</summary>
    Refunded,
}

/// <summary>An event of the acquirer's. <c>Ref</c> is the payment, or for a refund the return.</summary>
[GenerateSerializer, Immutable, Alias("ale.payment.event")]
public sealed record PaymentEvent(
    [property: Id(0)] string EventId, [property: Id(1)] PaymentEventType Type, [property: Id(2)] string OrderId,
    [property: Id(3)] string? Ref, [property: Id(4)] long AmountMinor, [property: Id(5)] string Currency,
    [property: Id(6)] DateTimeOffset At);

/// <summary>What became of an event.</summary>
public enum PaymentTakenState
{
    /// <summary>It had its effect.</summary>
    Applied,

    /// <summary>It does not fit the order as it is: kept, shown, and nothing was changed.</summary>
    Parked,
}

/// <summary>What became of an event, and the order after it.</summary>
[GenerateSerializer, Immutable, Alias("ale.payment.taken")]
public sealed record PaymentTaken([property: Id(0)] PaymentTakenState State, [property: Id(1)] string OrderId);

/// <summary>In order of precedence.</summary>
public static class PaymentRefusals
{
    /// <summary>No signature, a wrong one, or a stamp more than 5 minutes off.</summary>
    public static readonly Refusal BadSignature = new(RefusalKind.Unauthenticated, "payment.bad_signature");

    /// <summary>The body is not an event.</summary>
    public static readonly Refusal Invalid = new(RefusalKind.Invalid, "payment.invalid");

    /// <summary>The event's id was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "payment.changed");

    /// <summary>The method is unknown here.</summary>
    public static readonly Refusal UnknownMethod = new(RefusalKind.Invalid, "payment.unknown_method");

    /// <summary>Only the local acquirer takes a wished outcome, and not in Production.</summary>
    public static readonly Refusal OutcomeRefused = new(RefusalKind.Invalid, "payment.outcome_refused");
}

/// <summary>Keys of the slice.</summary>
public static class PaymentKeys
{
    /// <summary>The door for the acquirer's events.</summary>
    public static IPaymentDoor PaymentDoor(this IGrainFactory grains) => grains.GetGrain<IPaymentDoor>(0);

    /// <summary>The grain that keeps an event.</summary>
    public static IPaymentGrain Payment(this IGrainFactory grains, string eventId) =>
        grains.Ref<IPaymentGrain>(eventId);
}

using System.Text.Json;
using Ale.Kernel;
using Ale.Payments;
using Ale.Policy;
using Orleans.Concurrency;

namespace Ale.Orders;

/// <summary>Reads and checks; what an event means is the order's to decide.</summary>
[StatelessWorker]
internal sealed class PaymentDoor(PaymentSecret secret, PolicyBook policies, JournalClock clock) : Grain, IPaymentDoor
{
    public async Task<Outcome<PaymentTaken>> Take(byte[] body, string? signature, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var off = TimeSpan.FromSeconds(policies.For(null, now).Payments.StampToleranceSeconds);
        if (!PaymentSignature.IsGood(body, signature, now, off, secret)) return PaymentRefusals.BadSignature;
        var (happened, fault) = Read(body);
        if (happened is null) return PaymentRefusals.Invalid.With("detail", fault!);
        return await GrainFactory.Order(happened.OrderId).TakePayment(happened, ct);
    }

    private static (PaymentEvent? Happened, string? Fault) Read(byte[] body)
    {
        PaymentWire? wire;
        try
        {
            wire = JsonSerializer.Deserialize(body, PaymentWireJson.Default.PaymentWire);
        }
        catch (JsonException e)
        {
            return (null, $"The body is not an event at {e.Path ?? "$"}.");
        }

        if (wire is null) return (null, "The body is null.");
        if (!Limits.IsId(wire.EventId)) return (null, "eventId is not an id.");
        if (!Limits.IsId(wire.OrderId)) return (null, "orderId is not an id.");
        if (wire.Ref is not null && !Limits.IsId(wire.Ref)) return (null, "ref is not an id.");
        if (wire.AmountMinor is < 0 or > Limits.AmountMinorMax) return (null, "amountMinor is out of range.");
        if (wire.Currency.Length != 3 || !wire.Currency.All(char.IsAsciiLetterUpper)) return (null,
            "currency is not ISO 4217.");
        return wire.Type switch
        {
            "captured" => (Of(PaymentEventType.Captured), null),
            "failed" => (Of(PaymentEventType.Failed), null),
            "refunded" => (Of(PaymentEventType.Refunded), null),
            _ => (null, "type is none of captured, failed, refunded."),
        };

        PaymentEvent Of(PaymentEventType type) =>
            new(wire.EventId, type, wire.OrderId, wire.Ref, wire.AmountMinor, wire.Currency, wire.At);
    }
}

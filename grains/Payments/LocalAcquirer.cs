using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ale.Kernel;
using Microsoft.Extensions.Logging;

namespace Ale.Payments;

/// <summary>Ids that follow from what they name, in the form of every id.</summary>
internal static class PaymentIds
{
    public static string Of(string orderId, string what) =>
        "pay-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{orderId}/{what}")).AsSpan(0, 16));
}

/// <summary>Whether the local acquirer answers as it is wished to.</summary>
internal sealed record AcquirerSettings(bool TakesWishes);

/// <summary>
/// An acquirer that moves no money: it answers each request with a signed event at the same door as any other acquirer,
/// and the same request again with the same event. <c>late</c> answers 2 s after the request was answered.
/// </summary>
internal sealed partial class LocalAcquirer(
    PaymentSecret secret, AcquirerSettings settings, JournalClock clock, ILogger<LocalAcquirer> log) : IAcquirer
{
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    public Refusal? WhyNot(string method, string? outcome)
    {
        if (method != "local") return PaymentRefusals.UnknownMethod.With("method", method);
        if (outcome is null) return null;
        return settings.TakesWishes && outcome is "captured" or "failed" or "late"
            ? null : PaymentRefusals.OutcomeRefused.With("outcome", outcome);
    }

    public async Task Capture(CaptureRequest request, IGrainFactory grains)
    {
        var type = request.Outcome == "failed" ? "failed" : "captured";
        var wire = new PaymentWire(PaymentIds.Of(request.PaymentId, type), type, request.OrderId, request.AmountMinor,
            request.Currency, request.AskedAt, request.PaymentId);
        if (request.Outcome == "late") _ = Task.Run(() => SendLate(wire, grains));
        else await Send(wire, grains);
    }

    public async Task<Refusal?> Refund(RefundRequest request, IGrainFactory grains) => (await Send(
        new(PaymentIds.Of(request.OrderId, $"refund/{request.RefundId}"), "refunded", request.OrderId,
            request.AmountMinor,
            request.Currency, request.AskedAt, request.RefundId), grains)).Refusal;

    private async Task<Outcome<PaymentTaken>> Send(PaymentWire wire, IGrainFactory grains)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(wire, PaymentWireJson.Default.PaymentWire);
        return await grains.PaymentDoor().Take(body, PaymentSignature.Sign(body, clock.GetUtcNow(), secret));
    }

    private async Task SendLate(PaymentWire wire, IGrainFactory grains)
    {
        await Task.Delay(Late);
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            try
            {
                await Send(wire, grains);
                return;
            }
            catch (Exception e) // as a real one does, it sends again
            {
                LogLate(log, wire.EventId, attempt, e);
                await Task.Delay(TimeSpan.FromSeconds(attempt));
            }
        }
    }

    [LoggerMessage(70, LogLevel.Warning, "Payment event {EventId} was not taken, attempt {Attempt}")]
    private static partial void LogLate(ILogger log, string eventId, int attempt, Exception e);
}

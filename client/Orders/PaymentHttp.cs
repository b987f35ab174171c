using Ale.Edge;
using Ale.Payments;

namespace Ale.Orders;

/// <summary>Where acquirers report what happened; the signature alone authorises.</summary>
internal static class PaymentHttp
{
    public const string SignatureHeader = "X-Ale-Signature";

    public static void MapPayments(this IEndpointRouteBuilder api) => api.MapPost("/payments/events",
            async (HttpContext http, IGrainFactory grains, EdgeCall edge) =>
            {
                using var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body, http.RequestAborted); // the server bounds its length
                var (bytes, signature) = (body.ToArray(), http.Request.Headers[SignatureHeader].ToString());
                return await edge.Run(ct => grains.PaymentDoor().Take(bytes, signature, ct));
            })
        .Open().WithTags("Payments").WithName("takePaymentEvent").WithSummary("A signed event of the acquirer's")
        .Accepts<PaymentEventBody>("application/json");

    /// <summary>The body's shape, for the API document; it is read from the signed bytes.</summary>
    internal sealed record PaymentEventBody(
        string EventId, PaymentEventType Type, string OrderId, long AmountMinor, string Currency, DateTimeOffset At,
        string? Ref = null);
}

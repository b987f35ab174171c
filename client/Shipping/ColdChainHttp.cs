using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Shipping;

/// <summary>Cold-chain rates by the forecast (STK-14).</summary>
internal static class ColdChainHttp
{
    public static void MapColdChain(this IEndpointRouteBuilder api)
    {
        var rates = api.MapGroup("/sessions/{id}/cold-chain").WithTags("Shipping");

        rates.MapPut("/{sku}", (Id id, SkuCode sku, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.ColdChain(id, sku).Price(caller.Subject, ct), ColdChainReply.Of))
            .Allow(Permission.ShippingWrite).WithName("putColdChain")
            .WithSummary("Prices a fresh SKU's cold chain in a session by its forecast from now on");

        rates.MapGet("/{sku}", (Id id, SkuCode sku, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.ColdChain(id, sku).Get(ct), ColdChainReply.Of))
            .Allow(Permission.ShippingRead).WithName("getColdChain")
            .WithSummary("What a cold-chain parcel costs now, with each move of forecast and rate");
    }

    /// <summary>A rate as answered; the members mean what they do in <see cref="ColdChainView"/>.</summary>
    internal sealed record ColdChainReply(
        string SessionId, string Sku, long? ForecastUnits, long RateMinor, string Currency, DateTimeOffset PricedAt,
        ImmutableArray<ColdChainMove> Moves)
    {
        public static ColdChainReply Of(ColdChainView v) =>
            new(v.SessionId, v.Sku, v.ForecastUnits, v.RateMinor, v.Currency, v.PricedAt, v.Moves);
    }
}

using Ale.Kernel;
using Ale.Shipping;

namespace Ale.Sessions;

/// <summary>The cold chain costs by the forecast: a forecast that moves moves its rate (STK-14).</summary>
internal sealed class ForecastFreightReactions()
    : Reaction<ForecastEvent>("forecast-freight", "forecast", ForecastJson.Default.ForecastEvent)
{
    protected override async Task<Refusal?> React(
        string key, ForecastEvent happened, string eventId, IGrainFactory grains)
    {
        if (happened is not ForecastEvent.Moved e) return null;
        var refusal = (await grains.ColdChain(key, e.Sku).Follow(e.Units, e.At)).Refusal;
        return refusal?.Code == ColdChainRefusals.Unknown.Code ? null : refusal; // it needs no cold chain
    }
}

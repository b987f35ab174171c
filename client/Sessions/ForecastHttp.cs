using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Sessions;

/// <summary>What a session is expected to sell (STK-13).</summary>
internal static class ForecastHttp
{
    public static void Map(IEndpointRouteBuilder sessions) =>
        sessions.MapGet("/{id}/forecast", (Id id, SkuCode sku, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Forecast(id).Ask(sku.Value, ct), ForecastReply.Of))
            .Allow(Permission.BoardRead).WithName("GetForecast")
            .WithSummary("What a session is expected to sell of a SKU, with the past sessions it is the average of");
}

/// <summary>A forecast; the members mean what they do in <see cref="SkuForecast"/>.</summary>
internal sealed record ForecastReply(
    string SessionId, string Sku, long? Units, ForecastLikeness? Likeness, ImmutableArray<ForecastInput> Inputs,
    DateTimeOffset? Since)
{
    public static ForecastReply Of(SkuForecast f) => new(f.SessionId, f.Sku, f.Units, f.Likeness, f.Inputs, f.Since);
}

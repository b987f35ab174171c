using System.Text.Json;
using Ale.Edge;

namespace Ale.Policy;

/// <summary>The plan's numbers as they are in force.</summary>
internal static class PolicyHttp
{
    public static void MapPolicy(this IEndpointRouteBuilder api)
    {
        var policy = api.MapGroup("/policy").WithTags("Policy");

        policy.MapGet("/{key}", (Id key, string? market, DateTimeOffset? at, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Policy().Get(key, market, at, ct), PolicyReply.Of))
            .Allow(Permission.PolicyRead).WithName("getPolicy").WithSummary("A value in a market at an instant");

        policy.MapGet("", (string? market, DateTimeOffset? at, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.Policy().List(market, at, ct),
                found => new Page<PolicyReply>([.. found.Select(PolicyReply.Of)], null)))
            .Allow(Permission.PolicyRead).WithName("listPolicy").WithSummary("All values in a market at an instant");
    }

    /// <summary>A value as answered; the members mean what they do in <see cref="PolicyValue"/>.</summary>
    internal sealed record PolicyReply(
        string Key, string Market, JsonElement Value, string Unit, string Section, string Owner,
            DateTimeOffset EffectiveAt,
        string? Note)
    {
        public static PolicyReply Of(PolicyValue v) => new(v.Key, v.Market, JsonDocument.Parse(v.Value)
            .RootElement, v.Unit,
            v.Section, v.Owner, v.EffectiveAt, v.Note);
    }
}

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

        policy.MapPut("/{key}", (Id key, PolicyBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.PolicyChanges().Set(body.Command(key, caller.Subject), ct),
                    PolicyChangeReply.Of))
            .Allow(Permission.PolicyWrite).WithName("putPolicy")
            .WithSummary("Changes a value from an instant on, on every node; 400 policy.bad_value names the rule, "
                + "policy.market that the key has one value for all markets");

        policy.MapGet("/{key}/history", (Id key, IGrainFactory grains, EdgeCall edge) => edge.Run(
                ct => grains.PolicyChanges().History(key, ct),
                found => new Page<PolicyChangeReply>([.. found.Select(PolicyChangeReply.Of)], null)))
            .Allow(Permission.PolicyRead).WithName("listPolicyChanges")
            .WithSummary("What people changed of a value, the latest first; as CSV too");
    }

    /// <param name="Value">A whole number, true, false, or a text, as the key takes it; <c>none</c> where it may have
    /// none.</param>
    /// <param name="Market">Absent: all markets that have no value of their own; not of a key of the house.</param>
    /// <param name="EffectiveAt">Absent: at once.</param>
    /// <param name="Owner">The role that answers for it; absent: the one that did.</param>
    /// <param name="Source">Where one reads it; needed of facts about the world.</param>
    internal sealed record PolicyBody(
        JsonElement Value, string Reason, string? Market = null, DateTimeOffset? EffectiveAt = null,
        Id? Owner = null, string? Source = null) : IValidated
    {
        internal SetPolicy Command(string key, string by) =>
            new(key, Market, IsNone ? "null" : Value.GetRawText(), EffectiveAt, Owner?.Value, Reason, by)
            { Source = Source };

        private bool IsNone => Value.ValueKind == JsonValueKind.String && Value.ValueEquals("none");

        public void Validate(Problems p)
        {
            p.Require(Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
                or JsonValueKind.String && Value.GetRawText().Length <= Limits.TextLengthMax,
                "value", "Must be a number, true, false or a text.");
            p.Text("reason", Reason, min: 1);
            p.Text("market", Market, 8, 1);
            p.Text("source", Source, min: 1);
            p.Instant("effectiveAt", EffectiveAt);
        }
    }

    /// <summary>A change as answered; the members mean what they do in <see cref="PolicyChange"/>.</summary>
    internal sealed record PolicyChangeReply(
        long Version, string Key, string? Market, JsonElement Value, DateTimeOffset EffectiveAt, string? Owner,
        string Reason, string By, DateTimeOffset At, string? Source, string? NotInForce)
    {
        public static PolicyChangeReply Of(PolicyChange c) => new(c.Version, c.Key, c.Market,
            JsonDocument.Parse(c.Value).RootElement, c.EffectiveAt, c.Owner, c.Reason, c.By, c.At,
            c.Source, c.NotInForce);
    }

    /// <summary>A value as answered; the members mean what they do in <see cref="PolicyValue"/>.</summary>
    internal sealed record PolicyReply(
        string Key, string Market, JsonElement Value, string Unit, string Section, string Owner,
        DateTimeOffset EffectiveAt, string? Note, bool IsOfHouse)
    {
        public static PolicyReply Of(PolicyValue v) => new(v.Key, v.Market, JsonDocument.Parse(v.Value)
            .RootElement, v.Unit,
            v.Section, v.Owner, v.EffectiveAt, v.Note, v.IsOfHouse);
    }
}

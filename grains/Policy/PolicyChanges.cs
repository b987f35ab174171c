using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Policy;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Set), "policy.set")]
internal abstract record PolicyEvent
{
    internal sealed record Set(PolicyChange Change) : PolicyEvent;
}

/// <summary>
/// What people have changed of the plan's numbers. Invariants: each change, when it was taken, broke no rule together with
/// the files of then and the changes that held; at most <see cref="IPolicyChangesGrain.ChangesMax"/>, in the order in
/// which they were taken.
/// </summary>
internal sealed record PolicyChanges : IState<PolicyChanges, PolicyEvent>
{
    public static JsonTypeInfo<PolicyEvent> EventJson => PolicyJson.Default.PolicyEvent;

    public ImmutableList<PolicyChange> All { get; private init; } = [];

    private static TimeSpan Lead => IPolicyChangesGrain.Lead;

    public static PolicyChanges New() => new();

    public PolicyChanges Apply(PolicyEvent happened) => happened switch
    {
        PolicyEvent.Set e => this with { All = All.Add(e.Change) },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    public Decision<PolicyEvent, PolicyChange> Decide(SetPolicy command, PolicyBook book, DateTimeOffset now)
    {
        if (!PolicyKeys.All.ContainsKey(command.Key)) return PolicyRefusals.Unknown;
        if (command.Market is { } market && !book.Knows(market)) return PolicyRefusals.UnknownMarket;
        if (command.Market is not null && PolicyKeys.All[command.Key].IsOfHouse)
        {
            return PolicyRefusals.OfHouse.With("field", "market").With("detail",
                $"{command.Key} is the house's: {PolicyKey.OneColumn}. Leave the market out.");
        }

        if (command.Reason.Length is 0 or > Limits.TextLengthMax) return Bad("reason", "A change has a reason.");
        if (command.Value.Length > Limits.TextLengthMax) return Bad("value", "The value is too long.");
        if (command.Owner is { } owner && !Limits.IsId(owner)) return Bad("owner", "An owner is an id.");
        if (PolicyKeys.All[command.Key].NeedsSource && command.Source is null || command.Source?.Length is 0
            || command.Source?.Length > Limits.TextLengthMax)
            return Bad("source", $"{command.Key} names no source.");
        var known = All.FindLast(c => c.Key == command.Key && c.Market == command.Market);
        if (known is not null && known.Value == command.Value && known.Reason == command.Reason
            && known.By == command.By && known.Owner == command.Owner && known.Source == command.Source
            && (command.EffectiveAt is { } asked ? known.EffectiveAt == Later(asked, known.At + Lead)
                : known.EffectiveAt > now))
            return known;
        if (command.EffectiveAt < now) return PolicyRefusals.Past;
        if (All.Count >= IPolicyChangesGrain.ChangesMax) return PolicyRefusals.Full;
        var change = new PolicyChange(All.Count + 1, command.Key, command.Market, command.Value,
            Later(command.EffectiveAt ?? now, now + Lead), command.Owner, command.Reason, command.By, now)
        { Source = command.Source };
        if (book.WhyNot(All.Add(change)) is { } rule) return Bad("value", rule);
        return new(change, new PolicyEvent.Set(change));
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static Refusal Bad(string field, string rule) =>
        PolicyRefusals.BadValue.With("field", field).With("detail", rule);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PolicyEvent))]
internal sealed partial class PolicyJson : JsonSerializerContext;

[GrainType("policychanges")]
internal sealed class PolicyChangesGrain(SiloKernel kernel, PolicyBook book)
    : EventSourcedGrain<PolicyChanges, PolicyEvent>(kernel), IPolicyChangesGrain
{
    public Task<Outcome<PolicyChange>> Set(SetPolicy command, CancellationToken ct) =>
        Commit(State.Decide(command, book, Now), ct);

    public Task<Outcome<ImmutableArray<PolicyChange>>> History(string key, CancellationToken ct) =>
        Commit<ImmutableArray<PolicyChange>>(PolicyKeys.All.ContainsKey(key)
            ? State.All.Where(c => c.Key == key).Reverse()
                .Select(c => c with { NotInForce = book.LeftOut.GetValueOrDefault(c.Version) }).ToImmutableArray()
            : PolicyRefusals.Unknown, ct);
}

using System.Collections.Immutable;

namespace Ale.Policy;

/// <summary>
/// Reads the plan's numbers as they are in force, with who owns them and since when (TEC-14). One reader for all keys;
/// it answers from memory on every silo.
/// </summary>
[Alias("ale.policy")]
public interface IPolicyGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// One value. <paramref name="market"/> null is the default market, <paramref name="at"/> null is now.
    /// Refuses <see cref="PolicyRefusals.Unknown"/>, <see cref="PolicyRefusals.UnknownMarket"/>,
    /// <see cref="PolicyRefusals.NotInForce"/>.
    /// </summary>
    [Alias("get")]
    Task<Outcome<PolicyValue>> Get(
        string key, string? market = null, DateTimeOffset? at = null, CancellationToken ct = default);

    /// <summary>All values in force, by key; refuses <see cref="PolicyRefusals.UnknownMarket"/>.</summary>
    [Alias("list")]
    Task<Outcome<ImmutableArray<PolicyValue>>> List(
        string? market = null, DateTimeOffset? at = null, CancellationToken ct = default);
}

/// <summary>One number of the plan in one market.</summary>
/// <param name="Key"><c>thing.name</c>, as <c>stock.holdSeconds</c>.</param>
/// <param name="Market">The market asked for, as <c>cn</c>.</param>
/// <param name="Value">JSON: a whole number, <c>true</c>, <c>false</c>, a quoted text, or <c>null</c> for none.</param>
/// <param name="Unit">What the value counts, as <c>seconds</c>.</param>
/// <param name="Section">Where the plan speaks of it.</param>
/// <param name="Owner">The role that answers for it.</param>
/// <param name="EffectiveAt">Since when it is in force.</param>
/// <param name="Note">Why it is so, where the plan does not say.</param>
[GenerateSerializer, Immutable, Alias("ale.policy.value")]
public sealed record PolicyValue(
    [property: Id(0)] string Key, [property: Id(1)] string Market, [property: Id(2)] string Value,
    [property: Id(3)] string Unit, [property: Id(4)] string Section, [property: Id(5)] string Owner,
    [property: Id(6)] DateTimeOffset EffectiveAt, [property: Id(7)] string? Note);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class PolicyRefusals
{
    /// <summary>There is no such key.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "policy.unknown");

    /// <summary>There is no such market.</summary>
    public static readonly Refusal UnknownMarket = new(RefusalKind.NotFound, "policy.unknown_market");

    /// <summary>The key had no value yet at that instant.</summary>
    public static readonly Refusal NotInForce = new(RefusalKind.NotFound, "policy.not_in_force");
}

/// <summary>How to reach it.</summary>
public static class PolicyKeyExtensions
{
    /// <summary>The reader of the plan's numbers.</summary>
    public static IPolicyGrain Policy(this IGrainFactory grains) => grains.GetGrain<IPolicyGrain>(0);
}

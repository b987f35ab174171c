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
    [property: Id(6)] DateTimeOffset EffectiveAt, [property: Id(7)] string? Note)
{
    /// <summary>True: one value for all markets; it cannot be changed for one of them.</summary>
    [Id(8)] public bool IsOfHouse { get; init; }
}

/// <summary>
/// What people have changed of the plan's numbers (TEC-14): each change is checked with all others, takes effect at its
/// instant on every node, and stays in the history.
/// </summary>
/// <remarks>There is one, <see cref="PolicyKeyExtensions.PolicyChanges"/>.</remarks>
[Alias("ale.policy.changes")]
public interface IPolicyChangesGrain : IGrainWithStringKey
{
    /// <summary>Most changes.</summary>
    public const int ChangesMax = 5_000;

    /// <summary>How long before it takes effect a change is known to every node.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Changes a value from an instant on: of one column, that of the market named or the one for all others, and no
    /// other column. The same again: the change as it is. Refuses a market's column of a key of the house,
    /// <see cref="PolicyRefusals.OfHouse"/>, and what is out of range, or contradicts another value then:
    /// <see cref="PolicyRefusals.BadValue"/>.
    /// </summary>
    [Alias("set")] Task<Outcome<PolicyChange>> Set(SetPolicy command, CancellationToken ct = default);

    /// <summary>The changes of a key, the latest first.</summary>
    [Alias("history")]
    Task<Outcome<ImmutableArray<PolicyChange>>> History(string key, CancellationToken ct = default);
}

/// <summary>A wish to change a value.</summary>
/// <param name="Market">Null: of all markets that have no value of their own; always of a key of the house.</param>
/// <param name="Value">JSON.</param>
/// <param name="EffectiveAt">Null: at once, which is in <see cref="IPolicyChangesGrain.Lead"/>.</param>
/// <param name="Owner">The role that answers for it; null: the one that did.</param>
/// <param name="Reason">1 to <see cref="Limits.TextLengthMax"/> characters.</param>
/// <param name="By">Whose token it was.</param>
[GenerateSerializer, Immutable, Alias("ale.policy.set")]
public sealed record SetPolicy(
    [property: Id(0)] string Key, [property: Id(1)] string? Market, [property: Id(2)] string Value,
    [property: Id(3)] DateTimeOffset? EffectiveAt, [property: Id(4)] string? Owner, [property: Id(5)] string Reason,
    [property: Id(6)] string By)
{
    /// <summary>Where one reads it; needed of facts about the world (DAT-13).</summary>
    [Id(7)] public string? Source { get; init; }
}

/// <summary>A change as it was taken.</summary>
/// <param name="Version">Of all changes, from 1.</param>
[GenerateSerializer, Immutable, Alias("ale.policy.change")]
public sealed record PolicyChange(
    [property: Id(0)] long Version, [property: Id(1)] string Key, [property: Id(2)] string? Market,
    [property: Id(3)] string Value, [property: Id(4)] DateTimeOffset EffectiveAt, [property: Id(5)] string? Owner,
    [property: Id(6)] string Reason, [property: Id(7)] string By, [property: Id(8)] DateTimeOffset At)
{
    /// <summary>Where one reads it; null: it is our own number.</summary>
    [Id(9)] public string? Source { get; init; }

    /// <summary>
    /// The rule that it breaks since the files changed, so that it has no effect until that is mended; null: it holds.
    /// </summary>
    [Id(10)] public string? NotInForce { get; init; }
}

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class PolicyRefusals
{
    /// <summary>There is no such key.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "policy.unknown");

    /// <summary>There is no such market.</summary>
    public static readonly Refusal UnknownMarket = new(RefusalKind.NotFound, "policy.unknown_market");

    /// <summary>The key has one value for all markets; no market may be named.</summary>
    public static readonly Refusal OfHouse = new(RefusalKind.Invalid, "policy.market");

    /// <summary>The value is out of range, or contradicts another then; the rule is named.</summary>
    public static readonly Refusal BadValue = new(RefusalKind.Invalid, "policy.bad_value");

    /// <summary>The instant is past: what was decided by the old value stands.</summary>
    public static readonly Refusal Past = new(RefusalKind.Conflict, "policy.past");

    /// <summary>There are as many changes as may be: put them into the files.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "policy.full");

    /// <summary>The key had no value yet at that instant.</summary>
    public static readonly Refusal NotInForce = new(RefusalKind.NotFound, "policy.not_in_force");
}

/// <summary>How to reach it.</summary>
public static class PolicyKeyExtensions
{
    /// <summary>The reader of the plan's numbers.</summary>
    public static IPolicyGrain Policy(this IGrainFactory grains) => grains.GetGrain<IPolicyGrain>(0);

    /// <summary>What people have changed.</summary>
    public static IPolicyChangesGrain PolicyChanges(this IGrainFactory grains) =>
        grains.Ref<IPolicyChangesGrain>("plan");
}

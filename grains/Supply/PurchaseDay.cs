using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Kernel;

namespace Ale.Supply;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Taken), "purchase_day.taken")]
internal abstract record PurchaseDayEvent
{
    internal sealed record Taken(string OrderId, long AmountMinor, DateTimeOffset At) : PurchaseDayEvent;
}

/// <summary>
/// A market's day. Invariants: <c>UsedMinor</c> is the sum of what was taken and was never above what the policy then
/// let go; an order takes once. It lives one day, so its orders need no other bound.
/// </summary>
internal sealed record PurchaseDay : IState<PurchaseDay, PurchaseDayEvent>
{
    public static JsonTypeInfo<PurchaseDayEvent> EventJson => PurchaseDayJson.Default.PurchaseDayEvent;

    public long UsedMinor { get; private init; }
    public ImmutableHashSet<string> Orders { get; private init; } = [];

    public static PurchaseDay New() => new();

    public Decision<PurchaseDayEvent, bool> Decide(string orderId, long amountMinor, long dayMinor, DateTimeOffset now)
    {
        if (Orders.Contains(orderId)) return true;
        if (UsedMinor + amountMinor > dayMinor) return false; // what is used never falls: asked again, the same
        return new(true, new PurchaseDayEvent.Taken(orderId, amountMinor, now));
    }

    public PurchaseDay Apply(PurchaseDayEvent happened) => happened switch
    {
        PurchaseDayEvent.Taken e => this with { UsedMinor = UsedMinor + e.AmountMinor, Orders = Orders.Add(e.OrderId) },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PurchaseDayEvent))]
internal sealed partial class PurchaseDayJson : JsonSerializerContext;

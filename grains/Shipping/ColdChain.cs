using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Shipping;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Priced), "coldchain.priced"), JsonDerivedType(typeof(Moved), "coldchain.moved")]
internal abstract record ColdChainEvent
{
    /// <param name="Bands">By which it was priced, here and below.</param>
    /// <param name="Since">When the forecast last moved; null: it never was anything.</param>
    internal sealed record Priced(
        long? Units, long RateMinor, string Currency, ColdChainPolicy Bands, DateTimeOffset? Since, string By,
        DateTimeOffset At) : ColdChainEvent;

    internal sealed record Moved(
        long? FromUnits, long? ToUnits, long FromMinor, long ToMinor, ColdChainPolicy Bands, DateTimeOffset Since,
        DateTimeOffset At) : ColdChainEvent;
}

/// <summary>
/// The rate of a SKU's cold-chain parcels in a session. Invariants: priced once; the rate is the one of the forecast's
/// band when it last moved; a forecast that is not later than the last changes nothing; at most 100 moves are told.
/// </summary>
internal sealed record ColdChain : IState<ColdChain, ColdChainEvent>
{
    public static JsonTypeInfo<ColdChainEvent> EventJson => ColdChainJson.Default.ColdChainEvent;

    public ColdChainEvent.Priced? Pricing { get; private init; }
    public long? Units { get; private init; }
    public long RateMinor { get; private init; }
    public DateTimeOffset? Since { get; private init; }

    /// <summary>The latest first.</summary>
    public ImmutableArray<ColdChainMove> Moves { get; private init; } = [];

    public static ColdChain New() => new();

    /// <summary>What a parcel costs, minor units; what nobody foretells is taken for nothing.</summary>
    public static long RateOf(long? units, ColdChainPolicy bands) => Bands.ValueOf(
        [(0, bands.SmallMinor), (bands.MiddleFrom, bands.MiddleMinor), (bands.LargeFrom, bands.LargeMinor)],
        units ?? 0);

    public Decision<ColdChainEvent, ColdChainView> DecidePrice(
        long? units, DateTimeOffset? since, PolicySet policy, string by, string id, DateTimeOffset now) =>
        Pricing is not null ? View(id) : After(id, new ColdChainEvent.Priced(
            units, RateOf(units, policy.ColdChain), policy.Market.Currency, policy.ColdChain, since, by, now));

    public Decision<ColdChainEvent, ColdChainView> DecideFollow(
        long? units, DateTimeOffset since, ColdChainPolicy bands, string id, DateTimeOffset now)
    {
        if (Pricing is null) return ColdChainRefusals.Unknown;
        if (since <= Since || units == Units) return View(id);
        return After(id, new ColdChainEvent.Moved(
            Units, units, RateMinor, RateOf(units, bands), bands, since, now));
    }

    public ColdChain Apply(ColdChainEvent happened) => happened switch
    {
        ColdChainEvent.Priced e => this with { Pricing = e, Units = e.Units, RateMinor = e.RateMinor, Since = e.Since },
        ColdChainEvent.Moved e => this with
        {
            Units = e.ToUnits,
            RateMinor = e.ToMinor,
            Since = e.Since,
            Moves = [new(e.FromUnits, e.ToUnits, e.FromMinor, e.ToMinor, e.At),
                .. Moves.Take(IColdChainGrain.MovesMax - 1)],
        },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    /// <param name="id"><c>session/SKU</c>.</param>
    public ColdChainView View(string id)
    {
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        return new(id[..slash], id[(slash + 1)..], Units, RateMinor, Pricing!.Currency, Pricing.At, Moves);
    }

    private Decision<ColdChainEvent, ColdChainView> After(string id, ColdChainEvent happened) =>
        new(Apply(happened).View(id), happened);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ColdChainEvent))]
internal sealed partial class ColdChainJson : JsonSerializerContext;

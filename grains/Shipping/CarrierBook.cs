using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Shipping;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Entered), "carrier.entered"), JsonDerivedType(typeof(Changed), "carrier.changed")]
internal abstract record CarrierEvent
{
    internal sealed record Entered(string Id, CarrierTerms Terms, string By, DateTimeOffset At) : CarrierEvent;

    /// <summary>All that is known of it from now on.</summary>
    internal sealed record Changed(
        string Id, CarrierTerms Terms, bool IsActive, string Key, string By, DateTimeOffset At) : CarrierEvent;
}

/// <summary>
/// The carriers. Invariants: at most 100, none ever leaves; each has rates in order from 0 grams on, an id and cities
/// that together are a register's subject; at most 16 keys of changes.
/// </summary>
internal sealed record CarrierBook : IState<CarrierBook, CarrierEvent>
{
    public static JsonTypeInfo<CarrierEvent> EventJson => CarrierJson.Default.CarrierEvent;

    public ImmutableSortedDictionary<string, CarrierInfo> Carriers { get; private init; } =
        ImmutableSortedDictionary.Create<string, CarrierInfo>(StringComparer.Ordinal);

    /// <summary>Changes, each with the carrier as it was answered then.</summary>
    public RememberedKeys<CarrierInfo> Keys { get; private init; } = RememberedKeys<CarrierInfo>.None;

    public static CarrierBook New() => new();

    public Decision<CarrierEvent, CarrierInfo> Decide(EnterCarrier command, DateTimeOffset now)
    {
        if (!IsGood(command.Id, command.Terms)) return CarrierRefusals.BadTerms;
        if (Carriers.TryGetValue(command.Id, out var there))
            return there.Terms.Equals(command.Terms) ? there : CarrierRefusals.Changed;
        if (Carriers.Count >= ICarrierBookGrain.CarriersMax) return CarrierRefusals.Full;
        return new(new CarrierInfo(command.Id, command.Terms),
            new CarrierEvent.Entered(command.Id, command.Terms, command.By, now));
    }

    public Decision<CarrierEvent, CarrierInfo> Decide(ChangeCarrier command, DateTimeOffset now)
    {
        if (!Carriers.TryGetValue(command.Id, out var carrier)) return CarrierRefusals.Unknown;
        if (Keys.Find(command.Key, now) is { } done)
        {
            // The same change of what came of it changes nothing.
            return done.Command == command.Id && Changed(done.Answer, command).Equals(done.Answer)
                ? done.Answer : CarrierRefusals.Changed;
        }

        var changed = Changed(carrier, command);
        if (!IsGood(command.Id, changed.Terms)) return CarrierRefusals.BadTerms;
        if (command.Version != carrier.Version) return CarrierRefusals.Stale;
        if (changed.Equals(carrier)) return carrier;
        return new(changed with { Version = carrier.Version + 1 },
            new CarrierEvent.Changed(command.Id, changed.Terms, changed.IsActive, command.Key, command.By, now));
    }

    public CarrierBook Apply(CarrierEvent happened) => happened switch
    {
        CarrierEvent.Entered e => this with { Carriers = Carriers.Add(e.Id, new(e.Id, e.Terms)) },
        CarrierEvent.Changed e => Put(
            Carriers[e.Id] with { Terms = e.Terms, IsActive = e.IsActive, Version = Carriers[e.Id].Version + 1 }, e),
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    /// <summary>By rank, then by id.</summary>
    public ImmutableArray<CarrierInfo> InOrder() =>
        [.. Carriers.Values.OrderBy(c => c.Terms.Rank)];

    /// <summary>Who is active and goes to a city, by rank, then by id.</summary>
    public ImmutableArray<CarrierInfo> Serving(string city) =>
    [
        .. InOrder().Where(c => c.IsActive
            && (c.Terms.Cities.IsEmpty || c.Terms.Cities.Contains(city, StringComparer.Ordinal))),
    ];

    /// <summary>The first with an agreement, else the first; null: nobody serves.</summary>
    /// <param name="serving">In their order, each with the entry that gives it priority now, or null.</param>
    public static CarrierChoice? Choose(IReadOnlyCollection<(CarrierInfo Carrier, string? Agreement)> serving) =>
        serving.OrderBy(s => s.Agreement is null).Select(s => new CarrierChoice(s.Carrier, s.Agreement))
            .FirstOrDefault();

    /// <summary>What a parcel costs by a carrier's rates, minor units.</summary>
    public static long RateOf(CarrierTerms terms, int grams) =>
        Bands.ValueOf([.. terms.Rates.Select(r => ((long)r.FromGrams, r.Minor))], grams);

    private CarrierBook Put(CarrierInfo carrier, CarrierEvent.Changed e) => this with
    {
        Carriers = Carriers.SetItem(e.Id, carrier),
        Keys = Keys.Add(e.Key, e.Id, carrier, e.At),
    };

    private static CarrierInfo Changed(CarrierInfo carrier, ChangeCarrier to) => carrier with
    {
        Terms = carrier.Terms with
        {
            Title = to.Title ?? carrier.Terms.Title,
            Rank = to.Rank ?? carrier.Terms.Rank,
            Cities = to.Cities ?? carrier.Terms.Cities,
            Rates = to.Rates ?? carrier.Terms.Rates,
        },
        IsActive = to.IsActive ?? carrier.IsActive,
    };

    private static bool IsGood(string id, CarrierTerms t) =>
        Limits.IsId(id) && id.Length <= CarrierKeys.IdLengthMax && !id.Contains(':', StringComparison.Ordinal)
            && t.Title.Length is >= 1 and <= 100 && t.Rank is >= 1 and <= CarrierTerms.RankMax
            && t.Cities.Length <= CarrierTerms.CitiesMax && t.Cities.All(CarrierKeys.IsCity)
            && t.Rates.Length <= CarrierTerms.RatesMax
            && t.Rates.All(r => r.Minor is >= 0 and <= Limits.AmountMinorMax)
            && Bands.AreInOrder([.. t.Rates.Select(r => ((long)r.FromGrams, r.Minor))]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CarrierEvent))]
internal sealed partial class CarrierJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Shipping;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Entered), "carrier.entered")]
internal abstract record CarrierEvent
{
    internal sealed record Entered(string Id, CarrierTerms Terms, string By, DateTimeOffset At) : CarrierEvent;
}

/// <summary>
/// The carriers. Invariants: at most 100, none ever leaves; each has rates in order from 0 grams on, an id and cities
/// that together are a register's subject.
/// </summary>
internal sealed record CarrierBook : IState<CarrierBook, CarrierEvent>
{
    public static JsonTypeInfo<CarrierEvent> EventJson => CarrierJson.Default.CarrierEvent;

    public ImmutableSortedDictionary<string, CarrierTerms> Carriers { get; private init; } =
        ImmutableSortedDictionary.Create<string, CarrierTerms>(StringComparer.Ordinal);

    public static CarrierBook New() => new();

    public Decision<CarrierEvent, CarrierInfo> Decide(EnterCarrier command, DateTimeOffset now)
    {
        if (!IsGood(command)) return CarrierRefusals.BadTerms;
        var info = new CarrierInfo(command.Id, command.Terms);
        if (Carriers.TryGetValue(command.Id, out var terms))
            return terms.Equals(command.Terms) ? info : CarrierRefusals.Changed;
        if (Carriers.Count >= ICarrierBookGrain.CarriersMax) return CarrierRefusals.Full;
        return new(info, new CarrierEvent.Entered(command.Id, command.Terms, command.By, now));
    }

    public CarrierBook Apply(CarrierEvent happened) => happened switch
    {
        CarrierEvent.Entered e => this with { Carriers = Carriers.Add(e.Id, e.Terms) },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    /// <summary>By rank, then by id.</summary>
    public ImmutableArray<CarrierInfo> InOrder() =>
        [.. Carriers.OrderBy(c => c.Value.Rank).Select(c => new CarrierInfo(c.Key, c.Value))];

    /// <summary>Who goes to a city, by rank, then by id.</summary>
    public ImmutableArray<CarrierInfo> Serving(string city) =>
        [.. InOrder().Where(c => c.Terms.Cities.IsEmpty || c.Terms.Cities.Contains(city, StringComparer.Ordinal))];

    /// <summary>The first with an agreement, else the first; null: nobody serves.</summary>
    /// <param name="serving">In their order, each with the entry that gives it priority now, or null.</param>
    public static CarrierChoice? Choose(IReadOnlyCollection<(CarrierInfo Carrier, string? Agreement)> serving) =>
        serving.OrderBy(s => s.Agreement is null).Select(s => new CarrierChoice(s.Carrier, s.Agreement))
            .FirstOrDefault();

    /// <summary>What a parcel costs by a carrier's rates, minor units.</summary>
    public static long RateOf(CarrierTerms terms, int grams) =>
        Bands.ValueOf([.. terms.Rates.Select(r => ((long)r.FromGrams, r.Minor))], grams);

    private static bool IsGood(EnterCarrier command)
    {
        var t = command.Terms;
        return Limits.IsId(command.Id) && command.Id.Length <= CarrierKeys.IdLengthMax
            && !command.Id.Contains(':', StringComparison.Ordinal)
            && t.Title.Length is >= 1 and <= 100 && t.Rank is >= 1 and <= CarrierTerms.RankMax
            && t.Cities.Length <= CarrierTerms.CitiesMax && t.Cities.All(CarrierKeys.IsCity)
            && t.Rates.Length <= CarrierTerms.RatesMax
            && t.Rates.All(r => r.Minor is >= 0 and <= Limits.AmountMinorMax)
            && Bands.AreInOrder([.. t.Rates.Select(r => ((long)r.FromGrams, r.Minor))]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CarrierEvent))]
internal sealed partial class CarrierJson : JsonSerializerContext;

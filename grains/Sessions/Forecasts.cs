using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ale.Engines;
using Ale.Kernel;

namespace Ale.Sessions;

/// <summary>Events, past tense. Their names and properties are the stored format (JSON): add, never change.</summary>
[JsonDerivedType(typeof(Moved), "forecast.moved")]
internal abstract record ForecastEvent
{
    /// <param name="Was">What it was before; null: nothing.</param>
    /// <param name="Units">Null: there is no past any more that says anything.</param>
    internal sealed record Moved(
        string Sku, long? Was, long? Units, ForecastLikeness? Likeness, ImmutableArray<ForecastInput> Inputs,
        DateTimeOffset At) : ForecastEvent;
}

/// <summary>
/// The forecasts of a session. Invariants: one a SKU, and no SKU that was never on its shelf; at most
/// <see cref="SkusMax"/>; an event says what is new, never what was known.
/// </summary>
internal sealed record Forecasts : IState<Forecasts, ForecastEvent>
{
    /// <summary>A shelf may be changed while planned; so many SKUs are followed, ever.</summary>
    public const int SkusMax = 4 * SessionTerms.SkusMax;

    public static JsonTypeInfo<ForecastEvent> EventJson => ForecastJson.Default.ForecastEvent;

    public ImmutableDictionary<string, ForecastEvent.Moved> Skus { get; private init; } =
        ImmutableDictionary.Create<string, ForecastEvent.Moved>(StringComparer.Ordinal);

    public static Forecasts New() => new();

    /// <summary>Keeps what moved.</summary>
    /// <param name="found">By SKU; null: there is no past.</param>
    public Decision<ForecastEvent, Done> Decide(IReadOnlyDictionary<string, Expected?> found, DateTimeOffset now)
    {
        var moved = new List<ForecastEvent>();
        var room = SkusMax - Skus.Count;
        foreach (var (sku, expected) in found.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var was = Skus.GetValueOrDefault(sku);
            var likeness = (ForecastLikeness?)expected?.Likeness;
            ImmutableArray<ForecastInput> inputs =
                [.. (expected?.From ?? []).Select(p => new ForecastInput(p.Id, p.At, p.Units))];
            var isKnown = was is null ? expected is null
                : (was.Units, was.Likeness) == (expected?.Units, likeness) && was.Inputs.SequenceEqual(inputs);
            if (isKnown || (was is null && room-- <= 0)) continue;
            moved.Add(new ForecastEvent.Moved(sku, was?.Units, expected?.Units, likeness, inputs, now));
        }

        return new(new Done(), [.. moved]);
    }

    public Forecasts Apply(ForecastEvent happened) => happened switch
    {
        ForecastEvent.Moved e => this with { Skus = Skus.SetItem(e.Sku, e) },
        _ => throw new UnreachableException($"Unknown event {happened.GetType()}"), // stop; never skip
    };

    public SkuForecast Of(string session, string sku) => Skus.GetValueOrDefault(sku) is { } e
        ? new(session, sku, e.Units, e.Likeness, e.Inputs, e.At) : new(session, sku, null, null, [], null);

    /// <summary>How much a past session is like the one to come; null: not at all.</summary>
    public static ForecastLikeness? LikenessOf(SessionTerms past, SessionTerms coming, string sku) =>
        past.Market != coming.Market || past.Kind != coming.Kind || past.StartsAt >= coming.StartsAt
            || !past.Skus.Contains(sku, StringComparer.Ordinal) ? null
        : past.Tier != coming.Tier ? ForecastLikeness.Market
        : past.HostId != coming.HostId ? ForecastLikeness.Tier : ForecastLikeness.Host;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ForecastEvent))]
internal sealed partial class ForecastJson : JsonSerializerContext;

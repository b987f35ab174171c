using System.Collections.Immutable;

namespace Ale.Sessions;

/// <summary>
/// What a session is expected to sell (STK-13): a forecast a SKU of its shelf, from the units that similar sessions
/// sold. It is made when the session is planned or changed, when a similar one ends or closes, and when it is asked
/// for; a forecast that moved is kept as an event, and what costs by it follows. From the start of the session on it
/// stays as it was.
/// </summary>
/// <remarks>
/// The key is the session's id. Similar are sessions that have ended, of the same market and kind, planned to start
/// before this one, with the SKU on their shelf; the latest <see cref="PastMax"/> sessions of market and kind are
/// looked at. Of them the latest four (policy) of the same host and tier count; where there are fewer, of the same
/// tier; where there are fewer again, of any. What a session sold are the confirmed units of its claims less those put
/// back. The forecast is their average, halves up.
/// </remarks>
[Alias("ale.forecast")]
public interface IForecastGrain : IGrainWithStringKey
{
    /// <summary>Most past sessions that are looked at.</summary>
    public const int PastMax = 200;

    /// <summary>The forecast as it is now, made anew while the session has not started. A repeat changes nothing.</summary>
    /// <param name="sku">Upper case, on the session's shelf.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("ask")] Task<Outcome<SkuForecast>> Ask(string sku, CancellationToken ct = default);

    /// <summary>Makes the forecasts of the whole shelf anew, unless the session has started.</summary>
    /// <param name="at">Sales up to this place are counted.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("renew")] Task<Outcome<Done>> Renew(JournalPlace at, CancellationToken ct = default);
}

/// <summary>How much the sessions behind a forecast are like the one it is for.</summary>
public enum ForecastLikeness
{
    /// <summary>The same market and kind.</summary>
    Market,

    /// <summary>The same tier too.</summary>
    Tier,

    /// <summary>The same host too.</summary>
    Host,
}

/// <summary>A past session that a forecast is made of.</summary>
/// <param name="StartsAt">As planned.</param>
/// <param name="Units">What it sold of the SKU.</param>
[GenerateSerializer, Immutable, Alias("ale.forecast.input")]
public sealed record ForecastInput(
    [property: Id(0)] string SessionId, [property: Id(1)] DateTimeOffset StartsAt, [property: Id(2)] long Units);

/// <summary>What a session is expected to sell of a SKU.</summary>
/// <param name="Units">Null: no similar session is known, nothing is foretold.</param>
/// <param name="Likeness">Of the least alike of the inputs; null: there is none.</param>
/// <param name="Inputs">The latest first.</param>
/// <param name="Since">When the forecast last moved; null: it never was anything.</param>
[GenerateSerializer, Immutable, Alias("ale.forecast.sku")]
public sealed record SkuForecast(
    [property: Id(0)] string SessionId, [property: Id(1)] string Sku, [property: Id(2)] long? Units,
    [property: Id(3)] ForecastLikeness? Likeness, [property: Id(4)] ImmutableArray<ForecastInput> Inputs,
    [property: Id(5)] DateTimeOffset? Since)
{
    /// <inheritdoc/>
    public bool Equals(SkuForecast? other) => other is not null
        && (SessionId, Sku, Units, Likeness, Since)
            == (other.SessionId, other.Sku, other.Units, other.Likeness, other.Since)
        && Inputs.SequenceEqual(other.Inputs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SessionId, Sku, Units, Likeness, Since);
}

/// <summary>In order of precedence; before them those of <see cref="ISessionGrain.Get"/>.</summary>
public static class ForecastRefusals
{
    /// <summary>The session does not show the SKU.</summary>
    public static readonly Refusal NotOnShelf = new(RefusalKind.NotFound, "session.not_on_shelf");
}

/// <summary>Keys of forecasts.</summary>
public static class ForecastKeys
{
    /// <summary>The forecasts of a session.</summary>
    public static IForecastGrain Forecast(this IGrainFactory grains, string sessionId) =>
        grains.Ref<IForecastGrain>(sessionId);
}

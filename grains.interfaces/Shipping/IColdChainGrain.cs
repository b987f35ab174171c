using System.Collections.Immutable;

namespace Ale.Shipping;

/// <summary>
/// What a cold-chain parcel of a fresh SKU costs in a session (STK-14): by bands of the units that the session is
/// expected to sell of it. When the forecast moves the rate follows, and each move is kept with the forecast and the
/// rate before and after. From the start of the session on the forecast, and so the rate, stays.
/// </summary>
/// <remarks>
/// The key is <c>session/SKU</c>. The bands are the policy's of the session's market at the instant of the move, and
/// stand in the event; a new policy takes effect with the next move. With no forecast, the rate is that of no unit.
/// </remarks>
[Alias("ale.coldchain")]
public interface IColdChainGrain : IGrainWithStringKey
{
    /// <summary>Most moves that are told; the journal keeps all.</summary>
    public const int MovesMax = 100;

    /// <summary>
    /// Prices it from now on. Refused as <see cref="Sessions.IForecastGrain.Ask"/>. A repeat: the rate as it is now.
    /// </summary>
    /// <param name="by">Whose token it was: a staff id.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("price")] Task<Outcome<ColdChainView>> Price(string by, CancellationToken ct = default);

    /// <summary>The rate as it is now, and how it came to it.</summary>
    [Alias("get")] Task<Outcome<ColdChainView>> Get(CancellationToken ct = default);

    /// <summary>
    /// The forecast has moved. One that is not later than the last one known, or equal to it, changes nothing.
    /// </summary>
    /// <param name="units">Null: nothing is foretold.</param>
    /// <param name="since">When it moved.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("follow")]
    Task<Outcome<ColdChainView>> Follow(long? units, DateTimeOffset since, CancellationToken ct = default);
}

/// <summary>A rate and what it comes from.</summary>
/// <param name="ForecastUnits">What the session is expected to sell; null: nothing is foretold.</param>
/// <param name="RateMinor">For a parcel, minor units of <paramref name="Currency"/>.</param>
/// <param name="Moves">The latest first; at most <see cref="IColdChainGrain.MovesMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ale.coldchain.view")]
public sealed record ColdChainView(
    [property: Id(0)] string SessionId, [property: Id(1)] string Sku, [property: Id(2)] long? ForecastUnits,
    [property: Id(3)] long RateMinor, [property: Id(4)] string Currency, [property: Id(5)] DateTimeOffset PricedAt,
    [property: Id(6)] ImmutableArray<ColdChainMove> Moves);

/// <summary>A forecast that moved, and the rate with it.</summary>
[GenerateSerializer, Immutable, Alias("ale.coldchain.move")]
public sealed record ColdChainMove(
    [property: Id(0)] long? FromUnits, [property: Id(1)] long? ToUnits, [property: Id(2)] long FromMinor,
    [property: Id(3)] long ToMinor, [property: Id(4)] DateTimeOffset At);

/// <summary>In order of precedence; before it those of the forecast.</summary>
public static class ColdChainRefusals
{
    /// <summary>Nobody has priced the SKU's cold chain in this session.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "coldchain.unknown");
}

/// <summary>Keys of cold-chain rates.</summary>
public static class ColdChainKeys
{
    /// <summary>The rate of a SKU in a session.</summary>
    /// <param name="grains">Where grains are.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="sku">Upper case.</param>
    public static IColdChainGrain ColdChain(this IGrainFactory grains, string sessionId, string sku) =>
        grains.Ref<IColdChainGrain>($"{sessionId}/{sku}");
}

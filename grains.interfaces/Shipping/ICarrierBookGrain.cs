using System.Collections.Immutable;

namespace Ale.Shipping;

/// <summary>
/// The carriers, and which of them takes a parcel (STK-11): of those active that serve the city, one whose agreement on
/// priority dispatch for it is valid at that instant comes first, then the one of the lowest rank, then the first by
/// id. An agreement that lapses or is withdrawn takes effect with the next parcel.
/// </summary>
/// <remarks>
/// There is one book, with at most <see cref="CarriersMax"/> carriers. An agreement is an entry of the register
/// <see cref="CarrierKeys.PriorityRegister"/> about <c>carrier:city</c>.
/// </remarks>
[Alias("ale.carrier_book")]
public interface ICarrierBookGrain : IGrainWithStringKey
{
    /// <summary>Most carriers, ever.</summary>
    public const int CarriersMax = 100;

    /// <summary>
    /// Enters a carrier. The same content again: the carrier as it is; other: <see cref="CarrierRefusals.Changed"/>.
    /// </summary>
    [Alias("enter")] Task<Outcome<CarrierInfo>> Enter(EnterCarrier command, CancellationToken ct = default);

    /// <summary>
    /// Changes what the command names; who is not active takes no new parcel, and what it has stays with it. The same
    /// key again within a day: the carrier as it was answered then, or <see cref="CarrierRefusals.Changed"/> when the
    /// content is another; the version is not the carrier's: <see cref="CarrierRefusals.Stale"/>.
    /// </summary>
    [Alias("change")] Task<Outcome<CarrierInfo>> Change(ChangeCarrier command, CancellationToken ct = default);

    /// <summary>A carrier.</summary>
    [Alias("get")] Task<Outcome<CarrierInfo>> Get(string id, CancellationToken ct = default);

    /// <summary>All carriers, by rank and id.</summary>
    [Alias("all")] Task<Outcome<ImmutableArray<CarrierInfo>>> All(CancellationToken ct = default);

    /// <summary>Who takes a parcel to a city now; nobody serves it: <see cref="CarrierRefusals.NotServed"/>.</summary>
    /// <param name="city">In lower case.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("choose")] Task<Outcome<CarrierChoice>> Choose(string city, CancellationToken ct = default);
}

/// <summary>What a parcel of at least so many grams costs.</summary>
/// <param name="FromGrams">From this weight on, grams.</param>
/// <param name="Minor">For the parcel, minor units.</param>
[GenerateSerializer, Immutable, Alias("ale.carrier.rate")]
public readonly record struct CarrierRate([property: Id(0)] int FromGrams, [property: Id(1)] long Minor);

/// <summary>What is known of a carrier.</summary>
/// <param name="Title">For people; 1 to 100 characters.</param>
/// <param name="Rank">Who is asked where no agreement says so: the lowest first; 1 to 1,000.</param>
/// <param name="Cities">Where it goes, lower case; empty: everywhere. At most 500.</param>
/// <param name="Currency">ISO 4217, of its rates.</param>
/// <param name="Rates">By weight, the first from 0 grams on, each above the one before; 1 to 50.</param>
[GenerateSerializer, Immutable, Alias("ale.carrier.terms")]
public sealed record CarrierTerms(
    [property: Id(0)] string Title, [property: Id(1)] int Rank, [property: Id(2)] ImmutableArray<string> Cities,
    [property: Id(3)] string Currency, [property: Id(4)] ImmutableArray<CarrierRate> Rates)
{
    /// <summary>Most entries of <see cref="Cities"/> and of <see cref="Rates"/>, and the highest rank.</summary>
    public const int CitiesMax = 500, RatesMax = 50, RankMax = 1_000;

    /// <inheritdoc/>
    public bool Equals(CarrierTerms? other) => other is not null
        && (Title, Rank, Currency) == (other.Title, other.Rank, other.Currency)
        && Cities.SequenceEqual(other.Cities) && Rates.SequenceEqual(other.Rates);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Title, Rank, Currency, Cities.Length, Rates.Length);
}

/// <summary>A wish to enter a carrier.</summary>
/// <param name="Id">At most <see cref="CarrierKeys.IdLengthMax"/> characters, without a colon.</param>
/// <param name="By">Whose token it was: a staff id.</param>
[GenerateSerializer, Immutable, Alias("ale.carrier.enter")]
public sealed record EnterCarrier(
    [property: Id(0)] string Id, [property: Id(1)] CarrierTerms Terms, [property: Id(2)] string By);

/// <summary>New terms; null leaves one as it is. The currency stays: rates and past parcels are in it.</summary>
/// <param name="Version">The version they are meant for.</param>
/// <param name="Key">Tells a repeat from a second wish.</param>
/// <param name="By">Whose token it was: a staff id.</param>
[GenerateSerializer, Immutable, Alias("ale.carrier.change")]
public sealed record ChangeCarrier(
    [property: Id(0)] string Id, [property: Id(1)] long Version, [property: Id(2)] string Key,
    [property: Id(3)] string By)
{
    /// <summary>See <see cref="CarrierTerms"/>, here and below.</summary>
    [Id(4)] public string? Title { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(5)] public int? Rank { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(6)] public ImmutableArray<string>? Cities { get; init; }

    /// <inheritdoc cref="Title"/>
    [Id(7)] public ImmutableArray<CarrierRate>? Rates { get; init; }

    /// <inheritdoc cref="CarrierInfo.IsActive"/>
    [Id(8)] public bool? IsActive { get; init; }
}

/// <summary>A carrier.</summary>
[GenerateSerializer, Immutable, Alias("ale.carrier.info")]
public sealed record CarrierInfo([property: Id(0)] string Id, [property: Id(1)] CarrierTerms Terms)
{
    /// <summary>Raised by every change; what <c>If-Match</c> names.</summary>
    [Id(2)] public long Version { get; init; } = 1;

    /// <summary>It takes new parcels.</summary>
    [Id(3)] public bool IsActive { get; init; } = true;
}

/// <summary>Who takes a parcel.</summary>
/// <param name="Agreement">The entry that gives it priority; null: it has the lowest rank.</param>
[GenerateSerializer, Immutable, Alias("ale.carrier.choice")]
public sealed record CarrierChoice([property: Id(0)] CarrierInfo Carrier, [property: Id(1)] string? Agreement);

/// <summary>In order of precedence: when several apply, the first is the answer.</summary>
public static class CarrierRefusals
{
    /// <summary>The id is too long or has a colon, or a member has not its form or range.</summary>
    public static readonly Refusal BadTerms = new(RefusalKind.Invalid, "carrier.bad_terms");

    /// <summary>No such carrier.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "carrier.unknown");

    /// <summary>The id, or the key, was used with other content.</summary>
    public static readonly Refusal Changed = new(RefusalKind.Conflict, "carrier.changed");

    /// <summary>The carrier has another version than the one to be changed.</summary>
    public static readonly Refusal Stale = new(RefusalKind.Conflict, "carrier.stale");

    /// <summary>The book is full.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "carrier.full");

    /// <summary>No carrier goes there.</summary>
    public static readonly Refusal NotServed = new(RefusalKind.Conflict, "carrier.not_served");
}

/// <summary>Keys of carriers.</summary>
public static class CarrierKeys
{
    /// <summary>Where agreements on priority dispatch stand.</summary>
    public const string PriorityRegister = "carrier_priority";

    /// <summary>Longest id of a carrier, and longest name of a city: both together are a register's subject.</summary>
    public const int IdLengthMax = 24, CityLengthMax = 32;

    /// <summary>The book.</summary>
    public static ICarrierBookGrain Carriers(this IGrainFactory grains) =>
        grains.Ref<ICarrierBookGrain>("carriers");

    /// <summary>What an agreement on priority in a city is about.</summary>
    public static string PriorityOf(string carrier, string city) => $"{carrier}:{city}";

    /// <summary>True for a city: an id without capitals and colons.</summary>
    public static bool IsCity(string? city) => Limits.IsId(city) && city!.Length <= CityLengthMax
        && !city.Any(c => c == ':' || char.IsAsciiLetterUpper(c));
}

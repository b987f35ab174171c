using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Shipping;

/// <summary>Carriers (STK-11). Agreements on priority stand in the register <c>carrier_priority</c>.</summary>
internal static class CarrierHttp
{
    public static void MapCarriers(this IEndpointRouteBuilder api)
    {
        var carriers = api.MapGroup("/carriers").WithTags("Shipping");

        carriers.MapPut("/{id}", (Id id, CarrierBody body, Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Carriers().Enter(new(id, body.Terms, caller.Subject), ct), CarrierReply.Of))
            .Allow(Permission.ShippingWrite).WithName("putCarrier")
            .WithSummary("Enters a carrier with its rates; the same again: the carrier as it is");

        carriers.MapPatch("/{id}", (Id id, CarrierPatch body, ExpectedVersion version, CommandKey key, Caller caller,
                IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Carriers().Change(body.Command(id, version, key, caller.Subject), ct),
                    CarrierReply.Of))
            .Allow(Permission.ShippingWrite).WithName("changeCarrier")
            .WithSummary("Changes a carrier for parcels to come; one that is not active gets none");

        carriers.MapGet("/{id}", (Id id, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Carriers().Get(id, ct), CarrierReply.Of))
            .Allow(Permission.ShippingRead).WithName("getCarrier").WithSummary("A carrier");

        carriers.MapGet("", (PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(ct => grains.Carriers().All(ct), found =>
                {
                    var rest = found.SkipWhile(c => after is not null && c.Id != after).Skip(after is null ? 0 : 1);
                    return Page<CarrierReply>.Of([.. rest.Take(page.Limit + 1).Select(CarrierReply.Of)], page.Limit,
                        last => Cursor.Of(last.Id));
                });
            })
            .Allow(Permission.ShippingRead).WithName("listCarriers")
            .WithSummary("Carriers in the order in which they are asked where no agreement says so");

        carriers.MapGet("/choice", (string city, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Carriers().Choose(City(city), ct), CarrierChoiceReply.Of))
            .Allow(Permission.ShippingRead).WithName("getCarrierChoice")
            .WithSummary("Who takes a parcel to a city now, and by which agreement");
    }

    /// <summary>A city in lower case, or 400.</summary>
    public static string City(string city)
    {
        var p = new Problems();
        City(p, "city", city);
        p.ThrowIfAny();
        return city.ToLowerInvariant();
    }

    /// <summary>A city, in any case.</summary>
    public static void City(Problems p, string field, string? city) => p.Require(
        city is null || CarrierKeys.IsCity(city.ToLowerInvariant()), field,
        $"Must be an id of at most {CarrierKeys.CityLengthMax} characters without a colon.");
}

/// <param name="Rank">Who is asked where no agreement says so: the lowest first.</param>
/// <param name="Cities">Where it goes; absent: everywhere.</param>
internal sealed record CarrierBody(
    string Title, int Rank, string Currency, ImmutableArray<CarrierRateBody> Rates,
    ImmutableArray<string>? Cities = null) : IValidated
{
    internal CarrierTerms Terms =>
        new(Title, Rank, CarrierPatch.InOrder(Cities ?? []), Currency, CarrierPatch.Of(Rates));

    public void Validate(Problems p)
    {
        p.Currency("currency", Currency);
        p.At("", new CarrierPatch { Title = Title, Rank = Rank, Cities = Cities, Rates = Rates });
    }
}

/// <summary>New terms; what is absent stays as it is.</summary>
internal sealed record CarrierPatch : IValidated
{
    public string? Title { get; init; }
    public int? Rank { get; init; }

    /// <summary>Empty: everywhere.</summary>
    public ImmutableArray<string>? Cities { get; init; }

    public ImmutableArray<CarrierRateBody>? Rates { get; init; }

    /// <summary>It gets new parcels.</summary>
    public bool? IsActive { get; init; }

    internal static ImmutableArray<string> InOrder(ImmutableArray<string> cities) =>
        [.. cities.Select(c => c.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    internal static ImmutableArray<CarrierRate> Of(ImmutableArray<CarrierRateBody> rates) =>
        [.. rates.Select(r => new CarrierRate(r.FromGrams, r.Minor))];

    internal ChangeCarrier Command(string id, long version, string key, string by) => new(id, version, key, by)
    {
        Title = Title,
        Rank = Rank,
        Cities = Cities is { } cities ? InOrder(cities) : null,
        Rates = Rates is { } rates ? Of(rates) : null,
        IsActive = IsActive,
    };

    public void Validate(Problems p)
    {
        p.Text("title", Title, 100, 1);
        if (Rank is { } rank) p.Range("rank", rank, 1, CarrierTerms.RankMax);
        if (Rates is { } rates) Validate(p, rates);
        if (Cities is not { } cities) return;
        p.Count("cities", cities, CarrierTerms.CitiesMax);
        for (var i = 0; i < cities.Length; i++)
        {
            p.Require(cities[i] is not null, $"cities[{i}]", "Must not be null.");
            CarrierHttp.City(p, $"cities[{i}]", cities[i]);
        }
    }

    private static void Validate(Problems p, ImmutableArray<CarrierRateBody> rates)
    {
        p.Each("rates", rates, CarrierTerms.RatesMax, 1);
        if (rates is [var first, ..] && first is not null)
            p.Require(first.FromGrams == 0, "rates[0].fromGrams", "Must be 0.");
        for (var i = 1; i < rates.Length; i++)
        {
            if (rates[i] is { } rate && rates[i - 1] is { } before)
                p.Require(rate.FromGrams > before.FromGrams, $"rates[{i}].fromGrams", "Must be above the one before.");
        }
    }
}

/// <param name="FromGrams">From this weight on, grams.</param>
/// <param name="Minor">For the parcel.</param>
internal sealed record CarrierRateBody(int FromGrams, long Minor) : IValidated
{
    public void Validate(Problems p)
    {
        p.Range("fromGrams", FromGrams, 0, ShipmentTerms.GramsMax);
        p.Money("minor", Minor);
    }
}

/// <summary>A carrier; <c>version</c> is what <c>If-Match</c> names.</summary>
internal sealed record CarrierReply(
    string Id, string Title, int Rank, ImmutableArray<string> Cities, string Currency,
    ImmutableArray<CarrierRate> Rates, long Version, bool IsActive)
{
    public static CarrierReply Of(CarrierInfo c) =>
        new(c.Id, c.Terms.Title, c.Terms.Rank, c.Terms.Cities, c.Terms.Currency, c.Terms.Rates,
            c.Version, c.IsActive);
}

/// <summary>Who takes a parcel; <c>agreement</c> is the entry that gives it priority.</summary>
internal sealed record CarrierChoiceReply(string Carrier, bool IsPriority, string? Agreement)
{
    public static CarrierChoiceReply Of(CarrierChoice c) => new(c.Carrier.Id, c.Agreement is not null, c.Agreement);
}

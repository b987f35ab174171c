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
    internal CarrierTerms Terms => new(Title, Rank,
        [.. (Cities ?? []).Select(c => c.ToLowerInvariant()).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)],
        Currency, [.. Rates.Select(r => new CarrierRate(r.FromGrams, r.Minor))]);

    public void Validate(Problems p)
    {
        p.Text("title", Title, 100, 1);
        p.Range("rank", Rank, 1, CarrierTerms.RankMax);
        p.Currency("currency", Currency);
        p.Each("rates", Rates, CarrierTerms.RatesMax, 1);
        if (Rates is [var first, ..] && first is not null)
            p.Require(first.FromGrams == 0, "rates[0].fromGrams", "Must be 0.");
        for (var i = 1; i < Rates.Length; i++)
        {
            if (Rates[i] is { } rate && Rates[i - 1] is { } before)
                p.Require(rate.FromGrams > before.FromGrams, $"rates[{i}].fromGrams", "Must be above the one before.");
        }

        if (Cities is not { } cities) return;
        p.Count("cities", cities, CarrierTerms.CitiesMax);
        for (var i = 0; i < cities.Length; i++)
        {
            p.Require(cities[i] is not null, $"cities[{i}]", "Must not be null.");
            CarrierHttp.City(p, $"cities[{i}]", cities[i]);
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

/// <summary>A carrier.</summary>
internal sealed record CarrierReply(
    string Id, string Title, int Rank, ImmutableArray<string> Cities, string Currency,
    ImmutableArray<CarrierRate> Rates)
{
    public static CarrierReply Of(CarrierInfo c) =>
        new(c.Id, c.Terms.Title, c.Terms.Rank, c.Terms.Cities, c.Terms.Currency, c.Terms.Rates);
}

/// <summary>Who takes a parcel; <c>agreement</c> is the entry that gives it priority.</summary>
internal sealed record CarrierChoiceReply(string Carrier, bool IsPriority, string? Agreement)
{
    public static CarrierChoiceReply Of(CarrierChoice c) => new(c.Carrier.Id, c.Agreement is not null, c.Agreement);
}

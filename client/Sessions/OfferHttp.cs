using System.Collections.Immutable;
using Ale.Edge;
using Ale.Stock;

namespace Ale.Sessions;

/// <summary>Live prices of a session (SHP-01).</summary>
internal static class OfferHttp
{
    public static void Map(IEndpointRouteBuilder sessions)
    {
        var offers = sessions.MapGroup("/{id}/offers");

        offers.MapPut("/{offer}", (Id id, Id offer, OfferBody body, Caller caller, IGrainFactory grains,
                EdgeCall edge) =>
                edge.Run(ct => grains.Session(id).Offer(new(offer, body.Sku.Value, body.Terms(id), caller.Subject)
                {
                    OfHost = SessionHttp.HostOf(caller),
                }, ct), OfferReply.Of))
            .Allow(Permission.SessionWrite).WithName("PutOffer")
            .WithSummary("Plan a live price; it starts and ends to the second and is frozen in the hold");

        offers.MapPatch("/{offer}", (Id id, Id offer, OfferPatch body, ExpectedVersion version, CommandKey key,
                Caller caller, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => grains.Session(id).ChangeOffer(body.Command(offer, version, key, caller.Subject),
                    SessionHttp.HostOf(caller), ct), OfferReply.Of))
            .Allow(Permission.SessionWrite).WithName("ChangeOffer")
            .WithSummary("Change a live price before its start; what is absent stays as it is");

        offers.MapGet("/{offer}", (Id id, Id offer, IGrainFactory grains, EdgeCall edge) => edge.Run(
                async ct => (await grains.Session(id).OfferSku(offer, ct)).Refusal is { } refusal ? refusal
                    : One(await grains.Session(id).Offers(ct), $"{id.Value}/{offer.Value}"),
                OfferReply.Of))
            .Allow(Permission.SessionRead).WithName("GetOffer").WithSummary("A live price as it is now");

        offers.MapGet("", (Id id, PageRequest page, IGrainFactory grains, EdgeCall edge) =>
            {
                var after = page.After?.Text(0);
                return edge.Run(
                    ct => grains.Session(id).Offers(ct),
                    found =>
                    {
                        var rest = found.SkipWhile(o => after is not null && o.Id != after).Skip(after is null ? 0 : 1);
                        return Page<OfferReply>.Of([.. rest.Take(page.Limit + 1).Select(OfferReply.Of)], page.Limit,
                            last => Cursor.Of($"{last.SessionId}/{last.Id}"));
                    });
            })
            .Allow(Permission.SessionRead).WithName("ListOffers")
            .WithSummary("The live prices of a session, in order of their start");
    }

    private static Outcome<OfferView> One(Outcome<ImmutableArray<OfferView>> found, string id) =>
        found.Refusal is { } refusal ? refusal
        : found.Value.FirstOrDefault(o => o.Id == id) is { } offer ? offer : OfferRefusals.Unknown;
}

/// <param name="PriceMinor">What a unit costs while it runs; below the SKU's own price.</param>
/// <param name="Total">Most units at this price; absent: as many as there are.</param>
/// <param name="PerUserMax">Most units of one user at this price.</param>
/// <param name="CountdownSeconds">How long before its start the room counts down; absent: the policy's.</param>
internal sealed record OfferBody(
    SkuCode Sku, long PriceMinor, DateTimeOffset StartsAt, DateTimeOffset EndsAt, int? Total = null,
    int? PerUserMax = null, int? CountdownSeconds = null) : IValidated
{
    public void Validate(Problems p)
    {
        p.Money("priceMinor", PriceMinor);
        p.Order("startsAt", StartsAt, "endsAt", EndsAt);
        p.Quantity("total", Total);
        p.Quantity("perUserMax", PerUserMax);
        if (CountdownSeconds is { } seconds) p.Range("countdownSeconds", seconds, 0, 3_600);
    }

    public OfferTerms Terms(Id session) => new(session, PriceMinor, StartsAt, EndsAt)
    {
        Total = Total,
        PerUserMax = PerUserMax,
        CountdownSeconds = CountdownSeconds,
    };
}

/// <summary>Other terms of a live price that has not begun; what is absent stays as it is.</summary>
internal sealed record OfferPatch : IValidated
{
    public long? PriceMinor { get; init; }
    public DateTimeOffset? StartsAt { get; init; }
    public DateTimeOffset? EndsAt { get; init; }
    public int? Total { get; init; }
    public int? PerUserMax { get; init; }
    public int? CountdownSeconds { get; init; }

    public void Validate(Problems p)
    {
        p.Money("priceMinor", PriceMinor);
        p.Order("startsAt", StartsAt, "endsAt", EndsAt);
        p.Quantity("total", Total);
        p.Quantity("perUserMax", PerUserMax);
        p.Range("countdownSeconds", CountdownSeconds, 0, 3_600);
    }

    public ChangeOffer Command(Id offer, long version, string key, string actor) => new(offer, version, key, actor)
    {
        PriceMinor = PriceMinor,
        StartsAt = StartsAt,
        EndsAt = EndsAt,
        Total = Total,
        PerUserMax = PerUserMax,
        CountdownSeconds = CountdownSeconds,
    };
}

/// <summary>A live price as it is now; the members mean what they do in <see cref="OfferView"/>.</summary>
internal sealed record OfferReply(
    string Id, string SessionId, string Sku, long PriceMinor, string Currency, long ListMinor, long? CrossedOutMinor,
    DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset CountsDownFrom, int? Total, int? PerUserMax,
    long Taken, OfferState State, OfferEnd? EndedBy, long Version)
{
    public static OfferReply Of(OfferView o) => new(
        o.Id[(o.Terms.SessionId.Length + 1)..], o.Terms.SessionId, o.Sku, o.Terms.PriceMinor, o.Currency, o.ListMinor,
        o.CrossedOutMinor, o.Terms.StartsAt, o.Terms.EndsAt, o.CountsDownFrom, o.Terms.Total, o.Terms.PerUserMax,
        o.Taken, o.State, o.EndedBy, o.Version);
}

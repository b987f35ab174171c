using System.Collections.Immutable;
using System.Globalization;
using Ale.Edge;
using Ale.Users;

namespace Ale.Orders;

/// <summary>Where an order goes, and what that costs (SHP-07).</summary>
internal static class ShipToHttp
{
    private const int QuoteLinesMax = 100;

    public static void Map(IEndpointRouteBuilder api, RouteGroupBuilder orders)
    {
        orders.MapPut("/{id}/shipTo", (Id id, ShipToBody body, Caller caller, UserMap users, IGrainFactory grains,
                EdgeCall edge) => edge.Run(
                    ct => OrderHttp.IfVisible(id, caller, users, grains, order => order.ShipTo(body.ShipTo, ct), ct),
                    order => OrderReply.Of(order, users)))
            .Allow(Permission.OrderPlace).WithName("changeShipTo")
            .WithSummary("Sends it elsewhere until it has left the house; the freight must be what was agreed.");

        orders.MapGet("/{id}/address", (Id id, Caller caller, UserMap users, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(ct => OrderHttp.IfVisible(
                    id, caller, users, grains, order => AddressOf(id, order, grains, ct), ct)))
            .Allow(Permission.OrderRead).WithName("getOrderAddress")
            .WithSummary("The address as it was copied onto the order; unknown when the buyer is erased.");

        api.MapGet("/freight", (string city, string lines, IGrainFactory grains, EdgeCall edge) =>
            {
                var asked = LinesOf(lines);
                return edge.Run(ct => grains.FreightQuotes().Quote(city, asked, ct));
            })
            .Allow(Permission.StockRead).WithTags("Orders").WithName("quoteFreight")
            .WithSummary("What sending ?lines=SKU:2,SKU:1 to ?city= would cost; holds nothing.");
    }

    private static async Task<Outcome<UserAddress>> AddressOf(
        Id id, IOrderGrain order, IGrainFactory grains, CancellationToken ct)
    {
        var (view, refusal) = await order.Get(ct);
        if (refusal is not null) return refusal;
        return view is { User: { } user, Shipping.AddressId: not null }
            ? await grains.AddressBook(user).OfOrder(id, ct) : AddressRefusals.Unknown;
    }

    private static ImmutableArray<OrderLine> LinesOf(string text)
    {
        var lines = text.Split(',').Select(line =>
        {
            var at = line.LastIndexOf(':');
            var sku = at < 0 ? line : line[..at];
            var units = 1;
            var isGood = Limits.IsId(sku) && (at < 0 || (int.TryParse(line[(at + 1)..], NumberStyles.None,
                CultureInfo.InvariantCulture, out units) && units is >= 1 and <= Limits.QuantityMax));
            return isGood ? new OrderLine(sku.ToUpperInvariant(), units) : null;
        }).Take(QuoteLinesMax + 1).ToArray();
        if (lines.Length > QuoteLinesMax || lines.Contains(null))
            throw new ProblemException(Problem.Invalid("lines", $"Must be 1 to {QuoteLinesMax} of SKU:units."));
        return [.. lines.Select(l => l!)];
    }
}

/// <summary>One of the two: an address of the buyer's, or an official area code.</summary>
/// <param name="City">City or district, six digits (GB/T 2260).</param>
internal sealed record ShipToBody(Id? AddressId = null, string? City = null) : IValidated
{
    internal OrderShipTo ShipTo => new(AddressId?.Value, City);

    public void Validate(Problems p)
    {
        p.Require(AddressId is null != City is null, "city", "Give either addressId or city.");
        p.Text("city", City, 6, 6);
    }
}

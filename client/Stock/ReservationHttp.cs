using Ale.Edge;
using Ale.Users;
using Microsoft.AspNetCore.Mvc;

namespace Ale.Stock;

/// <summary>Reservations of a SKU. A user sees and moves his own; another's is answered as unknown.</summary>
internal static class ReservationHttp
{
    public static void Map(IEndpointRouteBuilder skus)
    {
        var one = skus.MapGroup("/{sku}/reservations/{id}").WithTags(StockHttp.Tag);

        one.MapPut("",
                (SkuCode sku, Id id, ReservationBody body, Caller caller, UserMap users,
                    [FromServices] SkuCalls calls, EdgeCall edge) =>
                {
                    var owner = caller.Own(body.UserId);
                    return edge.Run(
                        async ct => await calls.Reserve(sku, new(id, body.Quantity)
                        {
                            User = await users.InternalOrGuest(owner, ct),
                            SessionId = body.SessionId,
                            Offer = body.Offer is { } offer ? $"{body.SessionId}/{offer}" : null,
                            Warehouses = body.Warehouse is { } warehouse ? [warehouse.Value] : [],
                        }, ct),
                        held => Reply(held, users));
                })
            .Allow(Permission.StockReserve).WithName("putReservation")
            .WithSummary("Holds units for a while; the same again: the reservation as it is now.");

        one.MapGet("", (SkuCode sku, Id id, Caller caller, UserMap users, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    async ct => await Seen(await grains.Sku(sku).Reservation(id, ct), caller, users, ct),
                    held => Reply(held, users)))
            .Allow(Permission.StockReserve).WithName("getReservation").WithSummary("A reservation as it is now.");

        one.MapPost("/confirm",
                (SkuCode sku, Id id, ConfirmBody? body, CommandKey key, Caller caller, UserMap users,
                    IGrainFactory grains,
                    EdgeCall edge) =>
                {
                    var owner = caller.Own(body?.UserId);
                    return edge.Run(
                        async ct =>
                        {
                            var command = new ConfirmStock(id)
                            {
                                Content = body?.Quantity is { } quantity
                                    ? new(id, quantity) { User = await users.InternalOrGuest(owner, ct) } : null,
                                // The price agreed is the backend's to say; a user buys at the SKU's.
                                PriceMinor = caller.IsBackend ? body?.PriceMinor : null,
                            };
                            return await WhyHidden(sku, id, caller, users, grains, ct) is { } refusal
                                && (refusal != StockRefusals.UnknownReservation || command.Content is null)
                                ? refusal : await grains.Sku(sku).Confirm(command, ct);
                        },
                        held => Reply(held, users));
                })
            .Allow(Permission.StockReserve).WithName("confirmReservation")
            .WithSummary("Sells the units; after the hold has ended they are claimed anew when they are there.");

        one.MapPost("/release",
                (SkuCode sku, Id id, CommandKey key, Caller caller, UserMap users, IGrainFactory grains,
                    EdgeCall edge) =>
                    edge.Run(
                        async ct => await WhyHidden(sku, id, caller, users, grains, ct) is { } refusal
                            ? refusal : await grains.Sku(sku).Release(new(id), ct),
                        held => Reply(held, users)))
            .Allow(Permission.StockReserve).WithName("releaseReservation").WithSummary("Gives the units back.");

        one.MapPost("/renew",
                (SkuCode sku, Id id, CommandKey key, Caller caller, UserMap users, IGrainFactory grains,
                    EdgeCall edge) =>
                    edge.Run(
                        async ct => await WhyHidden(sku, id, caller, users, grains, ct) is { } refusal
                            ? refusal : await grains.Sku(sku).Renew(new(id, key), ct),
                        held => Reply(held, users)))
            .Allow(Permission.StockReserve).WithName("renewReservation")
            .WithSummary("Begins the hold time again, up to the cap of the policy.");
    }

    /// <summary>Null when the caller may move the reservation; backends are not asked for.</summary>
    private static async Task<Refusal?> WhyHidden(
        string sku, string id, Caller caller, UserMap users, IGrainFactory grains, CancellationToken ct) =>
        caller.IsBackend ? null : (await Seen(await grains.Sku(sku).Reservation(id, ct), caller, users, ct)).Refusal;

    private static async Task<Outcome<Reservation>> Seen(
        Outcome<Reservation> found, Caller caller, UserMap users, CancellationToken ct)
    {
        if (caller.IsBackend || found.Refusal is not null) return found;
        var own = found.Value!.User is { } owner && owner == await users.Find(caller.Own(null)!, ct);
        return own ? found : StockRefusals.UnknownReservation;
    }

    private static async Task<ReservationReply> Reply(Reservation r, UserMap users) => new(r.Id, r.Sku,
        await users.External(r.User, default), r.Quantity, r.PriceMinor, r.Currency, r.State, r.ExpiresAt,
        r.Offer?[(r.Offer.IndexOf('/', StringComparison.Ordinal) + 1)..], r.Warehouse);

    /// <param name="UserId">Whose limits count; absent: a backend's guest, or the user himself.</param>
    /// <param name="SessionId">The live session it is sold in.</param>
    /// <param name="Offer">Its offer whose price is asked for; absent: the lowest that has room.</param>
    /// <param name="Warehouse">Where its units are to come from, when they are there; else from anywhere.</param>
    internal sealed record ReservationBody(
        int Quantity, string? UserId = null, string? SessionId = null, string? Offer = null,
        Id? Warehouse = null) : IValidated
    {
        public void Validate(Problems p)
        {
            p.Quantity("quantity", Quantity);
            p.Id("userId", UserId);
            p.Id("sessionId", SessionId);
            p.Id("offer", Offer);
            p.Require(Offer is null || SessionId is not null, "offer", "Is one of a session: name sessionId too.");
        }
    }

    /// <summary>What the reservation was: needed only to claim anew what is forgotten.</summary>
    /// <param name="PriceMinor">The price agreed then; absent: the SKU's.</param>
    internal sealed record ConfirmBody(string? UserId = null, int? Quantity = null, long? PriceMinor = null)
        : IValidated
    {
        public void Validate(Problems p)
        {
            p.Id("userId", UserId);
            p.Quantity("quantity", Quantity);
            p.Money("priceMinor", PriceMinor);
            p.Require(Quantity is not null || (UserId is null && PriceMinor is null), "quantity",
                "Is required with userId or priceMinor.");
        }
    }

    /// <param name="UserId">Absent: a guest, or a person who is erased.</param>
    /// <param name="Offer">The offer whose price is frozen in it.</param>
    /// <param name="Warehouse">The warehouse that has its units; absent: they come from anywhere.</param>
    internal sealed record ReservationReply(
        string Id, string Sku, string? UserId, int Quantity, long PriceMinor, string Currency, ReservationState State,
        DateTimeOffset ExpiresAt, string? Offer, string? Warehouse);
}

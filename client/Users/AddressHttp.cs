using System.Collections.Immutable;
using Ale.Edge;

namespace Ale.Users;

/// <summary>A user's addresses (SHP-07): personal data, kept apart and erased with him.</summary>
internal static class AddressHttp
{
    public static void Map(RouteGroupBuilder users)
    {
        users.MapPut("/{id}/addresses/{addressId}", (Id id, Id addressId, AddressBody body, Caller caller,
                UserMap map, IGrainFactory grains, EdgeCall edge) => edge.Run(
                    ct => UserHttp.Known(caller.Own(id), map,
                        user => Put(grains, user, addressId, body.Address, ct), ct),
                    AddressReply.Of))
            .Allow(Permission.UserWrite).WithName("putAddress")
            .WithSummary("Sets an address in an official area; what was said last counts, orders keep their copy.");

        users.MapGet("/{id}/addresses", (Id id, Caller caller, UserMap map, IGrainFactory grains, EdgeCall edge) =>
                edge.Run(
                    ct => UserHttp.Known(UserHttp.Seen(caller, id), map, user => grains.AddressBook(user).List(ct), ct),
                    AddressList.Of))
            .Allow(Permission.UserRead).WithName("listAddresses")
            .WithSummary("A user's addresses, for himself and for agents.");

        users.MapDelete("/{id}/addresses/{addressId}", (Id id, Id addressId, Caller caller, UserMap map,
                IGrainFactory grains, EdgeCall edge) => edge.Run(
                    ct => UserHttp.Known(caller.Own(id), map,
                        user => grains.AddressBook(user).Remove(addressId, ct), ct),
                    AddressList.Of))
            .Allow(Permission.UserWrite).WithName("deleteAddress")
            .WithSummary("Forgets an address and answers with the rest; one that is not there is forgotten already.");
    }

    private static async Task<Outcome<SavedAddress>> Put(
        IGrainFactory grains, UserId user, Id addressId, UserAddress address, CancellationToken ct)
    {
        var (known, _) = await grains.User(user).Get(ct); // who has no market yet has the default one
        return await grains.AddressBook(user).Put(known?.Market, addressId, address, ct);
    }

    /// <summary>Personal data; the members mean what they do in <see cref="UserAddress"/>.</summary>
    internal sealed record AddressBody(string Area, string Recipient, string Phone, string Street) : IValidated
    {
        internal UserAddress Address => new(Area, Recipient, Phone, Street);

        public void Validate(Problems p)
        {
            p.Text("area", Area, 6, 6);
            p.Text("recipient", Recipient, 100, 1);
            p.Text("phone", Phone, 32, 3);
            p.Text("street", Street, 300, 1);
        }

        /// <summary>Says nothing of the person: this ends up in logs.</summary>
        public override string ToString() => nameof(AddressBody);
    }

    /// <summary>An address as answered.</summary>
    internal sealed record AddressReply(
        string Id, string Area, string AreaName, string Recipient, string Phone, string Street)
    {
        public static AddressReply Of(SavedAddress a) =>
            new(a.Id, a.Address.Area, a.AreaName, a.Address.Recipient, a.Address.Phone, a.Address.Street);

        /// <inheritdoc cref="AddressBody.ToString"/>
        public override string ToString() => nameof(AddressReply);
    }

    /// <summary>All addresses of a user, by id.</summary>
    internal sealed record AddressList(ImmutableArray<AddressReply> Items)
    {
        public static AddressList Of(ImmutableArray<SavedAddress> all) => new([.. all.Select(AddressReply.Of)]);
    }
}

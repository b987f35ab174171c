using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ale.Engines;
using Ale.Kernel;
using Ale.Policy;

namespace Ale.Users;

/// <summary>
/// The addresses of one user, in the store of persons. Not reentrant: two new ones at once are counted one after the
/// other.
/// </summary>
[GrainType("addresses")]
internal sealed class AddressBook(IPeopleStore store, PolicyBook policies, JournalClock time) : Grain, IAddressBook
{
    private const string Saved = "address/", Copied = "order/";

    private UserId User => new(this.GetPrimaryKeyString());

    public async Task<Outcome<SavedAddress>> Put(
        string? market, string id, UserAddress address, CancellationToken ct)
    {
        if (!Areas.IsPlace(address.Area)) return AddressRefusals.UnknownArea;
        var (known, refusal) = await All(ct);
        if (refusal is not null) return refusal;
        var max = policies.For(market, time.GetUtcNow()).Freight.AddressesMax;
        if (known!.All(a => a.Id != id) && known.Length >= max) return AddressRefusals.Full;
        return await Seal(Saved + id, address, ct) ? Named(id, address) : UserRefusals.Unknown;
    }

    public Task<Outcome<ImmutableArray<SavedAddress>>> List(CancellationToken ct) => All(ct);

    public async Task<Outcome<ImmutableArray<SavedAddress>>> Remove(string id, CancellationToken ct)
    {
        await UserIdMap.Asked(() => store.Drop(User.Value, Saved + id, ct));
        return await All(ct);
    }

    public async Task<Outcome<string>> Copy(string id, string orderId, CancellationToken ct)
    {
        if (await One(Saved + id, ct) is not { } address) return AddressRefusals.Unknown;
        return await Seal(Copied + orderId, address, ct) ? address.Area : AddressRefusals.Unknown;
    }

    public async Task<Outcome<UserAddress>> OfOrder(string orderId, CancellationToken ct) =>
        await One(Copied + orderId, ct) is { } address ? address : AddressRefusals.Unknown;

    private async Task<Outcome<ImmutableArray<SavedAddress>>> All(CancellationToken ct)
    {
        // No id has a '~', and every id sorts before it.
        if (await Read(Saved, Saved + "~", ct) is not { } found) return UserRefusals.Unknown;
        return ImmutableArray.CreateRange(found.Select(f => Named(f.Name[Saved.Length..], f.Address)));
    }

    private async Task<UserAddress?> One(string name, CancellationToken ct) =>
        await Read(name, name, ct) is [var (_, address)] ? address : null;

    private async Task<IReadOnlyList<(string Name, UserAddress Address)>?> Read(
        string first, string last, CancellationToken ct)
    {
        var person = await UserIdMap.Asked(() => store.Read(User.Value, first, last, ct));
        if (person is null) return null;
        return person.Key is not { } key ? []
            : [.. person.Fields.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => (f.Name,
                JsonSerializer.Deserialize(PersonSeal.Open(key, User, f), AddressJson.Default.UserAddress)!))];
    }

    private async Task<bool> Seal(string name, UserAddress address, CancellationToken ct)
    {
        if (await UserIdMap.Asked(() => store.Key(User.Value, PersonSeal.NewKey(), ct)) is not { } key) return false;
        var text = JsonSerializer.Serialize(address, AddressJson.Default.UserAddress);
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await UserIdMap.Asked(() =>
            store.Put(User.Value, [PersonSeal.Seal(key, User, name, text)], at, ct));
    }

    private static SavedAddress Named(string id, UserAddress address) =>
        new(id, address, Areas.NameOf(address.Area));
}

/// <summary>How an address is written before it is sealed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UserAddress))]
internal sealed partial class AddressJson : JsonSerializerContext;

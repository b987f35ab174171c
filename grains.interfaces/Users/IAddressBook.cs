using System.Collections.Immutable;

namespace Ale.Users;

/// <summary>
/// One user's addresses (SHP-07), encrypted under his key, apart from the journal: erased with him. One at a time, so
/// that he never has more than the policy says.
/// </summary>
/// <remarks>
/// The key is the internal <see cref="UserId"/>. A store that does not answer is <see cref="OutcomeUnknownException"/>:
/// ask again.
/// </remarks>
[Alias("ale.addresses")]
public interface IAddressBook : IGrainWithStringKey
{
    /// <summary>
    /// Sets an address; what was said last counts. Refuses: <see cref="AddressRefusals.UnknownArea"/>,
    /// <see cref="UserRefusals.Unknown"/>, <see cref="AddressRefusals.Full"/>.
    /// </summary>
    /// <param name="market">Whose policy says how many there may be.</param>
    /// <param name="id">Unique within the user.</param>
    /// <param name="address">Where, and to whom.</param>
    /// <param name="ct">Stops the call before it is decided.</param>
    [Alias("put")]
    Task<Outcome<SavedAddress>> Put(string? market, string id, UserAddress address, CancellationToken ct = default);

    /// <summary>All of them, by id. Refuses: <see cref="UserRefusals.Unknown"/>.</summary>
    [Alias("list")] Task<Outcome<ImmutableArray<SavedAddress>>> List(CancellationToken ct = default);

    /// <summary>
    /// Forgets one and answers with the rest; one that is not there is forgotten already. Orders keep their copy.
    /// Refuses: <see cref="UserRefusals.Unknown"/>.
    /// </summary>
    [Alias("remove")]
    Task<Outcome<ImmutableArray<SavedAddress>>> Remove(string id, CancellationToken ct = default);

    /// <summary>
    /// Copies an address for an order, over a former copy, and answers with its area, which alone is not personal.
    /// Refuses: <see cref="AddressRefusals.Unknown"/>.
    /// </summary>
    [Alias("copy")] Task<Outcome<string>> Copy(string id, string orderId, CancellationToken ct = default);

    /// <summary>
    /// The copy that an order has. Refuses: <see cref="AddressRefusals.Unknown"/>, also when the person is erased.
    /// </summary>
    [Alias("of_order")] Task<Outcome<UserAddress>> OfOrder(string orderId, CancellationToken ct = default);
}

/// <summary>Where goods are sent, and to whom.</summary>
/// <param name="Area">Official code of city or district, six digits (GB/T 2260).</param>
/// <param name="Recipient">1 to 100 characters.</param>
/// <param name="Phone">As dialled; 3 to 32 characters.</param>
/// <param name="Street">All below the area; 1 to 300 characters.</param>
[GenerateSerializer, Immutable, Alias("ale.addresses.address")]
public sealed record UserAddress(
    [property: Id(0)] string Area, [property: Id(1)] string Recipient, [property: Id(2)] string Phone,
    [property: Id(3)] string Street)
{
    /// <summary>Says nothing of the person: this ends up in logs.</summary>
    public override string ToString() => nameof(UserAddress);
}

/// <summary>An address of a user's.</summary>
/// <param name="AreaName">Province and city, as people write them.</param>
[GenerateSerializer, Immutable, Alias("ale.addresses.saved")]
public sealed record SavedAddress(
    [property: Id(0)] string Id, [property: Id(1)] UserAddress Address, [property: Id(2)] string AreaName)
{
    /// <inheritdoc cref="UserAddress.ToString"/>
    public override string ToString() => nameof(SavedAddress);
}

/// <summary>In order of precedence.</summary>
public static class AddressRefusals
{
    /// <summary>No official code, or one too wide to send goods to.</summary>
    public static readonly Refusal UnknownArea = new(RefusalKind.Invalid, "user.unknown_area");

    /// <summary>No such address of this user, or the user is erased.</summary>
    public static readonly Refusal Unknown = new(RefusalKind.NotFound, "user.unknown_address");

    /// <summary>He has as many addresses as the policy allows.</summary>
    public static readonly Refusal Full = new(RefusalKind.Conflict, "user.addresses_full");
}

/// <summary>Keys of the addresses.</summary>
public static class AddressKeys
{
    /// <summary>The addresses of a user.</summary>
    public static IAddressBook AddressBook(this IGrainFactory grains, UserId user) =>
        grains.Ref<IAddressBook>(user.Value);
}

using Ale.Engines;

namespace Ale.Policy;

/// <summary>Addresses, freight and the delivery promise (SHP-07, STK-12, ORD-06).</summary>
/// <param name="Template">What sending costs.</param>
/// <param name="UnitGrams">Weight of a unit of a SKU that does not say, grams.</param>
/// <param name="AddressesMax">Addresses a user keeps.</param>
/// <param name="FastMinutes">From the order to the promise, where covering warehouses have all its units.</param>
/// <param name="NormalHours">From the order to the promise, everywhere else.</param>
/// <param name="Role">Whose inbox hears of an order that is late.</param>
internal sealed record FreightPolicy(
    FreightTemplate Template, int UnitGrams, int AddressesMax, int FastMinutes, int NormalHours, string Role)
{
    /// <summary>Whose inbox hears of parcels that are lost, came back or were not to be sent.</summary>
    public string ShipmentRole { get; init; } = "";
}

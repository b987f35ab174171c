using System.Security.Cryptography;
using System.Text;

namespace Ale.Shipping;

/// <summary>
/// Who carries a parcel: a carrier's system, or a rate table and labels of our own. A port. What becomes of the parcel
/// comes back as tracking events, one by one or as a CSV file.
/// </summary>
internal interface ICarrier
{
    /// <summary>
    /// Asks for a label. The same shipment again: the same label. A fault leaves it open whether one was made, and it is
    /// asked again.
    /// </summary>
    Task<CarrierLabel> Label(LabelWanted wanted);
}

/// <param name="IsPriority">An agreement makes it a priority dispatch.</param>
/// <param name="RatedMinor">What it costs by the rate table, minor units of <paramref name="Currency"/>.</param>
internal sealed record LabelWanted(
    string Shipment, string Carrier, string City, int Grams, bool IsPriority, long RatedMinor, string Currency);

/// <param name="Id">The number on the parcel, an id; no two shipments have the same.</param>
/// <param name="FreightMinor">What the carrier takes, in the currency of its rates.</param>
internal sealed record CarrierLabel(string Id, long FreightMinor);

/// <summary>
/// No carrier's system is connected: the label is ours, its number made of the shipment, and the rate table says what
/// it costs.
/// </summary>
internal sealed class LocalCarrier : ICarrier
{
    public Task<CarrierLabel> Label(LabelWanted wanted)
    {
        var number = SHA256.HashData(Encoding.UTF8.GetBytes($"{wanted.Carrier}/{wanted.Shipment}"));
        return Task.FromResult(new CarrierLabel(
            $"{wanted.Carrier}-{Convert.ToHexString(number.AsSpan(0, 12))}", wanted.RatedMinor));
    }
}

namespace Ale.Policy;

/// <summary>Who may buy and how goods come back (USR-10, A-21, ORD-04, SHP-02).</summary>
/// <param name="AgeMin">Years; a known younger person is refused.</param>
/// <param name="UnknownAgeMayBuy">False: a birth date is asked for at the first checkout in a live room.</param>
/// <param name="ReturnQuarantine">True: returned units are inspected before they are on hand.</param>
/// <param name="InspectionHours">Hours within which they are inspected.</param>
/// <param name="QualityReturnDays">Days from delivery in which a quality problem is a return.</param>
/// <param name="ExchangeDays">Days from delivery in which it is an exchange; after them only with a voucher.</param>
internal sealed record OrderPolicy(
    int AgeMin, bool UnknownAgeMayBuy, bool ReturnQuarantine, int InspectionHours, int QualityReturnDays,
    int ExchangeDays)
{
    /// <summary>For how many days before an order what its buyer met counts as having led to it .</summary>
    public int TouchDays { get; init; }
}

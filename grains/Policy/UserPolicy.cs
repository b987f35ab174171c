namespace Ale.Policy;

/// <summary>Points per whole currency unit and what multiplies them (USR-01, USR-06, A-16).</summary>
/// <param name="PerUnit">Points for each whole unit of the currency.</param>
/// <param name="FirstOrderFactor">Times on a user's first order.</param>
/// <param name="EcoFactor">Times on goods in eco packaging.</param>
/// <param name="BonusesMultiply">False: both bonuses are added to the base; true: the factors are multiplied.</param>
/// <param name="PendingDays">Days until points may be spent; 0: at once.</param>
/// <param name="ExpireDays">Days from then until they expire; null: never.</param>
internal sealed record PointsPolicy(
    int PerUnit, int FirstOrderFactor, int EcoFactor, bool BonusesMultiply, int PendingDays, int? ExpireDays)
{
    /// <summary>How many times the base points something earns.</summary>
    public int Factor(bool firstOrder, bool eco)
    {
        var first = firstOrder ? FirstOrderFactor : 1;
        var packaging = eco ? EcoFactor : 1;
        return BonusesMultiply ? first * packaging : first + packaging - 1;
    }
}

/// <summary>
/// A user is core, or regular, from so many orders or so much money net of refunds, whichever is first (USR-03, A-15).
/// </summary>
/// <param name="RegularOrders">Paid orders, refunded or not.</param>
/// <param name="RegularSpentMinor">Goods less refunds.</param>
/// <param name="CoreOrders">Paid orders, refunded or not.</param>
/// <param name="CoreSpentMinor">Goods less refunds.</param>
/// <param name="WindowDays">Only what lies so many days back counts; null: all orders ever.</param>
internal sealed record TierPolicy(
    int RegularOrders, long RegularSpentMinor, int CoreOrders, long CoreSpentMinor, int? WindowDays)
{
    /// <summary>So many days after he came to it, or after its last review, a tier is looked at; null: never.</summary>
    public int? ReviewDays { get; init; }

    /// <summary>False: a tier that is not held stays, and the review only says so.</summary>
    public bool IsLoweredAtReview { get; init; }

    /// <summary>Whose inbox hears of a tier that is not held.</summary>
    public string Role { get; init; } = "";
}

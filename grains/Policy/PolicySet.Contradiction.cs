namespace Ale.Policy;

internal sealed partial record PolicySet
{
    /// <summary>What two values together must not say: the key to blame and the rule, or null.</summary>
    internal (string Key, string Rule)? Contradiction()
    {
        if (Stock.HoldSeconds > Stock.HoldCapSeconds) return ("stock.holdSeconds", "is above stock.holdCapSeconds");
        if (Offers.MinutesMin > Offers.MinutesMax) return ("offer.minutesMin", "is above offer.minutesMax");
        if (Offers.CountdownSeconds < Offers.CountdownSecondsMin
            || Offers.CountdownSeconds > Offers.CountdownSecondsMax)
            return ("offer.countdownSeconds", "is not between offer.countdownSecondsMin and …Max");
        if (Refunds.RetrySeconds > Refunds.RetryCapSeconds)
            return ("refund.retrySeconds", "is above refund.retryCapSeconds");
        if (ColdChain.MiddleFrom >= ColdChain.LargeFrom)
            return ("coldchain.middleFrom", "is not below coldchain.largeFrom");
        if (Jobs.RetrySeconds > Jobs.RetryCapSeconds) return ("job.retrySeconds", "is above job.retryCapSeconds");
        if (Tiers.RegularOrders >= Tiers.CoreOrders) return ("tier.regularOrders", "is not below tier.coreOrders");
        if (Tiers.RegularSpentMinor >= Tiers.CoreSpentMinor)
            return ("tier.regularSpentMinor", "is not below tier.coreSpentMinor");
        if (Orders.QualityReturnDays > Orders.ExchangeDays)
            return ("order.qualityReturnDays", "is above order.exchangeDays");
        if (Market.NightFrom == Market.NightTo) return ("market.nightFrom", "equals market.nightTo");
        return null;
    }
}

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
        if (Market.Work.From >= Market.Work.To) return ("market.workFrom", "is not before market.workTo");
        if (Market.Work.BreakFrom > Market.Work.BreakTo) return ("market.breakFrom", "is after market.breakTo");
        if (Market.Work.BreakFrom < Market.Work.From || Market.Work.BreakTo > Market.Work.To)
            return ("market.breakFrom", "and market.breakTo are not within market.workFrom and market.workTo");
        if (Market.Work.BreakTo - Market.Work.BreakFrom >= Market.Work.To - Market.Work.From)
            return ("market.breakTo", "leaves no time to work between market.workFrom and market.workTo");
        if (Budgets.ElasticPercent > Budgets.OverPercent)
            return ("budget.elasticPercent", "is above budget.overPercent");
        if (Budgets.RiskPercentMin > Budgets.RiskPercentMax)
            return ("budget.riskPercentMin", "is above budget.riskPercentMax");
        if (Budgets.IsEmergencyInRisk && Budgets.EmergencyPercent > Budgets.RiskPercentMax)
            return ("budget.emergencyPercent", "counts inside the risk reserve and is above budget.riskPercentMax");
        if (Campaigns.EffectDays is not [var first, var second, var third] || first >= second || second >= third)
            return ("campaign.effectDaysShort", "is not below campaign.effectDaysMiddle, or that not below …Long");
        if (Campaigns.ReportDays > Budgets.SpendDays) return ("budget.spendDays", "is below placement.reportDays");
        if (Campaigns.PrimeFrom >= Campaigns.PrimeTo) return ("campaign.primeFrom", "is not before campaign.primeTo");
        if (Targets.PurchaseSavingPercent > Targets.PurchaseSavingPercentMax)
            return ("target.purchaseSavingPercent", "is above target.purchaseSavingPercentMax");
        if (Freight.FastMinutes > Freight.NormalHours * 60)
            return ("promise.fastMinutes", "is longer than promise.normalHours");
        return null;
    }
}

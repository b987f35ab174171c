using System.Globalization;
using System.Text.Json;
using Ale.Engines;

namespace Ale.Policy;

/// <summary>What a value of one key must look like. <c>Check</c> gives the rule that a value breaks, or null.</summary>
internal sealed record PolicyKey(string Key, string Unit, bool MayBeNone, Func<JsonElement, string?> Check)
{
    /// <summary>True: a fact about the world, which is worth nothing without its source (DAT-13).</summary>
    public bool NeedsSource { get; init; }

    /// <summary>What is said of one that has a market's column.</summary>
    public const string OneColumn = "takes the one column 'default'";

    /// <summary>
    /// True: there is one value for all markets, since what reads it is of no market. A column for one of them would be
    /// shown and have no effect, so it is refused.
    /// </summary>
    public bool IsOfHouse { get; } = PolicyHouse.Has(Key, Unit);
}

/// <summary>
/// Every key there is. A new number of the plan is one line here, one entry in <c>deploy/policy</c> and one property in
/// <see cref="PolicySet"/>.
/// </summary>
internal static class PolicyKeys
{
    private const int YearsOfSeconds = 366 * 24 * 3600, TenYearsOfDays = 3_660;

    public static readonly IReadOnlyDictionary<string, PolicyKey> All = new PolicyKey[]
    {
        Text("market.default", "market", IsMarket, "a market's code"),
        Text("market.currency", "ISO 4217", IsCurrency, "three capital letters"),
        Text("market.timeZone", "IANA zone", IsZone, "a time zone of this machine"),
        Text("market.language", "BCP 47", IsLanguage, "language and country, as zh-CN"),
        Text("market.nightFrom", "time of day", IsTimeOfDay, "a time of day, as 22:00"),
        Text("market.nightTo", "time of day", IsTimeOfDay, "a time of day, as 08:00"),
        Text("market.workDays", "weekdays", WorkingTime.AreWeekdays, "weekdays, 1 is Monday, as 1 2 3 4 5"),
        Text("market.workFrom", "time of day", IsTimeOfDay, "a time of day, as 09:00"),
        Text("market.workTo", "time of day", IsTimeOfDay, "a time of day, as 18:00"),
        Text("market.breakFrom", "time of day", IsTimeOfDay, "a time of day, as 12:00"),
        Text("market.breakTo", "time of day", IsTimeOfDay, "a time of day, as 13:00"),
        Text("market.holidays", "days", WorkingTime.AreDates, "days, as 2027-01-01, a space between two, or empty"),
        Text("market.madeUpDays", "days", WorkingTime.AreDates, "days, as 2027-01-02, a space between two, or empty"),

        Whole("stock.holdSeconds", "seconds", 10, 24 * 3600),
        Whole("stock.holdCapSeconds", "seconds", 10, 7 * 24 * 3600),
        Whole("stock.calmMinutes", "minutes", 0, 24 * 60),
        Whole("stock.ownHoldSeconds", "seconds", 1, 24 * 3600),
        Text("stock.deskRole", "role", Limits.IsId, "a role's name"),
        Whole("stock.outRatePercentMax", "percent", 0, 100),
        Text("stock.outRateCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 15 1 * * *"),
        Whole("offer.minutesMin", "minutes", 1, 24 * 60),
        Whole("offer.minutesMax", "minutes", 1, 24 * 60),
        Whole("offer.countdownSecondsMin", "seconds", 0, 3_600),
        Whole("offer.countdownSecondsMax", "seconds", 0, 3_600),
        Whole("offer.countdownSeconds", "seconds", 0, 3_600),
        Whole("offer.compareDays", "days", 1, 7), // so long prices paid are remembered
        Whole("supply.autoOrder.dayMinor", "minor units", 0, Limits.AmountMinorMax),
        Whole("supply.autoOrder.coverPercent", "percent", 100, 1_000),
        Text("supply.approverRole", "role", Limits.IsId, "a role's name"),
        Text("supply.role", "role", Limits.IsId, "a role's name"),

        Whole("points.perUnit", "points", 0, 1_000),
        Whole("points.firstOrderFactor", "times", 1, 100),
        Whole("points.ecoFactor", "times", 1, 100),
        YesNo("points.bonusesMultiply"),
        Whole("points.pendingDays", "days", 0, 366),
        WholeOrNone("points.expireDays", "days", 1, TenYearsOfDays),

        Whole("tier.regularOrders", "orders", 1, 1_000_000),
        Whole("tier.regularSpentMinor", "minor units", 1, Limits.AmountMinorMax),
        Whole("tier.coreOrders", "orders", 1, 1_000_000),
        Whole("tier.coreSpentMinor", "minor units", 1, Limits.AmountMinorMax),
        WholeOrNone("tier.windowDays", "days", 1, TenYearsOfDays),
        WholeOrNone("tier.reviewDays", "days", 1, TenYearsOfDays),
        YesNo("tier.isLoweredAtReview"),
        Text("tier.role", "role", Limits.IsId, "a role's name"),

        Whole("order.ageMin", "years", 0, 150),
        YesNo("order.unknownAgeMayBuy"),
        YesNo("order.returnQuarantine"),
        Whole("order.inspectionHours", "hours", 1, 30 * 24),
        Whole("order.qualityReturnDays", "days", 0, TenYearsOfDays),
        Whole("order.exchangeDays", "days", 0, TenYearsOfDays),
        Whole("order.touchDays", "days", 0, 366),
        Whole("payment.stampToleranceSeconds", "seconds", 1, YearsOfSeconds),
        Whole("coupon.claimDays", "days", 1, TenYearsOfDays),
        Whole("cart.upliftPercent", "percent", 0, 1_000),
        Whole("case.evidenceHours", "hours", 1, 366 * 24),
        Whole("case.decideHours", "hours", 1, 366 * 24),
        Whole("case.goodsHours", "hours", 1, 366 * 24),
        Whole("case.settleHours", "hours", 1, 366 * 24),
        Text("case.role", "role", Limits.IsId, "a role's name"),
        Whole("refund.autoMinor", "minor units", 0, Limits.AmountMinorMax),
        Whole("refund.twoFromMinor", "minor units", 0, Limits.AmountMinorMax),
        Text("refund.approverRole", "role", Limits.IsId, "a role's name"),
        Text("refund.ownerRole", "role", Limits.IsId, "a role's name"),
        Whole("refund.retrySeconds", "seconds", 1, 24 * 3600),
        Whole("refund.retryCapSeconds", "seconds", 1, 24 * 3600),
        Whole("refund.retryHours", "hours", 1, 30 * 24),
        Whole("budget.overPercent", "percent", 0, 100),
        Whole("budget.elasticPercent", "percent", 0, 100),
        Whole("budget.closeDays", "days", 0, 366),
        Whole("budget.spendDays", "days", 1, 366),
        Text("budget.approverRole", "role", Limits.IsId, "a role's name"),
        Text("budget.financeRole", "role", Limits.IsId, "a role's name"),
        Whole("budget.reviewPercent", "percent", 0, 100),
        Text("budget.reviewCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 0 7 1 * *"),
        Text("budget.reserveCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 0 7 1 12 *"),
        Whole("budget.compareMonths", "months", 1, 24),
        Whole("budget.overQuorum", "people", 1, 10),
        Whole("budget.planQuorum", "people", 1, 10),
        Whole("budget.riskPercentMin", "percent", 0, 100),
        Whole("budget.riskPercentMax", "percent", 0, 100),
        Whole("budget.emergencyPercent", "percent", 0, 100),
        YesNo("budget.isEmergencyInRisk"),
        Whole("budget.smallLinePercent", "percent", 0, 100),
        Whole("budget.smallLinesMax", "lines", 0, 1_000),
        Whole("budget.topHostPercent", "percent", 0, 100),
        Whole("budget.marketingPercent", "percent", 0, 100),
        Text("budget.growthLines", "lines", AreIds, "up to 8 ids with spaces between"),
        Text("budget.maturityLines", "lines", AreIds, "up to 8 ids with spaces between"),
        YesNo("budget.isRoiOn"),
        Whole("budget.labourPercentMax", "percent", 0, 100),
        Text("settlement.cron", "cron", CronSchedule.IsCron, "a cron of five fields, as 0 5 * * *"),
        Whole("settlement.days", "days", 1, 366),
        Text("settlement.role", "role", Limits.IsId, "a role's name"),
        Whole("trial.highPotentialPercent", "percent", 0, 100),
        Whole("trial.feedbackDays", "days", 1, 366),
        Text("trial.role", "role", Limits.IsId, "a role's name"),
        Text("exploration.role", "role", Limits.IsId, "a role's name"),
        Whole("cohort.goal", "people", 1, 10_000),
        Whole("cohort.days", "days", 1, 366),
        Text("cohort.role", "role", Limits.IsId, "a role's name"),
        Whole("cost.unusualCountMin", "spends", 2, 1_000),
        Whole("cost.unusualPercent", "percent", 1, 1_000),
        Whole("cost.unusualDeviations", "standard deviations", 1, 100),
        Whole("cost.unusualMonths", "months", 0, 24),
        Text("cost.auditCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 0 7 1 1,4,7,10 *"),
        Text("cost.subscriptionCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 15 7 1 * *"),
        Whole("cost.subscriptionDays", "days", 1, 366),
        Whole("cost.assetSavingPercent", "percent", 0, 100),
        Text("cost.researchLine", "line", Limits.IsId, "the id of a line"),
        Whole("cost.explorePercent", "percent", 0, 100),
        Text("cost.exploreCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 5 0 1 * *"),
        Whole("cost.contentCapMinor", "minor units a session", 0, Limits.AmountMinorMax),
        Whole("cost.liveCapMinor", "minor units a session", 0, Limits.AmountMinorMax),
        Whole("cost.packingCapMinor", "minor units a parcel", 0, Limits.AmountMinorMax),
        Whole("cost.logisticsCapMinor", "minor units a parcel", 0, Limits.AmountMinorMax),
        Whole("cost.serviceCapMinor", "minor units an order", 0, Limits.AmountMinorMax),
        Text("cost.stepCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 20 6 * * *"),
        Whole("cost.leadWeeks", "weeks", 1, 52),
        Whole("cost.leadPercent", "percent", 1, 100),
        Text("cost.leadCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 30 6 * * 1"),
        Text("cost.structureCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 45 7 1 * *"),
        Whole("target.days", "days", 1, 3_660),
        Whole("target.playsPerDay", "plays", 1, 1_000_000_000_000),
        Whole("target.followers", "people", 1, 10_000_000_000),
        Whole("target.conversionPercent", "percent", 1, 100),
        Whole("target.baselineDays", "days", 1, 366),
        Whole("target.againDays", "days", 1, 366),
        Whole("target.againUpliftPercent", "percent", 0, 1_000),
        Whole("target.afterSalesMinutes", "minutes", 1, 100_000),
        Whole("target.fastPercent", "percent", 1, 100),
        Whole("target.purchaseSavingPercent", "percent", 0, 99),
        Whole("target.amberPercent", "percent", 1, 99),
        Whole("target.meanDays", "days", 1, 366),
        Whole("target.costDays", "days", 1, 366),
        Whole("target.purchaseSavingPercentMax", "percent", 0, 99),
        Text("target.owner", "role", Limits.IsId, "a role's name"),
        Text("target.cron", "cron", CronSchedule.IsCron, "a cron of five fields, as 10 8 * * *"),
        Whole("fact.shortVideoUsers", "people", 0, 10_000_000_000) with { NeedsSource = true },
        Whole("fact.userGrowthPercent", "percent", -100, 1_000) with { NeedsSource = true },
        Whole("fact.liveMarketMillions", "million yuan", 0, 1_000_000_000) with { NeedsSource = true },
        Whole("placement.costLimitMinor", "minor units", 1, Limits.AmountMinorMax),
        Whole("placement.evaluateResults", "results", 1, Limits.QuantityMax),
        Whole("placement.evaluateSpendMinor", "minor units", 1, Limits.AmountMinorMax),
        Whole("placement.bidCutPercent", "percent", 1, 99),
        Whole("placement.authoriseHours", "hours", 1, 30 * 24),
        Whole("placement.postSeconds", "seconds", 1, 24 * 3600),
        Whole("placement.retrySeconds", "seconds", 1, 24 * 3600),
        Whole("placement.reportDays", "days", 1, 7), // ids are remembered so long
        Text("placement.returnCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 10 * * * *"),
        Whole("campaign.effectDaysShort", "days", 1, 366),
        Whole("campaign.effectDaysMiddle", "days", 1, 366),
        Whole("campaign.effectDaysLong", "days", 1, 366),
        Text("campaign.dayCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 40 6 * * *"),
        Whole("campaign.aroundDays", "days", 0, 366),
        Whole("campaign.themeDays", "days", 1, 366),
        Whole("campaign.boostPlays", "plays", 1, 1_000_000_000),
        Whole("campaign.boostMinor", "minor units", 1, Limits.AmountMinorMax),
        Text("campaign.boostCron", "cron", CronSchedule.IsCron, "a cron of five fields, as */10 * * * *"),
        Text("campaign.primeFrom", "time of day", IsTimeOfDay, "a time of day, as 22:00"),
        Text("campaign.primeTo", "time of day", IsTimeOfDay, "a time of day, as 22:00"),
        Whole("campaign.tiltSlots", "slots", 0, 100),
        Text("campaign.tiltCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 10 0 1 1,4,7,10 *"),
        Text("campaign.role", "role", Limits.IsId, "a role's name"),
        Whole("phase.days", "days", 1, 3_660),
        Whole("phase.laterDays", "days", 1, 3_660),
        Text("phase.approverRole", "role", Limits.IsId, "a role's name"),
        Text("phase.role", "role", Limits.IsId, "a role's name"),
        Text("phase.checkCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 0 6 * * *"),

        Whole("shop.tellMilliseconds", "milliseconds", 100, 60_000),
        Whole("shop.pullSeconds", "seconds", 1, 3_600),
        Whole("shop.awayMinutes", "minutes", 0, 24 * 60),
        Text("shop.reconcileCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 30 4 * * *"),
        Text("shop.role", "role", Limits.IsId, "a role's name"),

        Whole("platform.askSeconds", "seconds", 1, 3_600),
        Whole("platform.awayMinutes", "minutes", 0, 24 * 60),
        Whole("platform.eventDays", "days", 1, 366),
        Whole("platform.minuteMax", "requests", 1, 6_000),
        Text("platform.role", "role", Limits.IsId, "a role's name"),

        Whole("freight.firstKgMinor", "minor units", 0, Limits.AmountMinorMax),
        Whole("freight.nextKgMinor", "minor units", 0, Limits.AmountMinorMax / 1_000_000),
        Whole("freight.farFirstKgMinor", "minor units", 0, Limits.AmountMinorMax),
        Whole("freight.farNextKgMinor", "minor units", 0, Limits.AmountMinorMax / 1_000_000),
        Whole("freight.freeFromMinor", "minor units", 0, Limits.AmountMinorMax),
        Text("freight.farAreas", "area codes", Areas.AreKnown, "area codes, a space between two, or empty"),
        Text("freight.notServed", "area codes", Areas.AreKnown, "area codes, a space between two, or empty"),
        Whole("freight.unitGrams", "grams", 1, 1_000_000),
        Whole("address.perUserMax", "addresses", 1, 1_000),
        Whole("promise.fastMinutes", "minutes", 1, 24 * 60),
        Whole("promise.normalHours", "hours", 1, 366 * 24),
        Text("promise.role", "role", Limits.IsId, "a role's name"),
        Text("shipment.role", "role", Limits.IsId, "a role's name"),

        Whole("session.baseMinutes", "minutes", 1, 24 * 60),
        Whole("session.reviewersMin", "persons", 0, 100),
        Whole("forecast.sessions", "sessions", 1, 50),
        Whole("coldchain.middleFrom", "units", 1, Limits.QuantityMax),
        Whole("coldchain.largeFrom", "units", 1, Limits.QuantityMax),
        Whole("coldchain.smallMinor", "minor units", 0, Limits.AmountMinorMax),
        Whole("coldchain.middleMinor", "minor units", 0, Limits.AmountMinorMax),
        Whole("coldchain.largeMinor", "minor units", 0, Limits.AmountMinorMax),

        Whole("register.warnDays", "days", 0, TenYearsOfDays),
        Text("register.role", "role", Limits.IsId, "a role's name"),
        Whole("approval.expireHours", "hours", 1, 366 * 24),
        Whole("approval.escalateHours", "hours", 1, 366 * 24),
        YesNo("approval.isWorkingTime"),
        Text("approval.escalateRole", "role", Limits.IsId, "a role's name"),
        Whole("review.expireDays", "days", 1, 366),
        Whole("job.attemptsMax", "attempts", 1, 20),
        Whole("job.retrySeconds", "seconds", 1, 24 * 3600),
        Whole("job.retryCapSeconds", "seconds", 1, 24 * 3600),
        Whole("job.lateSeconds", "seconds", 0, 24 * 3600),
        Whole("job.runMinutesMax", "minutes", 1, 24 * 60),
        Text("job.role", "role", Limits.IsId, "a role's name"),
        Text("job.verifyCron", "cron", CronSchedule.IsCron, "a cron of five fields, as 30 4 * * *"),
    }.ToDictionary(key => key.Key, StringComparer.Ordinal);

    public static bool IsMarket(string code) => code.Length is >= 2 and <= 8 && code.All(char.IsAsciiLetterLower);

    public static bool IsTimeOfDay(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsCurrency(string code) => code.Length == 3 && code.All(char.IsAsciiLetterUpper);

    private static bool IsZone(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out _);

    private static bool IsLanguage(string tag) => tag.Length == 5 && tag[2] == '-'
        && char.IsAsciiLetterLower(tag[0]) && char.IsAsciiLetterLower(tag[1])
        && char.IsAsciiLetterUpper(tag[3]) && char.IsAsciiLetterUpper(tag[4]);

    private static PolicyKey Whole(string key, string unit, long min, long max) => new(key, unit, false, value =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));

    private static PolicyKey WholeOrNone(string key, string unit, long min, long max) =>
        Whole(key, unit, min, max) with { MayBeNone = true };

    private static PolicyKey YesNo(string key) => new(key, "yes or no", false, value =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false");

    private static bool AreIds(string text) =>
        text.Split(' ') is { Length: <= 8 } words && Array.TrueForAll(words, word => Limits.IsId(word));

    private static PolicyKey Text(string key, string unit, Func<string, bool> good, string rule) =>
        new(key, unit, false, value =>
            value.ValueKind == JsonValueKind.String && good(value.GetString()!) ? null : $"must be {rule}");
}

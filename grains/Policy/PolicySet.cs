using System.Globalization;
using System.Text.Json;
using Ale.Engines;

namespace Ale.Policy;

/// <summary>All numbers of one market from one instant until the next set begins. Never changed.</summary>
internal sealed partial record PolicySet(
    string MarketCode, MarketPolicy Market, StockPolicy Stock, PointsPolicy Points, TierPolicy Tiers,
    OrderPolicy Orders, PaymentPolicy Payments, CouponPolicy Coupons, SessionPolicy Sessions,
    RegisterPolicy Registers, ApprovalPolicy Approvals, ReviewPolicy Reviews, JobPolicy Jobs, SupplyPolicy Supply,
    OfferPolicy Offers)
{
    /// <summary>After-sales cases.</summary>
    public required CarePolicy Care { get; init; }

    /// <summary>Carts.</summary>
    public required CartPolicy Carts { get; init; }

    /// <summary>The refund desk.</summary>
    public required RefundPolicy Refunds { get; init; }

    /// <summary>Cold-chain freight.</summary>
    public required ColdChainPolicy ColdChain { get; init; }

    /// <summary>Platforms that people watch us on.</summary>
    public required PlatformPolicy Platforms { get; init; }

    /// <summary>What is to be reached.</summary>
    public required TargetPolicy Targets { get; init; }

    /// <summary>What the plan says of the market.</summary>
    public required MarketFacts Facts { get; init; }

    /// <summary>Campaigns and placements; those of the default market hold.</summary>
    public required CampaignPolicy Campaigns { get; init; }

    /// <summary>The budget; those of the default market hold.</summary>
    public required BudgetPolicy Budgets { get; init; }

    /// <summary>What is watched of costs; those of the default market hold.</summary>
    public required CostPolicy Costs { get; init; }

    /// <summary>Trials and events; those of the default market hold.</summary>
    public required EnrolmentPolicy Enrolments { get; init; }

    /// <summary>Cohorts of users; those of the default market hold.</summary>
    public required CohortPolicy Cohorts { get; init; }

    /// <summary>Trials of something new; those of the default market hold.</summary>
    public required PortfolioPolicy Portfolio { get; init; }

    /// <summary>Days' money; those of the default market hold.</summary>
    public required SettlementPolicy Settlements { get; init; }

    /// <summary>The phases of the plan; those of the default market hold.</summary>
    public required PhasePolicy Phases { get; init; }

    /// <summary>Shops' ledgers.</summary>
    public required ShopPolicy Shops { get; init; }

    /// <summary>Addresses, freight and the delivery promise.</summary>
    public required FreightPolicy Freight { get; init; }

    /// <summary>Reads the values of one market, each of them checked on its own already.</summary>
    internal static PolicySet From(string market, Func<string, JsonElement> value)
    {
        int Whole(string key) => checked((int)value(key).GetInt64());
        long Minor(string key) => value(key).GetInt64();
        int? WholeOrNone(string key) => value(key).ValueKind == JsonValueKind.Null ? null : Whole(key);
        bool Yes(string key) => value(key).GetBoolean();
        string Text(string key) => value(key).GetString()!;
        TimeOnly Time(string key) => TimeOnly.ParseExact(Text(key), "HH:mm", CultureInfo.InvariantCulture);

        var zone = TimeZoneInfo.FindSystemTimeZoneById(Text("market.timeZone"));
        var work = new WorkingTime(zone, WorkingTime.Weekdays(Text("market.workDays")),
            Time("market.workFrom"), Time("market.workTo"), Time("market.breakFrom"), Time("market.breakTo"),
            WorkingTime.Dates(Text("market.holidays")), WorkingTime.Dates(Text("market.madeUpDays")));
        return new(
            market,
            new(Text("market.currency"), zone,
                Text("market.language"), Time("market.nightFrom"), Time("market.nightTo"))
            {
                Work = work,
            },
            new(Whole("stock.holdSeconds"), Whole("stock.holdCapSeconds"))
            {
                CalmMinutes = Whole("stock.calmMinutes"),
                DeskRole = Text("stock.deskRole"),
                OwnHoldSeconds = Whole("stock.ownHoldSeconds"),
                OutRatePercentMax = Whole("stock.outRatePercentMax"),
                OutRateCron = Text("stock.outRateCron"),
            },
            new(Whole("points.perUnit"), Whole("points.firstOrderFactor"), Whole("points.ecoFactor"),
                Yes("points.bonusesMultiply"), Whole("points.pendingDays"), WholeOrNone("points.expireDays")),
            new(Whole("tier.regularOrders"), Minor("tier.regularSpentMinor"),
                Whole("tier.coreOrders"), Minor("tier.coreSpentMinor"), WholeOrNone("tier.windowDays"))
            {
                ReviewDays = WholeOrNone("tier.reviewDays"),
                IsLoweredAtReview = Yes("tier.isLoweredAtReview"),
                Role = Text("tier.role"),
            },
            new(Whole("order.ageMin"), Yes("order.unknownAgeMayBuy"), Yes("order.returnQuarantine"),
                Whole("order.inspectionHours"), Whole("order.qualityReturnDays"), Whole("order.exchangeDays"))
            { TouchDays = Whole("order.touchDays") },
            new(Whole("payment.stampToleranceSeconds")),
            new(Whole("coupon.claimDays")),
            new(Whole("session.baseMinutes"), Whole("session.reviewersMin"))
            {
                ForecastSessions = Whole("forecast.sessions"),
            },
            new(Whole("register.warnDays"), Text("register.role")),
            new(Whole("approval.expireHours"))
            {
                EscalateHours = Whole("approval.escalateHours"),
                Work = Yes("approval.isWorkingTime") ? work : null,
                EscalateRole = Text("approval.escalateRole"),
            },
            new(Whole("review.expireDays")),
            new(Whole("job.attemptsMax"), Whole("job.retrySeconds"), Whole("job.retryCapSeconds"),
                Whole("job.lateSeconds"), Whole("job.runMinutesMax"), Text("job.verifyCron"))
            {
                Role = Text("job.role"),
            },
            new(Minor("supply.autoOrder.dayMinor"), Whole("supply.autoOrder.coverPercent"),
                Text("supply.approverRole"))
            {
                DeskRole = Text("supply.role"),
            },
            new(Whole("offer.minutesMin"), Whole("offer.minutesMax"), Whole("offer.countdownSecondsMin"),
                Whole("offer.countdownSecondsMax"), Whole("offer.countdownSeconds"))
            {
                CompareDays = Whole("offer.compareDays"),
            })
        {
            ColdChain = new(Whole("coldchain.middleFrom"), Whole("coldchain.largeFrom"),
                Minor("coldchain.smallMinor"), Minor("coldchain.middleMinor"), Minor("coldchain.largeMinor")),
            Carts = new(Whole("cart.upliftPercent")),
            Care = new(Whole("case.evidenceHours"), Whole("case.decideHours"), Whole("case.goodsHours"),
                Whole("case.settleHours"), Text("case.role")),
            Refunds = new(Minor("refund.autoMinor"), Minor("refund.twoFromMinor"), Text("refund.approverRole"),
                Text("refund.ownerRole"), Whole("refund.retrySeconds"), Whole("refund.retryCapSeconds"),
                Whole("refund.retryHours")),
            Platforms = new(Whole("platform.askSeconds"), Whole("platform.awayMinutes"), Whole("platform.eventDays"),
                Whole("platform.minuteMax"), Text("platform.role")),
            Budgets = BudgetPolicy.From(Whole, Yes, Text),
            Settlements = new(Text("settlement.cron"), Whole("settlement.days"), Text("settlement.role")),
            Enrolments = new(Whole("trial.highPotentialPercent"), Whole("trial.feedbackDays"), Text("trial.role")),
            Cohorts = new(Whole("cohort.goal"), Whole("cohort.days"), Text("cohort.role")),
            Portfolio = new(Text("exploration.role")),
            Costs = CostPolicy.From(Whole, Minor, Text),
            Targets = TargetPolicy.From(Whole, Minor, Text),
            Facts = new(Minor("fact.shortVideoUsers"), Whole("fact.userGrowthPercent"),
                Minor("fact.liveMarketMillions")),
            Campaigns = CampaignPolicy.From(Whole, Minor, Text),
            Phases = new(Whole("phase.days"), Whole("phase.laterDays"), Text("phase.approverRole"),
                Text("phase.role"), Text("phase.checkCron")),
            Shops = new(Whole("shop.tellMilliseconds"), Whole("shop.pullSeconds"), Whole("shop.awayMinutes"),
                Text("shop.reconcileCron"), Text("shop.role")),
            Freight = new(
                new(Minor("freight.firstKgMinor"), Minor("freight.nextKgMinor"), Minor("freight.farFirstKgMinor"),
                    Minor("freight.farNextKgMinor"), Minor("freight.freeFromMinor"), Text("freight.farAreas"),
                    Text("freight.notServed")),
                Whole("freight.unitGrams"), Whole("address.perUserMax"), Whole("promise.fastMinutes"),
                Whole("promise.normalHours"), Text("promise.role"))
            {
                ShipmentRole = Text("shipment.role"),
            },
        };
    }
}

/// <summary>Money and clock of a market. Night: <c>NightFrom</c> (inclusive) to <c>NightTo</c> (exclusive).</summary>
internal sealed record MarketPolicy(
    string Currency, TimeZoneInfo TimeZone, string Language, TimeOnly NightFrom, TimeOnly NightTo)
{
    /// <summary>When people work there (TEC-16).</summary>
    public required WorkingTime Work { get; init; }
}

/// <summary>How long an unpaid hold lasts, and how long with all renewals (STK-01).</summary>
internal sealed record StockPolicy(int HoldSeconds, int HoldCapSeconds)
{
    /// <summary>
    /// How long a figure must stay back at its mark until a shortage is over, minutes (A04); 0: it is over at once.
    /// </summary>
    public int CalmMinutes { get; init; }

    /// <summary>
    /// How old a buyer's own open hold must be, seconds, to make way for his next wish that would be refused else (S07);
    /// younger ones are a double click, and stay.
    /// </summary>
    public int OwnHoldSeconds { get; init; }

    /// <summary>Whose inbox hears of late scans, claims on suppliers and shortfalls (SHP-02, S05).</summary>
    public string DeskRole { get; init; } = "";

    /// <summary>Percent of attempts to buy that may find no stock (STK-03); above it somebody hears of it.</summary>
    public int OutRatePercentMax { get; init; }

    /// <summary>When the day before is looked at.</summary>
    public string OutRateCron { get; init; } = "";
}

/// <summary>Live prices (SHP-01): how long one runs, and how long the room counts down to it.</summary>
/// <param name="CountdownSeconds">Of an offer that does not say.</param>
internal sealed record OfferPolicy(
    int MinutesMin, int MinutesMax, int CountdownSecondsMin, int CountdownSecondsMax, int CountdownSeconds)
{
    /// <summary>The price that is struck through is the lowest paid in so many days, where it is below the list's.</summary>
    public int CompareDays { get; init; }
}

/// <summary>What a cold-chain parcel costs by the units that a session is expected to sell (STK-14).</summary>
/// <param name="MiddleFrom">From so many units on, and before <paramref name="LargeFrom"/>, the middle rate.</param>
/// <param name="SmallMinor">Below, minor units of the market's currency, as the others.</param>
internal sealed record ColdChainPolicy(
    int MiddleFrom, int LargeFrom, long SmallMinor, long MiddleMinor, long LargeMinor);

/// <summary>Emergency purchases (STK-05, A-33).</summary>
/// <param name="AutoOrderDayMinor">
/// What may be ordered a market's day without anybody's approval, minor units; exactly so much may.
/// </param>
/// <param name="CoverPercent">Up to what is ordered, percent of the safety mark.</param>
/// <param name="Role">Who decides on what is above.</param>
internal sealed record SupplyPolicy(long AutoOrderDayMinor, int CoverPercent, string Role)
{
    /// <summary>Whose inbox hears of an order that nobody was told of.</summary>
    public string DeskRole { get; init; } = "";
}

/// <summary>How long an after-sales case waits for each step, hours (ORD-05).</summary>
/// <param name="EvidenceHours">From opening to the first evidence.</param>
/// <param name="DecideHours">From evidence to the decision.</param>
/// <param name="GoodsHours">From the decision until the goods are back.</param>
/// <param name="SettleHours">From the goods to the settlement.</param>
/// <param name="Role">Whose inbox hears of a step that is late.</param>
internal sealed record CarePolicy(
    int EvidenceHours, int DecideHours, int GoodsHours, int SettleHours, string Role);

/// <summary>Who must agree to a refund, and how long it is tried (SHP-04).</summary>
/// <param name="AutoMinor">Up to here, inclusive, it runs by itself, minor units; this comes first.</param>
/// <param name="TwoFromMinor">From here, inclusive, two other people must agree, minor units.</param>
/// <param name="ApproverRole">Whose holders decide.</param>
/// <param name="OwnerRole">Whose inbox a refund is in that could not be paid.</param>
/// <param name="RetrySeconds">From the first attempt to the second; doubled each time.</param>
/// <param name="RetryCapSeconds">The longest wait between two attempts.</param>
/// <param name="RetryHours">How long it is tried.</param>
internal sealed record RefundPolicy(
    long AutoMinor, long TwoFromMinor, string ApproverRole, string OwnerRole, int RetrySeconds, int RetryCapSeconds,
    int RetryHours);

/// <summary>How a shop's ledger is kept in step with ours (STK-02).</summary>
/// <param name="TellMilliseconds">Least time between two messages of levels.</param>
/// <param name="PullSeconds">How often a shop is asked for movements that it did not tell by itself.</param>
/// <param name="AwayMinutes">After so long without an answer people hear of it.</param>
/// <param name="ReconcileCron">When both ledgers are compared.</param>
/// <param name="Role">Whose inbox hears of it.</param>
internal sealed record ShopPolicy(
    int TellMilliseconds, int PullSeconds, int AwayMinutes, string ReconcileCron, string Role);

/// <summary>How far, in seconds, the stamp of a signed payment event may be from the silo's clock.</summary>
internal sealed record PaymentPolicy(int StampToleranceSeconds);

/// <summary>For how many days a claimed coupon may be used; its template's end comes first (SHR-05).</summary>
internal sealed record CouponPolicy(int ClaimDays);

/// <summary>By how much the floating cart is to complete more orders than the page, percent (ORD-02).</summary>
internal sealed record CartPolicy(int UpliftPercent);

/// <summary>The length of a base session (LIV-01) and the reviewers a live one needs (CMP-09).</summary>
internal sealed record SessionPolicy(int BaseMinutes, int ReviewersMin)
{
    /// <summary>Of how many past sessions a forecast is the average (STK-13).</summary>
    public int ForecastSessions { get; init; }
}

/// <summary>How many days ahead an entry's end is told, and to which role when it names none (CMP-06, RSK-25).</summary>
internal sealed record RegisterPolicy(int WarnDays, string Role);

/// <summary>For how many days a finding waits when its slice names no end (BUD-04).</summary>
internal sealed record ReviewPolicy(int ExpireDays);

/// <summary>How jobs are run and tried again (TEC-05).</summary>
/// <param name="AttemptsMax">Attempts of a run, the first included.</param>
/// <param name="RetrySeconds">From the first failed attempt to the second; doubled each time.</param>
/// <param name="RetryCapSeconds">The longest wait between two attempts.</param>
/// <param name="LateSeconds">A run is late when it begins more than so long after it was due.</param>
/// <param name="RunMinutesMax">The longest attempt.</param>
/// <param name="VerifyCron">When the journal is checked.</param>
internal sealed record JobPolicy(
    int AttemptsMax, int RetrySeconds, int RetryCapSeconds, int LateSeconds, int RunMinutesMax, string VerifyCron)
{
    /// <summary>Whose inbox hears of a run that failed.</summary>
    public string Role { get; init; } = "";
}

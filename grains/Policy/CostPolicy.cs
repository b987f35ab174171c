namespace Ale.Policy;

/// <summary>How days' money is settled (SHP-06).</summary>
/// <param name="Cron">When days are compared.</param>
/// <param name="Days">How far back statements are looked for of days on which nobody paid; all others are looked for
/// until they are closed.</param>
/// <param name="Role">Whose inbox hears of a day that is not closed.</param>
internal sealed record SettlementPolicy(string Cron, int Days, string Role);

/// <summary>What is watched of costs (BUD-13 to BUD-18). Money is in minor units of the market.</summary>
/// <param name="UnusualCountMin">From so many earlier spends of its like on, one may be called unusual.</param>
/// <param name="UnusualPercent">It is, when it is more than so much, and more than <see cref="UnusualDeviations"/>, above
/// their mean.</param>
/// <param name="UnusualMonths">How far back its likes are looked for.</param>
internal sealed record CostPolicy(int UnusualCountMin, int UnusualPercent, int UnusualMonths)
{
    /// <summary>So many standard deviations of its likes are in order, whatever share of their mean that is.</summary>
    public required int UnusualDeviations { get; init; }

    /// <summary>When the quarter before is audited (BUD-15).</summary>
    public required string AuditCron { get; init; }

    /// <summary>When purchases and subscriptions are gone through (BUD-16).</summary>
    public required string SubscriptionCron { get; init; }

    /// <summary>A subscription that ends within so many days is named there.</summary>
    public required int SubscriptionDays { get; init; }

    /// <summary>How much less than last year is to be bought, percent (BUD-16).</summary>
    public required int AssetSavingPercent { get; init; }

    /// <summary>The line of research in each month (BUD-17).</summary>
    public required string ResearchLine { get; init; }

    /// <summary>How much of it is for new technology, percent.</summary>
    public required int ExplorePercent { get; init; }

    /// <summary>When a month's line for new technology is opened, and the one before it reported.</summary>
    public required string ExploreCron { get; init; }

    /// <summary>What a step may cost on average (BUD-14).</summary>
    public required StepCaps Caps { get; init; }

    /// <summary>When the month's steps are looked at.</summary>
    public required string StepCron { get; init; }

    /// <summary>A category that leads so many weeks is proposed for more (BUD-13),</summary>
    public required int LeadWeeks { get; init; }

    /// <summary>so much more, percent of its line.</summary>
    public required int LeadPercent { get; init; }

    /// <summary>When the week before is looked at.</summary>
    public required string LeadCron { get; init; }

    /// <summary>When the month's automations and hours are looked at (BUD-18).</summary>
    public required string StructureCron { get; init; }

    internal static CostPolicy From(Func<string, int> whole, Func<string, long> money, Func<string, string> text) =>
        new(whole("cost.unusualCountMin"), whole("cost.unusualPercent"), whole("cost.unusualMonths"))
        {
            UnusualDeviations = whole("cost.unusualDeviations"),
            AuditCron = text("cost.auditCron"),
            SubscriptionCron = text("cost.subscriptionCron"),
            SubscriptionDays = whole("cost.subscriptionDays"),
            AssetSavingPercent = whole("cost.assetSavingPercent"),
            ResearchLine = text("cost.researchLine"),
            ExplorePercent = whole("cost.explorePercent"),
            ExploreCron = text("cost.exploreCron"),
            Caps = new(money("cost.contentCapMinor"), money("cost.liveCapMinor"), money("cost.packingCapMinor"),
                money("cost.logisticsCapMinor"), money("cost.serviceCapMinor")),
            StepCron = text("cost.stepCron"),
            LeadWeeks = whole("cost.leadWeeks"),
            LeadPercent = whole("cost.leadPercent"),
            LeadCron = text("cost.leadCron"),
            StructureCron = text("cost.structureCron"),
        };
}

/// <summary>Most that each step from content to delivery costs on average (BUD-14); exactly so much is in order.</summary>
/// <param name="ContentMinor">Making content, a session.</param>
/// <param name="LiveMinor">Being live, a session.</param>
/// <param name="PackingMinor">Packing, a parcel.</param>
/// <param name="LogisticsMinor">Delivering, a parcel.</param>
/// <param name="ServiceMinor">Service, an order.</param>
internal sealed record StepCaps(
    long ContentMinor, long LiveMinor, long PackingMinor, long LogisticsMinor, long ServiceMinor);

namespace Ale.Policy;

/// <summary>The numbers of the budget (BUD-03 to BUD-12). Percentages are whole, and of the plan.</summary>
/// <param name="OverPercent">More than so much over a line's plan asks a special approval.</param>
/// <param name="CloseDays">So many days after its end a month takes no more.</param>
/// <param name="SpendDays">How far back a spend may lie.</param>
/// <param name="ApproverRole">Whose holders decide.</param>
internal sealed record BudgetPolicy(int OverPercent, int CloseDays, int SpendDays, string ApproverRole)
{
    /// <summary>Marketing's band in the start-up: so many percent over its plan are as planned (N-53).</summary>
    public required int ElasticPercent { get; init; }

    /// <summary>Whose inbox hears of lines that lack money, and of reviews.</summary>
    public required string FinanceRole { get; init; }

    /// <summary>A deviation of more, either way, is looked into (BUD-04).</summary>
    public required int ReviewPercent { get; init; }

    /// <summary>When the month before is reviewed.</summary>
    public required string ReviewCron { get; init; }

    /// <summary>When the coming year's plan is looked at for its reserves (BUD-09, BUD-10).</summary>
    public required string ReserveCron { get; init; }

    /// <summary>With the mean of so many months before it is compared what a month's money went for.</summary>
    public required int CompareMonths { get; init; }

    /// <summary>How many distinct people approve a line's overrun (BUD-03),</summary>
    public required int OverQuorum { get; init; }

    /// <summary>and a year's plan.</summary>
    public required int PlanQuorum { get; init; }

    /// <summary>Least share of the risk reserve.</summary>
    public required int RiskPercentMin { get; init; }

    /// <summary>A larger one is warned of.</summary>
    public required int RiskPercentMax { get; init; }

    /// <summary>Share of the emergency reserve.</summary>
    public required int EmergencyPercent { get; init; }

    /// <summary>True: the emergency reserve is a part of the risk reserve .</summary>
    public required bool IsEmergencyInRisk { get; init; }

    /// <summary>A line with less of its month is small.</summary>
    public required int SmallLinePercent { get; init; }

    /// <summary>More small lines in a month are warned of.</summary>
    public required int SmallLinesMax { get; init; }

    /// <summary>Of marketing in the start-up, advised for top hosts.</summary>
    public required int TopHostPercent { get; init; }

    /// <summary>In growth, marketing from this share on needs returns to be measured.</summary>
    public required int MarketingPercent { get; init; }

    /// <summary>What lines' ids begin with that growth leans to, with spaces between,</summary>
    public required string GrowthLines { get; init; }

    /// <summary>and maturity.</summary>
    public required string MaturityLines { get; init; }

    /// <summary>True: returns of placements are measured.</summary>
    public required bool IsRoiOn { get; init; }

    /// <summary>In maturity, most for labour.</summary>
    public required int LabourPercentMax { get; init; }

    internal static BudgetPolicy From(Func<string, int> whole, Func<string, bool> yes, Func<string, string> text) =>
        new(whole("budget.overPercent"), whole("budget.closeDays"), whole("budget.spendDays"),
            text("budget.approverRole"))
        {
            ElasticPercent = whole("budget.elasticPercent"),
            FinanceRole = text("budget.financeRole"),
            ReviewPercent = whole("budget.reviewPercent"),
            ReviewCron = text("budget.reviewCron"),
            ReserveCron = text("budget.reserveCron"),
            CompareMonths = whole("budget.compareMonths"),
            OverQuorum = whole("budget.overQuorum"),
            PlanQuorum = whole("budget.planQuorum"),
            RiskPercentMin = whole("budget.riskPercentMin"),
            RiskPercentMax = whole("budget.riskPercentMax"),
            EmergencyPercent = whole("budget.emergencyPercent"),
            IsEmergencyInRisk = yes("budget.isEmergencyInRisk"),
            SmallLinePercent = whole("budget.smallLinePercent"),
            SmallLinesMax = whole("budget.smallLinesMax"),
            TopHostPercent = whole("budget.topHostPercent"),
            MarketingPercent = whole("budget.marketingPercent"),
            GrowthLines = text("budget.growthLines"),
            MaturityLines = text("budget.maturityLines"),
            IsRoiOn = yes("budget.isRoiOn"),
            LabourPercentMax = whole("budget.labourPercentMax"),
        };
}

/// <summary>The phases of the plan (PHS-01).</summary>
/// <param name="FirstDays">How long the first may take.</param>
/// <param name="LaterDays">How long each later one may take whose gates name no time.</param>
/// <param name="ApproverRole">Whose holders decide that one begins.</param>
/// <param name="Role">Whose inbox hears of a late one.</param>
/// <param name="CheckCron">When the one in force is looked at.</param>
internal sealed record PhasePolicy(
    int FirstDays, int LaterDays, string ApproverRole, string Role, string CheckCron)
{
    public int DaysOf(int phase) => phase == 1 ? FirstDays : LaterDays;
}

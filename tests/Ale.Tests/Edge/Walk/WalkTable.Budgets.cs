namespace Ale.Edge;

/// <summary>The rows of budgets, of money set aside, and of the plan's phases.</summary>
internal static partial class WalkTable
{
    private const string Finance = "finance";

    private const string Line = """
        {"plannedMinor":100000,"currency":"CNY","kind":"marketing","goal":"reach","rigid":false,"benefitPercent":120,
         "topHosts":false}
        """;

    private const string Spend = """
        {"amountMinor":500,"currency":"CNY","state":"committed","class":"brand","sessionId":"S1","hostId":"H1",
         "category":"skin","step":"content","campaignId":"C1","placementId":"P1","note":"a clip","wait":false,
         "acquisition":"subscription"}
        """;

    private const string Draw = """
        {"amountMinor":10,"reason":"a flood"}
        """;

    private static WalkRow[] OfBudgets() =>
    [
        new("putBudgetLine", "/api/budgets/2090/6/walk", Line)
        {
            Role = Finance, TakesOther = "a line of a draft is changed",
        },
        new("putBudgetLine", "/api/budgets/2090/7/risk",
            Line.Replace("marketing", "reserve").Replace("100000", "12000"))
        {
            Role = Finance, TakesOther = "a line of a draft is changed",
        },
        new("changeBudgetLine", "/api/budgets/2090/6/walk",
            """{"plannedMinor":100001,"goal":"reach","rigid":false,"benefitPercent":120,"topHosts":false}""")
        {
            Role = Finance, IfMatch = "\"1\"", Unknown = ("/api/budgets/2090/6/none", "budget.unknown"),
            Moves = ["forecastMinor"],
        },
        new("getBudgetLine", "/api/budgets/2090/6/walk")
        {
            Unknown = ("/api/budgets/2090/6/none", "budget.unknown"), Moves = ["forecastMinor"],
        },
        new("putSpend", "/api/budgets/2090/6/walk/spends/s1", Spend)
        {
            Role = Finance, Unknown = ("/api/budgets/2090/6/none/spends/s1", "budget.unknown"),
            Moves = ["forecastMinor"],
            Other = (Spend.Replace("H1", "H2"), "budget.changed"),
        },
        new("getSpend", "/api/budgets/2090/6/walk/spends/s1")
        {
            Unknown = ("/api/budgets/2090/6/walk/spends/none", "budget.unknown_spend"), Moves = ["forecastMinor"],
        },
        new("releaseSpend", "/api/budgets/2090/6/walk/spends/s1/release")
        {
            Role = Finance, Unknown = ("/api/budgets/2090/6/walk/spends/none/release", "budget.unknown_spend"),
            Moves = ["forecastMinor"],
        },
        new("checkSpend", "/api/budgets/2090/6/walk/spends/s1/check", """{"passed":true,"reason":"in order"}""")
        {
            Role = Finance, Status = 409,
            Unknown = ("/api/budgets/2090/6/walk/spends/none/check", "budget.unknown_spend"),
        },
        new("listFixedAssets", "/api/budgets/2090/fixed-assets") { FromTables = true },
        new("listSpends", "/api/budgets/2090/6/walk/spends") { FromTables = true },
        new("takeStatementLines", "/api/settlements/2026-06-18/lines", """
            {"lines":[{"id":"w1","type":"captured","eventId":"none","orderId":"O1","amountMinor":5,"currency":"CNY"}]}
            """) { Role = Finance },
        new("compareStatement", "/api/settlements/2026-06-18/compare", """{"lines":1}""") { Role = Finance },
        new("explainDifference", "/api/settlements/2026-06-18/differences/w1/explain",
            """{"parts":[{"amountMinor":5,"reason":"another shop's"}]}""")
        {
            Role = Finance, Unknown = ("/api/settlements/2026-06-18/differences/none/explain", "settlement.unknown"),
        },
        new("getSettlement", "/api/settlements/2026-06-18") { Role = Finance },
        new("listDifferences", "/api/settlements/2026-06-18/differences") { Role = Finance },
        new("listSettlements", "/api/settlements") { Role = Finance, FromTables = true },
        new("submitBudget", "/api/budgets/2090/submit", """{"overrides":[{"rule":"top_hosts","reason":"booked"}]}""")
        {
            Role = Finance, Unknown = ("/api/budgets/2091/submit", "budget.unknown"),
        },
        new("getBudgetPlan", "/api/budgets/2090") { Unknown = ("/api/budgets/2091", "budget.unknown") },
        new("reviseBudget", "/api/budgets/2090/revise", """{"note":"more for June"}""")
        {
            Role = Finance, Status = 0, Unknown = ("/api/budgets/2091/revise", "budget.unknown"),
        },
        new("moveBudget", "/api/budgets/2090/moves",
            """{"fromMonth":6,"fromLine":"walk","toMonth":7,"toLine":"risk","amountMinor":10,"note":"less"}""")
        {
            Role = Finance, Status = 0, Unknown = ("/api/budgets/2091/moves", "budget.unknown"),
        },
        new("listBudgetLines", "/api/budgets/2090/lines") { FromTables = true },
        new("listBudgetBreakdown", "/api/budgets/2090/breakdown") { FromTables = true },
        new("listBudgetVersions", "/api/budgets/2090/versions") { FromTables = true },
        new("putDraw", "/api/reserves/2090-emergency/draws/d1", Draw)
        {
            Role = Finance, Status = 0, TakesOther = "there is no pot",
            Unknown = ("/api/reserves/2091-emergency/draws/d1", "reserve.unknown"),
        },
        new("getReserve", "/api/reserves/2090-emergency")
        {
            Status = 0, Unknown = ("/api/reserves/none", "reserve.unknown"),
        },
        new("getDraw", "/api/reserves/2090-emergency/draws/d1")
        {
            Status = 0, Unknown = ("/api/reserves/2090-emergency/draws/none", "reserve.unknown_draw"),
        },
        new("putPhase", "/api/phases/1", """{"gates":[{"id":"model","title":"The model is checked"}],"days":61}""")
        {
            Unknown = ("/api/phases/9", "phase.unknown"), TakesOther = "gates are changed until the phase is over",
        },
        new("passGate", "/api/phases/1/gates/model", """{"evidence":"report/7"}""")
        {
            Unknown = ("/api/phases/1/gates/none", "phase.unknown"),
            Other = ("""{"evidence":"report/8"}""", "phase.changed"),
        },
        new("beginPhase", "/api/phases/1/begin", """{"from":"2090-01-01","reason":"ready"}""")
        {
            Status = 202, Unknown = ("/api/phases/9/begin", "phase.unknown"),
        },
        new("listPhases", "/api/phases"),
        new("getCurrentPhase", "/api/phases/current"),
    ];
}

namespace Ale.Edge;

/// <summary>The rows of campaigns and placements.</summary>
internal static partial class WalkTable
{
    private const string Campaign = """
        {"title":"618","goal":"reach","startsAt":"2020-06-01T02:00:00Z","endsAt":"2090-06-18T02:00:00Z",
         "class":"performance","budgetLine":"walk","sessions":["S1"],"coupons":["C1"],
         "steps":[{"kind":"recap","at":"2090-06-20T02:00:00Z"}],"theme":"spring"}
        """;

    private const string PlacementBody = """
        {"campaignId":"walk","channel":"douyin","class":"performance","capMinor":100000,"currency":"CNY","bidMinor":400,
         "resultKind":"effective_visitor","contentId":"V1"}
        """;

    private static string Report => $$"""
        [{"eventId":"e1","spendMinor":60120,"results":120,"at":"{{Now}}","authorisation":"a1","currency":"CNY"}]
        """;

    private static WalkRow[] OfCampaigns() =>
    [
        new("putCampaign", "/api/campaigns/walk", Campaign)
        {
            Other = (Campaign.Replace("reach", "sell"), "campaign.changed"),
        },
        new("changeCampaign", "/api/campaigns/walk", """
            {"title":"618 festival","goal":"reach","endsAt":"2090-06-19T02:00:00Z","sessions":["S2"],"coupons":["C2"],
             "steps":[{"kind":"recap","at":"2090-06-21T02:00:00Z"}]}
            """)
        {
            IfMatch = "\"1\"", Unknown = ("/api/campaigns/none", "campaign.unknown"),
        },
        new("getCampaign", "/api/campaigns/walk") { Unknown = ("/api/campaigns/none", "campaign.unknown") },
        new("listCampaigns", "/api/campaigns") { FromTables = true },
        new("putPlacement", "/api/placements/walk", PlacementBody)
        {
            Other = (PlacementBody.Replace("douyin", "kuaishou"), "placement.changed"),
        },
        new("authoriseSpend", "/api/placements/walk/authorise", """{"id":"a1","amountMinor":1000}""")
        {
            Unknown = ("/api/placements/none/authorise", "placement.unknown"),
        },
        new("getAuthorisation", "/api/placements/walk/authorisations/a1")
        {
            Unknown = ("/api/placements/walk/authorisations/none", "placement.unknown_authorisation"),
        },
        new("releaseAuthorisation", "/api/placements/walk/authorisations/a1/release")
        {
            Unknown = ("/api/placements/walk/authorisations/none/release", "placement.unknown_authorisation"),
        },
        new("reportSpend", "/api/placements/walk/reports", Report)
        {
            Unknown = ("/api/placements/none/reports", "placement.unknown"),
        },
        new("listSpendReports", "/api/placements/walk/reports") { FromTables = true },
        new("revertStrategyStep", "/api/placements/walk/steps/1/revert", """{"reason":"it was the host"}""")
        {
            Unknown = ("/api/placements/walk/steps/9/revert", "placement.unknown_step"),
        },
        new("changePlacement", "/api/placements/walk", """{"capMinor":200000,"bidMinor":300,"isPaused":true}""")
        {
            IfMatch = "\"1\"", Unknown = ("/api/placements/none", "placement.unknown"),
        },
        new("getPlacement", "/api/placements/walk") { Unknown = ("/api/placements/none", "placement.unknown") },
        new("listPlacements", "/api/placements") { FromTables = true },
        new("listTargets", "/api/targets") { FromTables = true },
        new("getCampaignResults", "/api/campaigns/walk/results")
        {
            FromTables = true, Unknown = ("/api/campaigns/none/results", "campaign.unknown"),
        },
        new("getThemes", "/api/themes/cn-2026?quarter=2") { FromTables = true },
        new("listPrimeSlots", "/api/prime-slots?day=2026-06-01") { FromTables = true },
        new("listStepCosts", "/api/costs/steps?month=2026-06-01") { FromTables = true },
        new("listCategoryWeeks", "/api/costs/categories?day=2026-06-01&weeks=2") { FromTables = true },
        new("getCostStructure", "/api/costs/structure?month=2026-06-01") { FromTables = true },
        new("getPlanTilt", "/api/costs/tilt?year=2090")
        {
            Unknown = ("/api/costs/tilt?year=2091", "budget.unknown"),
        },
        new("listRoi", "/api/roi/placement") { FromTables = true },
        new("listCampaignChannels", "/api/campaigns/walk/channels") { FromTables = true },
    ];
}

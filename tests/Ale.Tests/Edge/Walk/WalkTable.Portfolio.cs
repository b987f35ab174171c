namespace Ale.Edge;

/// <summary>The rows of trials of something new, choices, cohorts and people of platforms.</summary>
internal static partial class WalkTable
{
    private const string Trial = """
        {"title":"AR mirror","question":"Do they buy more?","line":"2099-01-none-explore","amountMinor":1,
         "currency":"CNY","reviewOn":"2030-01-01"}
        """;

    private const string Choice = """
        {"title":"Categories","criteria":[{"id":"users","title":"Fits the users"}],"take":1}
        """;

    private const string Candidate = """
        {"title":"Skin care","scores":[{"criterion":"users","value":80,"reason":"They ask for it"}]}
        """;

    private static WalkRow[] OfPlans() => [.. OfEnrolments(), .. OfPortfolio(), .. OfAudience()];

    private static WalkRow[] OfPortfolio() =>
    [
        new("putExploration", "/api/explorations/walk", Trial)
        {
            Status = 404, Role = "finance", Other = (Trial.Replace("mirror", "room"), "exploration.changed"),
        },
        new("decideExploration", "/api/explorations/walk/decide", """{"go":false,"reason":"Nobody came"}""")
        {
            Status = 409, Role = "finance", Unknown = ("/api/explorations/none/decide", "exploration.unknown"),
        },
        new("getExploration", "/api/explorations/walk")
        {
            Role = "finance", Unknown = ("/api/explorations/none", "exploration.unknown"),
        },
        new("listExplorations", "/api/explorations") { Role = "finance", FromTables = true },
        new("putChoice", "/api/choices/walk", Choice)
        {
            Other = (Choice.Replace("Categories", "Brands"), "choice.changed"),
        },
        new("scoreCandidate", "/api/choices/walk/candidates/skin", Candidate)
        {
            TakesOther = "It counts from then on.",
            Unknown = ("/api/choices/none/candidates/skin", "choice.unknown"),
        },
        new("takeCandidates", "/api/choices/walk/take", "{}")
        {
            Unknown = ("/api/choices/none/take", "choice.unknown"),
        },
        new("getChoice", "/api/choices/walk") { Unknown = ("/api/choices/none", "choice.unknown") },
        new("listChoices", "/api/choices") { FromTables = true },
    ];

    private static WalkRow[] OfAudience() =>
    [
        new("putCohort", "/api/cohorts/walk", """{"title":"Seed","from":"2026-01-01","days":3660}""")
        {
            Other = ("""{"title":"Others","from":"2026-01-01","days":3660}""", "cohort.changed"),
        },
        new("putMember", "/api/cohorts/walk/members/walker")
        {
            TakesOther = "It has no content.", Unknown = ("/api/cohorts/none/members/walker", "cohort.unknown"),
        },
        new("putWord", "/api/cohorts/walk/members/walker/words/w1", """{"rating":5,"text":"soft"}""")
        {
            Other = ("""{"rating":4,"text":"soft"}""", "cohort.changed"),
            Unknown = ("/api/cohorts/none/members/walker/words/w1", "cohort.unknown"),
        },
        new("listMembers", "/api/cohorts/walk/members") { FromTables = true },
        new("getCohort", "/api/cohorts/walk") { Unknown = ("/api/cohorts/none", "cohort.unknown") },
        new("deleteMember", "/api/cohorts/walk/members/nobody") { Status = 404 },
        new("putIdentity", "/api/identities/tv/walker", """{"seenAt":"2026-06-18T12:00:00Z"}""")
        {
            TakesOther = "The first time counts.",
        },
        new("linkIdentity", "/api/identities/tv/walker/link", """{"userId":"walker","consent":true}""")
        {
            Unknown = ("/api/identities/tv/nobody/link", "identity.unknown"),
        },
        new("unlinkIdentity", "/api/identities/tv/walker/unlink")
        {
            Unknown = ("/api/identities/tv/nobody/unlink", "identity.unknown"),
        },
        new("getIdentity", "/api/identities/tv/walker")
        {
            Unknown = ("/api/identities/tv/nobody", "identity.unknown"),
        },
        new("eraseIdentity", "/api/identities/tv/nobody/erase") { Status = 404 },
        new("putTouch", "/api/touches/walk", """{"userId":"walker","channel":"tv"}""")
        {
            Other = ("""{"userId":"walker","channel":"radio"}""", "touch.changed"), Moves = ["touches"],
        },
        new("getAudience", "/api/audience?from=2026-06-01&to=2026-06-30") { FromTables = true },
    ];
}

namespace Ale.Edge;

/// <summary>The rows of sessions and their offers.</summary>
internal static partial class WalkTable
{
    private const string Session = """
        {"title":"Opening","kind":"live","tier":"base","market":"cn","hostId":"walk-host","ownerId":"walk-owner",
         "startsAt":"2026-06-18T12:00:00Z","endsAt":"2026-06-18T13:00:00Z","inducing":false,"skus":["WALK"]}
        """;

    private const string Offer = """
        {"sku":"WALK","priceMinor":500,"startsAt":"2089-01-01T12:00:00Z","endsAt":"2089-01-01T12:05:00Z","total":3}
        """;

    private static WalkRow[] OfSessions() =>
    [
        new("PlanSession", "/api/sessions/walk", Session)
        {
            Other = (Session.Replace("walk-owner", "walk-other"), "session.changed"),
        },
        new("GetSession", "/api/sessions/walk")
        {
            IsEverybodys = true, Unknown = ("/api/sessions/none", "session.unknown"),
        },
        new("ListSessions", "/api/sessions") { IsEverybodys = true, FromTables = true },
        new("ChangeSession", "/api/sessions/walk", """{"title":"Closing","skus":["WALK"]}""")
        {
            IfMatch = "\"1\"", Unknown = ("/api/sessions/none", "session.unknown"),
        },
        new("GetForecast", "/api/sessions/walk/forecast?sku=WALK")
        {
            Unknown = ("/api/sessions/none/forecast?sku=WALK", "session.unknown"),
        },
        new("putColdChain", "/api/sessions/walk/cold-chain/WALK")
        {
            TakesOther = "It has no content.",
            Unknown = ("/api/sessions/none/cold-chain/WALK", "session.unknown"),
        },
        new("getColdChain", "/api/sessions/walk/cold-chain/WALK")
        {
            Unknown = ("/api/sessions/walk/cold-chain/NONE", "coldchain.unknown"),
        },
        new("PutOffer", "/api/sessions/walk/offers/o1", Offer)
        {
            Other = (Offer.Replace("500", "501"), "offer.changed"),
            Unknown = ("/api/sessions/none/offers/o1", "session.unknown"),
        },
        new("ChangeOffer", "/api/sessions/walk/offers/o1", """{"priceMinor":450}""")
        {
            IfMatch = "\"1\"", Unknown = ("/api/sessions/walk/offers/none", "offer.unknown"),
        },
        new("GetOffer", "/api/sessions/walk/offers/o1")
        {
            IsEverybodys = true, Unknown = ("/api/sessions/walk/offers/none", "offer.unknown"),
        },
        new("ListOffers", "/api/sessions/walk/offers")
        {
            IsEverybodys = true, Unknown = ("/api/sessions/none/offers", "session.unknown"),
        },
        Step("Submit", 0), Step("Ready"), Step("Start"), Step("Suspend"), Step("Resume"), Step("End"), Step("Close"),
        new("GetSessionHistory", "/api/sessions/walk/history")
        {
            FromTables = true, Unknown = ("/api/sessions/none/history", "session.unknown"),
        },
    ];

    private static WalkRow Step(string step, int status = 200)
    {
        var name = step.ToLowerInvariant();
        return new($"{step}Session", $"/api/sessions/walk/{name}")
        {
            Status = status,
            Unknown = ($"/api/sessions/none/{name}", "session.unknown"),
        };
    }
}

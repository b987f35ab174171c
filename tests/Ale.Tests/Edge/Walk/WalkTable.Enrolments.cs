namespace Ale.Edge;

/// <summary>The rows of trials and events.</summary>
internal static partial class WalkTable
{
    private const string Enrolment = """
        {"kind":"event","title":"Pop-up","places":9,"opensAt":"2020-06-01T02:00:00Z","closesAt":"2090-06-01T02:00:00Z",
         "sessionId":"S1"}
        """;

    private static WalkRow[] OfEnrolments() =>
    [
        new("putEnrolment", "/api/enrolments/walk", Enrolment)
        {
            Other = (Enrolment.Replace("Pop-up", "Fair"), "enrolment.changed"),
        },
        new("putPlace", "/api/enrolments/walk/places/walker")
        {
            TakesOther = "It has no content.", Unknown = ("/api/enrolments/none/places/walker", "enrolment.unknown"),
        },
        new("getPlace", "/api/enrolments/walk/places/walker")
        {
            Unknown = ("/api/enrolments/none/places/walker", "enrolment.unknown"),
        },
        new("giveFeedback", "/api/enrolments/walk/places/walker/feedback", """{"rating":5,"text":"soft"}""")
        {
            Unknown = ("/api/enrolments/none/places/walker/feedback", "enrolment.unknown"),
        },
        new("releasePlace", "/api/enrolments/walk/places/walker/release")
        {
            Status = 409, Unknown = ("/api/enrolments/none/places/walker/release", "enrolment.unknown"),
        },
        new("checkIn", "/api/enrolments/walk/check-in", """{"code":"NONE"}""") { Status = 404 },
        new("listPlaces", "/api/enrolments/walk/places") { FromTables = true },
        new("getEnrolment", "/api/enrolments/walk") { Unknown = ("/api/enrolments/none", "enrolment.unknown") },
        new("listEnrolments", "/api/enrolments") { FromTables = true },
    ];
}

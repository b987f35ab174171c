using Ale.Edge;
using Ale.Storage;
using Xunit;

namespace Ale.Reviews;

/// <summary>Reviews over HTTP, in a whole silo, and their list.</summary>
[Trait("needs", "server")]
public sealed class ReviewHttpTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private const string Body = """
        {"kind":"session_retro","title":"After S1","subject":"session/S1","finding":"few stayed",
         "proposal":"begin with the quiz","role":"tech"}
        """;

    private static async Task<Answer> Send(string method, string path, string? body = null, string role = "tech",
        string subject = "t1", params (string Name, string Value)[] headers) =>
        await (await TestSilo.Sqlite).Http.Send(new(method), "/api/reviews" + path, body, role, subject, headers);

    private static (int, string?) Said(Answer answer) => (answer.Status, answer.Code);

    [Fact]
    public async Task A_finding_is_seen_by_its_role_and_accepted_by_somebody_who_did_not_propose_it()
    {
        const string why = """{"reason":"let us try"}""";
        Assert.Equal(403, (await Send("PUT", "/http-r1", Body)).Status);
        var put = (await Send("PUT", "/http-r1", Body, "ops", "t2")).Ok();
        Assert.Equal(("open", "none"), ((string)put.Json["state"]!, (string)put.Json["effectState"]!));
        var at = ("Ale-At", put.Headers["Ale-At"]);
        Assert.Contains("http-r1", (await Send("GET", "?state=open&kind=session_retro", headers: at)).Ok().Text,
            StringComparison.Ordinal);
        Assert.DoesNotContain("http-r1", (await Send("GET", "", null, "people", "h1", at)).Ok().Text,
            StringComparison.Ordinal);
        Assert.Equal((404, "review.unknown"), Said(await Send("GET", "/http-r1", null, "people", "h1")));
        Assert.Equal("open", (string)(await Send("GET", "/http-r1", null, "ops", "o1")).Ok().Json["state"]!);

        Assert.Equal((403, "review.role"), Said(await Send("POST", "/http-r1/accept", why, "ops", "o1")));
        Assert.Equal((403, "review.own"), Said(await Send("POST", "/http-r1/accept", why, subject: "t2")));
        var done = (await Send("POST", "/http-r1/accept", why, headers: ("Idempotency-Key", "k1"))).Ok();
        Assert.Equal(("accepted", "t1", "let us try"), ((string)done.Json["state"]!, (string)done.Json["closedBy"]!,
            (string)done.Json["reason"]!));
        Assert.Equal(done.Text,
            (await Send("POST", "/http-r1/accept", why, headers: ("Idempotency-Key", "k1"))).Text);
        Assert.Equal((409, "review.changed"),
            Said(await Send("POST", "/http-r1/refuse", why, headers: ("Idempotency-Key", "k1"))));
        Assert.Equal((409, "review.decided"), Said(await Send("POST", "/http-r1/refuse", why)));
    }

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task Reviews_are_listed_by_role_kind_and_state_as_the_grain_tells_them(string engine)
    {
        var projection = new ReviewProjection();
        await using var views = await TestViews.Create(engine, projection);
        ReviewTerms Terms(string role, bool effect) => new("kind-" + role, "Title", "s/1", "found", "do", role)
        {
            Effect = effect ? new("desk.move", "1") : null,
        };
        ReviewEvent Opened(string role, bool effect, int minute) => new ReviewEvent.Opened(
            Terms(role, effect), "desks", Noon.AddDays(31), Noon.AddMinutes(minute));
        ReviewEvent accepted = new ReviewEvent.Closed(ReviewState.Accepted, "f1", "yes", "k", Noon.AddHours(1));
        var all = new Dictionary<string, ReviewEvent[]>(StringComparer.Ordinal)
        {
            ["r1"] = [Opened("finance", true, 0), accepted],
            ["r2"] = [Opened("ops", false, 1)],
            ["r3"] = [Opened("finance", true, 1), accepted, new ReviewEvent.Settled("budget.held", Noon.AddHours(2))],
            ["r4"] = [Opened("finance", true, 2), accepted, new ReviewEvent.Settled(null, Noon.AddHours(2))],
            ["r5"] = [Opened("ops", true, 3),
                new ReviewEvent.Closed(ReviewState.Expired, null, null, null, Noon.AddDays(31))],
        };
        await views.Put(batch =>
        {
            foreach (var (id, events) in all)
                projection.Project(TestViews.Row($"review/{id}", 0, Review.EventJson, events), batch);
        });
        var queries = new ReviewQueries(views.Views);

        async Task<string[]> Ids(ReviewsWanted wanted) =>
            [.. (await queries.Reviews(wanted, default, default)).Value.Select(r => r.Id)];

        Assert.Equal(["r5", "r4", "r3", "r2", "r1"], await Ids(new(10)));
        Assert.Equal(["r2", "r1"], await Ids(new(2) { BeforeOpened = Noon.AddMinutes(1), BeforeId = "r3" }));
        Assert.Equal(["r2"], await Ids(new(10) { State = ReviewState.Open }));
        Assert.Equal(["r4", "r3", "r1"], await Ids(new(10) { Roles = ["finance"] }));
        Assert.Equal(["r5", "r2"], await Ids(new(10) { Kind = "kind-ops" }));
        foreach (var review in (await queries.Reviews(new(10), default, default)).Value)
            Assert.Equal(all[review.Id].Aggregate(Review.New(), (s, e) => s.Apply(e)).Info(review.Id), review);
    }
}

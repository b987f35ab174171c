using System.Globalization;
using Ale.Edge;
using Ale.Storage;
using Xunit;

namespace Ale.Approvals;

/// <summary>Approvals over HTTP, in a whole silo, and their list.</summary>
[Trait("needs", "server")]
public sealed class ApprovalHttpTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 18, 12, 0, 0, TimeSpan.Zero);

    private const string Body = """
        {"title":"Course","subject":"fund/training","quorum":2,"currency":"CNY",
         "breakdown":[{"label":"fee","amountMinor":8000},{"label":"travel","note":"by train"}]}
        """;

    private static async Task<Answer> Send(string method, string path, string? body = null, string role = "approver",
        string subject = "a1", params (string Name, string Value)[] headers) =>
        await (await TestSilo.Sqlite).Http.Send(new(method), "/api/approvals" + path, body, role, subject, headers);

    private static (int, string?) Said(Answer answer) => (answer.Status, answer.Code);

    [Fact]
    public async Task BUD_03_TEC_12_an_approval_is_asked_shown_and_decided_by_two_who_did_not_ask()
    {
        const string id = "/fund:http:1", yes = """{"decision":"approve","reason":"useful"}""";
        Assert.Equal((404, "approval.unknown"), Said(await Send("GET", id)));
        Assert.Equal(403, (await Send("PUT", id, Body, "host")).Status);
        Assert.Equal(400, (await Send("PUT", "/fund", Body, "finance", "f1")).Status);
        var past = await Send("PUT", id, Body.Replace("\"quorum\":2", "\"expiresAt\":\"2026-01-01T00:00:00Z\"",
            StringComparison.Ordinal), "finance", "f1");
        past.IsProblem(400, "approval.bad_terms");
        Assert.Equal(("expiresAt", "Must lie ahead."),
            ((string)past.Json["errors"]![0]!["field"]!, (string)past.Json["errors"]![0]!["message"]!));
        var asked = (await Send("PUT", id, Body, "finance", "f1")).Ok();
        Assert.Equal(("open", "f1", "approver", 8000), ((string)asked.Json["state"]!, (string)asked.Json["askedBy"]!,
            (string)asked.Json["role"]!, (int)asked.Json["breakdown"]![0]!["amountMinor"]!));
        Assert.Equal((409, "approval.changed"),
            Said(await Send("PUT", id, Body.Replace("8000", "8001", StringComparison.Ordinal), "finance", "f1")));
        var at = ("Ale-At", asked.Headers["Ale-At"]);
        Assert.Contains("fund:http:1", (await Send("GET", "?state=open&kind=fund", headers: at)).Ok().Text,
            StringComparison.Ordinal);

        Assert.Equal((403, "approval.role"), Said(await Send("POST", id + "/decide", yes, "finance", "f2")));
        Assert.Equal((403, "approval.role"), Said(await Send("POST", id + "/decide", yes, "ops", "o1")));
        Assert.Equal((403, "auth.forbidden"), Said(await Send("POST", id + "/decide", yes, "user", "u1")));
        Assert.Equal((403, "approval.own"), Said(await Send("POST", id + "/decide", yes, "approver", "f1")));
        var first = (await Send("POST", id + "/decide", yes, headers: ("Idempotency-Key", "k1"))).Ok();
        Assert.Equal("open", (string)first.Json["state"]!);
        Assert.Equal(first.Text, (await Send("POST", id + "/decide", yes, headers: ("Idempotency-Key", "k1"))).Text);
        Assert.Equal((409, "approval.twice"), Said(await Send("POST", id + "/decide", yes)));
        var second = (await Send("POST", id + "/decide", yes, subject: "a2")).Ok();
        Assert.Equal(("approved", 2), ((string)second.Json["state"]!, second.Json["votes"]!.AsArray().Count));
        Assert.Equal((409, "approval.decided"), Said(await Send("POST", id + "/decide", yes, subject: "a3")));
        var after = ("Ale-At", second.Headers["Ale-At"]);
        Assert.DoesNotContain("fund:http:1", (await Send("GET", "?state=open", headers: after)).Ok().Text,
            StringComparison.Ordinal);
        Assert.Equal(400, (await Send("GET", "?state=perhaps")).Status);
    }

    [Fact]
    public async Task BUD_03_who_stands_in_for_an_approver_decides_while_he_does()
    {
        const string id = "/fund:stand:1", yes = """{"decision":"approve","reason":"useful"}""";
        (await Send("PUT", id, Body, "finance", "f1")).Ok();
        var http = (await TestSilo.Sqlite).Http;
        var from = TimeProvider.System.GetUtcNow().AddDays(-1)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var paper = $$$"""{"title":"While ada is away","validFrom":"{{{from}}}","attributes":{"role":"approver"}}""";
        const string entry = "/api/registers/stand_in/h7/entries/e1";
        Assert.Equal((403, "approval.role"), Said(await Send("POST", id + "/decide", yes, "host", "h7")));
        Assert.Equal((403, "auth.forbidden"), Said(await http.Put(entry, paper, "ops")));
        Assert.Equal((403, "auth.forbidden"), Said(await http.Put("/api/registers/import_papers/X/entries/e1",
            paper, "people")));
        Assert.Equal((403, "register.own"), Said(await http.Put(entry, paper, "people", "h7")));
        (await http.Put(entry, paper, "people")).Ok();
        var decided = (await Send("POST", id + "/decide", yes, "host", "h7")).Ok();
        Assert.Equal(("h7", "approver"), ((string)decided.Json["votes"]![0]!["by"]!,
            (string)decided.Json["votes"]![0]!["standsInFor"]!));
        Assert.Null((await Send("POST", id + "/decide", yes)).Ok().Json["votes"]![1]!["standsInFor"]);
        (await http.Post(entry + "/withdraw", """{"reason":"she is back"}""", "people")).Ok();
        (await Send("PUT", "/fund:stand:2", Body, "finance", "f1")).Ok();
        Assert.Equal((403, "approval.role"), Said(await Send("POST", "/fund:stand:2/decide", yes, "host", "h7")));
    }

    [Fact]
    public async Task BUD_03_what_nobody_decides_goes_up_and_who_stands_in_there_decides_it_too()
    {
        const string id = "/fund:up:1", yes = """{"decision":"approve","reason":"useful"}""";
        var http = (await TestSilo.Sqlite).Http;
        var (now, utc) = (TimeProvider.System.GetUtcNow(), "yyyy-MM-dd'T'HH:mm:ss'Z'");
        (await http.Put("/api/registers/stand_in/h8/entries/e1", $$$"""
            {"title":"While eve is away","attributes":{"role":"executive"},
             "validFrom":"{{{now.AddDays(-1).ToString(utc, CultureInfo.InvariantCulture)}}}"}
            """, "people")).Ok();
        // It goes up after half of its time.
        var expires = now.AddSeconds(60).ToString(utc, CultureInfo.InvariantCulture);
        (await Send("PUT", id, Body.Replace("\"quorum\":2", $"\"quorum\":2,\"expiresAt\":\"{expires}\"",
            StringComparison.Ordinal), "finance", "f1")).Ok();
        Assert.Equal((403, "approval.role"), Said(await Send("POST", id + "/decide", yes, "host", "h8")));
        Assert.Equal((403, "approval.role"), Said(await Send("POST", id + "/decide", yes, "executive", "e9")));
        var item = $"/api/inbox/{ApprovalReactions.ItemOf("fund:up:1", isUp: true)}";
        var told = await new Func<Task<Answer>>(() => http.Get(item, "executive")).Until(a => a.Status == 200, 60);
        Assert.Equal(("Nobody has decided: Course", "open"),
            ((string)told.Json["title"]!, (string)told.Json["state"]!));
        Assert.Equal("executive", (string)(await Send("GET", id)).Ok().Json["escalatedTo"]!);
        Assert.Equal("Holders of approver or executive decide it.",
            (string)(await Send("POST", id + "/decide", yes, "finance", "f2")).Json["detail"]!);
        (await Send("POST", id + "/decide", yes, "host", "h8")).Ok();
        var done = (await Send("POST", id + "/decide", yes, "executive", "e9")).Ok();
        Assert.Equal(["h8", "e9"], done.Json["votes"]!.AsArray().Select(v => (string)v!["by"]!));
        await new Func<Task<Answer>>(() => http.Get(item, "executive"))
            .Until(a => (string)a.Json["state"]! == "done", 30);
    }

    [Theory, InlineData("postgres"), InlineData("sqlite")]
    public async Task Approvals_are_listed_by_state_and_kind_with_their_votes_counted(string engine)
    {
        var projection = new ApprovalProjection();
        await using var views = await TestViews.Create(engine, projection);
        var question = new AskApproval("Title", "order/O1", [], "f1", "approver", 2);
        await views.Put(batch =>
        {
            foreach (var (id, minute) in new[] { ("a:k:1", 0), ("b:k:1", 1), ("a:k:2", 1) })
            {
                projection.Project(TestViews.Row<ApprovalEvent>($"approval/{id}", 0, Approval.EventJson,
                    new ApprovalEvent.Asked(question, Noon.AddDays(7), Noon.AddMinutes(minute)),
                    new ApprovalEvent.Voted("a1", ApprovalDecision.Approve, "yes", "k", Noon.AddHours(1))), batch);
            }
        });
        await views.Put(batch => projection.Project(TestViews.Row<ApprovalEvent>("approval/a:k:2", 2,
            Approval.EventJson, new ApprovalEvent.Voted("a2", ApprovalDecision.Reject, "no", "k", Noon.AddHours(2)),
            new ApprovalEvent.Closed(ApprovalState.Rejected, null, Noon.AddHours(2))), batch));
        var queries = new ApprovalQueries(views.Views);

        async Task<string[]> Ids(ApprovalsWanted wanted) =>
            [.. (await queries.Approvals(wanted, default, default)).Value.Select(a => a.Id)];

        Assert.Equal(["b:k:1", "a:k:2", "a:k:1"], await Ids(new(10)));
        Assert.Equal(["a:k:2"], await Ids(new(1) { BeforeAsked = Noon.AddMinutes(1), BeforeId = "b:k:1" }));
        Assert.Equal(["b:k:1", "a:k:1"], await Ids(new(10) { State = ApprovalState.Open }));
        Assert.Equal(["a:k:1"], await Ids(new(10) { State = ApprovalState.Open, Kind = "a" }));
        var rejected = new ApprovalsWanted(10) { State = ApprovalState.Rejected };
        var row = (await queries.Approvals(rejected, default, default)).Value.Single();
        Assert.Equal(new("a:k:2", "Title", "order/O1", "approver", "f1", 2, 1, ApprovalState.Rejected,
            Noon.AddMinutes(1), Noon.AddDays(7), Noon.AddHours(2)), row);
    }
}

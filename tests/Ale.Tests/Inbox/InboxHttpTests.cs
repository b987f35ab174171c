using Ale.Edge;
using Xunit;

namespace Ale.Inbox;

/// <summary>The inbox over HTTP, in a whole silo.</summary>
[Trait("needs", "server")]
public sealed class InboxHttpTests
{
    private const string Body = """
        {"kind":"walk","title":"Look at it","subject":"order/O1","role":"pr","severity":"alarm",
         "dueAt":"2026-06-18T12:00:00Z"}
        """;

    private static async Task<Answer> Send(string method, string path, string? body = null, string role = "pr",
        string subject = "p1", params (string Name, string Value)[] headers) =>
        await (await TestSilo.Sqlite).Http.Send(new(method), "/api/inbox" + path, body, role, subject, headers);

    [Fact]
    public async Task TEC_15_a_role_sees_its_own_items_counts_them_and_is_done_with_them()
    {
        Assert.Equal(403, (await Send("PUT", "/http-i1", Body)).Status);
        var put = (await Send("PUT", "/http-i1", Body, "service", "backend")).Ok();
        Assert.Equal(("open", "backend"), ((string)put.Json["state"]!, (string)put.Json["openedBy"]!));
        var at = ("Ale-At", put.Headers["Ale-At"]);

        var listed = (await Send("GET", "?state=open", headers: at)).Ok().Json["items"]!.AsArray();
        Assert.Equal("http-i1", (string)Assert.Single(listed)!["id"]!);
        Assert.Contains("http-i1", (await Send("GET", "?role=pr&kind=walk", null, "ops", "o1", at)).Ok().Text,
            StringComparison.Ordinal);
        Assert.DoesNotContain("http-i1", (await Send("GET", "", null, "security", "s1", at)).Ok().Text,
            StringComparison.Ordinal);
        Assert.Equal(403, (await Send("GET", "?role=pr", null, "security", "s1")).Status);
        Assert.Equal(400, (await Send("GET", "?state=7")).Status);
        Assert.Equal((404, "inbox.unknown"), Said(await Send("GET", "/http-i1", null, "security", "s1")));
        var count = (await Send("GET", "/counts", headers: at)).Ok().Json["items"]!.AsArray().Single()!;
        Assert.Equal(("pr", 1, 1, 1), ((string)count["role"]!, (int)count["open"]!, (int)count["overdue"]!,
            (int)count["alarms"]!));
        var csv = await Send("GET", "?state=open", headers: [at, ("Accept", "text/csv")]);
        Assert.Contains("http-i1", csv.Text, StringComparison.Ordinal);

        const string why = """{"reason":"answered"}""";
        Assert.Equal((404, "inbox.unknown"), Said(await Send("POST", "/http-i1/done", why, "security", "s1")));
        var done = (await Send("POST", "/http-i1/done", why, headers: ("Idempotency-Key", "k1"))).Ok();
        Assert.Equal(("done", "p1", "answered"), ((string)done.Json["state"]!, (string)done.Json["doneBy"]!,
            (string)done.Json["reason"]!));
        Assert.Equal(done.Text, (await Send("POST", "/http-i1/done", why, headers: ("Idempotency-Key", "k1"))).Text);
        Assert.Equal((409, "inbox.done"), Said(await Send("POST", "/http-i1/done", why)));
        var after = ("Ale-At", done.Headers["Ale-At"]);
        Assert.Empty((await Send("GET", "?state=open", headers: after)).Ok().Json["items"]!.AsArray());
    }

    private static (int, string?) Said(Answer answer) => (answer.Status, answer.Code);
}

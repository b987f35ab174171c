using Ale.Edge;
using Xunit;

namespace Ale.Sessions;

/// <summary>Sessions and imports over HTTP, in a whole silo.</summary>
[Trait("needs", "server")]
public sealed class SessionHttpTests
{
    private const string Body = """
        {"title":"Summer opening","kind":"live","tier":"base","market":"zz","hostId":"h1","ownerId":"p9",
         "startsAt":"2026-06-18T12:00:00Z","endsAt":"2026-06-18T13:00:00Z","inducing":true,"skus":["k1","K1","k3"],
         "roster":["agent7"]}
        """;

    private static async Task<Answer> Send(string method, string path, string? body = null, string role = "director",
        string subject = "d1", params (string Name, string Value)[] headers) =>
        await (await TestSilo.Sqlite).Http.Send(new(method), "/api/" + path, body, role, subject, headers);

    private static string Code(Answer answer) => (string)answer.Json["code"]!;

    [Fact]
    public async Task LIV05_A_session_goes_its_way_over_http_and_its_history_names_who_and_under_which_key()
    {
        var planned = await Send("PUT", "sessions/http-S1", Body);
        Assert.Equal((200, "planned", 1),
            (planned.Status, (string)planned.Json["state"]!, (int)planned.Json["version"]!));
        Assert.Equal("[\"K1\",\"K3\"]", planned.Json["skus"]!.ToJsonString());
        Assert.Equal("session.changed",
            Code(await Send("PUT", "sessions/http-S1", Body.Replace("p9", "p8", StringComparison.Ordinal))));
        var patched = await Send(
            "PATCH", "sessions/http-S1", """{"tier":"flagship"}""", headers: [("If-Match", "\"1\"")]);
        Assert.Equal(("flagship", 2), ((string)patched.Json["tier"]!, (int)patched.Json["version"]!));
        Assert.Equal("session.stale", Code(await Send(
            "PATCH", "sessions/http-S1", """{"tier":"base"}""", headers: [("If-Match", "\"1\"")])));
        Assert.Equal("session.not_ready", Code(await Send(
            "POST", "sessions/http-S1/start", headers: [("Idempotency-Key", "k2")])));
        (await Send("POST", "sessions/http-S1/ready", headers: [("Idempotency-Key", "k1")])).Ok();

        Assert.Equal((403, "auth.not_yours"), await StatusAndCode("start", "h2"));
        var starts = await Task.WhenAll(
            Send("POST", "sessions/http-S1/start", null, "host", "h1", ("Idempotency-Key", "k2")),
            Send("POST", "sessions/http-S1/start", null, "host", "h1", ("Idempotency-Key", "k3")));
        Assert.Equal([200, 409], starts.Select(s => s.Status).Order());
        Assert.Equal("session.already_live", Code(starts.Single(s => s.Status == 409)));
        Assert.Equal((403, "auth.forbidden"), await StatusAndCode("close", "h1"));

        var at = ("Ale-At", starts.Single(s => s.Status == 200).Headers["Ale-At"]);
        var history = (await Send("GET", "sessions/http-S1/history?limit=2", null, "host", "h1", at)).Json;
        Assert.Equal(["start by h1", "ready by d1"],
            history["items"]!.AsArray().Select(e => $"{e!["what"]} by {e["actor"]}"));
        var rest = (await Send("GET", $"sessions/http-S1/history?after={history["next"]}")).Json;
        Assert.Equal(["change", "plan"], rest["items"]!.AsArray().Select(e => (string)e!["what"]!));
        Assert.Equal((403, "auth.not_yours"), await HistoryOf("h2"));
        var live = (await Send("GET", "sessions?state=live&market=zz", null, "user", "u1", at))
            .Ok().Json["items"]!.AsArray();
        Assert.Equal("http-S1", (string)Assert.Single(live)!["id"]!);
        Assert.Empty((await Send("GET", "sessions?state=in_review&market=zz")).Json["items"]!.AsArray());
        Assert.Equal(400, (await Send("GET", "sessions?state=7")).Status);
        Assert.Equal("session.unknown", Code(await Send("GET", "sessions/http-S2")));

        async Task<(int, string)> StatusAndCode(string step, string host)
        {
            var answer = await Send("POST", $"sessions/http-S1/{step}", null, "host", host);
            return (answer.Status, Code(answer));
        }

        async Task<(int, string)> HistoryOf(string host)
        {
            var answer = await Send("GET", "sessions/http-S1/history", null, "host", host);
            return (answer.Status, Code(answer));
        }
    }

    [Theory]
    [InlineData("\"title\":\"Summer opening\"", "\"title\":\"\"", "title")]
    [InlineData("\"title\":\"Summer opening\",", "", "title")]
    [InlineData("\"kind\":\"live\"", "\"kind\":\"film\"", "kind")]
    [InlineData("T13:00:00Z", "T12:00:00Z", "endsAt")]
    [InlineData("\"h1\"", "\"h 1\"", "hostId")]
    [InlineData("\"k3\"", "\"k 3\"", "skus[2]")]
    public async Task A_session_of_the_wrong_form_is_refused_and_not_planned(string good, string bad, string field)
    {
        var answer = await Send("PUT", "sessions/http-bad", Body.Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(400, answer.Status);
        Assert.Equal(field, (string)answer.Json["errors"]![0]!["field"]!);
        Assert.Equal(404, (await Send("GET", "sessions/http-bad")).Status);
    }

    [Fact]
    public async Task An_import_takes_documents_and_answers_with_figures()
    {
        var sha = new string('A', 64);
        const string document = """
            {"lines":[{"code":"POST","quantity":1,"amountMinor":1800,"kind":"charge"},
                      {"sku":"85123a","quantity":-2,"amountMinor":-510,"kind":"unmatched"}],"orderIds":[]}
            """;
        Assert.Equal("import.unknown", Code(await Send("GET", "imports/http-i1", role: "service")));
        Assert.Equal("import.unknown", Code(await Send("PUT", "imports/http-i1/documents/C5", document, "service")));
        var opened = await Send(
            "PUT", "imports/http-i1", $$"""{"source":"shop","market":"gb","sha256":"{{sha}}"}""", "service");
        Assert.Equal((200, new string('a', 64)), (opened.Status, (string)opened.Json["sha256"]!));
        var recorded = await Send("PUT", "imports/http-i1/documents/C5", document, "service");
        Assert.Equal((200, 2), (recorded.Status, (int)recorded.Json["lines"]!));
        Assert.Equal(recorded.Text, (await Send("PUT", "imports/http-i1/documents/C5", document, "service")).Text);
        Assert.Equal("import.changed", Code(await Send(
            "PUT", "imports/http-i1/documents/C5", document.Replace("1800", "1801", StringComparison.Ordinal),
            "service")));
        Assert.Equal(400, (await Send("PUT", "imports/http-i1/documents/C6", document.Replace(
            "\"code\":\"POST\",", "", StringComparison.Ordinal), "service")).Status);
        Assert.Equal(403, (await Send("GET", "imports/http-i1")).Status);

        var at = ("Ale-At", recorded.Headers["Ale-At"]);
        var figures = (await Send("GET", "imports/http-i1", null, "service", "backend", at)).Ok().Json;
        Assert.Equal((1, 1800, 1, 2, 0, 0), ((int)figures["chargeLines"]!, (int)figures["chargesMinor"]!,
            (int)figures["returnLines"]!, (int)figures["unitsReturnUnmatched"]!, (int)figures["orders"]!,
            (int)figures["tiers"]!["core"]!));
    }
}

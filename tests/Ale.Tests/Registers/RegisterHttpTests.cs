using System.Globalization;
using Ale.Edge;
using Ale.Inbox;
using Xunit;

namespace Ale.Registers;

/// <summary>Registers over HTTP, in a whole silo.</summary>
[Trait("needs", "server")]
public sealed class RegisterHttpTests
{
    private static async Task<Answer> Send(string method, string path, string? body = null, string role = "legal",
        string subject = "l1", params (string Name, string Value)[] headers) =>
        await (await TestSilo.Sqlite).Http.Send(new(method), "/api/registers" + path, body, role, subject, headers);

    private static string In(double days) => TimeProvider.System.GetUtcNow().AddDays(days)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Body(double days, string more = "") => $$$"""
        {"title":"Quarantine paper","validFrom":"{{{In(-1)}}}","validTo":"{{{In(days)}}}",
         "attributes":{"number":"Q-17"}{{{more}}}}
        """;

    [Fact]
    public async Task CMP_06_a_paper_opens_the_gate_until_it_is_withdrawn()
    {
        const string valid = "/import_papers/HTTP1/valid", entry = "/import_papers/HTTP1/entries/p1";
        var paper = Body(90);
        Assert.False((bool)(await Send("GET", valid)).Ok().Json["isValid"]!);
        Assert.Equal(403, (await Send("PUT", entry, paper, "agent")).Status);
        var put = (await Send("PUT", entry, paper)).Ok();
        Assert.Equal(("valid", "Q-17", "l1"), ((string)put.Json["state"]!, (string)put.Json["attributes"]!["number"]!,
            (string)put.Json["enteredBy"]!));
        Assert.Equal("register.changed", (await Send("PUT", entry, Body(91))).Code);
        Assert.Equal("p1", (string)(await Send("GET", valid, role: "agent")).Ok().Json["entry"]!["id"]!);
        Assert.False((bool)(await Send("GET", $"{valid}?at={In(91)}")).Ok().Json["isValid"]!);
        var at = ("Ale-At", put.Headers["Ale-At"]);
        var listed = (await Send("GET", $"?kind=import_papers&subject=HTTP1&validAt={In(1)}", headers: at)).Ok();
        Assert.Equal("p1", (string)Assert.Single(listed.Json["items"]!.AsArray())!["id"]!);

        const string why = """{"reason":"forged"}""";
        var gone = (await Send("POST", entry + "/withdraw", why, headers: ("Idempotency-Key", "k1"))).Ok();
        Assert.Equal("withdrawn", (string)gone.Json["state"]!);
        var again = await Send("POST", entry + "/withdraw", why, headers: ("Idempotency-Key", "k1"));
        Assert.Equal(gone.Text, again.Text);
        Assert.Equal("register.ended", (await Send("POST", entry + "/withdraw", why)).Code);
        Assert.False((bool)(await Send("GET", valid)).Ok().Json["isValid"]!);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task CMP_06_a_paper_that_ends_soon_is_an_item_until_another_takes_its_place(string store)
    {
        var silo = await TestSilo.On(store);
        var (grains, now) = (silo.Grains, TimeProvider.System.GetUtcNow());
        var register = grains.Register("import_papers", "SOON");
        var terms = new RegisterTerms("Paper", [], now.AddDays(-300), now.AddDays(29));
        await register.Enter(new("p1", terms, "l1"));
        var item = grains.InboxItem(RegisterReactions.ItemOf("import_papers/SOON", "p1"));
        var opened = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get()).Until(o => o.Value is not null, 30);
        Assert.Equal(("legal", "Expires: Paper", InboxState.Open),
            (opened.Value!.Terms.Role, opened.Value.Terms.Title, opened.Value.State));
        Assert.NotNull((await register.Get("p1")).Value!.WarnedAt);

        await register.Enter(new("p2", new("Paper", [], now, null) { Supersedes = "p1" }, "l1"));
        var closed = await new Func<Task<Outcome<InboxItemInfo>>>(() => item.Get())
            .Until(o => o.Value!.State == InboxState.Done, 30);
        Assert.Equal("superseded", closed.Value!.Reason);
        Assert.Equal("p2", (await register.Valid(null, [])).Value!.Entry!.Id);
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Ale.Edge;
using Xunit;

namespace Ale.Portfolio;

/// <summary>Trials of something new and choices over HTTP, on both stores.</summary>
[Trait("needs", "server")]
public sealed class PortfolioServerTests
{
    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task PHS_04_a_trial_holds_money_of_the_line_for_new_technology_and_stop_returns_it(string store)
    {
        var http = (await TestSilo.On(store)).Http;
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().AddHours(8).DateTime);
        var (line, id) = ($"ar-{store}-explore", $"ar-{store}");
        var path = FormattableString.Invariant($"/api/budgets/{today.Year}/{today.Month}/{line}");
        var body = $$"""
            {"title":"AR mirror","question":"Do they buy more?",
             "line":"{{today.ToString("yyyy-MM", CultureInfo.InvariantCulture)}}-{{line}}",
             "amountMinor":500000,"currency":"CNY",
             "reviewOn":"{{today.AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}"}
            """;
        (await http.Put($"/api/explorations/{id}", body, "finance")).IsProblem(404, "budget.unknown");
        Assert.Equal("not_funded", (string)(await http.Get($"/api/explorations/{id}", "finance")).Ok().Json["state"]!);
        (await http.Put(path, """{"plannedMinor":900000,"currency":"CNY","kind":"technology"}""", "finance")).Ok();
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal("running",
                (string)(await http.Put($"/api/explorations/{id}", body, "finance")).Ok().Json["state"]!);
            Assert.Equal(500_000, (long)(await http.Get(path, "finance")).Ok().Json["committedMinor"]!);
        }

        (await http.Post($"/api/explorations/{id}/decide", """{"go":true,"reason":"go"}""", "finance"))
            .IsProblem(400, "request.invalid");
        (await http.Post($"/api/explorations/{id}/decide", """{"go":false,"reason":"x"}""", "ops"))
            .IsProblem(403, "auth.forbidden");
        for (var time = 0; time < 2; time++)
        {
            var stopped = (await http.Post($"/api/explorations/{id}/decide", """{"go":false,"reason":"Nobody came"}""",
                "finance")).Ok().Json;
            Assert.Equal(("stopped", 500_000L), ((string)stopped["state"]!, (long)stopped["returnedMinor"]!));
        }

        Assert.Equal(0, (long)(await http.Get(path, "finance")).Ok().Json["committedMinor"]!);
        var row = await new Func<Task<JsonNode?>>(async () =>
            (await http.Get("/api/explorations", "finance")).Ok().Json["items"]!.AsArray()
                .FirstOrDefault(r => (string)r!["id"]! == id))
            .Until(r => (string?)r?["state"] == "stopped" && r["returnedMinor"] is not null, 20);
        Assert.Equal("Nobody came", (string)row!["reason"]!);
    }

    [Fact]
    public async Task PHS_04_a_trial_whose_day_has_come_stands_in_an_inbox_until_the_word()
    {
        var database = await (await PostgresServer.Shared).NewDatabase();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().AddHours(8).DateTime);
        var day = today.AddDays(2);
        await using (var first = await TestSilo.Start(database))
        {
            (await first.Http.Put(FormattableString.Invariant($"/api/budgets/{today.Year}/{today.Month}/new-explore"),
                """{"plannedMinor":900000,"currency":"CNY","kind":"technology"}""", "finance")).Ok();
            (await first.Http.Put("/api/explorations/ar", $$"""
                {"title":"AR mirror","question":"Do they buy more?",
                 "line":"{{today.ToString("yyyy-MM", CultureInfo.InvariantCulture)}}-new-explore","amountMinor":500000,
                 "currency":"CNY","reviewOn":"{{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}"}
                """, "finance")).Ok();
        }

        await using var second = await TestSilo.Start(database, settings: "--Ale:Test:ClockOffset=2.00:00:00");
        await new Func<Task<Answer>>(() => second.Http.Get("/api/explorations/ar", "finance"))
            .Until(a => (string)a.Json["state"]! == "due", 30);
        var item = CauseIds.Of(
            "exploration_due", string.Create(CultureInfo.InvariantCulture, $"ar/{day:yyyy-MM-dd}"));
        var told = await new Func<Task<Answer>>(() => second.Http.Get($"/api/inbox/{item}", "finance"))
            .Until(a => a.Status == 200, 30);
        Assert.Equal("Stop or go: ar, AR mirror", (string)told.Json["title"]!);
        (await second.Http.Post("/api/explorations/ar/decide", $$"""
            {"go":true,"reason":"They like it",
             "reviewOn":"{{day.AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}"}
            """, "finance")).Ok();
        await new Func<Task<Answer>>(() => second.Http.Get($"/api/inbox/{item}", "finance"))
            .Until(a => (string)a.Json["state"]! == "done", 30);
    }

    [Theory, InlineData("sqlite"), InlineData("postgres")]
    public async Task PHS_05_categories_are_scored_taken_and_listed(string store)
    {
        var (http, id) = ((await TestSilo.On(store)).Http, $"categories-{store}");
        (await http.Put($"/api/choices/{id}", """
            {"title":"Categories","take":3,"criteria":[{"id":"users","title":"Fits the users","weight":2},
             {"id":"brand","title":"Fits the brand"}]}
            """, "ops")).Ok();
        (await http.Put($"/api/choices/{id}/candidates/c0", """
            {"title":"C","scores":[{"criterion":"users","value":101,"reason":"r"}]}
            """, "ops")).IsProblem(400, "request.invalid");
        (await http.Put($"/api/choices/{id}/candidates/c0", """
            {"title":"C","scores":[{"criterion":"users","value":1,"reason":"r"}]}
            """, "ops")).IsProblem(400, "choice.bad_terms");
        for (var i = 1; i <= 8; i++)
        {
            (await http.Put($"/api/choices/{id}/candidates/c{i}", $$"""
                {"title":"C{{i}}","scores":[{"criterion":"users","value":{{i * 10}},"reason":"asked {{i}}"},
                 {"criterion":"brand","value":50,"reason":"soft"}]}
                """, "ops")).Ok();
        }

        (await http.Post($"/api/choices/{id}/take", """{"candidates":["c1","c2","c3"]}""", "ops"))
            .IsProblem(400, "choice.reason_required");
        var taken = (await http.Post($"/api/choices/{id}/take", "{}", "ops")).Ok().Json["candidates"]!.AsArray();
        Assert.Equal(["c8", "c7", "c6"], taken.Where(c => (bool)c!["isTaken"]!).Select(c => (string)c!["id"]!));
        Assert.Equal("asked 8", (string)taken[0]!["scores"]![0]!["reason"]!);
        await new Func<Task<JsonNode?>>(async () => (await http.Get("/api/choices", "ops")).Ok().Json["items"]!
                .AsArray().FirstOrDefault(r => (string)r!["id"]! == id))
            .Until(r => (string?)r?["taken"] == "c8 c7 c6" && (int)r["candidates"]! == 8, 20);
    }
}
